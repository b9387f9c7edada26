using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Blocks of 64 KiB, 1 MiB and 16 MiB, and pages that follow each other.
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
        first = new PhysicalAddress(TakeBlockLocked(ref machine, use));
        if (first.Value == 0)
        {
            Leave(ref machine, interrupts);
            return VmStatus.OutOfFrames;
        }

        RunsOf(use)--;
        for (uint index = 0; index < 1u << frameShift; index++)
        {
            InfoOf(ref machine, first.Value + (index << PageSize.SmallShift)) = FrameInfo.SolePage;
        }

        Leave(ref machine, interrupts);
        for (uint index = 0; index < 1u << frameShift; index++)
        {
            machine.NoteFrames(FrameChange.Taken, FrameUse.Page, first.Add(index << PageSize.SmallShift), PageSize.Small);
        }

        machine.Clear(first, PageSize.Small << frameShift);
        return VmStatus.Ok;
    }
}
