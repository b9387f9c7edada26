using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Pages of 4 KiB. The short ways are inlined: out of line, an address in a parameter costs a store, a load and a frame each.
public partial struct FrameAllocator
{
    // Pages that come from the rows at once, and that go back there when a stack and the depot are full: as many as keep cores from waiting
    // for each other, and the lock from being held long.
    private const uint PageFill = FrameRows.Count * FrameIndex.FramesPerRow;
    private const uint PageSpill = 128;
    private const uint LeastFill = 2 * FrameIndex.FramesPerRow; // room for it is in the smallest cache
    private const uint RowInBytes = FrameIndex.FramesPerRow << PageSize.SmallShift;

    /// <summary>Gives out a page, with one owner.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="contents">Zeroed, or as its last owner left it.</param>
    /// <param name="page">First byte; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryAllocatePage<TMachine>(ref TMachine machine, FrameContents contents, out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        uint taken = machine.PopLocal(ref FirstCache.Pages);
        if (taken == 0)
        {
            return AllocatePageSlowly(ref machine, contents, out page);
        }

        machine.Data<uint>(_path.InfoOfPage(taken)) = FrameInfo.SolePage;
        page = new PhysicalAddress(taken);
        machine.NoteFrames(FrameChange.Taken, FrameUse.Page, page, PageSize.Small);
        if (contents == FrameContents.Zeroed)
        {
            machine.Clear(page, PageSize.Small);
        }

