using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Memory, a kernel table at 0x4000, and a TLB that keeps every translation until it is told to drop it.</summary>
public sealed class PagedMemory(uint lengthInBytes)
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>((int)lengthInBytes + 64, pinned: true);
    private readonly Dictionary<uint, uint> _tlb = [];
    private readonly HashSet<uint> _tlbFrames = [];
    private readonly Stack<LockRank> _held = new();

    public static PhysicalAddress KernelTable => new(0x4000);

    public uint LengthInBytes { get; } = lengthInBytes;

    public int LocksHeld => _held.Count;

    /// <summary>Words written to tables.</summary>
    public int TableWrites { get; set; }

    public ref byte ByteAt(PhysicalAddress address) => ref _bytes[address.Value];

    public Span<byte> At(PhysicalAddress address, uint length) => _bytes.AsSpan((int)address.Value, (int)length);

    /// <summary>Translates as the processor would: the TLB first, then the tables.</summary>
    public PhysicalAddress Translate(VirtualAddress address)
    {
        if (LinearMap.Contains(address))
        {
            return LinearMap.ToPhysical(address);
        }

        uint page = address.Value >> PageSize.SmallShift;
        if (!_tlb.TryGetValue(page, out uint frame))
        {
            frame = Walk(address).Value;
            _tlb[page] = frame;
            _ = _tlbFrames.Add(frame);
        }

        return new PhysicalAddress(frame + (address.Value & PageSize.SmallMask));
    }

    /// <summary>The frame that the tables give a page; throws when they give none.</summary>
    public PhysicalAddress Walk(VirtualAddress address) =>
        TryWalk(address, out SmallPageDescriptor page)
            ? page.Frame
            : throw new InvalidOperationException($"data abort at 0x{address.Value:x8}");

    public bool TryWalk(VirtualAddress address, out SmallPageDescriptor page)
    {
        page = default;
        FirstLevelEntry first = new(WordAt(FirstLevelTable.EntryOf(KernelTable, address)));
        if (!first.IsPageTable)
        {
            return false;
        }

        SecondLevelEntry second = new(WordAt(SecondLevelTable.EntryOf(first.PageTable.Table, address)));
        if (!second.IsSmall)
        {
            return false;
        }

        page = second.Small;
        return true;
    }

    public void Invalidate(VirtualAddress address)
    {
        if (_tlb.Remove(address.Value >> PageSize.SmallShift, out uint frame) && !_tlb.ContainsValue(frame))
        {
            _ = _tlbFrames.Remove(frame);
        }
    }

    /// <summary>Throws when a frame that is given back can still be reached through the TLB.</summary>
    public void NoteReturned(PhysicalAddress start, uint length)
    {
        for (uint offset = 0; offset < length; offset += PageSize.Small)
        {
            if (_tlbFrames.Contains(start.Value + offset))
            {
                throw new InvalidOperationException($"frame 0x{start.Value + offset:x8} is freed while a TLB leads to it");
            }
        }
    }

    public void NoteLock(LockRank rank, LockChange change)
    {
        if (change == LockChange.Released)
        {
            if (!_held.TryPop(out LockRank last) || last != rank)
            {
                throw new InvalidOperationException($"lock {rank} is released, which is not the last one taken");
            }

            return;
        }

        if (change == LockChange.Taken && _held.TryPeek(out LockRank held) && held >= rank)
        {
            throw new InvalidOperationException($"lock {rank} is taken under {held}");
        }

        _held.Push(rank);
    }

    private uint WordAt(PhysicalAddress address) => BitConverter.ToUInt32(At(address, sizeof(uint)));
}
