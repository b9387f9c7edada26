using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Kilburn.HostedBench.Allocators;
using Xunit;

namespace Kilburn.HostedBench.Tests;

/// <summary>What is compared must be allocators: nothing is given out twice, and all of it comes back.</summary>
public abstract class FrameSourceTests<TSource> : IDisposable
    where TSource : struct, IFrameSource
{
    private const uint MemoryInMiB = 64;
    private static readonly int[] s_orders = [FrameOrder.Page, FrameOrder.LargePage, FrameOrder.Section];

    private TSource _source = Start();

    public void Dispose()
    {
        _source.End();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Take_RandomLoad_GivesAlignedBlocksThatDoNotOverlap()
    {
        Random random = new(1);
        HashSet<uint> used = [];
        List<(uint Address, int Order)> live = [];
        for (int step = 0; step < 20_000; step++)
        {
            if (live.Count != 0 && random.Next(2) == 0)
            {
                int index = random.Next(live.Count);
                (uint address, int order) = live[index];
                live[index] = live[^1];
                live.RemoveAt(live.Count - 1);
                used.ExceptWith(FramesOf(address, order));
                _source.Give(0, address, order);
                continue;
            }

            int wanted = s_orders[random.Next(s_orders.Length)];
            uint block = _source.Take(0, wanted);
            if (block != 0)
            {
                Assert.Equal(0u, block & ((1u << (wanted + FrameOrder.FrameShift)) - 1));
                Assert.All(FramesOf(block, wanted), frame => Assert.True(used.Add(frame), $"{frame:X} twice"));
                live.Add((block, wanted));
            }
        }
    }

    [Fact]
    public void Take_AllAndAllAgain_GivesAsMuch()
    {
        int pages = TakeAll().Count;
        Assert.True(pages > 0.4 * (MemoryInMiB << FrameOrder.Section));

        Assert.Equal(pages, TakeAll().Count);
    }

    [Fact]
    public void Take_TwoThreads_NeverGiveTheSame()
    {
        uint[][] taken = [new uint[2000], new uint[2000]];
        Thread[] threads = [.. taken.Select((list, core) => new Thread(() => Churn(list, (uint)core)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(4000, taken.SelectMany(list => list).Where(page => page != 0).Distinct().Count());
    }

    private static TSource Start()
    {
        TSource source = default;
        source.Start(MemoryInMiB);
        return source;
    }

    private static IEnumerable<uint> FramesOf(uint address, int order) =>
        Enumerable.Range(0, 1 << order).Select(index => (address >> FrameOrder.FrameShift) + (uint)index);

    private void Churn(uint[] list, uint core)
    {
        for (int round = 0; round < 20; round++)
        {
            for (int index = 0; index < list.Length; index++)
            {
                list[index] = _source.Take(core, FrameOrder.Page);
            }

            for (int index = 0; round != 19 && index < list.Length; index++)
            {
                _source.Give(core, list[index], FrameOrder.Page);
            }
        }
    }

    // And gives all back.
    private List<uint> TakeAll()
    {
        List<uint> pages = [];
        for (uint page = _source.Take(0, FrameOrder.Page); page != 0; page = _source.Take(0, FrameOrder.Page))
        {
            pages.Add(page);
        }

        pages.ForEach(page => _source.Give(0, page, FrameOrder.Page));
        _source.Drain(0);
        return pages;
    }
}

public sealed class KilburnFramesTests : FrameSourceTests<KilburnFrames>;

public sealed class LockedFreeListTests : FrameSourceTests<LockedFreeList>;

public sealed class CachedBuddyTests : FrameSourceTests<CachedBuddy>;
