using System.Collections.Generic;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Maps;

/// <summary>Merges blocks into regions.</summary>
public static class RegionBuilder
{
    /// <summary>Merges neighbours.</summary>
    /// <param name="leaves">In the order of addresses.</param>
    /// <param name="rule">What neighbours have to share.</param>
    public static List<Region> Merge(IEnumerable<Leaf> leaves, MergeRule rule = MergeRule.Contiguous)
    {
        List<Region> regions = [];
        Region? open = null;
        foreach (Leaf leaf in leaves)
        {
            if (open is Region last && Continues(last, leaf, rule))
            {
                open = last with { LengthInBytes = last.LengthInBytes + leaf.LengthInBytes };
                continue;
            }

            if (open is Region done)
            {
                regions.Add(done);
            }

            open = new Region(leaf.Address, leaf.LengthInBytes, leaf.Physical, leaf.Form, leaf.Attributes);
        }

        if (open is Region rest)
        {
            regions.Add(rest);
        }

        return regions;
    }

    private static bool Continues(in Region region, in Leaf leaf, MergeRule rule) =>
        region.End == leaf.Address && region.Attributes == leaf.Attributes
        && (rule == MergeRule.Attributes
            || (region.Block == leaf.Form && region.Physical + region.LengthInBytes == leaf.Physical));
}
