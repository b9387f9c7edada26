using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Naturally aligned runs of frames, from the depot or the rows.
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
            : ReturnRun(ref machine, use, block.Value);

    /// <summary>Gives out pages that follow each other, each with one owner and to be freed on its own.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="use">As long and as aligned as such a block: <see cref="FrameUse.LargeBlock"/> or <see cref="FrameUse.SectionBlock"/>.</param>
    /// <param name="first">First byte of the first page, all zeroes; 0 on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; <see cref="VmStatus.OutOfFrames"/>; <see cref="VmStatus.OutOfRange"/> for another use.
    /// </returns>
    /// <remarks>No memory is gathered from the cores' caches for it: who gets none takes single pages.</remarks>
    public VmStatus TryAllocatePages<TMachine>(ref TMachine machine, FrameUse use, out PhysicalAddress first)
        where TMachine : struct, IMachine
    {
        first = default;
        if (use is not (FrameUse.LargeBlock or FrameUse.SectionBlock))
        {
            return VmStatus.OutOfRange;
        }

        int frameShift = FrameInfo.FrameShiftOf(use);
        _ = Enter(ref machine, out uint interrupts); // the core's cache is not asked
        bool isTaken = TryTakeRunLocked(ref machine, use, out uint frame);
        for (uint index = 0; isTaken && index < 1u << frameShift; index++)
        {
            _index.InfoOf(ref machine, frame + index) = FrameInfo.SolePage;
        }

        Leave(ref machine, interrupts);
        if (!isTaken)
        {
            return VmStatus.OutOfFrames;
        }

        first = PhysicalAddress.FromFrameNumber(frame);
        for (uint index = 0; index < 1u << frameShift; index++)
        {
            machine.NoteFrames(FrameChange.Taken, FrameUse.Page, first.Add(index << PageSize.SmallShift), PageSize.Small);
        }

        machine.Clear(first, PageSize.Small << frameShift);
        return VmStatus.Ok;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TakeRun<TMachine>(ref TMachine machine, FrameUse use, FrameContents contents, out PhysicalAddress block)
        where TMachine : struct, IMachine
    {
        int frameShift = FrameInfo.FrameShiftOf(use);
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        bool isTaken = TryTakeRunLocked(ref machine, use, out uint frame);
        if (!isTaken)
        {
            GatherLocked(ref machine, ref cache);
            isTaken = _index.TryTake(ref machine, frameShift, out frame);
        }

        if (isTaken)
        {
            _index.InfoOf(ref machine, frame) = FrameInfo.Used(use);
            CountOf(use)++;
        }
        else
        {
            CountFailure(VmStatus.OutOfFrames);
        }

        Leave(ref machine, interrupts);
        block = PhysicalAddress.FromFrameNumber(frame);
        if (!isTaken)
        {
            return VmStatus.OutOfFrames;
        }

        uint lengthInBytes = PageSize.Small << frameShift;
        machine.NoteFrames(FrameChange.Taken, use, block, lengthInBytes);
        if (contents == FrameContents.Zeroed)
        {
            machine.Clear(block, lengthInBytes);
        }

        return VmStatus.Ok;
    }

    private VmStatus ReturnRun<TMachine>(ref TMachine machine, FrameUse use, uint address)
        where TMachine : struct, IMachine
    {
        int frameShift = FrameInfo.FrameShiftOf(use);
        uint lengthInBytes = PageSize.Small << frameShift;
        uint frame = address >> PageSize.SmallShift;
        if ((address & (lengthInBytes - 1)) != 0)
        {
            return Refuse(ref machine, use, address, lengthInBytes);
        }

        _lock.Acquire(ref machine, LockRank.Frames);
        if (_index.FindRegion(frame) < 0 || _index.InfoOf(ref machine, frame) != FrameInfo.Used(use))
        {
            VmStatus status = ReasonLocked(ref machine, use, frame);
            CountFailure(status);
            _lock.Release(ref machine, LockRank.Frames);
            return status;
        }

        machine.NoteFrames(FrameChange.Returned, use, new PhysicalAddress(address), lengthInBytes);
        CountOf(use)--;
        _index.InfoOf(ref machine, frame) = 0;
        if (IsKept(use) && KeptOf(use).Room != 0)
        {
            CoreStack.PushOwn(ref KeptOf(use), address);
        }
        else
        {
            _index.Give(ref machine, frame, frameShift);
        }

        _lock.Release(ref machine, LockRank.Frames);
        return VmStatus.Ok;
    }

    private bool TryTakeRunLocked<TMachine>(ref TMachine machine, FrameUse use, out uint frame)
        where TMachine : struct, IMachine
    {
        frame = IsKept(use) ? CoreStack.PopOwn(ref KeptOf(use)) >> PageSize.SmallShift : 0;
        return frame != 0 || _index.TryTake(ref machine, FrameInfo.FrameShiftOf(use), out frame);
    }

    // Blocks of a stack of the depot go back to their rows.
    private void GiveBlocksLocked<TMachine>(ref TMachine machine, FrameUse use)
        where TMachine : struct, IMachine
    {
        ref CoreStack kept = ref KeptOf(use);
        while (kept.Count != 0)
        {
            _index.Give(ref machine, CoreStack.PopOwn(ref kept) >> PageSize.SmallShift, FrameInfo.FrameShiftOf(use));
        }
    }

    private static bool IsKept(FrameUse use) => use is FrameUse.LargeBlock or FrameUse.SectionBlock;

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref CoreStack KeptOf(FrameUse use)
    {
        if (use == FrameUse.LargeBlock)
        {
            return ref _depot.Units;
        }

        return ref _depot.Sections;
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref uint CountOf(FrameUse use) => ref Unsafe.Add(ref Unsafe.As<UseCounts, uint>(ref _blocks), (int)use);
}
