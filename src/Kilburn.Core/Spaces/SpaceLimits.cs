namespace Kilburn.Core.Spaces;

/// <summary>How much a space may have. What it has already stays, whatever the limit.</summary>
public struct SpaceLimits
{
    /// <summary>No limit.</summary>
    public const uint None = uint.MaxValue;

    /// <summary>Most pages of anonymous ranges and of objects, touched or not.</summary>
    public uint ReservedPages;

    /// <summary>Most frames that ranges hold.</summary>
    public uint ResidentPages;

    /// <summary>Most second-level tables that ranges bring the space to.</summary>
    public uint Tables;
}
