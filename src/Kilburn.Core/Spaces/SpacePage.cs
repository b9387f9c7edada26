using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>The hot paths of a space: one page mapped, one page unmapped.</summary>
/// <remarks>
/// Addresses come in as words here, and nowhere else: a one-field structure that is passed to a call that is not inlined goes through
/// memory, 6 instructions each. A space's first level holds links, whose bit 0 is set, words that fault, and sections, which are special MiBs.
/// What happens once a MiB is in methods of its own, so that it costs these no registers.
/// The space's lock is enough where only words of nothing and given pages change, which no fault makes or ends, and the count of a table
/// that is there; what else they change is under the lock of the MiB as well.
/// </remarks>
internal static class SpacePage
{
    /// <summary>Finds a space, and takes no lock.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in a build without checks it is an address
    public static ref SpaceControl Find<TMachine>(ref TMachine machine, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref machine.Data<SpaceControl>(controlPage);
        if (BuildChecks.Enabled && control.Mark != SpaceControl.LiveMark)
        {
            BugCheck.Fail(ref machine, "S2: a space is used before its start or after its end"u8, controlPage.Value);
        }

        return ref control;
    }

    /// <summary>Takes a space's lock.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in a build without checks it is an address and the lock
    public static ref SpaceControl Enter<TMachine>(ref TMachine machine, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref Find(ref machine, controlPage);
        control.Lock.Acquire(ref machine, LockRank.Space);
        return ref control;
    }

    /// <summary>Takes a space's lock for an operation that may change its mappings of objects, and the objects' lock if there are some.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="hasObjects">True when the objects' lock was taken.</param>
    /// <remarks>Given back by <see cref="LeaveAfterMapping"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // most spaces have none
    public static ref SpaceControl EnterToMap<TMachine>(
        ref TMachine machine, PhysicalAddress controlPage, out bool hasObjects)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref Enter(ref machine, controlPage);
        hasObjects = SpaceLayout.AccountsOf(ref control).Mappings != default;
        if (hasObjects)
        {
            TakeObjects(ref machine, ref control);
        }

