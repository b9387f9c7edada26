using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>A heap and an MMIO window over frames and tables of their own.</summary>
public sealed class KernelHalf
{
    public const uint Owner = 0x8000_1234;

    private const uint FirstUsable = 0x1_0000;

    private readonly List<PhysicalAddress> _drained = [];
    private MemoryMap _map;

    public PagedMachine Machine;
    public FrameAllocator Frames;
    public KernelTables Tables;
    public KernelWindow Window;
    public KernelHeap Heap;
    public MmioWindow Mmio;

    public KernelHalf(uint memoryInBytes = 8u << 20)
    {
        Memory = new PagedMemory(memoryInBytes);
        Machine = new PagedMachine(Memory);
        Assert.Equal(VmStatus.Ok, _map.TryAddBank(new PhysicalRange(default, memoryInBytes)));
        Assert.Equal(VmStatus.Ok, Frames.TryStart(ref Machine, in _map, new PhysicalAddress(FirstUsable)));
        Tables.Start(PagedMemory.KernelTable);
    }

    public PagedMemory Memory { get; }

    public uint FreeFrames => CountFreeFrames();

    public VmStatus TryAllocate(uint length, out VirtualAddress address, uint owner = Owner) =>
        Heap.TryAllocate(ref Machine, ref Frames, ref Tables, ref Window, length, out address, owner);

    public VmStatus TryAllocateAligned(uint length, uint alignment, out VirtualAddress address) =>
        Heap.TryAllocateAligned(
            ref Machine, ref Frames, ref Tables, ref Window, length, alignment, out address, Owner);

    public VmStatus TryAllocateArray(uint count, uint length, out VirtualAddress address) =>
        Heap.TryAllocateArray(ref Machine, ref Frames, ref Tables, ref Window, count, length, out address, Owner);

    public VmStatus TryResize(VirtualAddress block, uint length, out VirtualAddress address, uint owner = Owner) =>
        Heap.TryResize(ref Machine, ref Frames, ref Tables, ref Window, block, length, out address, owner);

    public VmStatus TryFree(VirtualAddress block) =>
        Heap.TryFree(ref Machine, ref Frames, ref Tables, ref Window, block);

    public void Trim() => Heap.Trim(ref Machine, ref Frames, ref Tables, ref Window);

    public VmStatus TryMap(PhysicalAddress start, uint length, out VirtualAddress address) =>
        TryMap(new PhysicalRange(start, length), out address);

    public VmStatus TryMap(PhysicalRange range, out VirtualAddress address) =>
        Mmio.TryMap(ref Machine, ref Frames, ref Tables, ref Window, in _map, range, out address);

    public VmStatus TryUnmap(VirtualAddress address) => Mmio.TryUnmap(ref Machine, ref Tables, ref Window, address);

    public VirtualAddress Allocate(uint length)
    {
        Assert.Equal(VmStatus.Ok, TryAllocate(length, out VirtualAddress address));
        return address;
    }

    public void Free(VirtualAddress block) => Assert.Equal(VmStatus.Ok, TryFree(block));

    public HeapStatistics ReadStatistics()
    {
        Heap.ReadStatistics(ref Machine, out HeapStatistics statistics);
        return statistics;
    }

    public List<HeapBlock> ListBlocks()
    {
        List<HeapBlock> blocks = [];
        uint cursor = 0;
        while (Heap.TryGetNextBlock(ref Machine, ref cursor, out HeapBlock block))
        {
            blocks.Add(block);
        }

        return blocks;
    }

    public List<MmioMapping> ListMappings()
    {
        List<MmioMapping> mappings = [];
        while (Mmio.TryGet(ref Machine, ref Window, mappings.Count, out MmioMapping mapping) == VmStatus.Ok)
        {
            mappings.Add(mapping);
        }

        return mappings;
    }

    public byte ReadByte(VirtualAddress address) => Machine.Data<byte>(address);

    public void WriteByte(VirtualAddress address, byte value) => Machine.Data<byte>(address) = value;

    /// <summary>Writes bytes that tell block and position apart.</summary>
    public void Fill(VirtualAddress block, uint length, uint seed)
    {
        for (uint index = 0; index < length; index++)
        {
            WriteByte(block.Add(index), ContentOf(seed, index));
        }
    }

    public bool Holds(VirtualAddress block, uint length, uint seed)
    {
        for (uint index = 0; index < length; index++)
        {
            if (ReadByte(block.Add(index)) != ContentOf(seed, index))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes frames until just so many are left.</summary>
    public void LeaveFrames(int count)
    {
        while (Frames.TryAllocatePage(ref Machine, FrameContents.AsLeft, out PhysicalAddress frame) == VmStatus.Ok)
        {
            _drained.Add(frame);
        }

        for (; count > 0; count--)
        {
            FreeDrained();
        }
    }

    /// <summary>Gives back what <see cref="LeaveFrames"/> took.</summary>
    public void RestoreFrames()
    {
        while (_drained.Count != 0)
        {
            FreeDrained();
        }
    }

    /// <summary>Links the second-level tables that the heap's first blocks need, so that counts of frames can be compared.</summary>
    public void WarmUp(uint length = 1)
    {
        Free(Allocate(length));
        Trim();
    }

    private void FreeDrained()
    {
        PhysicalAddress frame = _drained[^1];
        _drained.RemoveAt(_drained.Count - 1);
        Assert.Equal(VmStatus.Ok, Frames.TryFreePage(ref Machine, frame));
    }

    private static byte ContentOf(uint seed, uint index) => (byte)((seed * 31) + index + (index >> 8));

    private uint CountFreeFrames()
    {
        Frames.GetStatistics(ref Machine, out FrameStatistics statistics);
        return statistics.FreeFrames;
    }
}
