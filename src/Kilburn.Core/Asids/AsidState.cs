namespace Kilburn.Core.Asids;

/// <summary>What the allocator tells about itself.</summary>
public struct AsidState
{
    /// <summary>The current generation.</summary>
    public uint Generation;

    /// <summary>ASIDs that cannot be given out before the next generation or the end of their owner; zero's not counted.</summary>
    public int UsedCount;

    /// <summary>ASIDs in all, zero's not counted.</summary>
    public int Capacity;

    /// <summary>Live spaces.</summary>
    public int OwnerCount;

    /// <summary>How often a generation was begun because no ASID was left.</summary>
    public uint RolloverCount;

    /// <summary>How often the count of generations began again.</summary>
    public uint WrapCount;

    /// <summary>How often a core flushed its TLB because a generation had begun.</summary>
    public uint FlushCount;
}
