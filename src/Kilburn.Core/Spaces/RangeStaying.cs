namespace Kilburn.Core.Spaces;

/// <summary>Whether a range that grows may go elsewhere.</summary>
public enum RangeStaying : byte
{
    /// <summary>It stays where it is, or does not grow.</summary>
    InPlace,

    /// <summary>It goes where the space chooses when there is no room behind it.</summary>
    MayMove,
}
