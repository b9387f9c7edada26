using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector.Maps;

namespace Kilburn.Inspector.Audit;

/// <summary>Physical addresses that are mapped in two ways.</summary>
/// <typeparam name="T">What ways are compared by.</typeparam>
/// <param name="Physical">First physical address.</param>
/// <param name="LengthInBytes">How far both reach.</param>
/// <param name="First">One way.</param>
/// <param name="FirstAddress">A virtual address that has it.</param>
/// <param name="Second">Another way.</param>
/// <param name="SecondAddress">A virtual address that has it.</param>
internal readonly record struct Alias<T>(
    ulong Physical, ulong LengthInBytes, T First, uint FirstAddress, T Second, uint SecondAddress)
    where T : struct, IEquatable<T>
{
    /// <summary>Finds every pair of ways, each once for a run of physical addresses.</summary>
    /// <param name="regions">All regions.</param>
    /// <param name="key">The way of a region.</param>
    /// <remarks>
    /// A sweep over physical addresses. Ways are few, regions may be many: what is kept of the regions that are open is one for
    /// each way, and their number.
    /// </remarks>
    public static IEnumerable<Alias<T>> Find(IReadOnlyList<Region> regions, Func<Region, T> key)
    {
        List<(ulong Address, bool IsStart, Region Region)> edges =
            [.. regions.SelectMany(region => ((ulong, bool, Region)[])[(region.Physical, true, region), (region.PhysicalRange.End, false, region)])];
        edges.Sort(static (left, right) => left.Address.CompareTo(right.Address));
        Dictionary<T, (int Count, Region Furthest)> open = [];
        Dictionary<(T, T), Alias<T>> pending = [];
        ulong start = 0;
        foreach ((ulong address, bool isStart, Region region) in edges)
        {
            if (address > start && open.Count > 1)
            {
                foreach (Alias<T> alias in Pairs(open, start, address))
                {
                    if (pending.TryGetValue((alias.First, alias.Second), out Alias<T> last))
                    {
                        if (last.Physical + last.LengthInBytes == start)
                        {
                            pending[(alias.First, alias.Second)] = last with { LengthInBytes = last.LengthInBytes + alias.LengthInBytes };
                            continue;
                        }

                        yield return last;
                    }

                    pending[(alias.First, alias.Second)] = alias;
                }
            }

            start = address;
            Change(open, key(region), region, isStart);
        }

        foreach (Alias<T> alias in pending.Values)
        {
            yield return alias;
        }
    }

    private static IEnumerable<Alias<T>> Pairs(Dictionary<T, (int Count, Region Furthest)> open, ulong start, ulong end)
    {
        (T Way, Region Region)[] ways = [.. open.Select(way => (way.Key, way.Value.Furthest)).OrderBy(way => way.Item2.Start)];
        for (int first = 0; first < ways.Length; first++)
        {
            for (int second = first + 1; second < ways.Length; second++)
            {
                yield return new Alias<T>(
                    start,
                    end - start,
                    ways[first].Way,
                    AddressOf(ways[first].Region, start),
                    ways[second].Way,
                    AddressOf(ways[second].Region, start));
            }
        }
    }

    private static uint AddressOf(in Region region, ulong physical) => (uint)(region.Start + (physical - region.Physical));

    // Of all regions that began since a way was last closed, the one that reaches furthest is open as long as any is.
    private static void Change(Dictionary<T, (int Count, Region Furthest)> open, T way, Region region, bool isStart)
    {
        if (!open.TryGetValue(way, out (int Count, Region Furthest) same))
        {
            open.Add(way, (1, region));
            return;
        }

        int count = same.Count + (isStart ? 1 : -1);
        bool isFurther = isStart && region.PhysicalRange.End > same.Furthest.PhysicalRange.End;
        if (count == 0)
        {
            _ = open.Remove(way);
        }
        else
        {
            open[way] = (count, isFurther ? region : same.Furthest);
        }
    }
}
