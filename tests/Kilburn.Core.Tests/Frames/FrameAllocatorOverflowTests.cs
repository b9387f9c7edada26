using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Frames;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Pages on their way from the rows, and back there in whatever order they were freed.</summary>
public sealed class FrameAllocatorOverflowTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint PagesPerUnit = 16;

    private readonly FrameWorld _world = FrameWorld.Start(24 * MiB);

    /// <summary>What the pages are put in order by.</summary>
    public static TheoryData<string, Func<uint, uint>> Orders => new()
    {
        { "rising", page => page },
        { "falling", page => ~page },
        { "those of a unit far from each other", page => Reverse(page) },
        { "two at a time, of two halves", page => ((page & (8 * MiB - 1)) << 4) | (page >> 23) },
        { "odd ones first", page => ((page >> 12) & 1) == 0 ? page | 1u << 31 : page },
        { "a unit turned around", page => page ^ ((PagesPerUnit - 1) << 12) },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Free_EveryPage_MakesWholeWhatWasWhole(string name, Func<uint, uint> order)
    {
        Assert.NotEmpty(name);
        FrameStatistics before = _world.Statistics;
        List<uint> pages = _world.TakeAll(FrameUse.Page);
        Assert.All(pages.OrderBy(order), page => Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.Page, page)));
        Assert.Equal(before.FreeFrames, _world.Statistics.FreeFrames);
        _world.DrainAll();
        Assert.Equal(before, _world.Statistics with { OutOfFramesFailures = 0 });
        Assert.Equal(22, _world.TakeAll(FrameUse.SectionBlock).Count);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Free_AllButOneOfEachUnit_CountsWhatIsFree(string name, Func<uint, uint> order)
    {
        Assert.NotEmpty(name);
        List<uint> pages = _world.TakeAll(FrameUse.Page);
        uint left = 0;
        foreach (uint page in pages.OrderBy(order))
        {
            if ((page >> 12) % PagesPerUnit == (page >> 16) % PagesPerUnit)
            {
                left++;
            }
            else
            {
                Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.Page, page));
            }
        }

        _world.DrainAll();
        FrameStatistics statistics = _world.Statistics;
        Assert.Equal(left, statistics.Pages);
        Assert.Equal((uint)pages.Count - left, statistics.FreeFrames);
        Assert.True(statistics.LargestFreeBlockInBytes < MiB / PagesPerUnit, "no unit is whole");
        Assert.Equal(pages.Count - (int)left, _world.TakeAll(FrameUse.Page).Distinct().Count());
    }

    [Theory]
    [InlineData(24u, 64)] // a core keeps 75 at most
    [InlineData(320u, 128)]
    [InlineData(600u, 256)]
    [InlineData(960u, 256)]
    public void Allocate_WithNothingAtHand_TakesPagesForUpToHalfOfTheCache(uint memoryInMiB, int count)
    {
        FrameWorld world = FrameWorld.Start(memoryInMiB * MiB);
        uint last;
        do
        {
            last = world.Take(FrameUse.Page); // to the end of the first section, which has less
        }
        while (last % MiB != MiB - 4096);

        List<uint> pages = [.. Enumerable.Range(0, count).Select(_ => world.Take(FrameUse.Page, 2))];
        Assert.Equal(0u, world.Statistics.MagazineFrames);
        Assert.Equal(Enumerable.Range(0, count).Select(page => pages[0] + ((uint)page << 12)), pages);
        _ = world.Take(FrameUse.Page, 2);
        Assert.Equal((uint)count - 1, world.Statistics.MagazineFrames);
    }

    [Fact]
    public void Allocate_LastPages_AreFoundWhereverTheyAre()
    {
        FrameWorld world = FrameWorld.Start(600 * MiB);
        List<uint> pages = world.TakeAll(FrameUse.Page);
        uint[] freed = [pages[5], pages[900], pages[40_000], pages[^1]];
        Assert.All(freed, page => Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page)));
        world.DrainAll();
        Assert.Equal(freed.Order(), world.TakeAll(FrameUse.Page).Order());
    }

    private static uint Reverse(uint word)
    {
        uint reversed = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            reversed |= ((word >> bit) & 1) << (31 - bit);
        }

        return reversed;
    }
}
