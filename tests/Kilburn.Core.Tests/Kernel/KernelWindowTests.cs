using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>The heap and the MMIO window share one range: what happens where they meet.</summary>
public sealed class KernelWindowTests
{
    private const uint Page = PageSize.Small;
    private static readonly PhysicalAddress s_device = new(0x4000_0000);

    [Fact]
    public void HeapAgainstMmio_MmioFirst_HeapSaysFullAndAllKeepsWorking()
    {
        KernelHalf half = new();
        const uint HeapPages = 40;
        VirtualAddress device = MapDownTo(half, HeapPages);
        List<VirtualAddress> blocks = [];
        VmStatus status;
        while ((status = half.TryAllocate(Page - 8, out VirtualAddress block)) == VmStatus.Ok)
        {
            half.Fill(block, Page - 8, (uint)blocks.Count);
            blocks.Add(block);
        }

        Assert.Equal(VmStatus.WindowFull, status);
        Assert.Equal((int)HeapPages, blocks.Count);
        Assert.Equal(0u, half.Window.GapInBytes);
        Assert.Equal(s_device, half.Memory.Walk(device));
        Assert.Equal(VmStatus.WindowFull, half.TryMap(s_device, 4, out _));
        AssertContents(half, blocks);
        half.Free(blocks[7]);
        Assert.Equal(blocks[7], half.Allocate(Page - 8));
        Assert.Equal(VmStatus.Ok, half.TryUnmap(device));
        _ = half.Allocate(Page - 8);
    }

    [Fact]
    public void HeapAgainstMmio_HeapFirst_MmioSaysFullAndAllKeepsWorking()
    {
        KernelHalf half = new(32u << 20);
        const uint Kept = 100;
        List<VirtualAddress> blocks = [];
        for (uint count = 0; count < Kept; count++)
        {
            VirtualAddress block = half.Allocate(Page - 8);
            half.Fill(block, Page - 8, count);
            blocks.Add(block);
        }

        uint gap = half.Window.GapInBytes;
        Assert.Equal(VmStatus.WindowFull, half.TryMap(s_device, gap, out _));
        AssertContents(half, blocks);
        Assert.Equal(gap, half.Window.GapInBytes);
        Assert.Equal(VmStatus.Ok, half.TryMap(s_device, gap - Page, out VirtualAddress device));
        Assert.Equal(half.Window.HeapEnd, half.Window.MmioStart);
        Assert.Equal(half.Window.HeapEnd.Add(Page), device);
        Assert.Equal(VmStatus.WindowFull, half.TryAllocate(1u << 20, out _));
        AssertContents(half, blocks);
        blocks.ForEach(half.Free);
        half.Trim();
        Assert.Equal((Kept * Page) - 0u, half.Window.GapInBytes);
        Assert.Equal(VmStatus.Ok, half.TryUnmap(device));
        Assert.Equal(KernelWindow.End, half.Window.MmioStart);
    }

    [Fact]
    public void HeapAgainstMmio_CachedPagesInTheWay_AreGivenUpForABlock()
    {
        KernelHalf half = new();
        _ = MapDownTo(half, 8);
        VirtualAddress[] blocks = new VirtualAddress[8];
        for (int index = 0; index < blocks.Length; index++)
        {
            blocks[index] = half.Allocate(Page - 8);
        }

        foreach (VirtualAddress block in blocks)
        {
            half.Free(block);
        }

        Assert.Equal(8u, half.ReadStatistics().CachedPageCount);
        half.Free(half.Allocate((8 * Page) - 8));
    }

    /// <summary>Maps a device so that just so many pages are left to the heap.</summary>
    private static VirtualAddress MapDownTo(KernelHalf half, uint heapPages)
    {
        // Several mappings would do as well; one is quicker. Its tables take a quarter of a page to each MiB.
        uint length = half.Window.GapInBytes - ((heapPages + 1) * Page);
        Assert.Equal(VmStatus.Ok, half.TryMap(s_device, length, out VirtualAddress device));
        return device;
    }

    private static void AssertContents(KernelHalf half, List<VirtualAddress> blocks)
    {
        for (int index = 0; index < blocks.Count; index++)
        {
            Assert.True(half.Holds(blocks[index], Page - 8, (uint)index));
        }
    }
}
