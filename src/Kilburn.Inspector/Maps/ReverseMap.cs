using System;
using System.Collections.Generic;

namespace Kilburn.Inspector.Maps;

/// <summary>From physical addresses back to virtual ones.</summary>
public static class ReverseMap
{
    /// <summary>Every region's part that leads to a physical range.</summary>
    /// <param name="regions">Merged with <see cref="MergeRule.Contiguous"/>.</param>
    /// <param name="wanted">The physical range.</param>
    public static IEnumerable<Region> Find(IEnumerable<Region> regions, AddressRange wanted)
    {
        foreach (Region region in regions)
        {
            if (!region.PhysicalRange.Overlaps(wanted))
            {
                continue;
            }

            ulong start = Math.Max(region.Physical, wanted.Start);
            ulong end = Math.Min(region.PhysicalRange.End, wanted.End);
            yield return region with
            {
                Start = (uint)(region.Start + (start - region.Physical)),
                LengthInBytes = end - start,
                Physical = start,
            };
        }
    }
}
