using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Naturally aligned runs of frames, which first-level tables and blocks are, behind the cores' stacks.
public partial struct FrameAllocator
{
    private const int PairFrameShift = 1;

    // First-level tables that go back to their rows at once when a stack and the depot are full.
    private const uint PairSpill = 8;

    [UnscopedRef]
    private ref uint RunsOf(FrameUse use) => ref Unsafe.Add(ref Unsafe.As<RunCounts, uint>(ref _runs), (int)use);

    // Uses that the depot keeps and no core does.
    private static bool IsKept(FrameUse use) => use is FrameUse.LargeBlock or FrameUse.SectionBlock;

    [UnscopedRef]
    private ref CoreStack KeptOf(FrameUse use)
    {
        if (use == FrameUse.LargeBlock)
        {
            return ref _depot.Units;
        }

        return ref _depot.Sections;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TakeRun<TMachine>(ref TMachine machine, FrameUse use, FrameContents contents, out PhysicalAddress run)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        uint taken = TakeRunLocked(ref machine, ref cache, use);
        if (taken == 0)
        {
            GatherLocked(ref machine, ref cache);
            taken = TakeRunLocked(ref machine, ref cache, use);
        }

        if (taken == 0)
        {
            CountFailure(VmStatus.OutOfFrames);
        }
        else
        {
            InfoOf(ref machine, taken) = FrameInfo.Used(use);
        }

        Leave(ref machine, interrupts);
        run = new PhysicalAddress(taken);
        if (taken == 0)
        {
            return VmStatus.OutOfFrames;
        }

        uint lengthInBytes = PageSize.Small << FrameInfo.FrameShiftOf(use);
        machine.NoteFrames(FrameChange.Taken, use, run, lengthInBytes);
        if (contents == FrameContents.Zeroed)
        {
            machine.Clear(run, lengthInBytes);
        }

        return VmStatus.Ok;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus ReturnRun<TMachine>(ref TMachine machine, FrameUse use, uint address)
        where TMachine : struct, IMachine =>
        FreeSlowly(ref machine, use, address, PageSize.Small << FrameInfo.FrameShiftOf(use), FrameInfo.Used(use));

    // Zero when there is none.
    private uint TakeRunLocked<TMachine>(ref TMachine machine, ref FrameCache cache, FrameUse use)
        where TMachine : struct, IMachine =>
        use == FrameUse.FirstLevelTable ? TakePairLocked(ref machine, ref cache) : TakeBlockLocked(ref machine, use);

    // From the depot, or the rows. Zero when there is none.
    private uint TakeBlockLocked<TMachine>(ref TMachine machine, FrameUse use)
        where TMachine : struct, IMachine
    {
        uint kept = IsKept(use) ? CoreStack.PopOwn(ref KeptOf(use)) : 0;
        if (kept != 0 || !_index.TryTake(ref machine, FrameInfo.FrameShiftOf(use), out uint frame))
        {
            return kept;
        }

        RunsOf(use)++;
        return frame << PageSize.SmallShift;
    }

    // From the core's stack, filled with a free unit or two if it is empty; else a single pair. Zero when there is none.
    private uint TakePairLocked<TMachine>(ref TMachine machine, ref FrameCache cache)
        where TMachine : struct, IMachine
    {
        if (cache.Pairs.Count == 0)
        {
            Restore(ref cache.Pairs, ref _depot.Pairs);
        }

        if (cache.Pairs.Count != 0)
        {
            return CoreStack.PopOwn(ref cache.Pairs);
        }

        if (!_index.TryTakeUnits(ref machine, out uint frame, out uint frameCount))
        {
            if (!_index.TryTake(ref machine, PairFrameShift, out frame))
            {
                return 0;
            }

            RunsOf(FrameUse.FirstLevelTable)++;
            return frame << PageSize.SmallShift;
        }

        if (!_path.IsPage(frame << PageSize.SmallShift))
        {
            // Cores hold nothing of a shorter region: the rest, 2 + 4 + 8 frames, goes back.
            for (int shift = PairFrameShift; 1u << shift < frameCount; shift++)
            {
                _index.Give(ref machine, frame + (1u << shift), shift);
            }

            RunsOf(FrameUse.FirstLevelTable)++;
            return frame << PageSize.SmallShift;
        }

        uint count = frameCount >> PairFrameShift;
        uint last = (frame << PageSize.SmallShift) + ((count - 1) * FirstLevelTableInBytes);
        CoreStack.PushFalling(ref cache.Pairs, last, FirstLevelTableInBytes, count);
        RunsOf(FrameUse.FirstLevelTable) += count;
        return CoreStack.PopOwn(ref cache.Pairs);
    }

    // Of a table or block that does not go to the core's stack. The bit says that it is given out.
    private VmStatus FreeSlowly<TMachine>(ref TMachine machine, FrameUse use, uint address, uint lengthInBytes, uint bit)
        where TMachine : struct, IMachine
    {
        uint frame = address >> PageSize.SmallShift;
        int region = _index.FindRegion(frame);
        if ((address & (lengthInBytes - 1)) != 0 || region < 0)
        {
            return Refuse(ref machine, use, address, lengthInBytes);
        }

        // Up to first-level tables, cores hold what is free.
        ref uint word = ref machine.Data<uint>(_index.Region(region).InfoOf(frame));
        return region == 0 && use <= FrameUse.FirstLevelTable
            ? FreeOverflow(ref machine, use, address, lengthInBytes, ref word, bit)
            : FreeLocked(ref machine, use, address, lengthInBytes, ref word, bit);
    }

    // Nobody needs the lock to free a table of the longest region: whoever clears the bit by an exclusive store has done so.
    private VmStatus FreeOverflow<TMachine>(
        ref TMachine machine, FrameUse use, uint address, uint lengthInBytes, ref uint word, uint bit)
        where TMachine : struct, IMachine
    {
        while ((machine.LoadAcquire(ref word) & bit) != 0)
        {
            SpillTables(ref machine, use);
            ref CoreStack first = ref use == FrameUse.SecondLevelTable ? ref FirstCache.Quarters : ref FirstCache.Pairs;
            if (machine.TryPushLocal(ref first, address, ref word, bit) != 0)
            {
                machine.NoteFrames(FrameChange.Returned, use, new PhysicalAddress(address), lengthInBytes);
                return VmStatus.Ok;
            }
        }

        return Refuse(ref machine, use, address, lengthInBytes);
    }

    private VmStatus FreeLocked<TMachine>(
        ref TMachine machine, FrameUse use, uint address, uint lengthInBytes, ref uint word, uint bit)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        if ((word & bit) == 0)
        {
            return RefuseLocked(ref machine, use, address);
        }

        machine.NoteFrames(FrameChange.Returned, use, new PhysicalAddress(address), lengthInBytes);
        if (use == FrameUse.SecondLevelTable)
        {
            KeepLocked(ref machine, ref word, address);
        }
        else
        {
            word = 0;
            if (IsKept(use) && KeptOf(use).Room != 0)
            {
                CoreStack.PushOwn(ref KeptOf(use), address);
            }
            else
            {
                RunsOf(use)--;
                _index.Give(ref machine, address >> PageSize.SmallShift, FrameInfo.FrameShiftOf(use));
            }
        }

        _lock.Release(ref machine, LockRank.Frames);
        return VmStatus.Ok;
    }

