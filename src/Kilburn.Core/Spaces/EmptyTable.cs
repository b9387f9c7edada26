namespace Kilburn.Core.Spaces;

/// <summary>What becomes of a table whose last page goes.</summary>
internal enum EmptyTable : byte
{
    /// <summary>It goes too.</summary>
    Freed,

    /// <summary>It stays when only a part of its MiB was released: new pages follow at once.</summary>
    Kept,
}
