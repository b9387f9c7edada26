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
    private const int UnitFrameShift = 4;

    // Tables that go back at once when a stack is full.
    private const uint QuarterSpill = 16;
    private const uint PairSpill = 16;

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
                ref FirstCache.Quarters, address, ref machine.Data<uint>(_path.InfoOfQuarter(address)), GivenBit(address)) != 0)
        {
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

    // Bit 0 of the quarter's byte in its page's word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint GivenBit(uint quarter) =>
        1u << (int)((quarter >> (FramePath.QuarterShift - FrameInfo.QuarterShift)) & (QuarterIndexMask << FrameInfo.QuarterShift));

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

    // A quarter that nobody holds, marked as given out: from a page that is cut already, else from one that is cut now.
    private bool TryTakeQuarterLocked<TMachine>(ref TMachine machine, ref FrameCache cache, out uint quarter)
        where TMachine : struct, IMachine
    {
        quarter = CoreStack.PopOwn(ref cache.Quarters);
        if (quarter != 0)
        {
            machine.Data<byte>(_path.ByteOfQuarter(quarter)) = FrameInfo.GivenQuarter;
            return true;
        }

        if (_index.TryFindKept(ref machine, out uint frame))
        {
            quarter = TakeKeptLocked(ref machine, ref cache, frame);
            return true;
        }

        if (!TryTakePageLocked(ref machine, ref cache, out quarter))
        {
            return false;
        }

        frame = quarter >> PageSize.SmallShift;
        cache.CutPages++;
        if (!_path.IsPage(quarter))
        {
            // Cores hold nothing of a shorter region.
            _index.InfoOf(ref machine, frame) = FrameInfo.Cut | FrameInfo.KeptBits;
            _index.Keep(ref machine, frame);
            _keptQuarters += QuartersPerPage;
            quarter = TakeKeptLocked(ref machine, ref cache, frame);
            return true;
        }

        uint more = CoreStack.PopOwn(ref cache.Pages);
        if (more != 0)
        {
            machine.Data<uint>(_path.InfoOfPage(more)) = FrameInfo.Cut;
            cache.CutPages++;
            CoreStack.PushOwn(ref cache.Quarters, more + (3 * SecondLevelTableInBytes));
            CoreStack.PushOwn(ref cache.Quarters, more + (2 * SecondLevelTableInBytes));
            CoreStack.PushOwn(ref cache.Quarters, more + SecondLevelTableInBytes);
            CoreStack.PushOwn(ref cache.Quarters, more);
        }

        machine.Data<uint>(_path.InfoOfPage(quarter)) = FrameInfo.Cut | 1;
        CoreStack.PushOwn(ref cache.Quarters, quarter + (3 * SecondLevelTableInBytes));
        CoreStack.PushOwn(ref cache.Quarters, quarter + (2 * SecondLevelTableInBytes));
        CoreStack.PushOwn(ref cache.Quarters, quarter + SecondLevelTableInBytes);
        return true;
    }

    // All that a cut page keeps: one quarter for the caller, the rest for the core, if it may hold them.
    private uint TakeKeptLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint frame)
        where TMachine : struct, IMachine
    {
        ref uint word = ref _index.InfoOf(ref machine, frame);
        uint kept = word & FrameInfo.KeptBits;
        uint first = kept & (0 - kept);
        uint taken = _path.IsPage(frame << PageSize.SmallShift) ? kept : first;
        _ = ChangeWord(ref machine, ref word, taken, first >> FrameInfo.KeptShift);
        if (taken == kept)
        {
            _index.Unkeep(ref machine, frame);
        }

        uint quarter = 0;
        for (uint index = QuartersPerPage; index-- > 0;)
        {
            uint bit = taken & ((1u << FrameInfo.KeptShift) << (int)(index << FrameInfo.QuarterShift));
            if (bit == 0)
            {
                continue;
            }

            _keptQuarters--;
            uint address = (frame << PageSize.SmallShift) + (index << FramePath.QuarterShift);
            if (bit == first)
            {
                quarter = address;
            }
            else
            {
                CoreStack.PushOwn(ref cache.Quarters, address);
            }
        }

        return quarter;
    }

    // The stack is full, or the table is of a shorter region, or none.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus FreeQuarterSlowly<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine
    {
        uint frame = address >> PageSize.SmallShift;
        int region = _index.FindRegion(frame);
        if (region < 0 || (address & (SecondLevelTableInBytes - 1)) != 0)
        {
            return Refuse(ref machine, FrameUse.SecondLevelTable, address, SecondLevelTableInBytes);
        }

        uint bit = GivenBit(address);
        PhysicalAddress table = new(address);
        ref uint word = ref machine.Data<uint>(_index.Region(region).InfoOf(frame));
        while (true)
        {
            uint info = machine.LoadAcquire(ref word);
            if (!FrameInfo.IsCut(info) || (info & bit) == 0)
            {
                return Refuse(ref machine, FrameUse.SecondLevelTable, address, SecondLevelTableInBytes);
            }

            if (region == 0)
            {
                SpillQuarters(ref machine);
                if (machine.TryPushLocal(ref FirstCache.Quarters, address, ref word, bit) != 0)
                {
                    machine.NoteFrames(FrameChange.Returned, FrameUse.SecondLevelTable, table, SecondLevelTableInBytes);
                    return VmStatus.Ok;
                }
            }
            else if (machine.CompareExchange(ref word, info & ~bit, info) == info)
            {
                machine.NoteFrames(FrameChange.Returned, FrameUse.SecondLevelTable, table, SecondLevelTableInBytes);
                ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
                KeepQuarterLocked(ref machine, ref cache, address);
                Leave(ref machine, interrupts);
                return VmStatus.Ok;
            }
        }
    }

    private void SpillQuarters<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        if (cache.Quarters.Room == 0)
        {
            SpillQuartersLocked(ref machine, ref cache, QuarterSpill);
        }

        Leave(ref machine, interrupts);
    }

    private void SpillQuartersLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint count)
        where TMachine : struct, IMachine
    {
        while (count != 0)
        {
            uint quarter = CoreStack.PopOwn(ref cache.Quarters);
            count--;
            uint frame = quarter >> PageSize.SmallShift;
            if (count >= QuartersPerPage - 1 && IsWholeBelow(ref cache.Quarters, frame))
            {
                // A page that was given back as a whole: nobody else has a part of it, and it need not be kept first.
                CoreStack.Drop(ref cache.Quarters, QuartersPerPage - 1);
                count -= QuartersPerPage - 1;
                ReturnCutLocked(ref machine, ref cache, frame);
                continue;
            }

            KeepQuarterLocked(ref machine, ref cache, quarter);
        }
    }

    // True when the three entries on top are of the page whose fourth quarter was just taken off: no quarter is there twice.
    private static bool IsWholeBelow(ref CoreStack quarters, uint frame)
    {
        uint top = quarters.Count;
        return CoreStack.Entry(ref quarters, top - 1) >> PageSize.SmallShift == frame
            && CoreStack.Entry(ref quarters, top - 2) >> PageSize.SmallShift == frame
            && CoreStack.Entry(ref quarters, top - 3) >> PageSize.SmallShift == frame;
    }

    // Puts a quarter that nobody holds into its page's keeping, and the page back when it keeps all four.
    private void KeepQuarterLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint quarter)
        where TMachine : struct, IMachine
    {
        uint frame = quarter >> PageSize.SmallShift;
        ref uint word = ref _index.InfoOf(ref machine, frame);
        uint before = ChangeWord(ref machine, ref word, 0, GivenBit(quarter) << FrameInfo.KeptShift);
        uint after = before | (GivenBit(quarter) << FrameInfo.KeptShift);
        _keptQuarters++;
        if ((after & FrameInfo.KeptBits) == FrameInfo.KeptBits)
        {
            _keptQuarters -= QuartersPerPage;
            _index.Unkeep(ref machine, frame);
            ReturnCutLocked(ref machine, ref cache, frame);
        }
        else if ((before & FrameInfo.KeptBits) == 0)
        {
            _index.Keep(ref machine, frame);
        }
    }

    // A cut page whose quarters are all free, and in no list any more.
    private void ReturnCutLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint frame)
        where TMachine : struct, IMachine
    {
        _index.InfoOf(ref machine, frame) = 0;
        cache.CutPages--;
        if (cache.Pages.Room != 0 && _path.IsPage(frame << PageSize.SmallShift))
        {
            CoreStack.PushOwn(ref cache.Pages, frame << PageSize.SmallShift);
        }
        else
        {
            _index.Give(ref machine, frame, 0);
        }
    }

    // Other cores free quarters of the page meanwhile.
    private static uint ChangeWord<TMachine>(ref TMachine machine, ref uint word, uint clear, uint set)
        where TMachine : struct, IMachine
    {
        while (true)
        {
            uint before = machine.LoadAcquire(ref word);
            if (machine.CompareExchange(ref word, (before & ~clear) | set, before) == before)
            {
                return before;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus AllocatePairSlowly<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        uint taken = CoreStack.PopOwn(ref cache.Pairs);
        if (taken == 0)
        {
            taken = TakePairLocked(ref machine, ref cache);
        }

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
            _index.InfoOf(ref machine, taken >> PageSize.SmallShift) = FrameInfo.Pair;
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

    // The first pair of a free unit, the other seven for the core's stack; or a single one. Zero when there is none.
    private uint TakePairLocked<TMachine>(ref TMachine machine, ref FrameCache cache)
        where TMachine : struct, IMachine
    {
        bool isUnit = _index.TryTake(ref machine, UnitFrameShift, out uint frame);
        if (!isUnit && !_index.TryTake(ref machine, PairFrameShift, out frame))
        {
            return 0;
        }

        if (isUnit && !_path.IsPage(frame << PageSize.SmallShift))
        {
            // Cores hold nothing of a shorter region: the rest, 2 + 4 + 8 frames, goes back.
            for (int shift = PairFrameShift; shift < UnitFrameShift; shift++)
            {
                _index.Give(ref machine, frame + (1u << shift), shift);
            }

            isUnit = false;
        }

        _pairs++;
        if (isUnit)
        {
            uint first = frame << PageSize.SmallShift;
            for (uint pair = first + PageSize.Large - FirstLevelTableInBytes; pair != first; pair -= FirstLevelTableInBytes)
            {
                CoreStack.PushOwn(ref cache.Pairs, pair);
                _pairs++;
            }
        }

        return frame << PageSize.SmallShift;
    }

    // The stack is full, or the table is of a shorter region, or none.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus FreePairSlowly<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine
    {
        uint frame = address >> PageSize.SmallShift;
        int region = _index.FindRegion(frame);
        if (region < 0 || (address & (FirstLevelTableInBytes - 1)) != 0)
        {
            return Refuse(ref machine, FrameUse.FirstLevelTable, address, FirstLevelTableInBytes);
        }

        PhysicalAddress table = new(address);
        ref uint word = ref machine.Data<uint>(_index.Region(region).InfoOf(frame));
        while (machine.LoadAcquire(ref word) == FrameInfo.Pair)
        {
            if (region == 0)
            {
                SpillPairs(ref machine);
                if (machine.TryPushLocal(ref FirstCache.Pairs, address, ref word, FrameInfo.Pair) != 0)
                {
                    machine.NoteFrames(FrameChange.Returned, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
                    return VmStatus.Ok;
                }
            }
            else if (machine.CompareExchange(ref word, 0, FrameInfo.Pair) == FrameInfo.Pair)
            {
                machine.NoteFrames(FrameChange.Returned, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
                _lock.Acquire(ref machine, LockRank.Frames);
                _pairs--;
                _index.Give(ref machine, frame, PairFrameShift);
                _lock.Release(ref machine, LockRank.Frames);
                return VmStatus.Ok;
            }
        }

        return Refuse(ref machine, FrameUse.FirstLevelTable, address, FirstLevelTableInBytes);
    }

    private void SpillPairs<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        if (cache.Pairs.Room == 0)
        {
            SpillPairsLocked(ref machine, ref cache, PairSpill);
        }

        Leave(ref machine, interrupts);
    }

    private void SpillPairsLocked<TMachine>(ref TMachine machine, ref FrameCache cache, uint count)
        where TMachine : struct, IMachine
    {
        _pairs -= count;
        for (; count != 0; count--)
        {
            _index.Give(ref machine, CoreStack.PopOwn(ref cache.Pairs) >> PageSize.SmallShift, PairFrameShift);
        }
    }
}
