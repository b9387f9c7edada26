using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Blocks of whole pages: where they grow and shrink, and which frames they take.</summary>
public sealed class KernelHeapPagesTests
{
    private const uint Page = PageSize.Small;
    private const uint Note = 64; // room for what a checked build writes behind a block

    [Fact]
    public void TryAllocate_PageWasFreed_IsTakenAgainWithoutAFrame()
    {
        KernelHalf half = new();
        VirtualAddress first = half.Allocate(LengthOf(1));
        half.Free(first);
        Assert.Equal(1u, half.ReadStatistics().CachedPageCount);
        uint free = half.FreeFrames;

        Assert.Equal(first, half.Allocate(LengthOf(1)));
        Assert.Equal(0u, half.ReadStatistics().CachedPageCount);
        Assert.Equal(free, half.FreeFrames);
        Assert.NotEqual(first, half.Allocate(LengthOf(1)));
        Assert.Equal(free - 1, half.FreeFrames);
    }

    [Fact]
    public void TryAllocate_TwoPagesWhileOneIsKept_LeavesTheOneAlone()
    {
        KernelHalf half = new();
        VirtualAddress kept = half.Allocate(LengthOf(1));
        _ = half.Allocate(LengthOf(2));
        half.Free(kept);

        VirtualAddress block = half.Allocate(LengthOf(2));

        Assert.NotEqual(kept, block);
        Assert.Equal(1u, half.ReadStatistics().CachedPageCount);
        half.Fill(block, LengthOf(2), 3);
        Assert.True(half.Holds(block, LengthOf(2), 3));
    }

    [Fact]
    public void TryAllocate_FramesAreKeptPages_GivesThemUp()
    {
        KernelHalf half = new();
        VirtualAddress first = half.Allocate(LengthOf(1));
        VirtualAddress second = half.Allocate(LengthOf(1));
        half.Free(first);
        half.Free(second);
        half.LeaveFrames(0);

        Assert.Equal(VmStatus.Ok, half.TryAllocate(LengthOf(2), out VirtualAddress block));
        Assert.Equal(0u, half.ReadStatistics().CachedPageCount);
        half.Fill(block, LengthOf(2), 5);
        Assert.True(half.Holds(block, LengthOf(2), 5));
        Assert.Equal(VmStatus.OutOfFrames, half.TryAllocate(LengthOf(2), out _));
    }

    [Theory]
    [InlineData(5u, 2u)]
    [InlineData(3u, 1u)]
    [InlineData(2u, 2u)]
    public void TryResize_FewerPages_GivesTheOthersBack(uint before, uint after)
    {
        KernelHalf half = new();
        half.WarmUp(LengthOf(before));
        VirtualAddress block = half.Allocate(LengthOf(before));
        _ = half.Allocate(LengthOf(2)); // so that the end of the heap stays
        uint free = half.FreeFrames;

        Assert.Equal(VmStatus.Ok, half.TryResize(block, LengthOf(after) - 1, out VirtualAddress resized));

        Assert.Equal(block, resized);
        Assert.Equal(free + before - after, half.FreeFrames);
        Assert.True(half.Memory.TryWalk(block.Add((after - 1) * Page), out _));
        Assert.Equal(before == after, half.Memory.TryWalk(block.Add((before - 1) * Page), out _));
        Assert.Equal(before == after ? VmStatus.Misaligned : VmStatus.AlreadyFree, half.TryFree(block.Add((before - 1) * Page)));
        if (before - after > 1)
        {
            Assert.Equal(block.Add(after * Page), half.Allocate(LengthOf(before - after)));
        }
    }

    [Fact]
    public void TryResize_MorePagesWithRoomBehind_TakesJustThese()
    {
        KernelHalf half = new();
        half.WarmUp(LengthOf(8));
        uint untouched = half.FreeFrames;
        VirtualAddress block = half.Allocate(LengthOf(2));
        half.Fill(block, LengthOf(2), 9);
        uint free = half.FreeFrames;

        Assert.Equal(VmStatus.Ok, half.TryResize(block, LengthOf(5), out VirtualAddress resized));

        Assert.Equal(block, resized);
        Assert.Equal(free - 3, half.FreeFrames);
        Assert.True(half.Holds(block, LengthOf(2), 9));
        Assert.Equal(VmStatus.Misaligned, half.TryFree(block.Add(4 * Page)));
        VirtualAddress next = half.Allocate(LengthOf(2));
        Assert.Equal(block.Add(5 * Page), next);
        half.Free(next);
        half.Free(block);
        Assert.Equal(untouched, half.FreeFrames);
    }

    [Fact]
    public void TryResize_MorePagesThanFrames_GivesTheRoomBehindBack()
    {
        KernelHalf half = new();
        half.WarmUp(LengthOf(8));
        VirtualAddress block = half.Allocate(LengthOf(2));
        VirtualAddress end = half.Window.HeapEnd;
        half.LeaveFrames(2);

        Assert.Equal(VmStatus.OutOfFrames, half.TryResize(block, LengthOf(5), out _));

        Assert.Equal(end, half.Window.HeapEnd);
        Assert.Equal(2u, half.FreeFrames);
        Assert.False(half.Memory.TryWalk(block.Add(2 * Page), out _));
        half.RestoreFrames();
        Assert.Equal(VmStatus.Ok, half.TryResize(block, LengthOf(5), out VirtualAddress resized));
        Assert.Equal(block, resized);
    }

    [Fact]
    public void TryAllocate_OutOfFramesAtEachOfItsFrames_LosesNone()
    {
        KernelHalf untouched = new();
        untouched.WarmUp();
        for (int left = 0; ; left++)
        {
            KernelHalf half = new();
            half.LeaveFrames(left);
            VmStatus status = half.TryAllocate(1, out VirtualAddress block);
            half.RestoreFrames();
            if (status == VmStatus.Ok)
            {
                half.Free(block);
                return;
            }

            Assert.Equal(VmStatus.OutOfFrames, status);
            half.WarmUp();
            Assert.Equal(untouched.FreeFrames, half.FreeFrames);
        }
    }

    private static uint LengthOf(uint pageCount) => (pageCount * Page) - Note;
}
