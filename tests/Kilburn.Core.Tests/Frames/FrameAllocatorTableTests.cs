using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Second-level tables: the pages that are cut for them, and who keeps the quarters.</summary>
public sealed class FrameAllocatorTableTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint Quarter = 0x400;

    [Fact]
    public void Allocate_TheFirstTable_CutsFourPages()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint free = world.Statistics.FreeFrames;
        _ = world.Take(FrameUse.SecondLevelTable);
        FrameStatistics statistics = world.Statistics;
        Assert.Equal((1u, 1u, 3u), (statistics.SecondLevelTables, statistics.SecondLevelFrames, statistics.PoolFrames));
        Assert.Equal((free - 1, 0u), (statistics.FreeFrames, statistics.Pages));
    }

    [Theory]
    [InlineData(FrameUse.SecondLevelTable)]
    [InlineData(FrameUse.FirstLevelTable)]
    [InlineData(FrameUse.FullFirstLevelTable)]
    [InlineData(FrameUse.Page)]
    public void Allocate_OfDirtyMemory_IsZeroed(FrameUse use)
    {
        PlainMemory memory = new(8 * MiB);
        memory.At(default, 8 * MiB).Fill(0xA5);
        FrameWorld world = new(memory);
        Assert.Equal(VmStatus.Ok, world.TryStart(FrameMaps.MapOf([0, 8 * MiB], []), MiB));
        for (int round = 0; round < 40; round++)
        {
            Assert.Equal(VmStatus.Ok, world.Allocate(use, out uint address, FrameContents.Zeroed));
            Assert.True(world.Words(address, FrameWorld.LengthOf(use)).IndexOfAnyExcept(0u) < 0);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(Quarter)]
    [InlineData(2 * Quarter)]
    [InlineData(3 * Quarter)]
    public void Statistics_OneTableOfAPageGivenOut_CountsThePageAsUsed(uint given)
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint page = TakePages(world, 1)[0];
        Assert.Equal((1u, 4u), (world.Statistics.SecondLevelFrames, world.Statistics.SecondLevelTables));
        foreach (uint quarter in QuartersOf(page).Where(quarter => quarter != page + given))
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, quarter));
            Assert.Equal(1u, world.Statistics.SecondLevelFrames);
        }

        Assert.Equal(1u, world.Statistics.SecondLevelTables);
        world.DrainAll();
        Assert.Equal((1u, 1u), (world.Statistics.SecondLevelFrames, world.Statistics.SecondLevelTables));
        Assert.Equal((0u, 1u), (world.Statistics.PoolFrames, world.Describe(page).OwnerCount));
    }

    [Fact]
    public void Allocate_TablesThatPagesKeep_AreAllFoundAndThePagesStayOne()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint[] pages = TakePages(world, 2);
        uint[] free = [.. pages.SelectMany(QuartersOf).Where(quarter => quarter != pages[0] + Quarter && quarter != pages[1] + (2 * Quarter))];
        Assert.All(free, quarter => Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, quarter)));
        world.DrainAll();
        FrameStatistics drained = world.Statistics;
        Assert.Equal((2u, 2u, 0u), (drained.SecondLevelTables, drained.SecondLevelFrames, drained.PoolFrames));

        uint[] again = [.. free.Select(_ => world.Take(FrameUse.SecondLevelTable))];
        Assert.Equal(free.Order(), again.Order());
        FrameStatistics statistics = world.Statistics;
        Assert.Equal((8u, 2u, 0u), (statistics.SecondLevelTables, statistics.SecondLevelFrames, statistics.PoolFrames));
        Assert.Equal(drained.FreeFrames, statistics.FreeFrames);
    }

    [Fact]
    public void Allocate_TablesThatPagesKeep_TakesWholePagesUntilItHasFour()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint[] pages = TakePages(world, 3);
        uint[] free = [.. pages.SelectMany(page => (uint[])[page + Quarter, page + (3 * Quarter)])];
        Assert.All(free, quarter => Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, quarter)));
        world.DrainAll();

        uint first = world.Take(FrameUse.SecondLevelTable);
        uint other = world.Take(FrameUse.SecondLevelTable, 1);
        Assert.Contains(first, free);
        Assert.Contains(other, free);
        Assert.NotEqual(first & ~0xFFFu, other & ~0xFFFu);
        uint[] rest = [.. Enumerable.Range(0, 3).Select(_ => world.Take(FrameUse.SecondLevelTable))];
        Assert.All(rest, quarter => Assert.NotEqual(other & ~0xFFFu, quarter & ~0xFFFu));
        Assert.All(rest, quarter => Assert.Contains(quarter, free));
        Assert.Equal(free.Except([first, other, .. rest]), [world.Take(FrameUse.SecondLevelTable, 1)]);
        Assert.Equal((12u, 3u, 0u), (world.Statistics.SecondLevelTables, world.Statistics.SecondLevelFrames, world.Statistics.PoolFrames));
    }

    [Fact]
    public void Allocate_TablesOfAShorterBank_AreTheFourOfItsPage()
    {
        FrameWorld world = FrameMaps.Start([MiB, 4 * MiB, 16 * MiB, 17 * MiB]);
        uint page = world.TakeAll(FrameUse.Page).First(page => page >= 16 * MiB);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Equal(QuartersOf(page).Order(), world.TakeAll(FrameUse.SecondLevelTable).Order());
        Assert.Equal(4u, world.Describe(page).OwnerCount);
        foreach (uint quarter in (uint[])[page + (2 * Quarter), page, page + (3 * Quarter), page + Quarter])
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, quarter));
            Assert.Equal(VmStatus.AlreadyFree, world.Free(FrameUse.SecondLevelTable, quarter));
            Assert.True(world.IsIdle(0));
        }

        Assert.Equal(1u, world.Statistics.FreeFrames);
        Assert.Equal(page, world.Take(FrameUse.Page));
    }

    [Fact]
    public void Allocate_SomeTablesOfAShorterBankKept_TakesTheseFirst()
    {
        FrameWorld world = FrameMaps.Start([MiB, 4 * MiB, 16 * MiB, 17 * MiB]);
        uint page = world.TakeAll(FrameUse.Page).First(page => page >= 16 * MiB);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        uint first = world.Take(FrameUse.SecondLevelTable);
        Assert.Equal((1u, 1u), (world.Statistics.SecondLevelTables, world.Statistics.SecondLevelFrames));
        for (uint count = 2; count <= 4; count++)
        {
            Assert.Equal(page, world.Take(FrameUse.SecondLevelTable, count - 1) & ~0xFFFu);
            Assert.Equal((count, 1u), (world.Statistics.SecondLevelTables, world.Statistics.SecondLevelFrames));
        }

        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, first, 2));
        Assert.Equal(3u, world.Statistics.SecondLevelTables);
        Assert.Equal(first, world.Take(FrameUse.SecondLevelTable, 3));
        Assert.Equal(VmStatus.OutOfFrames, world.Allocate(FrameUse.SecondLevelTable, out _));
    }

    private static IEnumerable<uint> QuartersOf(uint page) => [page, page + Quarter, page + (2 * Quarter), page + (3 * Quarter)];

    // Pages all of whose four tables are given out, and nothing else is.
    private static uint[] TakePages(FrameWorld world, int count)
    {
        uint[] tables = [.. Enumerable.Range(0, 4 * count).Select(_ => world.Take(FrameUse.SecondLevelTable))];
        uint[] pages = [.. tables.Select(table => table & ~0xFFFu).Distinct()];
        Assert.Equal(count, pages.Length);
        return pages;
    }
}
