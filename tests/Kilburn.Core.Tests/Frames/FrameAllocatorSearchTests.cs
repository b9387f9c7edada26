using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Where blocks come from, so that larger ones stay whole.</summary>
public sealed class FrameAllocatorSearchTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint Large = 0x1_0000;
    private const uint Section = MiB;
    private const uint Supersection = 16 * MiB;

    /// <summary>Reserved ranges that break supersections of 16 to 96 MiB, and where the next section comes from.</summary>
    public static TheoryData<uint[], uint> Breaks => new()
    {
        { [], 16 * MiB },
        { [16 * MiB, 17 * MiB], 17 * MiB },
        { [32 * MiB, 33 * MiB, 47 * MiB, 48 * MiB], 33 * MiB },
        { [48 * MiB, 49 * MiB, 63 * MiB, 64 * MiB], 49 * MiB },
        { [63 * MiB, 64 * MiB], 48 * MiB },
        { [64 * MiB, 65 * MiB, 79 * MiB, 80 * MiB], 65 * MiB },
        { [79 * MiB, 80 * MiB], 64 * MiB },
        { [80 * MiB, 82 * MiB], 82 * MiB },
        { [47 * MiB, 48 * MiB, 64 * MiB, 65 * MiB], 32 * MiB },
        { [32 * MiB, 48 * MiB, 64 * MiB, 80 * MiB, 95 * MiB, 96 * MiB], 80 * MiB },
        { [32 * MiB, 64 * MiB], 16 * MiB },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public void Allocate_Section_ComesFromASupersectionThatIsBrokenAlready(uint[] reserved, uint expected)
    {
        FrameWorld world = FrameMaps.Start([MiB, 2 * MiB, 16 * MiB, 96 * MiB], reserved);
        Assert.Equal(expected, world.Take(FrameUse.SectionBlock));
    }

    [Fact]
    public void Allocate_Supersections_AreAllThatAreWholeInOrder()
    {
        FrameWorld world = FrameMaps.Start([MiB, 2 * MiB, 16 * MiB, 97 * MiB], 63 * MiB, 64 * MiB);
        Assert.Equal(Supersection, world.Statistics.LargestFreeBlockInBytes);
        Assert.Equal([16 * MiB, 32 * MiB, 64 * MiB, 80 * MiB], world.TakeAll(FrameUse.SupersectionBlock));
        Assert.Equal(Section, world.Statistics.LargestFreeBlockInBytes);
        Assert.Equal(16, world.TakeAll(FrameUse.SectionBlock).Count);
        Assert.Equal(Large, world.Statistics.LargestFreeBlockInBytes);
    }

    [Fact]
    public void Allocate_LargeBlocks_AreThoseOfEverySection()
    {
        FrameWorld world = FrameMaps.Start([MiB, 100 * MiB]);
        uint free = world.Statistics.FreeFrames;
        List<uint> blocks = world.TakeAll(FrameUse.LargeBlock);
        Assert.Equal((int)(free / 16), blocks.Count);
        Assert.Equal(free % 16, world.Statistics.FreeFrames);
        Assert.All(blocks, block => Assert.Equal(VmStatus.Ok, world.Free(FrameUse.LargeBlock, block)));
        world.DrainAll();
        Assert.Equal(5, world.TakeAll(FrameUse.SupersectionBlock).Count);
        Assert.Equal(free - (5 * 4096), world.Statistics.FreeFrames);
    }

    [Fact]
    public void Statistics_NoSectionIsWholeButUnitsAre_TellsTheLargestBlock()
    {
        // The metadata fills the lower bank.
        FrameWorld world = FrameMaps.Start([MiB, MiB + 0x1000, 16 * MiB, 18 * MiB]);
        Assert.Equal(512u, world.Statistics.FreeFrames);
        Assert.Equal(16 * MiB, world.Take(FrameUse.LargeBlock));
        Assert.Equal(Section, world.Statistics.LargestFreeBlockInBytes);
        Assert.Equal(17 * MiB, world.Take(FrameUse.SectionBlock));
        Assert.Equal(Large, world.Statistics.LargestFreeBlockInBytes);
        Assert.Equal(15, world.TakeAll(FrameUse.LargeBlock).Count);
        Assert.Equal((0u, 0u), (world.Statistics.LargestFreeBlockInBytes, world.Statistics.FreeFrames));
    }

    [Theory]
    [InlineData(FrameUse.FirstLevelTable, 2)]
    [InlineData(FrameUse.FullFirstLevelTable, 1)]
    public void Allocate_OnlyTheFirstRowOfTheNextBankHasARun_FindsItThere(FrameUse use, int count)
    {
        const uint Run = 0x4000;
        FrameWorld world = FrameMaps.Start([MiB, 4 * MiB, 16 * MiB, 17 * MiB]);
        _ = world.TakeAll(FrameUse.Page);
        for (uint page = 16 * MiB; page < (16 * MiB) + Run; page += 0x1000)
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        }

        Assert.Equal(Run, world.Statistics.LargestFreeBlockInBytes);
        List<uint> tables = world.TakeAll(use);
        Assert.Equal(Enumerable.Range(0, count).Select(index => (16 * MiB) + ((uint)index * FrameWorld.LengthOf(use))), tables);
        Assert.Equal(0u, world.Statistics.FreeFrames);
    }

    [Fact]
    public void Allocate_Page_ComesFromABrokenUnitWhereThereIsOne()
    {
        // A row whose upper unit is free as a whole, and three single pages of a later row.
        FrameWorld world = FrameMaps.Start([MiB, 4 * MiB, 16 * MiB, 17 * MiB]);
        _ = world.TakeAll(FrameUse.Page);
        for (uint page = 0x101_0000; page < 0x102_0000; page += 0x1000)
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        }

        uint[] single = [0x104_1000, 0x104_3000, 0x105_5000];
        Assert.All(single, page => Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page)));
        Assert.Equal(single, single.Select(_ => world.Take(FrameUse.Page)));
        Assert.Equal(0x101_0000u, world.Take(FrameUse.LargeBlock));
        Assert.Equal(0u, world.Statistics.FreeFrames);
    }

    [Fact]
    public void Statistics_OneOfEachUse_CountsEachOnce()
    {
        FrameWorld world = FrameWorld.Start(64 * MiB);
        FrameStatistics before = world.Statistics;
        for (FrameUse use = FrameUse.Page; use <= FrameUse.SupersectionBlock; use++)
        {
            _ = world.Take(use);
            Assert.Equal(1u, world.Statistics.Pages);
        }

        FrameStatistics statistics = world.Statistics;
        Assert.Equal((1u, 1u, 1u), (statistics.SecondLevelTables, statistics.SecondLevelFrames, statistics.FirstLevelTables));
        Assert.Equal((1u, 1u), (statistics.FullFirstLevelTables, statistics.LargeBlocks));
        Assert.Equal((1u, 1u), (statistics.SectionBlocks, statistics.SupersectionBlocks));
        Assert.Equal(before.FreeFrames - (1 + 1 + 2 + 4 + 16 + 256 + 4096), statistics.FreeFrames);
    }
}
