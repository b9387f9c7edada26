using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Pages cut into blocks: which page a class takes next, and which it keeps.</summary>
public sealed class KernelHeapSlabsTests
{
    private const uint Page = PageSize.Small;
    private const uint Guard = 8; // of a checked build

    /// <summary>In a checked build three blocks of this length to a page; class 9.</summary>
    private const uint ThreeToAPage = 1024 - Guard;

    /// <summary>In a checked build one block of this length to a page; class 11.</summary>
    private const uint OneToAPage = 2048 - Guard;

    [Theory]
    [InlineData(0, 32u, 102u)]
    [InlineData(1, 64u, 51u)]
    [InlineData(2, 96u, 34u)]
    [InlineData(3, 128u, 25u)]
    [InlineData(4, 192u, 17u)]
    [InlineData(5, 256u, 12u)]
    [InlineData(6, 384u, 8u)]
    [InlineData(7, 512u, 6u)]
    [InlineData(8, 768u, 4u)]
    [InlineData(9, 1024u, 3u)]
    [InlineData(10, 1344u, 2u)]
    [InlineData(11, 2048u, 1u)]
    public void TryAllocate_PageOfAClass_HoldsAsManyBlocksAsFit(int index, uint held, uint count)
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        Assert.Equal(held, KernelHeapClasses.LengthInBytesOf(index));
        VirtualAddress first = half.Allocate(held - Guard);
        AssertClass(half, index, 1, 1, count - 1);
        for (uint block = 1; block < count; block++)
        {
            Assert.Equal(first.Add(block * held), half.Allocate(held - Guard));
        }

