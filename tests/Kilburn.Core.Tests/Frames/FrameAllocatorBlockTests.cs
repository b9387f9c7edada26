using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Frames;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Blocks that the depot keeps.</summary>
public sealed class FrameAllocatorBlockTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint FramesPerSection = 256;

    private readonly FrameWorld _world = FrameWorld.Start(320 * MiB);

    [Theory]
    [InlineData(FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock)]
    public void Free_ABlock_IsTheNextThatAnyCoreGets(FrameUse use)
    {
        uint block = _world.Take(use);
        Assert.Equal(VmStatus.Ok, _world.Free(use, block, 3));
        Assert.Equal(VmStatus.AlreadyFree, _world.Free(use, block, 0));
        Assert.Equal(VmStatus.AlreadyFree, _world.Free(use, block, 3));
        Assert.Equal(block, _world.Take(use, 1));
        Assert.NotEqual(block, _world.Take(use, 3));
    }

    [Theory]
    [InlineData(FrameUse.LargeBlock, FrameUse.SectionBlock)]
    [InlineData(FrameUse.SectionBlock, FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock, FrameUse.SupersectionBlock)]
    [InlineData(FrameUse.SupersectionBlock, FrameUse.SectionBlock)]
    [InlineData(FrameUse.SupersectionBlock, FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock, FrameUse.FirstLevelTable)]
    [InlineData(FrameUse.LargeBlock, FrameUse.Page)]
    [InlineData(FrameUse.LargeBlock, FrameUse.FullFirstLevelTable)]
    [InlineData(FrameUse.FullFirstLevelTable, FrameUse.LargeBlock)]
    public void Free_AsAnotherUse_IsRefusedAndChangesNothing(FrameUse use, FrameUse other)
    {
        uint block = _world.Take(use);
        while (block % FrameWorld.LengthOf(other) != 0)
        {
            block = _world.Take(use);
        }

        Assert.Equal(VmStatus.WrongKind, _world.Free(other, block));
        Assert.Equal((FrameState.Used, use), (_world.Describe(block).State, _world.Describe(block).Use));
        Assert.Equal(VmStatus.Ok, _world.Free(use, block));
    }

    [Theory]
    [InlineData(FrameUse.FirstLevelTable)]
    [InlineData(FrameUse.FullFirstLevelTable)]
    [InlineData(FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock)]
    [InlineData(FrameUse.SupersectionBlock)]
    public void Free_APageThatIsCutIntoTables_IsNoRun(FrameUse other)
    {
        uint table = _world.Take(FrameUse.SecondLevelTable);
        while (table % FrameWorld.LengthOf(other) != 0)
        {
            table = _world.Take(FrameUse.SecondLevelTable);
        }

        for (uint beside = table + 1024; beside < table + 4096; beside += 1024)
        {
            Assert.Equal(beside, _world.Take(FrameUse.SecondLevelTable));
        }

        Assert.Equal(VmStatus.WrongKind, _world.Free(other, table));
        Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.SecondLevelTable, table + 3072));
        Assert.Equal(VmStatus.WrongKind, _world.Free(other, table));
        _world.DrainAll();
        Assert.Equal(VmStatus.WrongKind, _world.Free(other, table));
        Assert.Equal((FrameState.Used, 3u), (_world.Describe(table).State, _world.Describe(table).OwnerCount));
    }

    [Theory]
    [InlineData(FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock)]
    public void Free_InsideOfABlock_IsMisaligned(FrameUse use)
    {
        uint block = _world.Take(use);
        Assert.Equal(VmStatus.Misaligned, _world.Free(use, block + 4096));
        Assert.Equal(VmStatus.Misaligned, _world.Free(use, block + 1));
        Assert.Equal(VmStatus.Ok, _world.Free(use, block));
    }

    [Theory]
    [InlineData(FrameUse.LargeBlock, 60)]
    [InlineData(FrameUse.SectionBlock, 60)]
    public void Free_ManyBlocks_AreThereForAnotherCore(FrameUse use, int count)
    {
        FrameStatistics before = _world.Statistics;
        List<uint> blocks = [.. Enumerable.Range(0, count).Select(_ => _world.Take(use))];
        Assert.Equal((uint)count, CountOf(use));
        Assert.All(blocks, block => Assert.Equal(VmStatus.Ok, _world.Free(use, block)));
        Assert.Equal(0u, CountOf(use));
        Assert.Equal(before.FreeFrames, _world.Statistics.FreeFrames);
        Assert.Equal(before.Pages, _world.Statistics.Pages);

        List<uint> again = [.. Enumerable.Range(0, count).Select(_ => _world.Take(use, 1))];
        Assert.True(again.Intersect(blocks).Count() > count / 2, "the other core takes what has been freed");
        Assert.Equal((uint)count, CountOf(use));
        Assert.All(again, block => Assert.Equal(VmStatus.Ok, _world.Free(use, block, 2)));
        _world.DrainAll();
        Assert.Equal(before, _world.Statistics);
        Assert.Empty(_world.Given);
    }

    [Fact]
    public void Statistics_BlocksThatAreKept_CountAsFree()
    {
        uint large = _world.Take(FrameUse.LargeBlock);
        uint section = _world.Take(FrameUse.SectionBlock);
        FrameStatistics taken = _world.Statistics;
        Assert.Equal((1u, 1u), (taken.LargeBlocks, taken.SectionBlocks));
        Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.LargeBlock, large));
        Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.SectionBlock, section, 1));
        FrameStatistics free = _world.Statistics;
        Assert.Equal((0u, 0u), (free.LargeBlocks, free.SectionBlocks));
        Assert.Equal(taken.PoolFrames + 16 + FramesPerSection, free.PoolFrames);
        Assert.Equal(taken.FreeFrames + 16 + FramesPerSection, free.FreeFrames);
        Assert.Equal(FrameState.Free, _world.Describe(section).State);
        Assert.Equal(FrameState.Free, _world.Describe(large + 4096).State);
    }

    [Fact]
    public void Allocate_OnlyBlocksThatAreKeptAreLeft_GathersThem()
    {
        List<uint> sections = _world.TakeAll(FrameUse.SectionBlock);
        List<uint> whole = [.. sections.GroupBy(section => section >> 24).First(group => group.Count() == 16)];
        Assert.All(whole, section => Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.SectionBlock, section)));
        Assert.Equal(MiB, _world.Statistics.LargestFreeBlockInBytes);
        Assert.Equal(whole.Min(), _world.Take(FrameUse.SupersectionBlock));
        Assert.Equal(VmStatus.OutOfFrames, _world.Allocate(FrameUse.SectionBlock, out _));
    }

    [Fact]
    public void Allocate_PageWhereOnlyABlockIsLeft_TakesItApart()
    {
        List<uint> sections = _world.TakeAll(FrameUse.SectionBlock);
        _ = _world.TakeAll(FrameUse.LargeBlock);
        _ = _world.TakeAll(FrameUse.Page);
        Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.SectionBlock, sections[0], 2));
        uint page = _world.Take(FrameUse.Page, 1);
        Assert.Equal(sections[0], page & ~(MiB - 1));
    }

    [Fact]
    public void Allocate_BlockThatWasKept_IsZeroedWhenAsked()
    {
        uint block = _world.Take(FrameUse.LargeBlock);
        _world.Words(block, 0x1_0000).Fill(FrameWorld.Rubbish);
        Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.LargeBlock, block));
        Assert.Equal(VmStatus.Ok, _world.Allocate(FrameUse.LargeBlock, out uint again, FrameContents.Zeroed));
        Assert.Equal(block, again);
        Assert.True(_world.Words(block, 0x1_0000).IndexOfAnyExcept(0u) < 0);
    }

    [Fact]
    public void Free_SectionOfASmallMemory_GoesBackAtOnce()
    {
        FrameWorld small = FrameWorld.Start(7 * MiB);
        uint section = small.Take(FrameUse.SectionBlock);
        Assert.Equal(1u, small.Statistics.SectionBlocks);
        Assert.Equal(VmStatus.Ok, small.Free(FrameUse.SectionBlock, section, 1));
        Assert.Equal((0u, 0u), (small.Statistics.SectionBlocks, small.Statistics.PoolFrames));
        Assert.Equal(section, small.Take(FrameUse.SectionBlock));
    }

    [Fact]
    public void Free_ManySections_KeepsAnEighthOfTheMemory()
    {
        List<uint> sections = _world.TakeAll(FrameUse.SectionBlock);
        Assert.All(sections, section => Assert.Equal(VmStatus.Ok, _world.Free(FrameUse.SectionBlock, section)));
        uint inDepot = _world.Statistics.ManagedFrames / 8 / FramesPerSection;
        Assert.Equal(inDepot * FramesPerSection, _world.Statistics.PoolFrames);
    }

    private uint CountOf(FrameUse use) =>
        use == FrameUse.LargeBlock ? _world.Statistics.LargeBlocks : _world.Statistics.SectionBlocks;
}
