using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Spaces;

/// <summary>The part of a control page that ranges and faults use: what the space has, may have, and how it chooses.</summary>
/// <remarks>
/// Guarded by the space's lock; but faults, which hold that of a MiB, read limits and mappings, and change the counts of resident pages and of
/// faults: those are added to by exclusive access, whoever does it. Laid out by <see cref="SpaceLayout"/>, whose length for it this must not pass.
/// </remarks>
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

    /// <summary>Odd while <see cref="Mappings"/> or what they are is being changed; each change adds 2.</summary>
    public uint MappingsVersion;

    /// <summary>Below it, no free place is known. For placements without a seed.</summary>
    public VirtualAddress SearchStart;

    /// <summary>
    /// Below it, no free place of <see cref="LargeInBytes"/> is known but for one at <see cref="SearchStart"/>: small gaps, of which there may be a
    /// hundred thousand, are passed once. What was never touched, and is given back, does not bring it down.
    /// </summary>
    public VirtualAddress LargeSearchStart;

    /// <summary>State of the generator of places; 0 for the lowest free one.</summary>
    public uint Seed;

    /// <summary>True when access flags may be clear: <see cref="RangeUse"/>.</summary>
    public bool HasAged;

    /// <summary>What ranges may be.</summary>
    public RightsPolicy Policy;

    /// <summary>Bytes from which on a range counts as large where places are sought.</summary>
    public const uint LargeInBytes = PageSize.Large;

    /// <summary>Notes that a range is free from now on.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    public void NoteFree(VirtualAddress start, VirtualAddress end)
    {
        LowerSearchStart(start);
        if (start < LargeSearchStart && end.Value - start.Value >= LargeInBytes)
        {
            LargeSearchStart = start;
        }
    }

    /// <summary>Brings <see cref="SearchStart"/> down to a place that is free from now on: all that the usual unmap can afford.</summary>
    /// <param name="start">Its first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in what programs ask for most
    public void LowerSearchStart(VirtualAddress start)
    {
        if (start < SearchStart && start.Value >= AddressSpace.FirstChosenValue)
        {
            SearchStart = start;
        }
    }

    /// <summary>Notes where a range was placed that could lie anywhere: the next one comes behind.</summary>
    /// <param name="start">First byte, guard included.</param>
    /// <param name="end">One past the last byte.</param>
    public void NotePlaced(VirtualAddress start, VirtualAddress end)
    {
        if (Seed != 0)
        {
            return;
        }

        SearchStart = end;
        if (end.Value - start.Value >= LargeInBytes)
        {
            LargeSearchStart = end;
        }
    }

    /// <summary>True when tables have a limit: they are counted under the space's lock.</summary>
    public readonly bool CountsTables => Limits.Tables != SpaceLimits.None;

    /// <summary>Counts a page that gets a frame, unless the limit is reached.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>False, with nothing counted, when it is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // on the way of each first touch
    public bool TryChargePage<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => machine.AddBelow(ref Counters.ResidentPages, Limits.ResidentPages) != 0;

    /// <summary>Counts pages that get frames, or lose them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="pages">How many; the negative of how many lose them.</param>
    public void AddResident<TMachine>(ref TMachine machine, uint pages)
        where TMachine : struct, IMachine
    {
        if (pages != 0)
        {
            SharedWord.Add(ref machine, ref Counters.ResidentPages, pages);
        }
    }
}
