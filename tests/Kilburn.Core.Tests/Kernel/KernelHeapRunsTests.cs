using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Which free run a request takes, what is left of it, and where the heap ends.</summary>
public sealed class KernelHeapRunsTests
{
    private const uint Page = PageSize.Small;
    private const uint Note = 64; // room for what a checked build writes behind a block

    [Theory]
    [InlineData(2u, 3u)]
    [InlineData(3u, 5u)]
    [InlineData(7u, 8u)]
    [InlineData(8u, 9u)]
    [InlineData(15u, 16u)]
    [InlineData(16u, 18u)]
    [InlineData(18u, 20u)]
    [InlineData(20u, 22u)]
    [InlineData(30u, 32u)]
    [InlineData(32u, 36u)]
    [InlineData(36u, 40u)]
    [InlineData(64u, 72u)]
    [InlineData(72u, 80u)]
    public void TryAllocate_RunOfJustThatLength_IsTakenBeforeALongerOne(uint length, uint longer)
    {
        KernelHalf half = new();
        List<VirtualAddress> runs = MakeRuns(half, length, longer);
        VirtualAddress end = half.Window.HeapEnd;

        Assert.Equal(runs[0], half.Allocate(LengthOf(length)));
        Assert.Equal(runs[1], half.Allocate(LengthOf(length)));
        Assert.Equal(end, half.Window.HeapEnd);
    }

    [Theory]
    [InlineData(2u, 3u, 4u)]
    [InlineData(6u, 9u, 12u)]
    [InlineData(18u, 20u, 24u)]
    [InlineData(17u, 64u, 80u)]
    public void TryAllocate_TwoLongerRuns_TakesTheShorter(uint length, uint shorter, uint longer)
    {
        KernelHalf half = new();
        List<VirtualAddress> runs = MakeRuns(half, shorter, longer);
        Assert.Equal(runs[0], half.Allocate(LengthOf(length)));
    }

    [Fact]
    public void TryAllocate_TwoRunsOfOneLength_FindsBoth()
    {
        KernelHalf half = new();
        List<VirtualAddress> runs = MakeRuns(half, 5, 5);
        Assert.Equal(runs[1], half.Allocate(LengthOf(3)));
        Assert.Equal(runs[0], half.Allocate(LengthOf(3)));
    }

    [Fact]
    public void TryAllocate_RunIsOnePageShort_GoesToTheEnd()
    {
        KernelHalf half = new();
        _ = MakeRuns(half, 16);
        VirtualAddress end = half.Window.HeapEnd;
        Assert.Equal(end, half.Allocate(LengthOf(17)));
    }

    /// <summary>Runs of 16 and 17 pages are in one bin: the first eight of it are looked at.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void TryAllocate_LongEnoughRunBehindShorterOnesOfItsBin_IsFoundAmongTheFirstEight(int shorterCount, bool isFound)
    {
        KernelHalf half = new();
        List<VirtualAddress> runs = MakeRuns(half, [17, .. Enumerable.Repeat(16u, shorterCount)]);
        VirtualAddress end = half.Window.HeapEnd;
        Assert.Equal(isFound ? runs[0] : end, half.Allocate(LengthOf(17)));
    }

    [Fact]
    public void TryResize_RunBehindHasJustTheLength_TakesAllOfIt()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(LengthOf(2));
        VirtualAddress behind = half.Allocate(LengthOf(3));
        VirtualAddress last = half.Allocate(LengthOf(2));
        half.Free(behind);

        Assert.Equal(VmStatus.Ok, half.TryResize(block, LengthOf(5), out VirtualAddress resized));

