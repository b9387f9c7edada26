using System;
using System.Collections.Generic;
using Kilburn.HostedBench.Allocators;

namespace Kilburn.HostedBench.Workloads;

/// <summary>How many free blocks of 1 MiB are left after a long random load, against what an ideal packer would leave.</summary>
/// <param name="Found">Free blocks of 1 MiB.</param>
/// <param name="Ideal">What one could have that packs all that is live without gaps: free frames, divided by those of a block.</param>
internal sealed record Fragmentation(int Found, int Ideal)
{
    /// <summary>The rounds of the full measurement.</summary>
    internal const int FullRounds = 100;

    private const uint MemoryInMiB = 512;
    private const int Seed = 0x4672_6167;

    /// <summary>The part of the ideal that is there.</summary>
    internal double Share => (double)Found / Ideal;

    /// <summary>Fills half of the memory; in each round a random half of that goes and as much comes anew.</summary>
    /// <param name="rounds">How often.</param>
    /// <typeparam name="TSource">The allocator.</typeparam>
    internal static Fragmentation Measure<TSource>(int rounds)
        where TSource : struct, IFrameSource
    {
        TSource source = default;
        source.Start(MemoryInMiB);
        int usable = CountFreeFrames(ref source);
        long half = usable / 2;
        long used = 0;
        Random random = new(Seed);
        BlockSizes sizes = new(random);
        List<(uint Address, int Order)> live = [];
        for (int round = 0; round <= rounds; round++)
        {
            while (round != 0 && used > half / 2)
            {
                int index = random.Next(live.Count);
                source.Give(0, live[index].Address, live[index].Order);
                used -= 1L << live[index].Order;
                live[index] = live[^1];
                live.RemoveAt(live.Count - 1);
            }

            foreach (byte order in sizes.Fill(half - used))
            {
                uint address = source.Take(0, order);
                if (address != 0)
                {
                    live.Add((address, order));
                    used += 1L << order;
                }
            }
        }

        source.Drain(0);
        int found = TakeAll(ref source, FrameOrder.Section).Count;
        source.End();
        return new Fragmentation(found, (int)((usable - used) >> FrameOrder.Section));
    }

    private static int CountFreeFrames<TSource>(ref TSource source)
        where TSource : struct, IFrameSource
    {
        List<uint> pages = TakeAll(ref source, FrameOrder.Page);
        foreach (uint page in pages)
        {
            source.Give(0, page, FrameOrder.Page);
        }

        source.Drain(0);
        return pages.Count;
    }

    private static List<uint> TakeAll<TSource>(ref TSource source, int order)
        where TSource : struct, IFrameSource
    {
        List<uint> blocks = [];
        for (uint block = source.Take(0, order); block != 0; block = source.Take(0, order))
        {
            blocks.Add(block);
        }

        return blocks;
    }
}