        AssertClass(half, index, 1, count, 0);
        VirtualAddress next = half.Allocate(held - Guard);
        AssertClass(half, index, 2, count + 1, count - 1);
        half.Free(first);
        AssertClass(half, index, 2, count, count);
        half.Free(next);
        AssertClass(half, index, 2, count - 1, count + 1);
        Assert.Equal(count - 1, half.ReadStatistics().SmallBlockCount);
    }

    [Fact]
    public void TryFree_FirstBlockOfAFullPage_KeepsThePage()
    {
        KernelHalf half = new();
        List<VirtualAddress> blocks = [.. Enumerable.Range(0, 140).Select(_ => half.Allocate(24))];
        for (int index = 0; index < blocks.Count; index++)
        {
            half.Fill(blocks[index], 24, (uint)index);
        }

        half.Free(blocks[0]);

        for (int index = 1; index < blocks.Count; index++)
        {
            Assert.True(half.Holds(blocks[index], 24, (uint)index));
        }

        Assert.Equal(139u, half.ReadStatistics().SmallBlockCount);
    }

    [Fact]
    public void TryAllocate_FullPagesGotRoom_AreTakenInThatOrder()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress[] pages = FillPages(half, 4);
        half.Free(pages[1]);
        half.Free(pages[2]);
        half.Free(pages[0]);

        Assert.Equal(pages[1], half.Allocate(ThreeToAPage));
        Assert.Equal(pages[2], half.Allocate(ThreeToAPage));
        Assert.Equal(pages[0], half.Allocate(ThreeToAPage));
        Assert.Equal(4u, half.ReadStatistics().MappedPageCount);
        Assert.Equal(pages[3].Add(Page), half.Allocate(ThreeToAPage));
    }

    [Fact]
    public void TryAllocate_LastPageOfTheListBecameEmpty_OthersAreTakenFirst()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress[] pages = FillPages(half, 4);
        half.Free(pages[0]);
        half.Free(pages[1]);
        half.Free(pages[2]);
        FreeAllOf(half, pages[2]);

        Assert.Equal(pages[0], half.Allocate(ThreeToAPage));
        Assert.Equal(pages[1], half.Allocate(ThreeToAPage));
        AssertTakesAllOf(half, pages[2]);
        Assert.Equal(pages[3].Add(Page), half.Allocate(ThreeToAPage));
    }

    [Fact]
    public void TryAllocate_PageJoinedAListWhoseLastBecameEmpty_IsTakenBehindTheOthers()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress[] pages = FillPages(half, 4);
        half.Free(pages[0]);
        half.Free(pages[1]);
        FreeAllOf(half, pages[1]);
        half.Free(pages[2]);

        Assert.Equal(pages[0], half.Allocate(ThreeToAPage));
        Assert.Equal(pages[2], half.Allocate(ThreeToAPage));
        AssertTakesAllOf(half, pages[1]);
        Assert.Equal(pages[3].Add(Page), half.Allocate(ThreeToAPage));
    }

    [Fact]
    public void TryAllocate_MiddlePageOfTheListBecameEmpty_OthersKeepTheirOrder()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress[] pages = FillPages(half, 5);
        half.Free(pages[0]);
        half.Free(pages[1]);
        half.Free(pages[2]);
        FreeAllOf(half, pages[1]);
        half.Free(pages[3]);

        Assert.Equal(pages[0], half.Allocate(ThreeToAPage));
        Assert.Equal(pages[2], half.Allocate(ThreeToAPage));
        Assert.Equal(pages[3], half.Allocate(ThreeToAPage));
        AssertTakesAllOf(half, pages[1]);
    }

    /// <summary>The page that was second becomes first when the first is taken, and leaves the list from there.</summary>
    [Fact]
    public void TryFree_SecondPageOfTheListBecameFirst_LeavesTheListWhenEmpty()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress[] pages = FillPages(half, 4);
        half.Free(pages[0]);
        half.Free(pages[1]);
        half.Free(pages[2]);
        Assert.Equal(pages[0], half.Allocate(ThreeToAPage));
        FreeAllOf(half, pages[1]);

        Assert.Equal(pages[2], half.Allocate(ThreeToAPage));
        AssertTakesAllOf(half, pages[1]);
        Assert.Equal(pages[3].Add(Page), half.Allocate(ThreeToAPage));
    }

    [Fact]
    public void TryFree_MorePagesBecomeEmptyThanAreKept_CachesThenUnmaps()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        const uint Count = KernelHeap.EmptyCapacity + KernelHeap.CacheCapacity + 3;
        KernelHalf half = new();
        List<VirtualAddress> blocks = AllocatePages(half, Count);
        uint freed = 0;
        for (; freed < KernelHeap.EmptyCapacity; freed++)
        {
            half.Free(blocks[(int)freed]);
            AssertPages(half, Count, 0);
        }

        for (uint cached = 1; cached <= KernelHeap.CacheCapacity; cached++, freed++)
        {
            half.Free(blocks[(int)freed]);
            AssertPages(half, Count, cached);
        }

        half.Free(blocks[(int)freed]);
        AssertPages(half, Count - 1, KernelHeap.CacheCapacity);
        Assert.False(half.Memory.TryWalk(blocks[(int)freed], out _));
        Assert.Equal(2u, half.ReadStatistics().GetClass(11).LiveCount);
    }

    /// <summary>Room in the cache is enough to keep a page, and so is room among the empty ones.</summary>
    [Fact]
    public void TryFree_CacheIsFullButFewPagesAreEmpty_KeepsThePage()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        List<VirtualAddress> blocks = AllocatePages(half, 2);
        List<VirtualAddress> pages = [.. Enumerable.Range(0, KernelHeap.CacheCapacity).Select(_ => half.Allocate(4000))];
        _ = half.Allocate(9000); // so that the end of the heap stays
        pages.ForEach(half.Free);
        uint mapped = half.ReadStatistics().MappedPageCount;

        half.Free(blocks[0]);

        AssertPages(half, mapped, KernelHeap.CacheCapacity);
        Assert.Equal(2u, half.ReadStatistics().GetClass(11).PageCount);
    }

    [Fact]
    public void TryFree_EmptyPagesWereTakenAgain_KeepsAsManyAsBefore()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        const uint Count = KernelHeap.EmptyCapacity + 1;
        KernelHalf half = new();
        List<VirtualAddress> blocks = AllocatePages(half, Count);
        for (int round = 0; round < 3; round++)
        {
            // The last page is current, and not counted.
            blocks.GetRange(0, KernelHeap.EmptyCapacity).ForEach(half.Free);
            AssertPages(half, Count, 0);
            VirtualAddress current = blocks[^1];
            blocks = [current, .. AllocatePages(half, KernelHeap.EmptyCapacity)];
            AssertPages(half, Count, 0);
            Assert.Equal(Count, (uint)blocks.Distinct().Count());
        }
    }

    [Fact]
    public void Trim_EmptyPagesWereKept_MakesRoomForOthers()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        const uint Count = KernelHeap.EmptyCapacity + 1;
        KernelHalf half = new();
        for (int round = 0; round < 3; round++)
        {
            List<VirtualAddress> blocks = AllocatePages(half, Count);
            blocks.GetRange(0, KernelHeap.EmptyCapacity).ForEach(half.Free);
            AssertPages(half, Count, 0);
            half.Trim();
            AssertPages(half, 1, 0);
            half.Free(blocks[^1]);
            half.Trim();
            AssertPages(half, 0, 0);
        }
    }

    [Fact]
    public void TryAllocate_PageIsCached_IsCutForTheClass()
    {
        KernelHalf half = new();
        VirtualAddress page = half.Allocate(4000);
        _ = half.Allocate(9000); // so that the end of the heap stays
        half.Free(page);
        AssertPages(half, 4, 1);

        Assert.Equal(page, half.Allocate(100));

        AssertPages(half, 4, 0);
    }

    [Fact]
    public void TryAllocate_BlockWasFilledAndFreed_IsTakenAgainWithoutAFault()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(OneToAPage);
        half.Fill(block, OneToAPage, 7);
        half.Free(block);
        VirtualAddress again = half.Allocate(OneToAPage);
        Assert.Equal(0u, half.ReadStatistics().FaultCount);
        Assert.True(!BuildChecks.Enabled || block == again);
    }

    /// <summary>Class 2 has three granules, which are no multiple of two.</summary>
    [Fact]
    public void TryAllocateAligned_ClassOfTheLengthIsOutOfStep_TakesALargerOne()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(96 - Guard, 64, out VirtualAddress first));
        Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(96 - Guard, 64, out VirtualAddress second));
        Assert.Equal(2u, half.ReadStatistics().GetClass(3).LiveCount);
        Assert.Equal(first.Add(128), second);
        Assert.True(first.IsAligned(64) && second.IsAligned(64));
    }

    private static void AssertClass(KernelHalf half, int index, uint pageCount, uint liveCount, uint freeCount)
    {
        HeapClassStatistics statistics = half.ReadStatistics().GetClass(index);
        Assert.Equal((pageCount, liveCount, freeCount), (statistics.PageCount, statistics.LiveCount, statistics.FreeCount));
    }

    private static void AssertPages(KernelHalf half, uint mappedCount, uint cachedCount)
    {
        HeapStatistics statistics = half.ReadStatistics();
        Assert.Equal((mappedCount, cachedCount), (statistics.MappedPageCount, statistics.CachedPageCount));
    }

    /// <summary>Fills pages with blocks of a third of a page. The last one is the class's current page.</summary>
    private static VirtualAddress[] FillPages(KernelHalf half, int count)
    {
        List<VirtualAddress> blocks = AllocatePages(half, 3 * (uint)count, ThreeToAPage);
        VirtualAddress[] pages = [.. blocks.Where(block => block.IsAligned(Page))];
        Assert.Equal(count, pages.Length);
        return pages;
    }

    /// <summary>Frees the second and the third block of a page.</summary>
    private static void FreeAllOf(KernelHalf half, VirtualAddress page)
    {
        half.Free(page.Add(1024));
        half.Free(page.Add(2048));
    }

    private static void AssertTakesAllOf(KernelHalf half, VirtualAddress page)
    {
        List<VirtualAddress> blocks = AllocatePages(half, 3, ThreeToAPage);
        Assert.Equal([page, page.Add(1024), page.Add(2048)], blocks.OrderBy(block => block.Value));
    }

    private static List<VirtualAddress> AllocatePages(KernelHalf half, uint count, uint length = OneToAPage) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => half.Allocate(length))];
}