    // Makes room on the calling core's stack, if there is none.
    private void SpillTables<TMachine>(ref TMachine machine, FrameUse use)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        if (use == FrameUse.SecondLevelTable)
        {
            if (cache.Quarters.Room == 0 && !TryStore(ref cache.Quarters, ref _depot.Quarters))
            {
                KeepQuartersLocked(ref machine, ref cache.Quarters, QuarterSpill);
            }
        }
        else if (cache.Pairs.Room == 0 && !TryStore(ref cache.Pairs, ref _depot.Pairs))
        {
            GivePairsLocked(ref machine, ref cache.Pairs, PairSpill);
        }

        Leave(ref machine, interrupts);
    }

    // First-level tables from the top of a stack go back to their rows.
    private void GivePairsLocked<TMachine>(ref TMachine machine, ref CoreStack pairs, uint count)
        where TMachine : struct, IMachine
    {
        RunsOf(FrameUse.FirstLevelTable) -= count;
        for (; count != 0; count--)
        {
            _index.GivePair(ref machine, CoreStack.PopOwn(ref pairs));
        }
    }

    // Blocks that the depot keeps go back to their rows.
    private void GiveBlocksLocked<TMachine>(ref TMachine machine, FrameUse use)
        where TMachine : struct, IMachine
    {
        ref CoreStack kept = ref KeptOf(use);
        for (; kept.Count != 0; RunsOf(use)--)
        {
            _index.Give(ref machine, CoreStack.PopOwn(ref kept) >> PageSize.SmallShift, FrameInfo.FrameShiftOf(use));
        }
    }
}
