namespace Kilburn.Core.Spaces;

/// <summary>Where a new range goes.</summary>
public enum RangePlacement : byte
{
    /// <summary>Where the space chooses.</summary>
    Anywhere,

    /// <summary>At the given address or at the first free place above it; below it when there is none.</summary>
    Near,

    /// <summary>At the given address, which must be free.</summary>
    Fixed,

    /// <summary>At the given address, in place of what is there.</summary>
    Replacing,
}
