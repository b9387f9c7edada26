using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

public sealed class KernelHeapTests
{
    public static TheoryData<uint> Lengths => [1, 31, 32, 33, 100, 256, 1000, 2040, 2048, 2049, 4096, 4097, 20_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TryAllocate_AnyLength_GivesMemoryOfThatLength(uint length)
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(length);
        Assert.True(block.IsAligned(32));
        Assert.True(block >= KernelHeapLayout.FirstPage && block.Add(length) <= half.Window.HeapEnd);
        half.Fill(block, length, 1);
        Assert.True(half.Holds(block, length, 1));
        half.Free(block);
    }

    [Fact]
    public void TryAllocate_PagesOfTheHeap_AreNormalMemoryThatNobodyExecutes()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(1);
        Assert.True(half.Memory.TryWalk(block, out SmallPageDescriptor page));
        Assert.Equal(MemoryType.Normal, page.Type);
        Assert.Equal(AccessPermission.KernelReadWrite, page.Access);
        Assert.Equal(Execution.Never, page.Execution);
        Assert.Equal(Scope.Global, page.Scope);
    }

    [Fact]
    public void TryAllocate_NoBytes_ReturnsOutOfRange()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.OutOfRange, half.TryAllocate(0, out VirtualAddress block));
        Assert.Equal(default, block);
    }

    [Theory]
    [InlineData(0x3CF0_0001u)]
    [InlineData(0x4000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    public void TryAllocate_MoreThanTheWindow_ReturnsWindowFull(uint length)
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.WindowFull, half.TryAllocate(length, out VirtualAddress block));
        Assert.Equal(default, block);
        Assert.Equal(1u, half.ReadStatistics().FailureCount);
    }

    [Fact]
    public void TryAllocate_MoreThanMemory_ReturnsOutOfFramesAndGivesAllBack()
    {
        KernelHalf half = new(2u << 20);
        half.WarmUp(1u << 20);
        uint before = half.FreeFrames;
        Assert.Equal(VmStatus.OutOfFrames, half.TryAllocate(16u << 20, out VirtualAddress block));
        Assert.Equal(default, block);
        Assert.InRange(half.FreeFrames, before - 16, before); // tables that were linked stay
        Assert.Equal(KernelHeapLayout.FirstPage, half.Window.HeapEnd);
        half.Free(half.Allocate(5000));
    }

    [Theory]
    [InlineData(1u, 1u)]
    [InlineData(1u, 32u)]
    [InlineData(40u, 64u)]
    [InlineData(96u, 128u)]
    [InlineData(100u, 1024u)]
    [InlineData(1u, 2048u)]
    [InlineData(3000u, 2048u)]
    [InlineData(5u, 4096u)]
    [InlineData(10_000u, 8192u)]
    [InlineData(100u, 65_536u)]
    [InlineData(70_000u, 65_536u)]
    [InlineData(4096u, 1u << 20)]
    public void TryAllocateAligned_PowerOfTwo_IsKept(uint length, uint alignment)
    {
        KernelHalf half = new();
        List<VirtualAddress> blocks = [];
        for (int count = 0; count < 3; count++)
        {
            _ = half.Allocate(33); // out of step
            Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(length, alignment, out VirtualAddress block));
            Assert.True(block.IsAligned(alignment));
            half.Fill(block, length, (uint)count);
            blocks.Add(block);
        }

        for (int count = 0; count < 3; count++)
        {
            Assert.True(half.Holds(blocks[count], length, (uint)count));
            half.Free(blocks[count]);
        }
    }

    [Theory]
    [InlineData(0u, VmStatus.Misaligned)]
    [InlineData(3u, VmStatus.Misaligned)]
    [InlineData(0x8000_0001u, VmStatus.Misaligned)]
    [InlineData(2u << 20, VmStatus.OutOfRange)]
    [InlineData(0x8000_0000u, VmStatus.OutOfRange)]
    public void TryAllocateAligned_NoSuchAlignment_IsRefused(uint alignment, VmStatus expected)
    {
        KernelHalf half = new();
        Assert.Equal(expected, half.TryAllocateAligned(32, alignment, out VirtualAddress block));
        Assert.Equal(default, block);
        Assert.Equal(KernelHeapLayout.FirstPage, half.Window.HeapEnd);
    }

    [Fact]
    public void TryAllocateAligned_PagesLeftOutForAlignment_AreUsed()
    {
        KernelHalf half = new();
        _ = half.Allocate(10_000);
        Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(4000, 65_536, out VirtualAddress aligned));
        VirtualAddress end = half.Window.HeapEnd;
        VirtualAddress filler = half.Allocate(12_000);
        Assert.True(filler < aligned);
        Assert.Equal(end, half.Window.HeapEnd);
    }

    [Fact]
    public void TryAllocateArray_ProductFits_GivesTheWholeArray()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryAllocateArray(100, 24, out VirtualAddress block));
        half.Fill(block, 2400, 1);
        half.Free(block);
    }

    [Theory]
    [InlineData(0x1_0000u, 0x1_0000u)]
    [InlineData(0x1000_0001u, 16u)]
    [InlineData(0xFFFF_FFFFu, 0xFFFF_FFFFu)]
    public void TryAllocateArray_ProductDoesNotFit_ReturnsOverflow(uint count, uint length)
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Overflow, half.TryAllocateArray(count, length, out VirtualAddress block));
        Assert.Equal(default, block);
    }

    [Fact]
    public void TryAllocateArray_NoElements_ReturnsOutOfRange()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.OutOfRange, half.TryAllocateArray(0, 8, out _));
        Assert.Equal(VmStatus.OutOfRange, half.TryAllocateArray(8, 0, out _));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TryFree_Twice_ReturnsAlreadyFree(uint length)
    {
        KernelHalf half = new();
        VirtualAddress kept = half.Allocate(length);
        VirtualAddress block = half.Allocate(length);
        VirtualAddress last = half.Allocate(length);
        half.Free(block);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
        half.Free(kept);
        half.Free(last);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(last));
        half.Trim();
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
    }

    [Fact]
    public void TryFree_TwiceInACheckedBuild_NamesTheLastOwner()
    {
        KernelHalf half = new();
        _ = half.Allocate(64);
        VirtualAddress block = half.Allocate(64);
        half.Free(block);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
        HeapFault fault = half.ReadStatistics().LastFault;
        Assert.Equal(VmStatus.AlreadyFree, fault.Status);
        Assert.Equal(block, fault.Address);
        Assert.Equal(BuildChecks.Enabled ? KernelHalf.Owner : 0, fault.Owner);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TryFree_InnerAddress_ReturnsMisalignedAndKeepsTheBlock(uint length)
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(length);
        half.Fill(block, length, 1);
        for (uint offset = 1; offset < length; offset += offset < 64 ? 1u : 61)
        {
            Assert.Equal(VmStatus.Misaligned, half.TryFree(block.Add(offset)));
        }

        Assert.True(half.Holds(block, length, 1));
        half.Free(block);
    }

    [Fact]
    public void TryFree_ForeignAddress_ReturnsNotManaged()
    {
        KernelHalf half = new();
        _ = half.Allocate(64);
        uint[] foreign = [0, 0x10, 0x8000_8000, 0xC000_0000, 0xC200_0000, 0xC2FF_FFE0, 0xC400_0000, 0xFFF0_0000, 0xFFFF_FFE0];
        foreach (uint address in foreign)
        {
            Assert.Equal(VmStatus.NotManaged, half.TryFree(new VirtualAddress(address)));
        }

        Assert.Equal((uint)foreign.Length, half.ReadStatistics().FaultCount);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TryFree_EveryBlock_ReturnsEveryFrameAfterTrim(uint length)
    {
        KernelHalf half = new();
        uint before = 0;
        for (int round = 0; round < 2; round++)
        {
            // The second round finds every second-level table that it needs.
            before = half.FreeFrames;
            List<VirtualAddress> blocks = [.. Enumerable.Range(0, 100).Select(_ => half.Allocate(length))];
            Assert.Equal(100, blocks.Distinct().Count());
            blocks.ForEach(half.Free);
            HeapStatistics statistics = half.ReadStatistics();
            Assert.Equal(0u, statistics.SmallBlockCount + statistics.LargeBlockCount + statistics.BytesInUse);
            Assert.True(statistics.MappedPageCount <= KernelHeap.CacheCapacity + KernelHeap.EmptyCapacity + 1);
            half.Trim();
            Assert.Equal(KernelHeapLayout.FirstPage, half.Window.HeapEnd);
        }

        Assert.Equal(before, half.FreeFrames);
    }

    [Fact]
    public void TryFree_BlocksOfPages_AreUnmappedAtOnce()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(20_000);
        half.Fill(block, 20_000, 1);
        half.Free(block);
        Assert.False(half.Memory.TryWalk(block, out _));
    }

    [Fact]
    public void TryFree_RunsBesideEachOther_BecomeOne()
    {
        KernelHalf half = new();
        VirtualAddress[] blocks = [.. Enumerable.Range(0, 5).Select(_ => half.Allocate(3 * 4096 - 8))];
        VirtualAddress end = half.Window.HeapEnd;
        half.Free(blocks[1]);
        half.Free(blocks[3]);
        half.Free(blocks[2]);
        Assert.Equal(blocks[1], half.Allocate(9 * 4096 - 8));
        Assert.Equal(end, half.Window.HeapEnd);
    }

    [Theory]
    [InlineData(10u, 20u)]
    [InlineData(2000u, 1900u)]
    [InlineData(20_000u, 5000u)]
    [InlineData(5000u, 20_000u)]
    public void TryResize_FitsWhereItIs_StaysThere(uint length, uint newLength)
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(length);
        uint common = length < newLength ? length : newLength;
        half.Fill(block, length, 1);
        Assert.Equal(VmStatus.Ok, half.TryResize(block, newLength, out VirtualAddress resized));
        Assert.Equal(block, resized);
        Assert.True(half.Holds(resized, common, 1));
        half.Fill(resized, newLength, 2);
        half.Free(resized);
    }

    [Theory]
    [InlineData(10u, 100u)]
    [InlineData(2000u, 10u)]
    [InlineData(2000u, 5000u)]
    [InlineData(5000u, 100u)]
    [InlineData(5000u, 20_000u)]
    public void TryResize_DoesNotFit_MovesTheContents(uint length, uint newLength)
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(length);
        _ = half.Allocate(5000); // in the way
        half.Fill(block, length, 1);
        Assert.Equal(VmStatus.Ok, half.TryResize(block, newLength, out VirtualAddress resized));
        Assert.NotEqual(block, resized);
        Assert.True(half.Holds(resized, length < newLength ? length : newLength, 1));
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
        half.Free(resized);
    }

    [Fact]
    public void TryResize_BadInput_KeepsTheBlock()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(100);
        half.Fill(block, 100, 1);
        Assert.Equal(VmStatus.OutOfRange, half.TryResize(block, 0, out VirtualAddress resized));
        Assert.Equal(default, resized);
        Assert.Equal(VmStatus.WindowFull, half.TryResize(block, 0xFFFF_FFFF, out _));
        Assert.Equal(VmStatus.Misaligned, half.TryResize(block.Add(8), 10, out _));
        Assert.Equal(VmStatus.NotManaged, half.TryResize(new VirtualAddress(0x8000_0000), 10, out _));
        Assert.True(half.Holds(block, 100, 1));
        half.Free(block);
        Assert.Equal(VmStatus.AlreadyFree, half.TryResize(block, 10, out _));
    }

    [Fact]
    public void TryResize_OutOfFrames_KeepsTheBlock()
    {
        KernelHalf half = new();
        VirtualAddress block = half.Allocate(5000);
        half.Fill(block, 5000, 1);
        half.LeaveFrames(3);
        Assert.Equal(VmStatus.OutOfFrames, half.TryResize(block, 50_000, out VirtualAddress resized));
        Assert.Equal(default, resized);
        half.RestoreFrames();
        Assert.True(half.Holds(block, 5000, 1));
        half.Free(block);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TryFree_WrittenPastTheEnd_ReturnsCorruptedWithTheOwnerInACheckedBuild(uint length)
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        for (uint beyond = 0; beyond < 8; beyond++)
        {
            KernelHalf half = new();
            Assert.Equal(VmStatus.Ok, half.TryAllocate(length, out VirtualAddress block, 0x8000_4321));
            byte before = half.ReadByte(block.Add(length + beyond));
            half.WriteByte(block.Add(length + beyond), 0x55);
            Assert.Equal(VmStatus.Corrupted, half.TryFree(block));
            HeapFault fault = half.ReadStatistics().LastFault;
            Assert.Equal(VmStatus.Corrupted, fault.Status);
            Assert.Equal(block, fault.Address);
            Assert.Equal(0x8000_4321u, fault.Owner);
            half.WriteByte(block.Add(length + beyond), before);
            half.Free(block);
        }
    }

    [Fact]
    public void TryAllocate_FreeBlockWasWritten_ReportsItAndUsesAnotherInACheckedBuild()
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        KernelHalf half = new();
        _ = half.Allocate(64);
        VirtualAddress block = half.Allocate(64);
        half.Free(block);
        half.WriteByte(block.Add(5), 1);
        for (int count = 0; count < 200; count++)
        {
            Assert.NotEqual(block, half.Allocate(64));
        }

        HeapFault fault = half.ReadStatistics().LastFault;
        Assert.Equal(VmStatus.Corrupted, fault.Status);
        Assert.Equal(block, fault.Address);
        Assert.Equal(KernelHalf.Owner, fault.Owner);
        Assert.Equal(VmStatus.AlreadyFree, half.TryFree(block));
    }

    [Fact]
    public void TryGetNextBlock_LiveBlocks_AreListedWithLengthAndOwner()
    {
        KernelHalf half = new();
        uint[] lengths = [10, 700, 5000, 2000, 40];
        Dictionary<VirtualAddress, uint> expected = [];
        foreach (uint length in lengths)
        {
            Assert.Equal(VmStatus.Ok, half.TryAllocate(length, out VirtualAddress address, length + 1));
            expected.Add(address, length);
        }

        List<HeapBlock> blocks = half.ListBlocks();
        Assert.Equal(expected.Keys.OrderBy(address => address.Value), blocks.Select(block => block.Address));
        foreach (HeapBlock block in blocks)
        {
            uint length = expected[block.Address];
            Assert.True(block.LengthInBytes >= length);
            if (BuildChecks.Enabled)
            {
                Assert.Equal(length, block.LengthInBytes);
                Assert.Equal(length + 1, block.Owner);
            }
        }
    }

    [Fact]
    public void ReadStatistics_AfterSomeWork_CountsIt()
    {
        KernelHalf half = new();
        VirtualAddress small = half.Allocate(24);
        _ = half.Allocate(24);
        VirtualAddress large = half.Allocate(9000);
        HeapStatistics statistics = half.ReadStatistics();
        Assert.Equal(2u, statistics.SmallBlockCount);
        Assert.Equal(2u, statistics.GetClass(0).LiveCount);
        Assert.Equal(1u, statistics.GetClass(0).PageCount);
        Assert.Equal(1u, statistics.LargeBlockCount);
        Assert.Equal(3u, statistics.LargePageCount);
        Assert.Equal(BuildChecks.Enabled ? 9048u : 64 + (3 * 4096), statistics.BytesInUse);
        Assert.Equal(4u, statistics.MappedPageCount);
        Assert.Equal(2u, statistics.DirectoryPageCount);
        Assert.Equal(6u, statistics.HighWaterPageCount);
        half.Free(small);
        half.Free(large);
        statistics = half.ReadStatistics();
        Assert.Equal(1u, statistics.MappedPageCount);
        Assert.Equal(6u, statistics.HighWaterPageCount);
    }
}
