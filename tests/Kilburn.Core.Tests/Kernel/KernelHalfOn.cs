using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>A heap and an MMIO window.</summary>
/// <typeparam name="TMachine">The machine of the one core that uses them.</typeparam>
public abstract class KernelHalfOn<TMachine> : IDisposable
    where TMachine : struct, IMachine
{
    public const uint Owner = 0x8000_1234;

    private readonly List<PhysicalAddress> _drained = [];

    /// <summary>The core.</summary>
    public abstract ref TMachine Machine { get; }

    /// <summary>What the machine's memory is.</summary>
    protected abstract MemoryMap Map { get; }

    /// <summary>The system of which heap and window are parts.</summary>
    protected abstract ref VirtualMemory Whole { get; }

    public KernelWindow Window => Whole.Window;

    public int MappingCount => Whole.Mmio.Count;

    public uint FreeFrames => CountFreeFrames();

    public VmStatus TryAllocate(uint length, out VirtualAddress address, uint owner = Owner) =>
        Whole.TryAllocate(ref Machine, length, out address, owner);

    public VmStatus TryAllocateAligned(uint length, uint alignment, out VirtualAddress address) =>
        Whole.TryAllocateAligned(ref Machine, length, alignment, out address, Owner);

    public VmStatus TryAllocateArray(uint count, uint length, out VirtualAddress address) =>
        Whole.TryAllocateArray(ref Machine, count, length, out address, Owner);

    public VmStatus TryResize(VirtualAddress block, uint length, out VirtualAddress address, uint owner = Owner) =>
        Whole.TryResize(ref Machine, block, length, out address, owner);

    public VmStatus TryFree(VirtualAddress block) => Whole.TryFree(ref Machine, block);

    /// <summary>The short way of a build without checks: the block has no guard, and must go back by <see cref="TryFreeMapped"/>.</summary>
    public bool TryAllocateMapped(uint length, out VirtualAddress address) =>
        Whole.Heap.TryAllocateMapped(ref Machine, length, out address);

    public bool TryFreeMapped(VirtualAddress block) => Whole.Heap.TryFreeMapped(ref Machine, block.Value);

    public void Trim() => Whole.TrimHeap(ref Machine);

    public VmStatus TryMap(PhysicalAddress start, uint length, out VirtualAddress address) =>
        TryMap(new PhysicalRange(start, length), out address);

    public VmStatus TryMap(PhysicalRange range, out VirtualAddress address)
    {
        MemoryMap map = Map;
        return Whole.Mmio.TryMap(
            ref Machine, ref Whole.Frames, ref Whole.Tables, ref Whole.Window, in map, range, out address);
    }

    public VmStatus TryUnmap(VirtualAddress address) => Whole.TryUnmapDevice(ref Machine, address);

    public VirtualAddress Allocate(uint length)
    {
        Assert.Equal(VmStatus.Ok, TryAllocate(length, out VirtualAddress address));
        return address;
    }

    public void Free(VirtualAddress block) => Assert.Equal(VmStatus.Ok, TryFree(block));

    public HeapStatistics ReadStatistics()
    {
        Whole.Heap.ReadStatistics(ref Machine, out HeapStatistics statistics);
        return statistics;
    }

    public List<HeapBlock> ListBlocks()
    {
        List<HeapBlock> blocks = [];
        uint cursor = 0;
        while (Whole.Heap.TryGetNextBlock(ref Machine, ref cursor, out HeapBlock block))
        {
            blocks.Add(block);
        }

        return blocks;
    }

    public List<MmioMapping> ListMappings()
    {
        List<MmioMapping> mappings = [];
        while (Whole.Mmio.TryGet(ref Machine, ref Whole.Window, mappings.Count, out MmioMapping mapping) == VmStatus.Ok)
        {
            mappings.Add(mapping);
        }

        return mappings;
    }

    /// <summary>The frame that the tables give a page.</summary>
    public PhysicalAddress Walk(VirtualAddress address)
    {
        TranslationContext context = TranslationContext.Read(ref Machine);
        TableWalk walk = TableWalk.Of(ref Machine, in context, address);
        Assert.True(walk.IsMapped);
        return walk.Physical.AlignDown(PageSize.Small);
    }

    public abstract void AssertNoLockIsHeld();

    public virtual void Dispose() => GC.SuppressFinalize(this);

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
        while (Whole.Frames.TryAllocatePage(ref Machine, FrameContents.AsLeft, out PhysicalAddress frame) == VmStatus.Ok)
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
        Assert.Equal(VmStatus.Ok, Whole.Frames.TryFreePage(ref Machine, frame));
    }

    private static uint NextSample(uint index) => index < 64 ? index + 1 : index + 13;

    private static byte ContentOf(uint seed, uint index) => (byte)((seed * 31) + index + (index >> 8));

    private uint CountFreeFrames()
    {
        Whole.Frames.GetStatistics(ref Machine, out FrameStatistics statistics);
        return statistics.FreeFrames;
    }
}
