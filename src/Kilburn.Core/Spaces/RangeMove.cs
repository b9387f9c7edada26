using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Moves ranges of a space whose lock is held, frames and all, to another place: takes all that it needs first.</summary>
internal static class RangeMove
{
    /// <summary>Moves a range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables; takes those of which nothing stays, and what is replaced.</param>
    /// <param name="control">The space; the objects' lock is held, if it maps some.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="plan">Pages that <see cref="RangeChange.CheckPages"/> finds good, and where they go.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.LimitReached"/>, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.Overflow"/>.</returns>
    public static VmStatus TryMove<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in MovePlan plan)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        RangeBlocks.Split(ref machine, ref control, controlPage, plan.Start, plan.End, WholeMibs.Changed);
        RangeBlocks.Split(ref machine, ref control, controlPage, plan.Destination, plan.DestinationEnd, WholeMibs.Replaced);
        uint tables = CountTables(ref machine, ref control, in plan)
            + (RangeRelease.IsSplit(ref machine, ref control, plan.Start, plan.End) ? 1u : 0);
        uint added = plan.AddedInBytes >> PageSize.SmallShift;

        // The old place may fall into two, and what is added may be a part of its own.
        uint mappings = SpaceMappings.Count(ref machine, ref accounts, plan.Start, plan.End);
        if (!SpaceMappings.HasRoom(
                ref machine, ref accounts, plan.Destination, plan.DestinationEnd, mappings == 0 ? 0 : mappings + 2)
            || (added != 0 && RangeReserve.IsPast(accounts.Counters.ReservedPages, added, accounts.Limits.ReservedPages))
            || RangeReserve.IsPastTables(ref machine, ref accounts, controlPage, tables))
        {
            return VmStatus.LimitReached;
        }

        SpareMemory spares = default;
        VmStatus status = TryTake(ref machine, ref frames, ref control, controlPage, in plan, tables, ref spares);
        if (status == VmStatus.Ok)
        {
            Move(ref machine, ref frames, ref control, controlPage, in plan, ref spares);
        }

        machine.Synchronize(); // after a failure, too: tables may have become the space's own
        return status;
    }

    // What was taken suffices: nothing here can fail.
    private static void Move<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in MovePlan plan,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        uint added = plan.AddedInBytes >> PageSize.SmallShift;
        if (plan.IsReplacing)
        {
            RangeRelease.Release(
                ref machine, ref frames, ref control, controlPage, plan.Destination, plan.DestinationEnd, EmptyTable.Kept, ref spares);
        }

        InvalidationBatch batch = default;
        MibParts parts = new(plan.Start, plan.End);
        while (parts.TryNext())
        {
            VirtualAddress start = parts.AddressOf(parts.FirstPage);
            VirtualAddress destination = plan.Destination.Add(start.Value - plan.Start.Value);
            MovePart(ref machine, ref frames, ref control, controlPage, in parts, destination, ref spares, ref batch);
        }

        RangeReserve.Put(
            ref machine, ref control, controlPage, plan.MovedEnd, plan.DestinationEnd, plan.AddedState, ref spares);
        accounts.Counters.ReservedPages += added;
        SpaceRange.Commit(ref machine, ref frames, ref control, ref batch);
        spares.Free(ref machine, ref frames);
        SpaceMappings.Move(ref machine, ref frames, ref accounts, plan.Start, plan.End, plan.Destination);
        accounts.NoteFree(plan.Start, plan.End);
    }

    // The tables that the new place and the unshared ones take: all, or none.
    private static VmStatus TryTake<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in MovePlan plan,
        uint tables,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        // A MiB that both places have a part in may become a table before its own pages move on, into two MiBs at most.
        tables += plan.MeetsInAMib ? 2u : 0;
        tables += TableSharing.Count(ref machine, ref control, controlPage, plan.Start, plan.End, WholeMibs.Changed)
            + TableSharing.Count(
                ref machine, ref control, controlPage, plan.Destination, plan.DestinationEnd, WholeMibs.Replaced);
        VmStatus status = spares.TryTake(ref machine, ref frames, tables, pages: 0);
        if (status == VmStatus.Ok)
        {
            status = TableSharing.TryUnshareAll(
                ref machine, ref frames, ref control, controlPage, plan.Start, plan.End, WholeMibs.Changed, ref spares);
        }

        return status != VmStatus.Ok
            ? status
            : TableSharing.TryUnshareAll(
                ref machine,
                ref frames,
                ref control,
                controlPage,
                plan.Destination,
                plan.DestinationEnd,
                WholeMibs.Replaced,
                ref spares);
    }

    // The tables that the place needs, part for part as they are put there.
    private static uint CountTables<TMachine>(ref TMachine machine, ref SpaceControl control, in MovePlan plan)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        bool hasTable = true;
        ReservedPages run = default;
        MibParts there = new(plan.Destination, plan.DestinationEnd);
        MoveParts parts = new(plan.Start, plan.End, plan.Destination);
        while (parts.TryNext())
        {
            if (there.Mib != parts.Destination.FirstLevelIndex || parts.Destination == plan.Destination)
            {
                Enter(ref machine, ref control, in plan, ref there, ref count, out hasTable, out run);
            }

            FirstLevelEntry from = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.Source)));
            if (!hasTable
                && (from.IsPageTable
                    || !ReservedPages.TryPut(
                        run, from.Reserved, parts.Destination.SecondLevelIndex, parts.LastDestinationPage, out run)))
            {
                hasTable = true;
                count++;
            }
        }

        MibParts added = new(plan.MovedEnd, plan.DestinationEnd);
        while (added.TryNext())
        {
            if (there.Mib != added.Mib)
            {
                Enter(ref machine, ref control, in plan, ref there, ref count, out hasTable, out run);
            }

            if (!hasTable && !ReservedPages.TryPut(run, plan.AddedState, added.FirstPage, added.LastPage, out run))
            {
                hasTable = true;
                count++;
            }
        }

        return count;
    }

    // The next MiB of the new place, as it is before anything is put there.
    private static void Enter<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        in MovePlan plan,
        ref MibParts there,
        ref uint count,
        out bool hasTable,
        out ReservedPages run)
        where TMachine : struct, IMachine
    {
        _ = there.TryNext();
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, there.MibStart)));
        bool isGone = plan.IsReplacing && there.IsWhole;
        hasTable = first.IsPageTable && !isGone;
        run = hasTable || isGone ? default : first.Reserved;
        if (plan.IsReplacing && !hasTable && !ReservedPages.TryCut(run, there.FirstPage, there.LastPage, out run))
        {
            hasTable = true;
            count++;
        }
    }

    // What a MiB has of the range, in one step: pages in the middle of a run would take a table.
    private static void MovePart<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in MibParts part,
        VirtualAddress destination,
        ref SpareMemory spares,
        ref InvalidationBatch batch)
        where TMachine : struct, IMachine
    {
        VirtualAddress start = part.AddressOf(part.FirstPage);
        uint lengthInBytes = part.PageCount << PageSize.SmallShift;
        PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, start);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (!first.IsPageTable)
        {
            ReservedPages state = ReservedPages.Of(first.Reserved.State);
            RangeReserve.Put(
                ref machine, ref control, controlPage, destination, destination.Add(lengthInBytes), state, ref spares);
            first = new FirstLevelEntry(machine.ReadWord(link)); // a place in the same MiB may have made a table of it
            if (!first.IsPageTable
                && ReservedPages.TryCut(first.Reserved, part.FirstPage, part.LastPage, out ReservedPages rest))
            {
                Descriptor.Write(ref machine, link, rest.Raw);
                return;
            }
        }
        else
        {
            MoveParts pieces = new(start, start.Add(lengthInBytes), destination);
            while (pieces.TryNext())
            {
                MoveWords(ref machine, ref control, controlPage, first.PageTable.Table, in pieces, ref spares, ref batch);
            }
        }

        Clear(ref machine, ref frames, ref control, controlPage, link, in part, ref spares, ref batch);
    }

    private static void MoveWords<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        PhysicalAddress source,
        in MoveParts part,
        ref SpareMemory spares,
        ref InvalidationBatch batch)
        where TMachine : struct, IMachine
    {
        PhysicalAddress table = RangeTables.Ensure(
            ref machine, ref control, controlPage, part.Destination.FirstLevelIndex, ref spares);
        for (uint index = 0; index < part.PageCount; index++)
        {
            VirtualAddress page = part.Source.Add(index << PageSize.SmallShift);
            SecondLevelEntry entry = new(machine.ReadWord(SecondLevelTable.EntryOf(source, page)));
            Descriptor.Write(
                ref machine,
                SecondLevelTable.EntryOf(table, part.Destination.Add(index << PageSize.SmallShift)),
                entry.Raw);
            if (entry.IsLive)
            {
                batch.AddPage(page);
            }
        }

        RangeReserve.AddToCount(ref control, part.Destination.FirstLevelIndex, part.PageCount);
    }

    // Takes what was moved out of its old table, and the table when nothing is left.
    private static void Clear<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        PhysicalAddress link,
        in MibParts part,
        ref SpareMemory spares,
        ref InvalidationBatch batch)
        where TMachine : struct, IMachine
    {
        uint mib = part.Mib;
        PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, mib, ref spares);
        for (uint page = part.FirstPage; page <= part.LastPage; page++)
        {
            Descriptor.Write(ref machine, table.Add(page << SecondLevelTable.EntryShift), 0);
        }

        ref byte count = ref SpaceLayout.CountOf(ref control, mib);
        uint remaining = count + 1u - part.PageCount;
        count = unchecked((byte)(remaining - 1));
        if (remaining == 0)
        {
            SpaceRange.UnlinkLocked(ref machine, controlPage, link, mib);
            batch.AddPage(part.MibStart); // the walk that led to the table
            batch.AddWaiting(ref machine, table, WaitingKind.SecondLevelTable);
            if (batch.IsFull)
            {
                SpaceRange.Commit(ref machine, ref frames, ref control, ref batch);
            }
        }
    }
}
