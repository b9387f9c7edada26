namespace Kilburn.Core.Objects;

/// <summary>What became of a page that a pager took to keep it.</summary>
public enum WriteBack : byte
{
    /// <summary>The pager has its contents.</summary>
    Kept,

    /// <summary>It has not: they are nowhere but in the object.</summary>
    Failed,
}
