using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Translation tables. Second-level ones are quarters of a page, the others runs of frames.
public partial struct FrameAllocator
{
    private const uint SecondLevelTableInBytes = 1u << FramePath.QuarterShift;
    private const uint FirstLevelTableInBytes = PageSize.Small << PairFrameShift;
    private const int QuartersPerPage = 4;
    private const uint QuarterIndexMask = QuartersPerPage - 1;

    // Tables that a core cuts from pages at once when it has none.
    private const uint QuartersAtOnce = 16;

    // Tables that go back to their pages at once when a stack and the depot are full.
    private const uint QuarterSpill = 16;

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
            return TakeRun(ref machine, FrameUse.FirstLevelTable, FrameContents.Zeroed, out table);
        }

        machine.Data<uint>(_path.InfoOfPage(taken)) = FrameInfo.FirstLevelTable;
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
        if (_path.IsPage(address)
            && machine.TryPushLocal(
                ref FirstCache.Pairs, address, ref machine.Data<uint>(_path.InfoOfPage(address)), FrameInfo.FirstLevelTable) != 0)
        {
            // It lies on this core's stack, where no other core finds it.
            machine.NoteFrames(FrameChange.Returned, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
            return VmStatus.Ok;
        }

        return ReturnRun(ref machine, FrameUse.FirstLevelTable, address);
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
        FreeSlowly(ref machine, FrameUse.SecondLevelTable, address, SecondLevelTableInBytes, FrameInfo.GivenBitOf(address));

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
}
