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

    // Not started as a whole: there is no boot code here. Its calls for heap and devices need no more than these parts.
    private VirtualMemory _system;

    public KernelHalf(uint memoryInBytes = 8u << 20)
    {
        Memory = new PagedMemory(memoryInBytes);
        Machine = new PagedMachine(Memory);
        Assert.Equal(VmStatus.Ok, _map.TryAddBank(new PhysicalRange(default, memoryInBytes)));
        Assert.Equal(VmStatus.Ok, _system.Frames.TryStart(ref Machine, in _map, new PhysicalAddress(FirstUsable)));
        _system.Tables.Start(PagedMemory.KernelTable);
    }

    public PagedMemory Memory { get; }

    public KernelWindow Window => _system.Window;

    public int MappingCount => _system.Mmio.Count;

    public uint FreeFrames => CountFreeFrames();

    public VmStatus TryAllocate(uint length, out VirtualAddress address, uint owner = Owner) =>
        _system.TryAllocate(ref Machine, length, out address, owner);

    public VmStatus TryAllocateAligned(uint length, uint alignment, out VirtualAddress address) =>
        _system.TryAllocateAligned(ref Machine, length, alignment, out address, Owner);

    public VmStatus TryAllocateArray(uint count, uint length, out VirtualAddress address) =>
        _system.TryAllocateArray(ref Machine, count, length, out address, Owner);

    public VmStatus TryResize(VirtualAddress block, uint length, out VirtualAddress address, uint owner = Owner) =>
        _system.TryResize(ref Machine, block, length, out address, owner);

    public VmStatus TryFree(VirtualAddress block) => _system.TryFree(ref Machine, block);

    public void Trim() => _system.TrimHeap(ref Machine);

    public VmStatus TryMap(PhysicalAddress start, uint length, out VirtualAddress address) =>
        TryMap(new PhysicalRange(start, length), out address);

    public VmStatus TryMap(PhysicalRange range, out VirtualAddress address) =>
        _system.Mmio.TryMap(
            ref Machine, ref _system.Frames, ref _system.Tables, ref _system.Window, in _map, range, out address);

    public VmStatus TryUnmap(VirtualAddress address) => _system.TryUnmapDevice(ref Machine, address);

    public VirtualAddress Allocate(uint length)
    {
        Assert.Equal(VmStatus.Ok, TryAllocate(length, out VirtualAddress address));
        return address;
    }

    public void Free(VirtualAddress block) => Assert.Equal(VmStatus.Ok, TryFree(block));

    public HeapStatistics ReadStatistics()
    {
        _system.Heap.ReadStatistics(ref Machine, out HeapStatistics statistics);
        return statistics;
    }

    public List<HeapBlock> ListBlocks()
    {
        List<HeapBlock> blocks = [];
        uint cursor = 0;
        while (_system.Heap.TryGetNextBlock(ref Machine, ref cursor, out HeapBlock block))
        {
            blocks.Add(block);
        }

        return blocks;
    }

    public List<MmioMapping> ListMappings()
    {
        List<MmioMapping> mappings = [];
        while (_system.Mmio.TryGet(ref Machine, ref _system.Window, mappings.Count, out MmioMapping mapping) == VmStatus.Ok)
        {
            mappings.Add(mapping);
        }

        return mappings;
    }

    public byte ReadByte(VirtualAddress address) => Machine.Data<byte>(address);

    public void WriteByte(VirtualAddress address, byte value) => Machine.Data<byte>(address) = value;

    /// <summary>Writes bytes that tell block and position apart: the first 64, and two or three of each granule from there on.</summary>
    public void Fill(VirtualAddress block, uint length, uint seed)
    {
        for (uint index = 0; index < length; index = NextSample(index))
        {
            WriteByte(block.Add(index), ContentOf(seed, index));
        }
    }

    public bool Holds(VirtualAddress block, uint length, uint seed)
    {
        for (uint index = 0; index < length; index = NextSample(index))
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
        while (_system.Frames.TryAllocatePage(ref Machine, FrameContents.AsLeft, out PhysicalAddress frame) == VmStatus.Ok)
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
        Assert.Equal(VmStatus.Ok, _system.Frames.TryFreePage(ref Machine, frame));
    }

    private static uint NextSample(uint index) => index < 64 ? index + 1 : index + 13;

    private static byte ContentOf(uint seed, uint index) => (byte)((seed * 31) + index + (index >> 8));

    private uint CountFreeFrames()
    {
        _system.Frames.GetStatistics(ref Machine, out FrameStatistics statistics);
        return statistics.FreeFrames;
    }
}
