using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Takes ranges, whatever is in them, out of a space whose lock is held.</summary>
internal static class RangeRelease
{
    /// <summary>Unmaps all of a range that is there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives a table, when a run falls into two; takes what goes.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.LimitReached"/>, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.Overflow"/>.</returns>
    public static VmStatus TryRelease<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end)
        where TMachine : struct, IMachine
    {
        RangeBlocks.Split(ref machine, ref control, controlPage, start, end, WholeMibs.Replaced);
        SpareMemory spares = default;
        uint tables = IsSplit(ref machine, ref control, start, end) ? 1u : 0;
        if (!SpaceMappings.HasRoom(ref machine, ref SpaceLayout.AccountsOf(ref control), start, end, added: 0)
            || RangeReserve.IsPastTables(ref machine, ref SpaceLayout.AccountsOf(ref control), controlPage, tables))
        {
            return VmStatus.LimitReached;
        }

        uint copies = TableSharing.Count(ref machine, ref control, controlPage, start, end, WholeMibs.Replaced);
        VmStatus status = spares.TryTake(ref machine, ref frames, tables + copies, pages: 0);
        if (status == VmStatus.Ok)
        {
            status = TableSharing.TryUnshareAll(
                ref machine, ref frames, ref control, controlPage, start, end, WholeMibs.Replaced, ref spares);
        }

        if (status != VmStatus.Ok)
        {
            return status;
        }

        Release(ref machine, ref frames, ref control, controlPage, start, end, EmptyTable.Freed, ref spares);
        machine.Synchronize();
        return VmStatus.Ok;
    }

    /// <summary>Unmaps all of a range that is there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes what goes.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="emptyTable">What becomes of a table whose last page goes.</param>
    /// <param name="spares">Has a table, if a run falls into two.</param>
    public static void Release<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        EmptyTable emptyTable,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        accounts.NoteFree(start, end);
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            PhysicalAddress link = control.Table.Add(parts.Mib << FirstLevelTable.EntryShift);
            FirstLevelEntry first = new(machine.ReadWord(link));
            if (first.Raw == 0)
            {
                continue;
            }

            if (first.IsLive && parts.IsWhole)
            {
                ReleaseMib(ref machine, ref frames, ref control, controlPage, parts.Mib);
            }
            else if (!first.IsPageTable && ReservedPages.TryCut(first.Reserved, parts.FirstPage, parts.LastPage, out ReservedPages rest))
            {
                if (first.Reserved.IsFillable)
                {
                    accounts.Counters.ReservedPages -= PageCountOf(first.Reserved) - PageCountOf(rest);
                }

                if (rest.Raw != first.Raw)
                {
                    Descriptor.Write(ref machine, link, rest.Raw);
                }
            }
            else
            {
                PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, parts.Mib, ref spares);
                ReleasePart(ref machine, ref frames, ref control, controlPage, table, in parts, emptyTable);
            }
        }

        SpaceMappings.Cut(ref machine, ref frames, ref accounts, start, end);
    }

    /// <summary>Counts what <see cref="Release"/> would take off the counts.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="reservedPages">Pages of ranges that are no guards.</param>
    /// <param name="residentPages">Those that hold a frame.</param>
    public static void Count<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        VirtualAddress start,
        VirtualAddress end,
        out uint reservedPages,
        out uint residentPages)
        where TMachine : struct, IMachine
    {
        reservedPages = 0;
        residentPages = 0;
        PhysicalAddress zeroPage = SpaceLayout.AccountsOf(ref control).ZeroPage;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (!first.IsPageTable)
            {
                residentPages += first.IsBlock ? parts.PageCount : 0;
                if (first.Run.IsFillable)
                {
                    // What is cut off at both ends: a run that falls into two is not counted by its rest.
                    uint from = parts.FirstPage > first.Run.FirstPage ? parts.FirstPage : first.Run.FirstPage;
                    uint to = parts.LastPage < first.Run.LastPage ? parts.LastPage : first.Run.LastPage;
                    reservedPages += from <= to ? to - from + 1 : 0;
                }

                continue;
            }

            for (uint page = parts.FirstPage; page <= parts.LastPage; page++)
            {
                SecondLevelEntry entry = new SecondLevelEntry(
                    machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift))).At(page);
                if (IsFillable(entry))
                {
                    reservedPages++;
                    residentPages += entry.IsLive && entry.Small.Frame != zeroPage ? 1u : 0u;
                }
            }
        }
    }

    /// <summary>True for a page of a range that is no guard.</summary>
    /// <param name="entry">A word of a table.</param>
    public static bool IsFillable(SecondLevelEntry entry) => entry.IsLive ? entry.Small.IsOfRange : entry.Reserved.IsFillable;

    // A table of which nothing stays: it is taken out first, and then taken apart where no walk finds it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReleaseMib<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (TableSharing.IsShared(ref machine, ref control, controlPage, mib))
        {
            ReleaseShared(ref machine, ref frames, ref control, controlPage, first.PageTable.Table, mib);
            return;
        }

        SpaceRange.UnlinkLocked(ref machine, controlPage, link, mib);
        InvalidationBatch batch = default;
        batch.AddAll();
        batch.Commit(ref machine, ref control.Owner);
        SpaceRange.ReleaseLocked(ref machine, ref frames, ref control, first, mib);
    }

    // What others have as well stays theirs, and only the space's counts go.
    private static void ReleaseShared<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        PhysicalAddress table,
        uint mib)
        where TMachine : struct, IMachine
    {
        VirtualAddress start = new(mib << PageSize.SectionShift);
        Count(ref machine, ref control, start, start.Add(PageSize.Section), out uint reservedPages, out uint residentPages);
        if (TableSharing.TryDrop(ref machine, ref control, controlPage, mib))
        {
            SpaceRange.ReleaseTable(ref machine, ref frames, ref control, table, mib);
            return;
        }

        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        accounts.Counters.ReservedPages -= reservedPages;
        accounts.AddResident(ref machine, unchecked(0 - residentPages));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReleasePart<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        PhysicalAddress table,
        in MibParts part,
        EmptyTable emptyTable)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        ref byte count = ref SpaceLayout.CountOf(ref control, part.Mib);
        InvalidationBatch batch = default;
        uint remaining = count + 1u;
        uint residentPages = 0;
        for (uint page = part.FirstPage; page <= part.LastPage; page++)
        {
            PhysicalAddress place = table.Add(page << SecondLevelTable.EntryShift);
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (entry.Raw == 0)
            {
                continue;
            }

            remaining--;
            Descriptor.Write(ref machine, place, 0);
            if (entry.IsLive)
            {
                batch.AddPage(part.AddressOf(page));
            }

            bool holdsFrame = entry.IsGivenPage ? entry.Small.HasShare : TakeOff(ref accounts, entry, ref residentPages);
            if (holdsFrame)
            {
                batch.AddWaiting(ref machine, entry.Small.Frame, WaitingKind.Page);
                if (batch.IsFull)
                {
                    SpaceRange.Commit(ref machine, ref frames, ref control, ref batch);
                }
            }
        }

        count = unchecked((byte)(remaining - 1));
        if (remaining == 0 && emptyTable == EmptyTable.Freed)
        {
            SpaceRange.UnlinkLocked(ref machine, controlPage, control.Table.Add(part.Mib << FirstLevelTable.EntryShift), part.Mib);
            batch.AddPage(part.MibStart); // the walk that led to the table
            batch.AddWaiting(ref machine, table, WaitingKind.SecondLevelTable);
        }

        accounts.AddResident(ref machine, unchecked(0 - residentPages));
        SpaceRange.Commit(ref machine, ref frames, ref control, ref batch);
    }

    // True when the entry holds a frame.
    private static bool TakeOff(ref SpaceAccounts accounts, SecondLevelEntry entry, ref uint residentPages)
    {
        if (!IsFillable(entry))
        {
            return false;
        }

        accounts.Counters.ReservedPages--;
        if (!entry.IsLive || entry.Small.Frame == accounts.ZeroPage)
        {
            return false;
        }

        residentPages++;
        return true;
    }

    /// <summary>True when a range leaves two runs of one where it is taken out, as only one within a MiB can.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    public static bool IsSplit<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        MibParts parts = new(start, end);
        _ = parts.TryNext();
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, start)));
        return !first.IsPageTable && !ReservedPages.TryCut(first.Reserved, parts.FirstPage, parts.LastPage, out _);
    }

    /// <summary>Pages of a run.</summary>
    /// <param name="run">The run, or nothing.</param>
    public static uint PageCountOf(ReservedPages run) => run.IsNone ? 0 : run.LastPage - run.FirstPage + 1;
}
