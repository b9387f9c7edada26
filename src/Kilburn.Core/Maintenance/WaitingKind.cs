namespace Kilburn.Core.Maintenance;

/// <summary>What waits for an invalidation.</summary>
public enum WaitingKind : byte
{
    /// <summary>A page that was mapped.</summary>
    Page = 0,

    /// <summary>A second-level table that was linked.</summary>
    SecondLevelTable = 1,
}
