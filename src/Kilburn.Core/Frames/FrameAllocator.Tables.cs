using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Translation tables: quarters of a page, and pairs of pages.
public partial struct FrameAllocator
{
    private const uint SecondLevelTableInBytes = 1u << FramePath.QuarterShift;
    private const uint FirstLevelTableInBytes = 1u << FramePath.PairShift;
    private const int QuartersPerPage = 4;
    private const uint QuarterIndexMask = QuartersPerPage - 1;
    private const int PairFrameShift = 1;

    // Tables that a core cuts from pages at once when it has none.
    private const uint QuartersAtOnce = 16;

    // Tables that go back to pages and rows at once when a stack and the depot are full.
    private const uint QuarterSpill = 16;
    private const uint PairSpill = 8;

    /// <summary>Gives out a second-level table: 1 KiB, zeroed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte, a multiple of 1 KiB; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryAllocateSecondLevelTable<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        uint taken = machine.PopLocal(ref FirstCache.Quarters);
        if (taken == 0)
        {
            return AllocateQuarterSlowly(ref machine, out table);
        }

        machine.Data<byte>(_path.ByteOfQuarter(taken)) = FrameInfo.GivenQuarter;
        table = new PhysicalAddress(taken);
        machine.NoteFrames(FrameChange.Taken, FrameUse.SecondLevelTable, table, SecondLevelTableInBytes);
        machine.Clear(table, SecondLevelTableInBytes);
        return VmStatus.Ok;
    }

    /// <summary>Takes a second-level table back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.NotManaged"/>,
    /// <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.WrongKind"/>.
    /// </returns>
    /// <remarks>No walk may reach the table any more: the caller's invalidation is complete (DSB).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryFreeSecondLevelTable<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        uint address = table.Value;
        if (_path.IsQuarter(address)
            && machine.TryPushLocal(
                ref FirstCache.Quarters,
                address,
                ref machine.Data<uint>(_path.InfoOfQuarter(address)),
                FrameInfo.GivenBitOf(address)) != 0)
        {
            // It lies on this core's stack, where no other core finds it.
            machine.NoteFrames(FrameChange.Returned, FrameUse.SecondLevelTable, table, SecondLevelTableInBytes);
            return VmStatus.Ok;
        }

        return FreeQuarterSlowly(ref machine, address);
    }

    /// <summary>Gives out a first-level table of the user half: 8 KiB, zeroed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte, a multiple of 8 KiB; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryAllocateFirstLevelTable<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        uint taken = machine.PopLocal(ref FirstCache.Pairs);
        if (taken == 0)
        {
            return AllocatePairSlowly(ref machine, out table);
        }

        machine.Data<uint>(_path.InfoOfPage(taken)) = FrameInfo.Pair;
        table = new PhysicalAddress(taken);
        machine.NoteFrames(FrameChange.Taken, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
        machine.Clear(table, FirstLevelTableInBytes);
        return VmStatus.Ok;
    }

    /// <summary>Takes a first-level table of 8 KiB back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte.</param>
    /// <returns>As <see cref="TryFreeSecondLevelTable"/>.</returns>
    /// <remarks>No walk may reach the table any more: the caller's invalidation is complete (DSB).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryFreeFirstLevelTable<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        uint address = table.Value;
        if (_path.IsPair(address)
            && machine.TryPushLocal(
                ref FirstCache.Pairs, address, ref machine.Data<uint>(_path.InfoOfPage(address)), FrameInfo.Pair) != 0)
        {
            // It lies on this core's stack, where no other core finds it.
            machine.NoteFrames(FrameChange.Returned, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
            return VmStatus.Ok;
        }

        return FreePairSlowly(ref machine, address);
    }

    /// <summary>Gives out a whole first-level table: 16 KiB, zeroed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte, a multiple of 16 KiB; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryAllocateFullFirstLevelTable<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine => TakeRun(ref machine, FrameUse.FullFirstLevelTable, FrameContents.Zeroed, out table);

    /// <summary>Takes a first-level table of 16 KiB back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte.</param>
    /// <returns>As <see cref="TryFreeSecondLevelTable"/>.</returns>
    /// <remarks>No walk may reach the table any more: the caller's invalidation is complete (DSB).</remarks>
    public VmStatus TryFreeFullFirstLevelTable<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine => ReturnRun(ref machine, FrameUse.FullFirstLevelTable, table.Value);

    // The bit in a cut page's word that says that it keeps the quarter.
    private static uint KeptBit(uint quarter) =>
        (FrameInfo.KeptBits & 0xFF) << (int)(((quarter >> FramePath.QuarterShift) & QuarterIndexMask) << FrameInfo.QuarterShift);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus AllocateQuarterSlowly<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        bool isTaken = TryTakeQuarterLocked(ref machine, ref cache, out uint taken);
        if (!isTaken)
        {
            CountFailure(VmStatus.OutOfFrames);
        }

        Leave(ref machine, interrupts);
        table = new PhysicalAddress(taken);
        if (!isTaken)
        {
            return VmStatus.OutOfFrames;
        }

        machine.NoteFrames(FrameChange.Taken, FrameUse.SecondLevelTable, table, SecondLevelTableInBytes);
        machine.Clear(table, SecondLevelTableInBytes);
        return VmStatus.Ok;
    }

    // A quarter that nobody holds, marked as given out: from pages that are cut already, else from one that is cut now.
    private bool TryTakeQuarterLocked<TMachine>(ref TMachine machine, ref FrameCache cache, out uint quarter)
        where TMachine : struct, IMachine
    {
        if (cache.Quarters.Count == 0)
        {
            Restore(ref cache.Quarters, ref _depot.Quarters);
        }

        while (cache.Quarters.Count < QuartersPerPage && _index.TryFindKept(ref machine, out uint kept))
        {
            if (!_path.IsPage(kept << PageSize.SmallShift))
            {
                quarter = TakeOneKeptLocked(ref machine, kept);
                return true;
            }

            HoldKeptLocked(ref machine, ref cache, kept);
        }

        if (cache.Quarters.Count == 0)
        {
            if (!TryTakePageLocked(ref machine, ref cache, out quarter))
            {
                return false;
            }

            if (!_path.IsPage(quarter))
            {
                // Cores hold nothing of a shorter region.
                uint frame = quarter >> PageSize.SmallShift;
                _index.InfoOf(ref machine, frame) = FrameInfo.Cut | FrameInfo.KeptBits;
                _index.Keep(ref machine, _index.Region(_index.FindRegion(frame)), frame);
                _cutPages++;
                quarter = TakeOneKeptLocked(ref machine, frame);
                return true;
            }

            CutLocked(ref machine, ref cache, quarter);
            while (cache.Quarters.Count < QuartersAtOnce && cache.Pages.Count != 0)
            {
                CutLocked(ref machine, ref cache, CoreStack.PopOwn(ref cache.Pages));
            }
        }

        quarter = CoreStack.PopOwn(ref cache.Quarters);
        machine.Data<byte>(_path.ByteOfQuarter(quarter)) = FrameInfo.GivenQuarter;
        return true;
    }

    // Makes a free page of the longest region four second-level tables of the calling core.
    private void CutLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint page)
        where TMachine : struct, IMachine
    {
        machine.Data<uint>(_path.InfoOfPage(page)) = FrameInfo.Cut;
        CoreStack.PushFalling(
            ref cache.Quarters, page + (3 * SecondLevelTableInBytes), SecondLevelTableInBytes, QuartersPerPage);
        _cutPages++;
    }

    // All that a cut page of the longest region keeps goes to the calling core.
    private void HoldKeptLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint frame)
        where TMachine : struct, IMachine
    {
        uint page = frame << PageSize.SmallShift;
        uint kept = machine.Data<uint>(_path.InfoOfPage(page));
        for (uint quarter = page + (3 * SecondLevelTableInBytes); quarter >= page; quarter -= SecondLevelTableInBytes)
        {
            if ((kept & KeptBit(quarter)) != 0)
            {
                machine.Data<byte>(_path.ByteOfQuarter(quarter)) = FrameInfo.HeldQuarter;
                CoreStack.PushOwn(ref cache.Quarters, quarter);
            }
        }

        FrameIndex.Unkeep(ref machine, _index.Longest, frame);
    }

    // One of the quarters that a cut page of a shorter region keeps, marked as given out.
    private uint TakeOneKeptLocked<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        ref uint word = ref _index.InfoOf(ref machine, frame);
        uint quarter = frame << PageSize.SmallShift;
        while ((word & KeptBit(quarter)) == 0)
        {
            quarter += SecondLevelTableInBytes;
        }

        ByteOf(ref word, quarter) = FrameInfo.GivenQuarter;
        if ((word & FrameInfo.KeptBits) == 0)
        {
            FrameIndex.Unkeep(ref machine, _index.Region(_index.FindRegion(frame)), frame);
        }

        return quarter;
    }

    private static ref byte ByteOf(ref uint word, uint quarter) =>
        ref Unsafe.Add(ref Unsafe.As<uint, byte>(ref word), (int)((quarter >> FramePath.QuarterShift) & QuarterIndexMask));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus FreeQuarterSlowly<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine =>
        FreeTable(ref machine, FrameUse.SecondLevelTable, address, SecondLevelTableInBytes, FrameInfo.GivenBitOf(address));

    // Quarters from the top of a stack go into their pages' keeping.
    private void KeepQuartersLocked<TMachine>(ref TMachine machine, ref CoreStack quarters, uint count)
        where TMachine : struct, IMachine
    {
        for (; count != 0; count--)
        {
            uint quarter = CoreStack.PopOwn(ref quarters);
            KeepLocked(ref machine, ref machine.Data<uint>(_path.InfoOfQuarter(quarter)), quarter);
        }
    }

    // Puts a quarter into its page's keeping.
    private void KeepLocked<TMachine>(ref TMachine machine, ref uint word, uint quarter)
        where TMachine : struct, IMachine
    {
        ByteOf(ref word, quarter) = FrameInfo.KeptQuarter;
        uint kept = word & FrameInfo.KeptBits;
        uint frame = quarter >> PageSize.SmallShift;
        if ((kept & (kept - 1)) == 0)
        {
            _index.Keep(ref machine, _index.Region(_index.FindRegion(frame)), frame);
        }
        else if (kept != FrameInfo.KeptBits)
        {
            return;
        }
        else
        {
            FrameIndex.Unkeep(ref machine, _index.Region(_index.FindRegion(frame)), frame);
            UncutLocked(ref machine, frame);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void UncutLocked<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        _cutPages--;
        _index.InfoOf(ref machine, frame) = 0;
        _index.Give(ref machine, frame, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus AllocatePairSlowly<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        uint taken = TakePairLocked(ref machine, ref cache);
        if (taken == 0)
        {
            GatherLocked(ref machine, ref cache);
            taken = TakePairLocked(ref machine, ref cache);
        }

        if (taken == 0)
        {
            CountFailure(VmStatus.OutOfFrames);
        }
        else
        {
            InfoOf(ref machine, taken) = FrameInfo.Pair;
        }

        Leave(ref machine, interrupts);
        table = new PhysicalAddress(taken);
        if (taken == 0)
        {
            return VmStatus.OutOfFrames;
        }

        machine.NoteFrames(FrameChange.Taken, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
        machine.Clear(table, FirstLevelTableInBytes);
        return VmStatus.Ok;
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

            _pairs++;
            return frame << PageSize.SmallShift;
        }

        if (!_path.IsPage(frame << PageSize.SmallShift))
        {
            // Cores hold nothing of a shorter region: the rest, 2 + 4 + 8 frames, goes back.
            for (int shift = PairFrameShift; 1u << shift < frameCount; shift++)
            {
                _index.Give(ref machine, frame + (1u << shift), shift);
            }

            _pairs++;
            return frame << PageSize.SmallShift;
        }

        uint count = frameCount >> PairFrameShift;
        uint last = (frame << PageSize.SmallShift) + ((count - 1) << FramePath.PairShift);
        CoreStack.PushFalling(ref cache.Pairs, last, FirstLevelTableInBytes, count);
        _pairs += count;
        return CoreStack.PopOwn(ref cache.Pairs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus FreePairSlowly<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine =>
        FreeTable(ref machine, FrameUse.FirstLevelTable, address, FirstLevelTableInBytes, FrameInfo.Pair);

    // The core's stack is full, or the table is of a shorter region, or none. The bit says that it is given out.
    private VmStatus FreeTable<TMachine>(ref TMachine machine, FrameUse use, uint address, uint lengthInBytes, uint bit)
        where TMachine : struct, IMachine
    {
        uint frame = address >> PageSize.SmallShift;
        int region = _index.FindRegion(frame);
        if ((address & (lengthInBytes - 1)) != 0 || region < 0)
        {
            return Refuse(ref machine, use, address, lengthInBytes);
        }

        ref uint word = ref machine.Data<uint>(_index.Region(region).InfoOf(frame));
        return region == 0
            ? FreeOverflow(ref machine, use, address, lengthInBytes, ref word, bit)
            : FreeOfShorterRegion(ref machine, use, address, lengthInBytes, ref word, bit);
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

    private VmStatus FreeOfShorterRegion<TMachine>(
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
            _pairs--;
            _index.Give(ref machine, address >> PageSize.SmallShift, PairFrameShift);
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
        _pairs -= count;
        for (; count != 0; count--)
        {
            _index.GivePair(ref machine, CoreStack.PopOwn(ref pairs));
        }
    }
}
