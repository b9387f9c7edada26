using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>What overflows from one core and refills another.</summary>
public sealed class FrameAllocatorDepotTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint PagesOfACore = 75;

    private readonly FrameWorld _world = FrameWorld.Start(64 * MiB);

    [Theory]
    [InlineData(FrameUse.SecondLevelTable, 40)]
    [InlineData(FrameUse.SecondLevelTable, 80)]
    [InlineData(FrameUse.FirstLevelTable, 24)]
    [InlineData(FrameUse.FirstLevelTable, 40)]
    public void Free_MoreTablesThanACoreHolds_StayInThePool(FrameUse use, int count)
    {
        FrameStatistics before = _world.Statistics;
        List<uint> tables = Take(use, count);
        FrameStatistics taken = _world.Statistics;
        Assert.All(tables, table => Assert.Equal(VmStatus.Ok, _world.Free(use, table)));
        FrameStatistics freed = _world.Statistics;
        uint inTables = taken.SecondLevelFrames + (taken.FirstLevelTables * 2);
        Assert.Equal(taken.PoolFrames + inTables, freed.PoolFrames);
        Assert.Equal(before.FreeFrames, freed.FreeFrames);
        Assert.Equal((0u, 0u, 0u), (freed.SecondLevelTables, freed.FirstLevelTables, freed.Pages));

        _world.DrainAll();
        Assert.Equal(before, _world.Statistics);
    }

    [Theory]
    [InlineData(FrameUse.SecondLevelTable, 96)]
    [InlineData(FrameUse.FirstLevelTable, 48)]
    public void Allocate_WhatAnotherCoreFreed_RefillsEachCoreByHalf(FrameUse use, int count)
    {
        List<uint> tables = Take(use, count);
        Assert.All(tables, table => Assert.Equal(VmStatus.Ok, _world.Free(use, table)));
        FrameStatistics freed = _world.Statistics;
        for (uint core = 1; core < 4; core++)
        {
            Assert.Contains(_world.Take(use, core), tables);
        }

        FrameStatistics statistics = _world.Statistics;
        Assert.Equal(freed.MagazineFrames, statistics.MagazineFrames);
        Assert.Equal(3u, statistics.SecondLevelTables + statistics.FirstLevelTables);
        Assert.Equal(
            freed.PoolFrames, statistics.PoolFrames + statistics.SecondLevelFrames + (statistics.FirstLevelTables * 2));
    }

    [Fact]
    public void Allocate_PagesThatAnotherCoreFreed_RefillsByHalf()
    {
        const uint Half = PagesOfACore / 2;
        List<uint> pages = Take(FrameUse.Page, 128);
        uint atHand = _world.Statistics.MagazineFrames;
        foreach (uint page in pages.Take((int)(PagesOfACore - atHand + 1)))
        {
            Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.Page, page));
        }

        FrameStatistics spilled = _world.Statistics;
        Assert.Equal((Half, PagesOfACore + 1 - Half), (spilled.PoolFrames, spilled.MagazineFrames));
        Assert.Contains(_world.Take(FrameUse.Page, 1), pages);
        FrameStatistics refilled = _world.Statistics;
        Assert.Equal((0u, spilled.MagazineFrames + Half - 1), (refilled.PoolFrames, refilled.MagazineFrames));
        Assert.Equal(spilled.FreeFrames - 1, refilled.FreeFrames);
    }

    [Fact]
    public void Drain_PagesInTheDepot_GoBackToTheirRows()
    {
        FrameStatistics before = _world.Statistics;
        List<uint> pages = Take(FrameUse.Page, 128);
        Assert.All(pages, page => Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.Page, page)));
        Assert.NotEqual(0u, _world.Statistics.PoolFrames);
        _world.Drain(1);
        Assert.Equal(0u, _world.Statistics.PoolFrames);
        Assert.NotEqual(0u, _world.Statistics.MagazineFrames);
        _world.Drain(0);
        Assert.Equal(before, _world.Statistics);
    }

    private List<uint> Take(FrameUse use, int count) => [.. Enumerable.Range(0, count).Select(_ => _world.Take(use))];
}
