using Kilburn.Core.Addresses;

namespace Kilburn.Core.Spaces;

/// <summary>The part of a control page that ranges and faults use: what the space has, may have, and how it chooses.</summary>
/// <remarks>Guarded by the space's lock. Laid out by <see cref="SpaceLayout"/>, whose length for it this must not pass.</remarks>
internal struct SpaceAccounts
{
    /// <summary>The counts, less the tables, which are counted by looking.</summary>
    public SpaceCounters Counters;

    /// <summary>The limits.</summary>
    public SpaceLimits Limits;

    /// <summary>The frame of zeroes that all spaces share. Written once at creation.</summary>
    public PhysicalAddress ZeroPage;

    /// <summary>The page of <see cref="SpaceCommons"/>. Written once at creation.</summary>
    public PhysicalAddress Commons;

    /// <summary>
    /// Second-level tables for sections that are split, as many as there are sections: the first, whose first word is the next one's address.
    /// </summary>
    public PhysicalAddress Deposits;

    /// <summary>The page of <see cref="SpaceMappings"/>; default while the space maps no object.</summary>
    public PhysicalAddress Mappings;

    /// <summary>Below it, no free place is known. For placements without a seed.</summary>
    public VirtualAddress SearchStart;

    /// <summary>State of the generator of places; 0 for the lowest free one.</summary>
    public uint Seed;

    /// <summary>True when access flags may be clear: <see cref="RangeUse"/>.</summary>
    public bool HasAged;

    /// <summary>What ranges may be.</summary>
    public RightsPolicy Policy;
}
