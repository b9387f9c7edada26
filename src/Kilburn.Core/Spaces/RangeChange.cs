using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Changes what ranges of a space may do, and what they hold. Its lock is held, and those of the MiBs.</summary>
internal static class RangeChange
{
    /// <summary>Gives pages of ranges other rights.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables, when runs fall into parts.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="rights">Read is among them when any is.</param>
    /// <returns>See <see cref="AddressSpace.TryProtect{TMachine}(ref TMachine, ref FrameAllocator, VirtualRange, UserRights)"/>.</returns>
    public static VmStatus TryProtect<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        UserRights rights)
        where TMachine : struct, IMachine
    {
        if (RangeBlocks.TryProtectSections(ref machine, ref control, start, end, rights))
        {
            return VmStatus.Ok;
        }

        RangeBlocks.Split(ref machine, ref control, controlPage, start, end, WholeMibs.Changed);
        VmStatus status = CheckPages(ref machine, ref control, start, end);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if ((rights & ~SpaceMappings.MostRights(ref machine, ref SpaceLayout.AccountsOf(ref control), start, end)) != 0)
        {
            return VmStatus.RightsRefused;
        }

        uint tables = CountTablesToProtect(ref machine, ref control, start, end, rights);
        SpareMemory spares = default;
        status = TryTake(ref machine, ref frames, ref control, controlPage, start, end, tables, 0, ref spares);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            PhysicalAddress link = control.Table.Add(parts.Mib << FirstLevelTable.EntryShift);
            FirstLevelEntry first = new(machine.ReadWord(link));
            if (!first.IsPageTable
                && ReservedPages.TryPut(first.Reserved, first.Reserved.WithRights(rights), parts.FirstPage, parts.LastPage, out ReservedPages run))
            {
                if (run.Raw != first.Raw)
                {
                    Descriptor.Write(ref machine, link, run.Raw);
                }

                continue;
            }

            PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, parts.Mib, ref spares);
            ProtectPart(ref machine, ref control, table, in parts, rights);
            RangeBlocks.Join(ref machine, ref frames, ref control, controlPage, parts.Mib, parts.FirstPage, parts.LastPage);
        }

        machine.Synchronize();
        return VmStatus.Ok;
    }

    /// <summary>Gives the pages of a range that can have one a frame.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives pages and tables.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.NotMapped"/>, <see cref="VmStatus.LimitReached"/> or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public static VmStatus TryPopulate<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end)
        where TMachine : struct, IMachine
    {
        RangeBlocks.Split(ref machine, ref control, controlPage, start, end, WholeMibs.Changed);
        if (CheckPages(ref machine, ref control, start, end) == VmStatus.NotMapped)
        {
            return VmStatus.NotMapped;
        }

        CountToPopulate(ref machine, ref control, start, end, out uint tables, out uint pages);
        if (pages == 0)
        {
            return VmStatus.Ok;
        }

        SpareMemory spares = default;
        VmStatus status = TryTake(ref machine, ref frames, ref control, controlPage, start, end, tables, pages, ref spares);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        bool isCode = false;
        machine.OrderMemory(); // the zeroes before what leads to them
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (!first.IsPageTable && !CanHaveFrame(first.Reserved))
            {
                continue;
            }

            PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, parts.Mib, ref spares);
            for (uint page = parts.FirstPage; page <= parts.LastPage; page++)
            {
                PhysicalAddress place = table.Add(page << SecondLevelTable.EntryShift);
                SecondLevelEntry entry = new(machine.ReadWord(place));
                if (!entry.IsLive && CanHaveFrame(entry.Reserved))
                {
                    UserRights rights = entry.Reserved.Rights;
                    PhysicalAddress frame = spares.TakePage(ref machine, in parts, page);
                    if ((rights & UserRights.Execute) != 0)
                    {
                        CodePublication.Clean(ref machine, frame);
                        isCode = true;
                    }

                    Descriptor.Write(
                        ref machine, place, SmallPageDescriptor.CreateForRange(frame, rights, Writing.Allowed).Raw);
                }
            }

            RangeBlocks.Join(ref machine, ref frames, ref control, controlPage, parts.Mib, parts.FirstPage, parts.LastPage);
        }

        CodePublication.CompleteMapping(ref machine, isCode);

        return VmStatus.Ok;
    }

    /// <summary>Takes the frames of a range's pages: anonymous ones are zeroes again, those of objects what the object has.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes them.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.NotMapped"/>, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.Overflow"/>.</returns>
    public static VmStatus TryDiscard<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end)
        where TMachine : struct, IMachine
    {
        RangeBlocks.Split(ref machine, ref control, controlPage, start, end, WholeMibs.Changed);
        if (CheckPages(ref machine, ref control, start, end) == VmStatus.NotMapped)
        {
            return VmStatus.NotMapped;
        }

        if (!HasFrames(ref machine, ref control, start, end))
        {
            return VmStatus.Ok;
        }

        SpareMemory spares = default;
        VmStatus status = TryTake(ref machine, ref frames, ref control, controlPage, start, end, 0, 0, ref spares);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        Discard(ref machine, ref frames, ref control, start, end);
        return VmStatus.Ok;
    }

    /// <summary>Takes the frames of a range's pages: they are what they were before the first touch.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes them.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte. The tables are the space's own.</param>
    public static void Discard<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (first.IsPageTable)
            {
                DiscardPart(ref machine, ref frames, ref control, first.PageTable.Table, in parts);
            }
        }
    }

    /// <summary>Tells whether all of a range can be changed as ranges are.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/> when all pages are of ranges that are no guards; <see cref="VmStatus.NotMapped"/> when there is a hole; else
    /// <see cref="VmStatus.WrongKind"/>.
    /// </returns>
    public static VmStatus CheckPages<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.Ok;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (!first.IsPageTable)
            {
                if (!first.Reserved.Covers(parts.FirstPage) || !first.Reserved.Covers(parts.LastPage))
                {
                    return VmStatus.NotMapped;
                }

                if (!first.Reserved.IsFillable)
                {
                    status = VmStatus.WrongKind;
                }

                continue;
            }

            for (uint page = parts.FirstPage; page <= parts.LastPage; page++)
            {
                SecondLevelEntry entry = new(machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift)));
                if (entry.Raw == 0)
                {
                    return VmStatus.NotMapped;
                }

                if (!RangeRelease.IsFillable(entry))
                {
                    status = VmStatus.WrongKind;
                }
            }
        }

        return status;
    }

    // Takes all or nothing, pages counted as resident, and makes all tables of the range the space's own.
    private static VmStatus TryTake<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        uint tables,
        uint pages,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if (RangeReserve.IsPastTables(ref machine, ref accounts, controlPage, tables)
            || (pages != 0
                && !SharedWord.TryAdd(ref machine, ref accounts.Counters.ResidentPages, pages, accounts.Limits.ResidentPages)))
        {
            return VmStatus.LimitReached;
        }

        uint copies = TableSharing.Count(ref machine, ref control, controlPage, start, end, WholeMibs.Changed);
        VmStatus status = spares.TryTake(ref machine, ref frames, tables + copies, pages);
        if (status == VmStatus.Ok)
        {
            status = TableSharing.TryUnshareAll(
                ref machine, ref frames, ref control, controlPage, start, end, WholeMibs.Changed, ref spares);
        }

        if (status != VmStatus.Ok)
        {
            accounts.AddResident(ref machine, unchecked(0 - pages));
        }

        return status;
    }

    // Whole MiBs stay runs: only the first and the last can fall into parts.
    private static uint CountTablesToProtect<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end, UserRights rights)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (!first.IsPageTable
                && !ReservedPages.TryPut(first.Reserved, first.Reserved.WithRights(rights), parts.FirstPage, parts.LastPage, out _))
            {
                count++;
            }
        }

        return count;
    }

    private static void CountToPopulate<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        VirtualAddress start,
        VirtualAddress end,
        out uint tables,
        out uint pages)
        where TMachine : struct, IMachine
    {
        tables = 0;
        pages = 0;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (!first.IsPageTable)
            {
                if (CanHaveFrame(first.Reserved))
                {
                    tables++;
                    pages += parts.PageCount;
                }

                continue;
            }

            for (uint page = parts.FirstPage; page <= parts.LastPage; page++)
            {
                SecondLevelEntry entry = new(machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift)));
                pages += !entry.IsLive && CanHaveFrame(entry.Reserved) ? 1u : 0u;
            }
        }
    }

    // True when a page of a range is there, be it the frame of zeroes.
    private static bool HasFrames<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            for (uint page = parts.FirstPage; first.IsPageTable && page <= parts.LastPage; page++)
            {
                SecondLevelEntry entry = new(machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift)));
                if (entry.IsLive && entry.Small.IsOfRange)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool CanHaveFrame(ReservedPages pages) =>
        pages.Kind == ReservedKind.Anonymous && pages.Rights != UserRights.None;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ProtectPart<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress table, in MibParts part, UserRights rights)
        where TMachine : struct, IMachine
    {
        RangeRights words = new(rights);
        bool becomesCode = (rights & UserRights.Execute) != 0;
        InvalidationBatch batch = default;
        bool isCode = false;
        int changedCount = 0;
        PhysicalAddress end = table.Add((part.LastPage + 1) << SecondLevelTable.EntryShift);
        PhysicalAddress place = table.Add(part.FirstPage << SecondLevelTable.EntryShift);
        for (; place != end; place = place.Add(1u << SecondLevelTable.EntryShift))
        {
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (!entry.IsLive)
            {
                Descriptor.Write(ref machine, place, entry.Reserved.WithRights(rights).Raw);
                continue;
            }

            SmallPageDescriptor old = entry.Small;
            uint changed = words.Give(old);
            if (changed == old.Raw)
            {
                continue;
            }

            if (becomesCode && old.Execution == Execution.Never)
            {
                CodePublication.Clean(ref machine, old.Frame);
                isCode = true;
            }

            Descriptor.Write(ref machine, place, changed);
            if (changedCount++ < InvalidationBatch.PageLimit)
            {
                batch.AddPage(part.AddressOf((place.Value - table.Value) >> SecondLevelTable.EntryShift));
            }
        }

        if (changedCount > InvalidationBatch.PageLimit)
        {
            batch.AddAll();
        }

        batch.Commit(ref machine, ref control.Owner);
        if (isCode)
        {
            CodePublication.Complete(ref machine);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DiscardPart<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress table,
        in MibParts part)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        InvalidationBatch batch = default;
        uint residentPages = 0;
        for (uint page = part.FirstPage; page <= part.LastPage; page++)
        {
            PhysicalAddress place = table.Add(page << SecondLevelTable.EntryShift);
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (!entry.IsLive || entry.IsGivenPage)
            {
                continue;
            }

            SmallPageDescriptor old = entry.Small;
            ReservedKind kind = SpaceMappings.TryFind(ref machine, ref accounts, part.AddressOf(page), out _)
                ? ReservedKind.Object
                : ReservedKind.Anonymous;
            Descriptor.Write(ref machine, place, ReservedPages.Page(kind, old.Rights).Raw);
            batch.AddPage(part.AddressOf(page));
            if (old.Frame != accounts.ZeroPage)
            {
                residentPages++;
                batch.AddWaiting(ref machine, old.Frame, WaitingKind.Page);
                if (batch.IsFull)
                {
                    SpaceRange.Commit(ref machine, ref frames, ref control, ref batch);
                }
            }
        }

        accounts.AddResident(ref machine, unchecked(0 - residentPages));
        SpaceRange.Commit(ref machine, ref frames, ref control, ref batch);
    }
}
