using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Inspector.Maps;

/// <summary>Compares two maps.</summary>
public static class MapDifference
{
    /// <summary>Finds every address that is mapped differently, in as few pieces as there are.</summary>
    /// <param name="before">In the order of addresses.</param>
    /// <param name="after">In the order of addresses.</param>
    public static List<MapChange> Between(IReadOnlyList<Region> before, IReadOnlyList<Region> after)
    {
        List<MapChange> changes = [];
        SortedSet<ulong> edges = [.. before.Concat(after).SelectMany(region => (ulong[])[region.Start, region.End])];
        int beforeIndex = 0;
        int afterIndex = 0;
        ulong start = 0;
        foreach (ulong edge in edges)
        {
            if (edge > start)
            {
                Region? left = PieceAt(before, ref beforeIndex, start, edge);
                Region? right = PieceAt(after, ref afterIndex, start, edge);
                if (left != right)
                {
                    Add(changes, new MapChange((uint)start, edge - start, left, right));
                }
            }

            start = edge;
        }

        return changes;
    }

    private static Region? PieceAt(IReadOnlyList<Region> regions, ref int index, ulong start, ulong end)
    {
        while (index < regions.Count && regions[index].End <= start)
        {
            index++;
        }

        if (index == regions.Count || regions[index].Start > start)
        {
            return null;
        }

        Region region = regions[index];
        return region with { Start = (uint)start, LengthInBytes = end - start, Physical = region.Physical + (start - region.Start) };
    }

    private static void Add(List<MapChange> changes, MapChange change)
    {
        if (changes.Count != 0)
        {
            MapChange last = changes[^1];
            if (last.Start + last.LengthInBytes == change.Start
                && Continues(last.Before, change.Before) && Continues(last.After, change.After))
            {
                changes[^1] = new MapChange(
                    last.Start,
                    last.LengthInBytes + change.LengthInBytes,
                    Longer(last.Before, change.LengthInBytes),
                    Longer(last.After, change.LengthInBytes));
                return;
            }
        }

        changes.Add(change);
    }

    private static bool Continues(Region? first, Region? second) => (first, second) switch
    {
        (null, null) => true,
        (Region left, Region right) => left.Attributes == right.Attributes && left.Block == right.Block
            && left.Physical + left.LengthInBytes == right.Physical,
        _ => false,
    };

    private static Region? Longer(Region? region, ulong more) =>
        region is Region known ? known with { LengthInBytes = known.LengthInBytes + more } : null;
}