        return ref control;
    }

    /// <summary>Takes the objects' lock as well. The space's lock is held, and let go of meanwhile.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TakeObjects<TMachine>(ref TMachine machine, ref SpaceControl control)
        where TMachine : struct, IMachine
    {
        PhysicalAddress commons = SpaceLayout.AccountsOf(ref control).Commons;
        control.Lock.Release(ref machine, LockRank.Space);
        machine.Data<SpaceCommons>(commons).Objects.Acquire(ref machine, LockRank.Objects);
        control.Lock.Acquire(ref machine, LockRank.Space);
    }

    /// <summary>Gives back what <see cref="EnterToMap"/> or <see cref="TakeObjects"/> took.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes the page of the mappings, when none is left.</param>
    /// <param name="control">The space.</param>
    /// <param name="hasObjects">True when the objects' lock is held.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as EnterToMap
    public static void LeaveAfterMapping<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, bool hasObjects)
        where TMachine : struct, IMachine
    {
        if (hasObjects)
        {
            LeaveWithObjects(ref machine, ref frames, ref control);
            return;
        }

        control.Lock.Release(ref machine, LockRank.Space);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveWithObjects<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        ref SpaceCommons commons = ref machine.Data<SpaceCommons>(accounts.Commons);
        if (accounts.Mappings != default && SpaceMappings.HeaderOf(ref machine, accounts.Mappings).Count == 0)
        {
            SpaceMappings.End(ref machine, ref frames, ref commons, ref accounts);
        }

        control.Lock.Release(ref machine, LockRank.Space);
        commons.Objects.Release(ref machine, LockRank.Objects);
    }

    /// <summary>See <see cref="AddressSpace.TryMapNewPage"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives page and table.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="address">Any byte of the page, in the user half.</param>
    /// <param name="descriptor">Of a small page at physical 0.</param>
    /// <param name="page">The page; default on failure.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static VmStatus TryMapNew<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        uint controlPage,
        uint address,
        uint descriptor,
        out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        VirtualAddress virtualPage = new(address);
        ref SpaceControl control = ref Enter(ref machine, new PhysicalAddress(controlPage));
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, virtualPage)));
        VmStatus status;
        if (control.SpecialMibs >= first.LinkBit)
        {
            // One compare for both: there is no table, or the space has special MiBs, maybe this one.
            status = first.Raw == 0
                ? TryMapFirst(ref machine, ref frames, controlPage, address, descriptor, out page)
                : TryMapInMib(ref machine, ref frames, controlPage, address, descriptor, out page);
        }
        else
        {
            PhysicalAddress entry = SecondLevelTable.EntryOf(first.PageTable.Table, virtualPage);
            status = TryMapInTable(ref machine, ref frames, ref control, virtualPage, entry, descriptor, out page);
        }

        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>See <see cref="AddressSpace.TryUnmapPage"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes share and table.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="page">First byte.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static VmStatus TryUnmap<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint controlPage, uint page)
        where TMachine : struct, IMachine
    {
        // One compare for both: the offset in the page comes to stand above the page's number.
        VirtualAddress virtualPage = new(page);
        if (BitOperations.RotateRight(page, PageSize.SmallShift) >= AddressSpace.EndValue >> PageSize.SmallShift)
        {
            return virtualPage.IsAligned(PageSize.Small) ? VmStatus.OutOfRange : VmStatus.Misaligned;
        }

        VmStatus status = VmStatus.Ok;
        ref SpaceControl control = ref Enter(ref machine, new PhysicalAddress(controlPage));
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, virtualPage)));
        if (first.IsPageTable)
        {
            PhysicalAddress entry = SecondLevelTable.EntryOf(first.PageTable.Table, virtualPage);
            SecondLevelEntry second = new(machine.ReadWord(entry));
            if (second.IsGivenPage)
            {
                Descriptor.Write(ref machine, entry, 0);
                ref byte count = ref SpaceLayout.CountOf(ref control, virtualPage.FirstLevelIndex);
                if (count == 0)
                {
                    RemoveTable(ref machine, ref frames, controlPage, page);
                }
                else
                {
                    count--;
                    PageInvalidation.Remove(ref machine, ref control.Owner, virtualPage);
                }

                if (second.Small.HasShare)
                {
                    SpaceRange.FreePage(ref machine, ref frames, second.Small.Frame);
                }
            }
            else
            {
                status = second.IsLive ? VmStatus.WrongKind : VmStatus.NotMapped;
            }
        }
        else
        {
            status = first.IsBlock ? VmStatus.WrongKind : VmStatus.NotMapped;
        }

        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the hot half
    private static VmStatus TryMapInTable<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        VirtualAddress virtualPage,
        PhysicalAddress entry,
        uint descriptor,
        out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        if (machine.ReadWord(entry) != 0)
        {
            page = default;
            return VmStatus.AlreadyMapped;
        }

        uint taken = frames.TakeZeroedPage(ref machine);
        page = new PhysicalAddress(taken);
        if (taken == 0)
        {
            return VmStatus.OutOfFrames;
        }

        // Another core's walk may find the entry at once: the zeroes are seen by then.
        machine.OrderMemory();
        Descriptor.Write(ref machine, entry, taken | descriptor);
        SpaceLayout.CountOf(ref control, virtualPage.FirstLevelIndex)++;
        machine.Synchronize();
        return VmStatus.Ok;
    }

    // The first page of a MiB.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VmStatus TryMapFirst<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        uint controlPage,
        uint address,
        uint descriptor,
        out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        VirtualAddress virtualPage = new(address);
        PhysicalAddress owner = new(controlPage);
        ref SpaceControl control = ref machine.Data<SpaceControl>(owner);
        PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, virtualPage);
        VmStatus status = frames.TryAllocateSecondLevelTable(ref machine, out PhysicalAddress table);
        if (status != VmStatus.Ok)
        {
            page = default;
            return status;
        }

        uint taken = frames.TakeZeroedPage(ref machine);
        page = new PhysicalAddress(taken);
        if (taken == 0)
        {
            SpaceRange.FreeTable(ref machine, ref frames, table);
            return VmStatus.OutOfFrames;
        }

        // The zeroes of table and page are seen before the link.
        uint mib = virtualPage.FirstLevelIndex;
        PhysicalAddress own = table; // in a register from here on
        machine.OrderMemory();
        machine.WriteWord(SecondLevelTable.EntryOf(own, virtualPage), taken | descriptor); // cleaned with its table
        SpaceLayout.CountOf(ref control, mib) = 0;
        SpaceRange.LinkLocked(ref machine, ref control, link, own, mib);
        machine.Synchronize();
        return VmStatus.Ok;
    }

    // A page of a MiB that faults may change meanwhile.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VmStatus TryMapInMib<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        uint controlPage,
        uint address,
        uint descriptor,
        out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        VirtualAddress virtualPage = new(address);
        ref SpaceControl control = ref machine.Data<SpaceControl>(new PhysicalAddress(controlPage));
        MibLocks.TakeRange(ref machine, ref control, virtualPage, virtualPage.Add(1));
        VmStatus status = TryMapBesideOther(ref machine, ref frames, controlPage, address, descriptor, out page);
        MibLocks.ReleaseRange(ref machine, ref control, virtualPage, virtualPage.Add(1));
        return status;
    }

    // A page of a MiB that so far is a run of reserved pages, or has a table in a space that shares some.
    private static VmStatus TryMapBesideOther<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        uint controlPage,
        uint address,
        uint descriptor,
        out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        VirtualAddress virtualPage = new(address);
        PhysicalAddress owner = new(controlPage);
        ref SpaceControl control = ref machine.Data<SpaceControl>(owner);
        page = default;
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, virtualPage)));
        uint mib = virtualPage.FirstLevelIndex;
        if (first.IsPageTable)
        {
            PhysicalAddress entry = SecondLevelTable.EntryOf(first.PageTable.Table, virtualPage);
            if (machine.ReadWord(entry) != 0 || !TableSharing.IsShared(ref machine, ref control, owner, mib))
            {
                return TryMapInTable(ref machine, ref frames, ref control, virtualPage, entry, descriptor, out page);
            }
        }
        else if (first.Run.Covers(virtualPage.SecondLevelIndex))
        {
            return VmStatus.AlreadyMapped;
        }

        SpareMemory spares = default;
        VmStatus status = spares.TryTake(ref machine, ref frames, tables: 1, pages: 1);
        if (status == VmStatus.Ok)
        {
            VirtualAddress start = virtualPage.AlignDown(PageSize.Small);
            status = TableSharing.TryUnshareAll(
                ref machine, ref frames, ref control, owner, start, start.Add(PageSize.Small), WholeMibs.Changed, ref spares);
        }

        if (status != VmStatus.Ok)
        {
            return status;
        }

        page = spares.TakePage(ref machine);
        PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, owner, mib, ref spares);
        machine.OrderMemory(); // the zeroes before what leads to them
        Descriptor.Write(ref machine, SecondLevelTable.EntryOf(table, virtualPage), page.Value | descriptor);
        SpaceLayout.CountOf(ref control, mib)++;
        machine.Synchronize();
        return VmStatus.Ok;
    }

    // The last page of a MiB, whose descriptor is gone already.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RemoveTable<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint controlPage, uint page)
        where TMachine : struct, IMachine
    {
        VirtualAddress virtualPage = new(page);
        ref SpaceControl control = ref machine.Data<SpaceControl>(new PhysicalAddress(controlPage));
        PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, virtualPage);
        PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
        MibLocks.TakeRange(ref machine, ref control, virtualPage, virtualPage.Add(1)); // a fault may be reading it
        SpaceRange.UnlinkLocked(ref machine, new PhysicalAddress(controlPage), link, virtualPage.FirstLevelIndex);
        PageInvalidation.Remove(ref machine, ref control.Owner, virtualPage);
        MibLocks.ReleaseRange(ref machine, ref control, virtualPage, virtualPage.Add(1));
        SpaceRange.FreeTable(ref machine, ref frames, table);
    }
}
