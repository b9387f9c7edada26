using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Lengths and addresses at the borders, and what the faults say.</summary>
public sealed class KernelHeapBordersTests
{
    private const uint Page = PageSize.Small;
    private const uint Guard = 8; // of a checked build
    private const uint LargestSmall = 2048 - Guard;

    [Theory]
    [InlineData(0xFFFFu, 0x1_0001u)]
    [InlineData(0xFFFF_FFFFu, 1u)]
    [InlineData(1u, 0xFFFF_FFFFu)]
    public void TryAllocateArray_LargestProduct_IsNoOverflow(uint count, uint length)
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.WindowFull, half.TryAllocateArray(count, length, out VirtualAddress block));
        Assert.Equal(default, block);
    }

    [Fact]
    public void TryAllocate_AsLongAsTheWindow_ReturnsWindowFullAfterAllWasGivenUp()
    {
        KernelHalf half = new();
        VirtualAddress page = half.Allocate(4000);
        _ = half.Allocate(4000);
        half.Free(page);
        Assert.Equal(1u, half.ReadStatistics().CachedPageCount);
        Assert.Equal(VmStatus.WindowFull, half.TryAllocate(KernelHalf.WindowLength + 1, out _));
        Assert.Equal(1u, half.ReadStatistics().CachedPageCount); // nothing could make room for this
        Assert.Equal(VmStatus.WindowFull, half.TryAllocate(KernelHalf.WindowLength, out _));
        Assert.Equal(0u, half.ReadStatistics().CachedPageCount);
        Assert.Equal(2u, half.ReadStatistics().FailureCount);
    }

    [Fact]
    public void TryAllocate_LargestSmallBlockAndOneByteMore_IsSmallAndWholePages()
    {
        KernelHalf half = new();
        _ = half.Allocate(BuildChecks.Enabled ? LargestSmall : 2048);
        Assert.Equal(1u, half.ReadStatistics().GetClass(11).LiveCount);
        _ = half.Allocate(2049);
        Assert.Equal(1u, half.ReadStatistics().LargeBlockCount);
    }

    [Fact]
    public void TryAllocateAligned_AsTheLargestSmallBlock_IsSmall()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(1, 2048, out _));
        Assert.Equal(1u, half.ReadStatistics().GetClass(11).LiveCount);
        Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(1, 4096, out VirtualAddress page));
        Assert.Equal(1u, half.ReadStatistics().LargePageCount);
        Assert.True(page.IsAligned(Page));
    }

    [Theory]
    [InlineData(0u, VmStatus.OutOfRange)]
    [InlineData(0xFFFF_FFFFu, VmStatus.WindowFull)]
    [InlineData(KernelHalf.WindowLength + 1, VmStatus.WindowFull)]
    public void TryResize_NoSuchLength_KeepsASmallestBlock(uint length, VmStatus expected)
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(10);
        half.Fill(block, 10, 1);
        Assert.Equal(expected, half.TryResize(block, length, out VirtualAddress resized));
        Assert.Equal(default, resized);
        Assert.True(half.Holds(block, 10, 1));
        Assert.Equal(BuildChecks.Enabled ? 10u : 32u, half.ReadStatistics().BytesInUse);
        half.Free(block);
    }

    [Fact]
    public void TryResize_SmallToTheLargestSmallBlock_StaysWhereItIs()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(1900);
        Assert.Equal(VmStatus.Ok, half.TryResize(block, LargestSmall, out VirtualAddress resized));
        Assert.Equal(block, resized);
    }

    [Fact]
    public void TryResize_PagesToTheLargestSmallBlock_BecomesSmall()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(5000);
        half.Fill(block, 5000, 3);
        Assert.Equal(VmStatus.Ok, half.TryResize(block, LargestSmall, out VirtualAddress resized));
        Assert.NotEqual(block, resized);
        Assert.True(half.Holds(resized, LargestSmall, 3));
        HeapStatistics statistics = half.ReadStatistics();
        Assert.Equal(1u, statistics.GetClass(11).LiveCount);
        Assert.Equal(0u, statistics.LargeBlockCount);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(4u)]
    [InlineData(5u)]
    [InlineData(7u)]
    [InlineData(8u)]
    public void TryResize_ToAFewBytes_CopiesThemAndNoMore(uint length)
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(50);
        half.Fill(block, 50, 5);
        Assert.Equal(VmStatus.Ok, half.TryResize(block, length, out VirtualAddress resized));
        Assert.NotEqual(block, resized);
        Assert.True(half.Holds(resized, length, 5));
        half.Free(resized); // whose guard is whole
    }

    [Fact]
    public void TryFree_AtTheHighestEndOfTheHeap_TellsWhatItHasReached()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(9000);
        VirtualAddress highest = half.Window.HeapEnd;
        half.Free(block);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(new VirtualAddress(highest.Value - Page)));
        Assert.Equal(VmStatus.NotManaged, half.TryFree(highest));
    }

    [Theory]
    [InlineData(1344u, 2688u)]
    [InlineData(1024u, 3072u)]
    [InlineData(192u, 3264u)]
    public void TryFree_BehindTheLastBlockOfAPage_ReturnsMisaligned(uint held, uint tail)
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress page = half.Allocate(held - Guard);
        for (uint offset = tail; offset < Page; offset += 32)
        {
            Assert.Equal(VmStatus.Misaligned, half.TryFree(page.Add(offset)));
            Assert.Equal(VmStatus.Misaligned, half.TryFree(page.Add(offset + 8)));
            Assert.Equal(0u, half.ReadStatistics().LastFault.Owner);
        }
    }

    [Fact]
    public void TryFree_CachedPage_NamesItsLastOwnerInACheckedBuild()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryAllocate(4000, out VirtualAddress page, 0x8000_5678));
        _ = half.Allocate(9000); // so that the end of the heap stays
        half.Free(page);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(page));
        HeapFault fault = half.ReadStatistics().LastFault;
        Assert.Equal((VmStatus.AlreadyFree, page), (fault.Status, fault.Address));
        Assert.Equal(BuildChecks.Enabled ? 0x8000_5678u : 0, fault.Owner);
    }

    /// <summary>An unmapped page is nobody's: the record's note is only a page's that is kept.</summary>
    [Fact]
    public void TryFree_UnmappedPages_NamesNobody()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryAllocate(9000, out VirtualAddress block, 0x8000_5678));
        _ = half.Allocate(9000); // so that the end of the heap stays
        half.Free(block);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
        Assert.Equal(0u, half.ReadStatistics().LastFault.Owner);
    }

    /// <summary>Filling and looking at whole blocks would cost too much: the first 64 bytes stand for all.</summary>
    [Theory]
    [InlineData(0u, true)]
    [InlineData(63u, true)]
    [InlineData(64u, false)]
    [InlineData(1000u, false)]
    public void TryAllocate_FreeBlockWasWritten_IsNoticedInItsFirst64Bytes(uint offset, bool isNoticed)
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(LargestSmall);
        half.Free(block);
        half.WriteByte(block.Add(offset), 1);
        Assert.Equal(!isNoticed, block == half.Allocate(LargestSmall));
        Assert.Equal(isNoticed ? 1u : 0, half.ReadStatistics().FaultCount);
    }
}
