using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Translation tables: quarters of a page, and runs of 8 and 16 KiB.
public partial struct FrameAllocator
{
    private const uint SecondLevelTableInBytes = 1024;
    private const int SecondLevelTableShift = 10;
    private const uint FirstLevelTableInBytes = 8192;
    private const uint FullFirstLevelTableInBytes = 16384;
    private const int PairShift = 1;
    private const int PairsPerUnit = 8;
    private const int UnitFrameShift = 4;

    /// <summary>Most pairs that the pool keeps: 128 KiB.</summary>
    private const uint PoolCapacity = 16;


    /// <summary>Gives out a second-level table: 1 KiB, zeroed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte, a multiple of 1 KiB; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryAllocateSecondLevelTable<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        if (_partialPage == NoFrame)
        {
            // The magazine is not reached under the lock; more than one core may come here, and add a page each.
            _lock.Release(ref machine, LockRank.Frames);
            VmStatus status = TakeFrame(ref machine, FrameInfo.Nowhere, out uint cut);
            if (status != VmStatus.Ok)
            {
                table = default;
                return status;
            }

            _lock.Acquire(ref machine, LockRank.Frames);
            InfoOf(ref machine, cut) = FrameInfo.Used(FrameUse.SecondLevelTable);
            LinkPartial(ref machine, cut, 0);
            _partialFrames++;
        }

        uint frame = _partialPage;
        ref uint info = ref InfoOf(ref machine, frame);
        uint given = info & FrameInfo.QuartersMask;
        uint home = (info & FrameInfo.HomeMask) >> FrameInfo.HomeShift;
        uint others = ~given & FrameInfo.QuartersMask & ~(1u << (int)home);
        uint quarter = home;
        if (others == 0)
        {
            UnlinkPartial(ref machine, frame, home);
        }
        else
        {
            quarter = LowestQuarter(others);
        }

        info |= 1u << (int)quarter;
        _quarters++;
        _lock.Release(ref machine, LockRank.Frames);

        table = QuarterOf(frame, quarter);
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
    public VmStatus TryFreeSecondLevelTable<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        uint frame = table.FrameNumber;
        if (!table.IsAligned(SecondLevelTableInBytes) || !_index.TryFindRegion(frame, out FrameRegion region))
        {
            return Refuse(ref machine, table, SecondLevelTableInBytes);
        }

        uint quarter = (table.Value >> SecondLevelTableShift) & 3;
        _lock.Acquire(ref machine, LockRank.Frames);
        ref uint word = ref machine.Data<uint>(region.InfoOf(frame));
        uint info = word;
        bool isCut = info >> FrameInfo.UseShift == FrameInfo.Used(FrameUse.SecondLevelTable) >> FrameInfo.UseShift;
        if (!isCut || ((info >> (int)quarter) & 1) == 0)
        {
            VmStatus status = isCut ? VmStatus.AlreadyFree : ReasonLocked(ref machine, frame);
            CountFailure(status);
            _lock.Release(ref machine, LockRank.Frames);
            return status;
        }

        machine.NoteFrames(FrameChange.Returned, FrameUse.SecondLevelTable, table, SecondLevelTableInBytes);
        uint given = info & FrameInfo.QuartersMask;
        uint left = given & ~(1u << (int)quarter);
        word = info & ~(1u << (int)quarter);
        _quarters--;
        if (given == FrameInfo.QuartersMask)
        {
            LinkPartial(ref machine, frame, quarter);
        }
        else if (left == 0)
        {
            UnlinkPartial(ref machine, frame, (info & FrameInfo.HomeMask) >> FrameInfo.HomeShift);
            word = FrameInfo.Nowhere;
            _partialFrames--;
        }

        _lock.Release(ref machine, LockRank.Frames);
        if (left == 0)
        {
            ReturnFrame(ref machine, frame);
        }

