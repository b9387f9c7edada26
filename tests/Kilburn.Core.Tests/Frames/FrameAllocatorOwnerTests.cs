using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Who has a share in a page, and pages that are given out zeroed.</summary>
public sealed class FrameAllocatorOwnerTests
{
    private const uint MiB = FrameWorld.MiB;

    [Fact]
    public void HasSoleOwner_SharedAndFreed_FollowsTheOwners()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint page = world.Take(FrameUse.Page);
        Assert.True(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Share(page));
        Assert.False(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Share(page));
        Assert.False(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.False(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.True(HasSoleOwner(world, page));
        Assert.Equal(1u, world.Statistics.Pages);
    }

    [Fact]
    public void Share_UpToTheLimit_IsOverflowThenAndChangesNothing()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint page = world.Take(FrameUse.Page);
        for (uint owners = 1; owners < FrameInfo.OwnerLimit; owners++)
        {
            Assert.Equal(VmStatus.Ok, world.Share(page));
        }

        Assert.Equal(FrameInfo.OwnerLimit, world.Describe(page).OwnerCount);
        Assert.Equal(VmStatus.Overflow, world.Share(page));
        Assert.Equal(FrameInfo.OwnerLimit, world.Describe(page).OwnerCount);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Equal(FrameInfo.OwnerLimit - 1, world.Describe(page).OwnerCount);
        Assert.Equal(VmStatus.Ok, world.Share(page));
        Assert.Equal(VmStatus.Overflow, world.Share(page));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(2048u)]
    public void Share_InsideOfAPage_IsMisalignedAndChangesNothing(uint offset)
    {
        FrameWorld world = StartTwoBanks();
        foreach (uint page in (uint[])[TakeFrom(world, 0, 8 * MiB), TakeFrom(world, 16 * MiB, 17 * MiB)])
        {
            Assert.Equal(VmStatus.Misaligned, world.Share(page + offset));
            Assert.Equal(1u, world.Describe(page).OwnerCount);
            Assert.Equal(VmStatus.Ok, world.Share(page));
            Assert.Equal(VmStatus.Misaligned, world.Share(page + offset));
            Assert.Equal(2u, world.Describe(page).OwnerCount);
        }

        Assert.Equal(4u, world.Statistics.MisalignedFailures);
    }

    [Fact]
    public void Share_PageOfAShorterBank_CountsItsOwners()
    {
        FrameWorld world = StartTwoBanks();
        uint page = TakeFrom(world, 16 * MiB, 17 * MiB);
        Assert.True(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Share(page));
        Assert.Equal(2u, world.Describe(page).OwnerCount);
        Assert.False(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.True(HasSoleOwner(world, page));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Equal(FrameState.Free, world.Describe(page).State);
        Assert.Equal(VmStatus.AlreadyFree, world.Share(page));
        Assert.Equal(VmStatus.NotManaged, world.Share(17 * MiB));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeZeroedPage_FromTheRowsAndFromTheStack_IsZeroedWithItsOwners(bool isShared)
    {
        PlainMemory memory = new(8 * MiB);
        memory.At(default, 8 * MiB).Fill(0xA5);
        FrameWorld world = new(memory);
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 8 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB));

        for (uint count = 1; count <= 4; count++)
        {
            uint page = TakeZeroed(world, isShared);
            Assert.NotEqual(0u, page);
            Assert.True(world.Words(page, 4096).IndexOfAnyExcept(0u) < 0);
            Assert.Equal(isShared ? 2u : 1u, world.Describe(page).OwnerCount);
            Assert.Equal(!isShared, HasSoleOwner(world, page));
            Assert.Equal(count, world.Statistics.Pages);
            Assert.True(world.Given.ContainsKey(page));
            Assert.Equal((int)count, world.Given.Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeZeroedPage_NoneLeft_IsZeroAndCounted(bool isShared)
    {
        FrameWorld world = FrameWorld.Start(2 * MiB);
        uint free = world.Statistics.FreeFrames;
        uint owners = isShared ? 2u : 1u;
        for (uint count = 0; count < free; count++)
        {
            Assert.Equal(owners, world.Describe(TakeZeroed(world, isShared)).OwnerCount);
        }

        byte[] memory = world.Memory.At(default, 2 * MiB).ToArray();
        Assert.Equal(0u, TakeZeroed(world, isShared));
        Assert.Equal(1u, world.Statistics.OutOfFramesFailures);
        Assert.Equal(free, world.Statistics.Pages);
        Assert.True(world.Memory.At(default, 2 * MiB).SequenceEqual(memory));
    }

    private static FrameWorld StartTwoBanks() => FrameMaps.Start([0, 4 * MiB, 16 * MiB, 17 * MiB]);

    private static uint TakeFrom(FrameWorld world, uint start, uint end)
    {
        uint page;
        do
        {
            page = world.Take(FrameUse.Page);
        }
        while (page < start || page >= end);

        return page;
    }

    private static bool HasSoleOwner(FrameWorld world, uint page)
    {
        Machine machine = world.Core(0);
        return world.Frames.HasSoleOwner(ref machine, new PhysicalAddress(page));
    }

    private static uint TakeZeroed(FrameWorld world, bool isShared)
    {
        Machine machine = world.Core(0);
        uint page = isShared ? world.Frames.TakeZeroedSharedPage(ref machine) : world.Frames.TakeZeroedPage(ref machine);
        Assert.True(world.IsIdle(0));
        return page;
    }
}
