using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>The short way that a build without checks tries first: only what takes neither frames nor tables.</summary>
/// <remarks>Blocks that were taken this way go back this way: they have no guard.</remarks>
public sealed class KernelHeapShortWayTests
{
    private const uint Page = PageSize.Small;
    private const uint Guard = 8; // behind a block that is taken the long way; a granule has room for it

    [Theory]
    [InlineData(1u, 32u)]
    [InlineData(32u, 32u)]
    [InlineData(33u, 64u)]
    [InlineData(64u, 64u)]
    [InlineData(65u, 96u)]
    [InlineData(1024u, 1024u)]
    [InlineData(1025u, 1344u)]
    public void TryAllocateMapped_PageOfTheClassHasRoom_GivesTheNextBlock(uint length, uint held)
    {
        KernelHalf half = new();
        VirtualAddress first = half.Allocate(held - Guard);

        Assert.True(half.TryAllocateMapped(length, out VirtualAddress block));

        Assert.Equal(first.Add(held), block);
        half.AssertNoLockIsHeld();
        Assert.Equal(2u, half.ReadStatistics().SmallBlockCount);
        Assert.True(half.TryFreeMapped(block));
        half.AssertNoLockIsHeld();
        Assert.Equal(1u, half.ReadStatistics().SmallBlockCount);
    }

    [Fact]
    public void TryAllocateMapped_LargestClass_GivesItsFreeBlock()
    {
        KernelHalf half = new();
        VirtualAddress first = half.Allocate(2048 - Guard);
        half.Free(first);
        Assert.True(half.TryAllocateMapped(2048, out VirtualAddress block));
        Assert.Equal(first, block);
    }

    [Theory]
    [InlineData(100u)]
    [InlineData(3000u)]
    public void TryAllocateMapped_NothingUsedYet_ReturnsFalse(uint length)
    {
        KernelHalf half = new();
        Assert.False(half.TryAllocateMapped(length, out VirtualAddress block));
        Assert.Equal(default, block);
        half.AssertNoLockIsHeld();
        _ = half.Allocate(100);
    }

    [Theory]
    [InlineData(32u)]
    [InlineData(2048u)]
    [InlineData(2049u)]
    [InlineData(4096u)]
    public void TryAllocateMapped_ClassHasNoPage_ReturnsFalse(uint length)
    {
        KernelHalf half = new();
        _ = half.Allocate(100);
        Assert.False(half.TryAllocateMapped(length, out VirtualAddress block));
        Assert.Equal(default, block);
        half.AssertNoLockIsHeld();
        Assert.Equal(1u, half.ReadStatistics().MappedPageCount);
    }

    [Theory]
    [InlineData(2049u)]
    [InlineData(4096u)]
    public void TryAllocateMapped_OnePageOrLess_GivesTheKeptPageThatWasFreedLast(uint length)
    {
        KernelHalf half = new();
        VirtualAddress[] pages = KeepTwoPages(half);

        Assert.True(half.TryAllocateMapped(length, out VirtualAddress block));
        Assert.Equal(pages[1], block);
        half.AssertNoLockIsHeld();
        HeapStatistics statistics = half.ReadStatistics();
        Assert.Equal(1u, statistics.CachedPageCount);
        Assert.Equal(2u, statistics.LargeBlockCount);
        Assert.True(half.TryAllocateMapped(length, out block));
        Assert.Equal(pages[0], block);
        Assert.False(half.TryAllocateMapped(length, out _));

        Assert.True(half.TryFreeMapped(block));
        half.AssertNoLockIsHeld();
        Assert.Equal(1u, half.ReadStatistics().CachedPageCount);
    }

    [Fact]
    public void TryAllocateMapped_NoLengthOfAPage_LeavesTheKeptPages()
    {
        KernelHalf half = new();
        VirtualAddress small = half.Allocate(32 - Guard);
        _ = KeepTwoPages(half);

        // First, and judged by its place: a wrong border would have the other lengths read past the table of lengths, which has no bounds check.
        Assert.True(half.TryAllocateMapped(32, out VirtualAddress next));
        Assert.Equal(small.Add(32), next);
        foreach (uint length in (uint[])[4097, 0xFFFF_FFFF, 0])
        {
            Assert.False(half.TryAllocateMapped(length, out VirtualAddress block));
            Assert.Equal(default, block);
        }

        Assert.Equal(2u, half.ReadStatistics().CachedPageCount);
    }

    [Fact]
    public void TryAllocateMapped_PageIsKept_IsCutForTheClass()
    {
        KernelHalf half = new();
        VirtualAddress[] pages = KeepTwoPages(half);
        Assert.True(half.TryAllocateMapped(100, out VirtualAddress block));
        Assert.Equal(pages[1], block);
        Assert.True(half.TryAllocateMapped(100, out block));
        Assert.Equal(pages[1].Add(128), block);
        Assert.Equal(1u, half.ReadStatistics().CachedPageCount);
    }

    [Fact]
    public void TryFreeMapped_NoLiveBlock_ReturnsFalse()
    {
        KernelHalf half = new();
        _ = half.Allocate(100);
        Assert.True(half.TryAllocateMapped(100, out VirtualAddress block));
        VirtualAddress[] dead =
        [
            block.Add(1), block.Add(32), block.Add(128), new(0), new(0xC000_0000), new(0xC2FF_FFE0), half.Window.HeapEnd,
            new(0xFFFF_FFFF),
        ];
        foreach (VirtualAddress address in dead)
        {
            Assert.False(half.TryFreeMapped(address));
            half.AssertNoLockIsHeld();
        }

        Assert.True(half.TryFreeMapped(block));
        Assert.False(half.TryFreeMapped(block));
        Assert.Equal(0u, half.ReadStatistics().FaultCount); // whoever asks goes the long way next, which notes it
    }

    /// <summary>32 pages of heap have one page of states, so that nothing is mapped for the address behind them.</summary>
    [Fact]
    public void TryFreeMapped_BehindTheLastStates_ReturnsFalse()
    {
        KernelHalf half = new();
        _ = half.Allocate((32 * Page) - 64);
        Assert.False(half.TryFreeMapped(half.Window.HeapEnd));
    }

    [Fact]
    public void TryFreeMapped_PagesWouldBeUnmapped_LeavesTheBlock()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(9000);
        Assert.False(half.TryFreeMapped(block));
        half.AssertNoLockIsHeld();
        half.Free(block);
    }

    private static VirtualAddress[] KeepTwoPages(KernelHalf half)
    {
        VirtualAddress[] pages = [half.Allocate(4000), half.Allocate(4000)];
        _ = half.Allocate(9000); // so that the end of the heap stays
        half.Free(pages[0]);
        half.Free(pages[1]);
        return pages;
    }
}
