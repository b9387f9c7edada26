using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Work on the tables of a space whose lock is held: ranges of pages, and the coming and going of second-level tables.</summary>
internal static class SpaceRange
{
    /// <summary>What <see cref="TableWalk"/> finds, without the walk's record: a small page, be it part of a larger one, or an entry that is none.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="page">In the user half.</param>
    /// <param name="entry">Where the second-level descriptor lies; default when there is no table.</param>
    public static SecondLevelEntry EntryLocked<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress page, out PhysicalAddress entry)
        where TMachine : struct, IMachine
    {
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, page)));
        if (!first.IsPageTable)
        {
            entry = default;
            return first.IsBlock
                ? new SecondLevelEntry(first.Section.PartAt(page.SecondLevelIndex >> LargePageDescriptor.PageCountShift).Raw).At(page.SecondLevelIndex)
                : default;
        }

        entry = SecondLevelTable.EntryOf(first.PageTable.Table, page);
        return new SecondLevelEntry(machine.ReadWord(entry)).At(page.SecondLevelIndex);
    }

    /// <summary>The descriptor of a page that is mapped.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="page">A mapped page.</param>
    public static SmallPageDescriptor FindLocked<TMachine>(ref TMachine machine, ref SpaceControl control, VirtualAddress page)
        where TMachine : struct, IMachine => EntryLocked(ref machine, ref control, page, out _).Small;

    /// <summary>Tells whether all of a range is mapped.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First page.</param>
    /// <param name="pageCount">Within the user half.</param>
    /// <returns><see cref="VmStatus.Ok"/> or <see cref="VmStatus.NotMapped"/>.</returns>
    public static VmStatus CheckMappedLocked<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, uint pageCount)
        where TMachine : struct, IMachine
    {
        for (uint index = 0; index < pageCount; index++)
        {
            if (!EntryLocked(ref machine, ref control, PageOf(start, index), out _).IsSmall)
            {
                return VmStatus.NotMapped;
            }
        }

        return VmStatus.Ok;
    }

    /// <summary>Tells whether all of a range is mapped, and was given.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First page.</param>
    /// <param name="pageCount">Within the user half.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>, <see cref="VmStatus.NotMapped"/>, or <see cref="VmStatus.WrongKind"/> (all is mapped, and some by faults).
    /// </returns>
    public static VmStatus CheckGivenLocked<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, uint pageCount)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.Ok;
        for (uint index = 0; index < pageCount; index++)
        {
            SecondLevelEntry entry = EntryLocked(ref machine, ref control, PageOf(start, index), out _);
            if (!entry.IsLive)
            {
                return VmStatus.NotMapped;
            }

            if (!entry.IsGivenPage)
            {
                status = VmStatus.WrongKind;
            }
        }

        return status;
    }

    /// <summary>Maps a run of given frames: checks, takes tables, takes shares, and then changes the tables, which cannot fail.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables and shares.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First page.</param>
    /// <param name="pageCount">Within the user half.</param>
    /// <param name="model">The first page's descriptor, without a share.</param>
    /// <returns>See <see cref="AddressSpace.TryMapFrames"/>.</returns>
    public static VmStatus TryMapLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        uint pageCount,
        SmallPageDescriptor model)
        where TMachine : struct, IMachine
    {
        for (uint index = 0; index < pageCount; index++)
        {
            if (!IsFreeLocked(ref machine, ref control, PageOf(start, index)))
            {
                return VmStatus.AlreadyMapped;
            }
        }

        SpareMemory spares = default;
        bool haveShares = false;
        VirtualAddress end = PageOf(start, pageCount);
        uint tables = CountMissingTables(ref machine, ref control, start, pageCount)
            + TableSharing.Count(ref machine, ref control, controlPage, start, end, WholeMibs.Changed);
        VmStatus status = spares.TryTake(ref machine, ref frames, tables, pages: 0);
        if (status == VmStatus.Ok)
        {
            status = TableSharing.TryUnshareAll(
                ref machine, ref frames, ref control, controlPage, start, end, WholeMibs.Changed, ref spares);
        }

        if (status == VmStatus.Ok)
        {
            status = TryTakeShares(ref machine, ref frames, model, pageCount, out haveShares);
        }

        if (status != VmStatus.Ok)
        {
            spares.Free(ref machine, ref frames);
            return status;
        }

        // Another core's walk may find an entry at once: what the giver wrote to the pages is seen by then.
        machine.OrderMemory();
        for (uint index = 0; index < pageCount; index++)
        {
            VirtualAddress page = PageOf(start, index);
            PhysicalAddress table = RangeTables.Ensure(
                ref machine, ref control, controlPage, page.FirstLevelIndex, ref spares);
            SmallPageDescriptor descriptor = SmallPageDescriptor.Create(
                FrameOf(model, index), model.Access, model.Type, model.Scope, model.Execution);
            Descriptor.Write(
                ref machine,
                SecondLevelTable.EntryOf(table, page),
                haveShares ? descriptor.WithShare().Raw : descriptor.Raw);
            SpaceLayout.CountOf(ref control, page.FirstLevelIndex)++;
        }

        machine.Synchronize();
        return VmStatus.Ok;
    }

    /// <summary>Unmaps a range, all or nothing.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes shares and tables.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First page.</param>
    /// <param name="pageCount">Within the user half.</param>
    /// <returns>See <see cref="CheckGivenLocked"/>.</returns>
    public static VmStatus TryUnmapLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        uint pageCount)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckGivenLocked(ref machine, ref control, start, pageCount);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        InvalidationBatch batch = default;
        for (uint index = 0; index < pageCount; index++)
        {
            VirtualAddress page = PageOf(start, index);
            PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, page);
            PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
            PhysicalAddress entry = SecondLevelTable.EntryOf(table, page);
            SmallPageDescriptor old = new SecondLevelEntry(machine.ReadWord(entry)).Small;
            Descriptor.Write(ref machine, entry, 0);
            batch.AddPage(page);
            if (old.HasShare)
            {
                batch.AddWaiting(ref machine, old.Frame, WaitingKind.Page);
            }

            ref byte count = ref SpaceLayout.CountOf(ref control, page.FirstLevelIndex);
            if (count == 0)
            {
                UnlinkLocked(ref machine, controlPage, link, page.FirstLevelIndex);
                batch.AddWaiting(ref machine, table, WaitingKind.SecondLevelTable);
            }
            else
            {
                count--;
            }

            if (batch.IsFull)
            {
                Commit(ref machine, ref frames, ref control, ref batch);
            }
        }

        Commit(ref machine, ref frames, ref control, ref batch);
        return VmStatus.Ok;
    }

    /// <summary>Changes rights in a range, all or nothing.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First page.</param>
    /// <param name="pageCount">Within the user half.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="execution">Whether user code may be fetched.</param>
    /// <returns>See <see cref="CheckGivenLocked"/>.</returns>
    public static VmStatus TryProtectLocked<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        VirtualAddress start,
        uint pageCount,
        AccessPermission access,
        Execution execution)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckGivenLocked(ref machine, ref control, start, pageCount);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        InvalidationBatch batch = default;
        for (uint index = 0; index < pageCount; index++)
        {
            VirtualAddress page = PageOf(start, index);
            SmallPageDescriptor old = EntryLocked(ref machine, ref control, page, out PhysicalAddress entry).Small;
            SmallPageDescriptor changed = old.WithRights(access, execution);
            if (changed.Raw != old.Raw)
            {
                Descriptor.Write(ref machine, entry, changed.Raw);
                batch.AddPage(page);
            }
        }

        batch.Commit(ref machine, ref control.Owner);
        return VmStatus.Ok;
    }

    /// <summary>Gives back all that a space without a TLB entry maps: shares and second-level tables.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes them.</param>
    /// <param name="control">A retired space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <remarks>No walk can reach the tables any more, so that no descriptor is cleared.</remarks>
    public static void ReleaseAllLocked<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        while (SpaceLayout.TryTakeOccupied(ref machine, controlPage, out uint mib))
        {
            VirtualAddress start = new(mib << PageSize.SectionShift);
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, start)));
            ReleaseLocked(ref machine, ref frames, ref control, first, mib);
        }
    }

    /// <summary>Gives back what a MiB holds that no walk can reach any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    /// <param name="control">The space.</param>
    /// <param name="first">The word that was there: a link or a section.</param>
    /// <param name="mib">VA[30:20].</param>
    public static void ReleaseLocked<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, FirstLevelEntry first, uint mib)
        where TMachine : struct, IMachine
    {
        if (first.IsPageTable)
        {
            ReleaseTable(ref machine, ref frames, ref control, first.PageTable.Table, mib);
        }
        else
        {
            RangeBlocks.ReleaseSection(ref machine, ref frames, ref control, first.Section);
        }
    }

    /// <summary>Gives back a table that no walk can reach any more, and what its entries hold.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    /// <param name="control">The space.</param>
    /// <param name="table">The table that was linked last.</param>
    /// <param name="mib">VA[30:20] of what it was linked for.</param>
    public static void ReleaseTable<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, PhysicalAddress table, uint mib)
        where TMachine : struct, IMachine
    {
        int remaining = SpaceLayout.CountOf(ref control, mib) + 1;
        for (uint page = 0; remaining > 0; page++)
        {
            if (BuildChecks.Enabled && page == SecondLevelTable.EntryCount)
            {
                BugCheck.Fail(ref machine, "S1: a table holds fewer pages than its count says"u8, mib << PageSize.SectionShift);
            }

            SecondLevelEntry second = new(machine.ReadWord(table.Add(page << SecondLevelTable.EntryShift)));
            if (second.IsGivenPage)
            {
                remaining--;
                if (second.Small.HasShare)
                {
                    FreePage(ref machine, ref frames, second.Small.Frame);
                }
            }
            else if (second.Raw != 0)
            {
                ReleaseRest(ref machine, ref frames, ref control, table, page, remaining, mib);
                break;
            }
        }

        FreeTable(ref machine, ref frames, table);
    }

    // From the first page of a range on: a method of its own, so that the way of given pages has the registers that it needs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReleaseRest<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress table,
        uint page,
        int remaining,
        uint mib)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        PhysicalAddress zeroPage = accounts.ZeroPage;
        uint residentPages = 0;
        uint reservedPages = 0;
        uint absent = 0; // the last word of a page that is not there: most are like the one before
        uint isCounted = 0;
        PhysicalAddress place = table.Add(page << SecondLevelTable.EntryShift);
        for (; remaining > 0; place = place.Add(1u << SecondLevelTable.EntryShift))
        {
            if (BuildChecks.Enabled && place == table.Add(SecondLevelTable.LengthInBytes))
            {
                BugCheck.Fail(ref machine, "S1: a table holds fewer pages than its count says"u8, mib << PageSize.SectionShift);
            }

            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (entry.Raw == 0)
            {
                continue;
            }

            remaining--;
            if (!entry.IsLive)
            {
                if (entry.Raw != absent)
                {
                    absent = entry.Raw;
                    isCounted = RangeRelease.IsFillable(entry) ? 1u : 0u;
                }

                reservedPages += isCounted;
            }
            else if (entry.IsSmall && entry.Small.IsOfRange)
            {
                reservedPages++;
                if (entry.Small.Frame != zeroPage)
                {
                    residentPages++;
                    FreePage(ref machine, ref frames, entry.Small.Frame);
                }
            }
            else if (entry.IsLarge)
            {
                page = (place.Value - table.Value) >> SecondLevelTable.EntryShift;
                RangeBlocks.Forget(ref control, entry, page);
                reservedPages++;
                residentPages++;
                FreePage(ref machine, ref frames, entry.At(page).Small.Frame);
            }
            else if (entry.Small.HasShare)
            {
                FreePage(ref machine, ref frames, entry.Small.Frame);
            }
        }

        accounts.Counters.ReservedPages -= reservedPages;
        accounts.AddResident(ref machine, unchecked(0 - residentPages));
    }

    /// <summary>Links a table that this core cleared, or filled, before its last barrier.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="link">The first-level descriptor's place.</param>
    /// <param name="table">Zeroes, but for entries that may be seen or not.</param>
    /// <param name="mib">VA[30:20].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LinkLocked<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress link, PhysicalAddress table, uint mib)
        where TMachine : struct, IMachine
    {
        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(table, SecondLevelTable.LengthInBytes);
            machine.SynchronizeData();
        }

        Descriptor.Write(ref machine, link, PageTableDescriptor.Create(table, Domain.User).Raw);
        SpaceLayout.MarkOccupied(ref machine, ref control, mib);
    }

    /// <summary>Takes an empty table out. It is free only after the invalidation of an address of its MiB.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="link">The first-level descriptor's place.</param>
    /// <param name="mib">VA[30:20].</param>
    public static void UnlinkLocked<TMachine>(
        ref TMachine machine, PhysicalAddress controlPage, PhysicalAddress link, uint mib)
        where TMachine : struct, IMachine
    {
        Descriptor.Write(ref machine, link, 0);
        SpaceLayout.ClearOccupied(ref machine, controlPage, mib);
    }

    /// <summary>Gives back a share of a page.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    /// <param name="page">A page that the space had a share in.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a call and a test that never fails
    public static void FreePage<TMachine>(ref TMachine machine, ref FrameAllocator frames, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        if (frames.TryFreePage(ref machine, page) != VmStatus.Ok)
        {
            BugCheck.Fail(ref machine, "S3: a page of a space was freed by another"u8, page.Value);
        }
    }

    /// <summary>Gives back a second-level table.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    /// <param name="table">A table of the space's.</param>
    public static void FreeTable<TMachine>(ref TMachine machine, ref FrameAllocator frames, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        if (frames.TryFreeSecondLevelTable(ref machine, table) != VmStatus.Ok)
        {
            BugCheck.Fail(ref machine, "S3: a table of a space was freed by another"u8, table.Value);
        }
    }

    private static VirtualAddress PageOf(VirtualAddress start, uint index) => start.Add(index << PageSize.SmallShift);

    private static PhysicalAddress FrameOf(SmallPageDescriptor model, uint index) =>
        model.Frame.Add(index << PageSize.SmallShift);

    /// <summary>Completes a batch, and gives back what waited in it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    /// <param name="control">The space.</param>
    /// <param name="batch">Empty afterwards.</param>
    public static void Commit<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, ref InvalidationBatch batch)
        where TMachine : struct, IMachine
    {
        batch.Commit(ref machine, ref control.Owner);
        while (batch.TryTake(ref machine, out PhysicalAddress memory, out WaitingKind kind))
        {
            if (kind == WaitingKind.Page)
            {
                FreePage(ref machine, ref frames, memory);
            }
            else
            {
                FreeTable(ref machine, ref frames, memory);
            }
        }
    }

    /// <summary>Counts live pages. A look at every table: for people who ask.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    public static uint CountLivePages<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        for (uint mib = 0; mib < FirstLevelTable.UserEntryCount; mib++)
        {
            if (!SpaceLayout.IsOccupied(ref machine, controlPage, mib))
            {
                continue;
            }

            FirstLevelEntry first = new(machine.ReadWord(control.Table.Add(mib << FirstLevelTable.EntryShift)));
            count += first.IsBlock ? SecondLevelTable.EntryCount : 0;
            for (uint page = 0; first.IsPageTable && page < SecondLevelTable.EntryCount; page++)
            {
                SecondLevelEntry entry = new(machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift)));
                count += entry.IsLive ? 1u : 0u;
            }
        }

        return count;
    }

    private static bool IsFreeLocked<TMachine>(ref TMachine machine, ref SpaceControl control, VirtualAddress page)
        where TMachine : struct, IMachine
    {
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, page)));
        return first.IsPageTable
            ? machine.ReadWord(SecondLevelTable.EntryOf(first.PageTable.Table, page)) == 0
            : !first.Run.Covers(page.SecondLevelIndex);
    }

    private static uint CountMissingTables<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, uint pageCount)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        uint lastMib = PageOf(start, pageCount - 1).FirstLevelIndex;
        for (uint mib = start.FirstLevelIndex; mib <= lastMib; mib++)
        {
            VirtualAddress address = new(mib << PageSize.SectionShift);
            if (!new FirstLevelEntry(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address))).IsPageTable)
            {
                count++;
            }
        }

        return count;
    }

    // All frames are managed pages, or none is: a run across the border is a mistake of the giver's.
    private static VmStatus TryTakeShares<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, SmallPageDescriptor model, uint pageCount, out bool haveShares)
        where TMachine : struct, IMachine
    {
        haveShares = false;
        for (uint index = 0; index < pageCount; index++)
        {
            PhysicalAddress page = FrameOf(model, index);
            frames.Describe(ref machine, page, out FrameDescription description);
            bool isManaged = description.State != FrameState.NotManaged;
            if (index == 0)
            {
                haveShares = isManaged;
            }

            VmStatus status = isManaged != haveShares || (isManaged && model.Type != MemoryType.Normal)
                ? VmStatus.MemoryConflict
                : VmStatus.Ok;
            if (status == VmStatus.Ok && isManaged)
            {
                status = frames.TrySharePage(ref machine, page);
            }

            if (status != VmStatus.Ok)
            {
                for (uint shared = 0; haveShares && shared < index; shared++)
                {
                    FreePage(ref machine, ref frames, FrameOf(model, shared));
                }

                haveShares = false;
                return status;
            }
        }

        return VmStatus.Ok;
    }
}