        return VmStatus.Ok;
    }

    /// <summary>Gives out a first-level table of the user half: 8 KiB, zeroed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte, a multiple of 8 KiB; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryAllocateFirstLevelTable<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        if (_poolCount == 0)
        {
            FillPool(ref machine);
        }

        if (_poolCount == 0)
        {
            _lock.Release(ref machine, LockRank.Frames);
            return TakeRun(ref machine, FrameUse.FirstLevelTable, FrameContents.Zeroed, out table);
        }

        uint frame = PopPair(ref machine);
        InfoOf(ref machine, frame) = FrameInfo.Used(FrameUse.FirstLevelTable);
        _blocks[(int)FrameUse.FirstLevelTable]++;
        _lock.Release(ref machine, LockRank.Frames);

        table = PhysicalAddress.FromFrameNumber(frame);
        machine.NoteFrames(FrameChange.Taken, FrameUse.FirstLevelTable, table, FirstLevelTableInBytes);
        machine.Clear(table, FirstLevelTableInBytes);
        return VmStatus.Ok;
    }

    /// <summary>Takes a first-level table of 8 KiB back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">First byte.</param>
    /// <returns>As <see cref="TryFreeSecondLevelTable"/>.</returns>
    /// <remarks>No walk may reach the table any more: the caller's invalidation is complete (DSB).</remarks>
    public VmStatus TryFreeFirstLevelTable<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine => ReturnRun(ref machine, FrameUse.FirstLevelTable, table);

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
        where TMachine : struct, IMachine => ReturnRun(ref machine, FrameUse.FullFirstLevelTable, table);

    private static PhysicalAddress QuarterOf(uint frame, uint quarter) =>
        new((frame << PageSize.SmallShift) + (quarter << SecondLevelTableShift));

    private static uint LowestQuarter(uint mask) => (mask & 1) != 0 ? 0u : (mask & 2) != 0 ? 1u : (mask & 4) != 0 ? 2u : 3u;

    // Pages with a quarter free are linked both ways. The links lie in a quarter that is free, the home: it is given out last.
    private void LinkPartial<TMachine>(ref TMachine machine, uint frame, uint home)
        where TMachine : struct, IMachine
    {
        uint next = _partialPage;
        SetHome(ref InfoOf(ref machine, frame), home);
        ref PartialLinks links = ref machine.Data<PartialLinks>(QuarterOf(frame, home));
        links.Next = next;
        links.Previous = NoFrame;
        if (next != NoFrame)
        {
            LinksOf(ref machine, next).Previous = frame;
        }

        _partialPage = frame;
    }

    private void UnlinkPartial<TMachine>(ref TMachine machine, uint frame, uint home)
        where TMachine : struct, IMachine
    {
        PartialLinks links = machine.Data<PartialLinks>(QuarterOf(frame, home));
        if (links.Previous == NoFrame)
        {
            _partialPage = links.Next;
        }
        else
        {
            LinksOf(ref machine, links.Previous).Next = links.Next;
        }

        if (links.Next != NoFrame)
        {
            LinksOf(ref machine, links.Next).Previous = links.Previous;
        }
    }

    private ref PartialLinks LinksOf<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        uint home = (InfoOf(ref machine, frame) & FrameInfo.HomeMask) >> FrameInfo.HomeShift;
        return ref machine.Data<PartialLinks>(QuarterOf(frame, home));
    }

    private static void SetHome(ref uint info, uint home) => info = (info & ~FrameInfo.HomeMask) | (home << FrameInfo.HomeShift);

    // Cuts 64 KiB into pairs. The lock is held.
    private void FillPool<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        if (_index.TryTake(ref machine, UnitFrameShift, out uint frame))
        {
            for (int pair = PairsPerUnit; pair-- > 0;)
            {
                PushPair(ref machine, frame + ((uint)pair << PairShift));
            }
        }
    }

    private void EmptyPool<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        while (_poolCount != 0)
        {
            GiveBack(ref machine, PopPair(ref machine), PairShift);
        }
    }

    private void PushPair<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        InfoOf(ref machine, frame) = FrameInfo.PoolBit | (_poolTop & FrameInfo.LinkMask);
        _poolTop = frame;
        _poolCount++;
    }

    private uint PopPair<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint frame = _poolTop;
        _poolTop = InfoOf(ref machine, frame) & FrameInfo.LinkMask;
        _poolCount--;
        return frame;
    }

    private struct PartialLinks
    {
        public uint Next;
        public uint Previous;
    }
}
