using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Naturally aligned runs of frames.
public partial struct FrameAllocator
{
    /// <summary>Gives out a naturally aligned block.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="use">
    /// <see cref="FrameUse.LargeBlock"/> (64 KiB), <see cref="FrameUse.SectionBlock"/> (1 MiB) or
    /// <see cref="FrameUse.SupersectionBlock"/> (16 MiB).
    /// </param>
    /// <param name="contents">Zeroed, or as its last owner left it.</param>
    /// <param name="block">First byte; 0 on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; <see cref="VmStatus.OutOfFrames"/>; <see cref="VmStatus.OutOfRange"/> for another use.
    /// </returns>
    public VmStatus TryAllocateBlock<TMachine>(
        ref TMachine machine, FrameUse use, FrameContents contents, out PhysicalAddress block)
        where TMachine : struct, IMachine
    {
        if (use is < FrameUse.LargeBlock or > FrameUse.SupersectionBlock)
        {
            block = default;
            return VmStatus.OutOfRange;
        }

        return TakeRun(ref machine, use, contents, out block);
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="use">As it was given out.</param>
    /// <param name="block">First byte.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.NotManaged"/>,
    /// <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.WrongKind"/>, <see cref="VmStatus.OutOfRange"/> (no use of a block).
    /// </returns>
    /// <remarks>No TLB may hold a translation to the block any more: the caller's invalidation is complete (DSB).</remarks>
    public VmStatus TryFreeBlock<TMachine>(ref TMachine machine, FrameUse use, PhysicalAddress block)
        where TMachine : struct, IMachine =>
        use is < FrameUse.LargeBlock or > FrameUse.SupersectionBlock
            ? VmStatus.OutOfRange
            : ReturnRun(ref machine, use, block);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TakeRun<TMachine>(ref TMachine machine, FrameUse use, FrameContents contents, out PhysicalAddress block)
        where TMachine : struct, IMachine
    {
        int frameShift = FrameInfo.FrameShiftOf(use);
        if (!TryTakeRun(ref machine, use, frameShift, VmStatus.Ok, out uint frame))
        {
            Gather(ref machine);
            if (!TryTakeRun(ref machine, use, frameShift, VmStatus.OutOfFrames, out frame))
            {
                block = default;
                return VmStatus.OutOfFrames;
            }
        }

        block = PhysicalAddress.FromFrameNumber(frame);
        uint lengthInBytes = PageSize.Small << frameShift;
        machine.NoteFrames(FrameChange.Taken, use, block, lengthInBytes);
        if (contents == FrameContents.Zeroed)
        {
            machine.Clear(block, lengthInBytes);
        }

        return VmStatus.Ok;
    }

    private bool TryTakeRun<TMachine>(ref TMachine machine, FrameUse use, int frameShift, VmStatus failure, out uint frame)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        bool isFound = _index.TryTake(ref machine, frameShift, out frame);
        if (isFound)
        {
            InfoOf(ref machine, frame) = FrameInfo.Used(use);
            _blocks[(int)use]++;
        }
        else if (failure != VmStatus.Ok)
        {
            CountFailure(failure);
        }

        _lock.Release(ref machine, LockRank.Frames);
        return isFound;
    }

    private VmStatus ReturnRun<TMachine>(ref TMachine machine, FrameUse use, PhysicalAddress block)
        where TMachine : struct, IMachine
    {
        int frameShift = FrameInfo.FrameShiftOf(use);
        uint lengthInBytes = PageSize.Small << frameShift;
        uint frame = block.FrameNumber;
        if (!block.IsAligned(lengthInBytes) || !_index.TryFindRegion(frame, out FrameRegion region))
        {
            return Refuse(ref machine, block, lengthInBytes);
        }

        _lock.Acquire(ref machine, LockRank.Frames);
        if (machine.Data<uint>(region.InfoOf(frame)) != FrameInfo.Used(use))
        {
            VmStatus status = ReasonLocked(ref machine, frame);
            CountFailure(status);
            _lock.Release(ref machine, LockRank.Frames);
            return status;
        }

        machine.NoteFrames(FrameChange.Returned, use, block, lengthInBytes);
        _blocks[(int)use]--;
        if (use == FrameUse.FirstLevelTable && _poolCount < PoolCapacity)
        {
            PushPair(ref machine, frame);
        }
        else
        {
            GiveBack(ref machine, frame, frameShift);
        }

        _lock.Release(ref machine, LockRank.Frames);
        return VmStatus.Ok;
    }
}
