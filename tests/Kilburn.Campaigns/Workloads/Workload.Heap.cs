using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model;

namespace Kilburn.Campaigns.Workloads;

/// <content>The kernel heap.</content>
public sealed partial class Workload<TProfile>
{
    private const int MostBlocks = 48;

    private readonly Dictionary<uint, (uint Length, byte Fill)> _blocks = [];

    private (int Weight, Action Run)[] HeapOperations() =>
        [(8, AllocateBlock), (2, AllocateAligned), (7, FreeBlock), (2, ResizeBlock), (1, FreeTwice), (1, TrimHeap)];

    private void AllocateBlock()
    {
        if (_blocks.Count < MostBlocks)
        {
            uint length = ChooseLength();
            NoteBlock(length, 1, _memory.TryAllocate(ref AnyCore(), length, out VirtualAddress address), address);
        }
    }

    private void AllocateAligned()
    {
        if (_blocks.Count < MostBlocks)
        {
            uint length = ChooseLength();
            uint alignment = 1u << _random.Next(17);
            VmStatus status = _memory.TryAllocateAligned(ref AnyCore(), length, alignment, out VirtualAddress address);
            NoteBlock(length, alignment, status, address);
        }
    }

    private void NoteBlock(uint length, uint alignment, VmStatus status, VirtualAddress address)
    {
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(VmStatus.Ok, status, $"heap allocation of {length}");
        Check(address.IsAligned(alignment), "a misaligned block");
        Check(
            !_blocks.Any(block => block.Key < address.Value + length && address.Value < block.Key + block.Value.Length),
            "blocks overlap");
        byte fill = (byte)_random.Next(256);
        Fill(address, length, fill);
        _blocks.Add(address.Value, (length, fill));
    }

    private void FreeBlock()
    {
        if (_blocks.Count != 0)
        {
            FreeExactly(Pick(_blocks.Keys.ToList()));
        }
    }

    private void FreeTwice()
    {
        if (_blocks.Count != 0)
        {
            uint address = Pick(_blocks.Keys.ToList());
            FreeExactly(address);
            VmStatus again = _memory.TryFree(ref AnyCore(), new VirtualAddress(address));
            Check(again != VmStatus.Ok, "a second free of a heap block succeeds");
        }
    }

    private void FreeExactly(uint address)
    {
        CheckFill(address);
        Expect(VmStatus.Ok, _memory.TryFree(ref AnyCore(), new VirtualAddress(address)), "heap free");
        _ = _blocks.Remove(address);
    }

    private void ResizeBlock()
    {
        if (_blocks.Count == 0)
        {
            return;
        }

        uint address = Pick(_blocks.Keys.ToList());
        (uint length, byte fill) = _blocks[address];
        uint newLength = ChooseLength();
        VmStatus status = _memory.TryResize(ref AnyCore(), new VirtualAddress(address), newLength, out VirtualAddress moved);
        if (status == VmStatus.OutOfFrames)
        {
            CheckFill(address);
            return;
        }

        Expect(VmStatus.Ok, status, "heap resize");
        _ = _blocks.Remove(address);
        CheckFill(moved, Math.Min(length, newLength), fill);
        Fill(moved, newLength, fill);
        _blocks.Add(moved.Value, (newLength, fill));
    }

    private void TrimHeap() => _memory.TrimHeap(ref AnyCore());

    private void EndHeap()
    {
        foreach (uint address in _blocks.Keys.ToList())
        {
            FreeExactly(address);
        }

        _memory.TrimHeap(ref _cores[0]);
    }

    private uint ChooseLength() => _random.Next(4) switch
    {
        0 => (uint)_random.Next(1, 64),
        1 => (uint)_random.Next(1, 2048),
        2 => (uint)_random.Next(2048, 8192),
        _ => (uint)_random.Next(1, 10) * PageSize.Small,
    };

    // One byte in each page: every page is reached through the MMU.
    private static IEnumerable<uint> PageStarts(uint length)
    {
        for (uint offset = 0; offset < length; offset += PageSize.Small)
        {
            yield return offset;
        }
    }

    private void Fill(VirtualAddress address, uint length, byte fill)
    {
        ref ModelMachine<TProfile> core = ref AnyCore();
        foreach (uint offset in PageStarts(length))
        {
            core.Data<byte>(address.Add(offset)) = fill;
        }

        core.Data<byte>(address.Add(length - 1)) = fill;
    }

    private void CheckFill(uint address)
    {
        (uint length, byte fill) = _blocks[address];
        CheckFill(new VirtualAddress(address), length, fill);
        Check(AnyCore().Data<byte>(new VirtualAddress(address + length - 1)) == fill, $"the block at 0x{address:X8} lost its last byte");
    }

    private void CheckFill(VirtualAddress address, uint length, byte fill)
    {
        ref ModelMachine<TProfile> core = ref AnyCore();
        foreach (uint offset in PageStarts(length))
        {
            Check(core.Data<byte>(address.Add(offset)) == fill, $"the block at 0x{address.Value:X8} lost byte {offset}");
        }
    }
}