        Assert.Equal(block, resized);
        Assert.Equal(last.Add(2 * Page), half.Allocate(LengthOf(2)));
    }

    [Fact]
    public void TryResize_RunBehindIsLonger_LeavesTheRest()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(LengthOf(2));
        VirtualAddress behind = half.Allocate(LengthOf(5));
        _ = half.Allocate(LengthOf(2));
        half.Free(behind);

        Assert.Equal(VmStatus.Ok, half.TryResize(block, LengthOf(4), out VirtualAddress resized));

        Assert.Equal(block, resized);
        Assert.Equal(behind.Add(2 * Page), half.Allocate(LengthOf(3)));
    }

    [Fact]
    public void TryResize_RunBehindIsShorter_Moves()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(LengthOf(2));
        VirtualAddress behind = half.Allocate(LengthOf(3));
        VirtualAddress last = half.Allocate(LengthOf(2));
        half.Free(behind);

        Assert.Equal(VmStatus.Ok, half.TryResize(block, LengthOf(6), out VirtualAddress resized));

        Assert.Equal(last.Add(2 * Page), resized);
        Assert.Equal(block, half.Allocate(LengthOf(5))); // both runs have become one
    }

    /// <summary>The records of pages above the end still tell what lay there.</summary>
    [Fact]
    public void TryAllocateAligned_LeavesOutPagesThatHeldABlock_CountsThemAsFree()
    {
        KernelHalf half = new();
        VirtualAddress kept = half.Allocate(LengthOf(2));
        VirtualAddress former = half.Allocate(LengthOf(3));
        half.Free(former);
        Assert.Equal(former, half.Window.HeapEnd);

        Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(LengthOf(2), 16 * Page, out VirtualAddress aligned));

        Assert.Equal(KernelHeapLayout.FirstPage.Add(16 * Page), aligned);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(former));
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(former.Add(Page)));
        half.Free(kept);
        Assert.Equal(kept, half.Allocate(LengthOf(16)));
    }

    [Fact]
    public void TryAllocate_AllOfTheWindow_LacksOnlyFrames()
    {
        KernelHalf half = new(1u << 20);
        Assert.Equal(VmStatus.OutOfFrames, half.TryAllocate(KernelHalf.WindowLength - Note, out VirtualAddress block));
        Assert.Equal(default, block);
        Assert.Equal(KernelHeapLayout.FirstPage, half.Window.HeapEnd);
        Assert.Equal(KernelHeapLayout.FirstPage, half.Allocate(LengthOf(2)));
    }

    [Fact]
    public void TryAllocate_AllOfTheWindowAboveABlock_ReturnsWindowFull()
    {
        KernelHalf half = new(1u << 20);
        VirtualAddress block = half.Allocate(LengthOf(2));
        Assert.Equal(VmStatus.WindowFull, half.TryAllocate(KernelHalf.WindowLength - Note, out _));
        Assert.Equal(block.Add(2 * Page), half.Window.HeapEnd);
        half.Free(block);
    }

    [Fact]
    public void TryAllocate_WouldMeetTheMmioWindow_ReturnsWindowFullAndTakesNoFrame()
    {
        KernelHalf half = new(1u << 20);
        Assert.Equal(VmStatus.Ok, half.TryMap(new PhysicalAddress(0x1C09_0000), Page, out _));
        uint free = half.FreeFrames;
        Assert.Equal(VmStatus.WindowFull, half.TryAllocate(KernelHalf.WindowLength - Note, out _));
        Assert.Equal(KernelHeapLayout.FirstPage, half.Window.HeapEnd);
        Assert.Equal(free, half.FreeFrames);
    }

    [Fact]
    public void TryAllocate_NoFrameForTheDirectory_LeavesTheEnd()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(LengthOf(2));
        VirtualAddress end = half.Window.HeapEnd;
        half.LeaveFrames(0);
        Assert.Equal(VmStatus.OutOfFrames, half.TryAllocate(LengthOf(200), out _));
        Assert.Equal(end, half.Window.HeapEnd);
        half.RestoreFrames();
        Assert.Equal(end, half.Allocate(LengthOf(200)));
        half.Free(block);
    }

    /// <summary>Makes free runs, each with a block behind it, and frees the last one last: of its bin it is then the first.</summary>
    private static List<VirtualAddress> MakeRuns(KernelHalf half, params uint[] pageCounts)
    {
        List<VirtualAddress> runs = [];
        foreach (uint pageCount in pageCounts)
        {
            runs.Add(half.Allocate(LengthOf(pageCount)));
            _ = half.Allocate(LengthOf(2));
        }

        runs.ForEach(half.Free);
        return runs;
    }

    private static uint LengthOf(uint pageCount) => (pageCount * Page) - Note;
}