        return VmStatus.Ok;
    }

    /// <summary>Takes one owner off a page, and the page back when that was the last.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">First byte.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.NotManaged"/>,
    /// <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.WrongKind"/> (it was not given out as a page).
    /// </returns>
    /// <remarks>No TLB may hold a translation to the page any more: the caller's invalidation is complete (DSB).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryFreePage<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        uint address = page.Value;
        if (_path.IsPage(address)
            && machine.TryPushLocal(
                ref FirstCache.Pages, address, ref machine.Data<uint>(_path.InfoOfPage(address)), FrameInfo.SolePage) != 0)
        {
            // It lies on this core's stack, where no other core finds it.
            machine.NoteFrames(FrameChange.Returned, FrameUse.Page, page, PageSize.Small);
            return VmStatus.Ok;
        }

        return FreeSharedPage(ref machine, address);
    }

    /// <summary>Gives a page one more owner.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">First byte of a page that is given out.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.NotManaged"/>,
    /// <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.WrongKind"/>, <see cref="VmStatus.Overflow"/> (16385 owners).
    /// </returns>
    public VmStatus TrySharePage<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        // A clone shares the pages of a table one by one, and most have one owner.
        uint frame = page.FrameNumber;
        if (_index.Longest.Contains(frame) && page.IsAligned(PageSize.Small)
            && machine.CompareExchange(
                ref machine.Data<uint>(_index.Region(0).InfoOf(frame)), FrameInfo.TwoOwners, FrameInfo.SolePage) == FrameInfo.SolePage)
        {
            return VmStatus.Ok;
        }

        return TrySharePageSlowly(ref machine, page);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TrySharePageSlowly<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        uint frame = page.FrameNumber;
        int region = _index.FindRegion(frame);
        if (region < 0 || !page.IsAligned(PageSize.Small))
        {
            return Refuse(ref machine, FrameUse.Page, page.Value, PageSize.Small);
        }

        ref uint word = ref machine.Data<uint>(_index.Region(region).InfoOf(frame));
        while (true)
        {
            uint info = machine.LoadAcquire(ref word);
            uint owners = FrameInfo.OwnersOf(info);
            if (owners == 0)
            {
                return Refuse(ref machine, FrameUse.Page, page.Value, PageSize.Small);
            }

            if (owners == FrameInfo.OwnerLimit)
            {
                return VmStatus.Overflow;
            }

            if (machine.CompareExchange(ref word, FrameInfo.Page(owners + 1), info) == info)
            {
                return VmStatus.Ok;
            }
        }
    }

    /// <summary>Gives out a zeroed page, with one owner: <see cref="TryAllocatePage"/> for a caller that keeps the page in a register.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>First byte; zero, where no page is ever given out, when there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint TakeZeroedPage<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => TakeZeroedPage(ref machine, FrameInfo.SolePage);

    /// <summary>As <see cref="TakeZeroedPage{TMachine}(ref TMachine)"/>, with two owners from the start: nobody else counts yet.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>First byte; zero when there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint TakeZeroedSharedPage<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => TakeZeroedPage(ref machine, FrameInfo.TwoOwners);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint TakeZeroedPage<TMachine>(ref TMachine machine, uint info)
        where TMachine : struct, IMachine
    {
        uint taken = machine.PopLocal(ref FirstCache.Pages);
        if (taken == 0)
        {
            return TakeZeroedPageSlowly(ref machine, info);
        }

        machine.Data<uint>(_path.InfoOfPage(taken)) = info;
        PhysicalAddress page = new(taken);
        machine.NoteFrames(FrameChange.Taken, FrameUse.Page, page, PageSize.Small);
        machine.Clear(page, PageSize.Small);
        return taken;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint TakeZeroedPageSlowly<TMachine>(ref TMachine machine, uint info)
        where TMachine : struct, IMachine
    {
        VmStatus status = AllocatePageSlowly(ref machine, FrameContents.Zeroed, out PhysicalAddress page); // zero on failure
        if (status == VmStatus.Ok && info != FrameInfo.SolePage)
        {
            InfoOf(ref machine, page.Value) = info;
        }

        return page.Value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus AllocatePageSlowly<TMachine>(ref TMachine machine, FrameContents contents, out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        bool isTaken = TryTakePageLocked(ref machine, ref cache, out uint taken);
        if (isTaken)
        {
            InfoOf(ref machine, taken) = FrameInfo.SolePage;
        }
        else
        {
            CountFailure(VmStatus.OutOfFrames);
        }

        Leave(ref machine, interrupts);
        page = new PhysicalAddress(taken);
        if (!isTaken)
        {
            return VmStatus.OutOfFrames;
        }

        machine.NoteFrames(FrameChange.Taken, FrameUse.Page, page, PageSize.Small);
        if (contents == FrameContents.Zeroed)
        {
            machine.Clear(page, PageSize.Small);
        }

        return VmStatus.Ok;
    }

    // What a copy on write leaves to the other side has two owners.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus FreeSharedPage<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine =>
        _path.IsPage(address)
        && machine.CompareExchange(
            ref machine.Data<uint>(_path.InfoOfPage(address)), FrameInfo.SolePage, FrameInfo.TwoOwners) == FrameInfo.TwoOwners
            ? VmStatus.Ok
            : FreePageSlowly(ref machine, address);

    // The page has still more owners, or the stack is full, or the page is of a shorter region, or none.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus FreePageSlowly<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine
    {
        uint frame = address >> PageSize.SmallShift;
        int region = _index.FindRegion(frame);
        if (region < 0 || (address & PageSize.SmallMask) != 0)
        {
            return Refuse(ref machine, FrameUse.Page, address, PageSize.Small);
        }

        PhysicalAddress page = new(address);
        ref uint word = ref machine.Data<uint>(_index.Region(region).InfoOf(frame));
        while (true)
        {
            uint info = machine.LoadAcquire(ref word);
            uint owners = FrameInfo.OwnersOf(info);
            if (owners == 0)
            {
                return Refuse(ref machine, FrameUse.Page, address, PageSize.Small);
            }

            if (owners > 1)
            {
                if (machine.CompareExchange(ref word, FrameInfo.Page(owners - 1), info) == info)
                {
                    return VmStatus.Ok;
                }
            }
            else if (region == 0)
            {
                SpillPages(ref machine);
                if (machine.TryPushLocal(ref FirstCache.Pages, address, ref word, FrameInfo.SolePage) != 0)
                {
                    machine.NoteFrames(FrameChange.Returned, FrameUse.Page, page, PageSize.Small);
                    return VmStatus.Ok;
                }
            }
            else if (machine.CompareExchange(ref word, 0, info) == info)
            {
                machine.NoteFrames(FrameChange.Returned, FrameUse.Page, page, PageSize.Small);
                _lock.Acquire(ref machine, LockRank.Frames);
                _index.Give(ref machine, frame, 0);
                _lock.Release(ref machine, LockRank.Frames);
                return VmStatus.Ok;
            }
        }
    }

    // Makes room on the calling core's stack, if there is none.
    private void SpillPages<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        if (cache.Pages.Room == 0 && !TryStore(ref cache.Pages, ref _depot.Pages))
        {
            _index.GivePages(ref machine, ref cache.Pages, Least(cache.Pages.Capacity - (cache.Pages.Capacity >> 2), PageSpill));
        }

        Leave(ref machine, interrupts);
    }
}
