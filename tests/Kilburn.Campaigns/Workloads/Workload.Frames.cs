using System;
using System.Collections.Generic;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;

namespace Kilburn.Campaigns.Workloads;

/// <content>Frames that the kernel takes for itself.</content>
public sealed partial class Workload<TProfile>
{
    private const int MostFrames = 24;

    private static readonly FrameUse[] s_uses =
        [FrameUse.Page, FrameUse.Page, FrameUse.SecondLevelTable, FrameUse.FirstLevelTable, FrameUse.FullFirstLevelTable, FrameUse.LargeBlock, FrameUse.SectionBlock];

    private readonly List<(FrameUse Use, PhysicalAddress Start)> _taken = [];

    private (int Weight, Action Run)[] FrameOperations() => [(5, TakeFrames), (5, ReturnFrames), (1, RefuseBadFrees)];

    private void TakeFrames()
    {
        if (_taken.Count == MostFrames)
        {
            return;
        }

        FrameUse use = Pick(s_uses);
        VmStatus status = TryTake(use, out PhysicalAddress start);
        if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, $"allocation of {use}");
            _taken.Add((use, start));
        }
    }

    private void ReturnFrames()
    {
        if (_taken.Count != 0)
        {
            int index = _random.Next(_taken.Count);
            Expect(VmStatus.Ok, TryReturn(_taken[index].Use, _taken[index].Start), $"free of {_taken[index].Use}");
            _taken.RemoveAt(index);
        }
    }

    private void RefuseBadFrees()
    {
        Expect(VmStatus.NotManaged, TryReturn(FrameUse.Page, new PhysicalAddress(0x8000)), "free of kernel text");
        Expect(VmStatus.NotManaged, TryReturn(FrameUse.Page, new PhysicalAddress(DeviceBase)), "free of a device");
        Expect(VmStatus.Misaligned, TryReturn(FrameUse.Page, new PhysicalAddress(0x40_0004)), "free off a page");
        if (TryTake(FrameUse.Page, out PhysicalAddress page) == VmStatus.Ok)
        {
            Expect(VmStatus.WrongKind, TryReturn(FrameUse.SecondLevelTable, page), "free of a page as a table");
            Expect(VmStatus.Ok, TryReturn(FrameUse.Page, page), "free of a page");
            Expect(VmStatus.AlreadyFree, TryReturn(FrameUse.Page, page), "a second free of a page");
        }
    }

    private VmStatus TryTake(FrameUse use, out PhysicalAddress start) => use switch
    {
        FrameUse.Page => _memory.Frames.TryAllocatePage(ref AnyCore(), FrameContents.Zeroed, out start),
        FrameUse.SecondLevelTable => _memory.Frames.TryAllocateSecondLevelTable(ref AnyCore(), out start),
        FrameUse.FirstLevelTable => _memory.Frames.TryAllocateFirstLevelTable(ref AnyCore(), out start),
        FrameUse.FullFirstLevelTable => _memory.Frames.TryAllocateFullFirstLevelTable(ref AnyCore(), out start),
        _ => _memory.Frames.TryAllocateBlock(ref AnyCore(), use, FrameContents.AsLeft, out start),
    };

    private VmStatus TryReturn(FrameUse use, PhysicalAddress start) => use switch
    {
        FrameUse.Page => _memory.Frames.TryFreePage(ref AnyCore(), start),
        FrameUse.SecondLevelTable => _memory.Frames.TryFreeSecondLevelTable(ref AnyCore(), start),
        FrameUse.FirstLevelTable => _memory.Frames.TryFreeFirstLevelTable(ref AnyCore(), start),
        FrameUse.FullFirstLevelTable => _memory.Frames.TryFreeFullFirstLevelTable(ref AnyCore(), start),
        _ => _memory.Frames.TryFreeBlock(ref AnyCore(), use, start),
    };

    private void EndFrames()
    {
        foreach ((FrameUse use, PhysicalAddress start) in _taken)
        {
            Expect(VmStatus.Ok, TryReturn(use, start), $"free of {use} at the end");
        }

        _taken.Clear();
    }
}
