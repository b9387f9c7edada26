using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Pages that follow each other, given out at once.</summary>
public sealed class FrameAllocatorRunTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint Dirt = 0xA5A5_A5A5;

    [Theory]
    [InlineData(FrameUse.LargeBlock, 16u)]
    [InlineData(FrameUse.SectionBlock, 256u)]
    public void TryAllocatePages_ARun_IsSoManyZeroedPagesOnTheirOwn(FrameUse use, uint count)
    {
        PlainMemory memory = new(8 * MiB);
        memory.At(default, 8 * MiB).Fill(0xA5);
        FrameWorld world = new(memory);
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 8 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB));
        FrameStatistics before = world.Statistics;

        Assert.Equal(VmStatus.Ok, Allocate(world, use, out uint first));
        uint length = count * 4096;
        Assert.Equal(length, FrameWorld.LengthOf(use));
        Assert.Equal(0u, first & (length - 1));
        Assert.True(world.Words(first, length).IndexOfAnyExcept(0u) < 0);
        Assert.Equal(Dirt, world.Words(first + length, 4)[0]);
        Assert.Equal((int)count, world.Given.Count);
        Assert.Equal(before with { Pages = count, FreeFrames = before.FreeFrames - count }, LikeIn(world.Statistics, before));

        for (uint page = first; page < first + length; page += 4096)
        {
            FrameDescription description = world.Describe(page);
            Assert.Equal((FrameState.Used, FrameUse.Page, page, 1u), (description.State, description.Use, description.Start.Value, description.OwnerCount));
            Assert.True(world.Given.ContainsKey(page));
        }

        Assert.Equal(FrameState.Free, world.Describe(first + length).State);
        for (uint page = first; page < first + length; page += 4096)
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        }

        world.DrainAll();
        Assert.Equal(before, world.Statistics);
        Assert.Empty(world.Given);
    }

    [Theory]
    [InlineData(FrameUse.Page)]
    [InlineData(FrameUse.SecondLevelTable)]
    [InlineData(FrameUse.FullFirstLevelTable)]
    [InlineData(FrameUse.SupersectionBlock)]
    public void TryAllocatePages_AnotherUse_IsOutOfRange(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        FrameStatistics before = world.Statistics;
        Assert.Equal(VmStatus.OutOfRange, Allocate(world, use, out uint first));
        Assert.Equal(0u, first);
        Assert.Equal(before, world.Statistics);
        Assert.Empty(world.Given);
    }

    [Theory]
    [InlineData(FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock)]
    public void TryAllocatePages_NoSuchRun_IsOutOfFramesAndTakesNothing(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        while (Allocate(world, use, out _) == VmStatus.Ok)
        {
        }

        int given = world.Given.Count;
        FrameStatistics before = world.Statistics;
        byte[] memory = world.Memory.At(default, 8 * MiB).ToArray();
        Assert.Equal(VmStatus.OutOfFrames, Allocate(world, use, out uint first));
        Assert.Equal(0u, first);
        Assert.Equal(before, world.Statistics);
        Assert.Equal(given, world.Given.Count);
        Assert.True(world.Memory.At(default, 8 * MiB).SequenceEqual(memory));
    }

    [Fact]
    public void TryAllocatePages_ABlockThatWasFreed_IsTakenAgain()
    {
        FrameWorld world = FrameWorld.Start(64 * MiB);
        uint block = world.Take(FrameUse.LargeBlock);
        world.Words(block, 0x1_0000).Fill(FrameWorld.Rubbish);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.LargeBlock, block));
        Assert.Equal(VmStatus.Ok, Allocate(world, FrameUse.LargeBlock, out uint first));
        Assert.Equal(block, first);
        Assert.True(world.Words(block, 0x1_0000).IndexOfAnyExcept(0u) < 0);
        Assert.Equal(16u, world.Statistics.Pages);
    }

    // The size of the largest block may have changed as well.
    private static FrameStatistics LikeIn(FrameStatistics statistics, FrameStatistics other) =>
        statistics with { LargestFreeBlockInBytes = other.LargestFreeBlockInBytes };

    private static VmStatus Allocate(FrameWorld world, FrameUse use, out uint first)
    {
        Machine machine = world.Core(0);
        VmStatus status = world.Frames.TryAllocatePages(ref machine, use, out PhysicalAddress address);
        first = address.Value;
        Assert.True(world.IsIdle(0));
        return status;
    }
}
