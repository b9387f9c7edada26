using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Brings ranges into a space whose lock is held: takes all that it needs, and then changes the tables, which cannot fail.</summary>
internal static class RangeReserve
{
    /// <summary>Reserves a range in its place.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables and pages.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="plan">The range. Its place is free, or what is there is to go.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.LimitReached"/> or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public static VmStatus TryReserve<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in RangePlan plan)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        RangeBlocks.Split(ref machine, ref control, controlPage, plan.GuardStart, plan.End, WholeMibs.Replaced);
        uint tables = CountTables(ref machine, ref control, in plan);
        VmStatus status = TryCharge(ref machine, ref control, controlPage, in plan, tables);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        SpareMemory spares = default;
        tables += TableSharing.Count(ref machine, ref control, controlPage, plan.GuardStart, plan.End, WholeMibs.Replaced);
        status = spares.TryTake(ref machine, ref frames, tables, plan.IsPopulated ? plan.PageCount : 0);
        if (status == VmStatus.Ok)
        {
            status = TableSharing.TryUnshareAll(
                ref machine, ref frames, ref control, controlPage, plan.GuardStart, plan.End, WholeMibs.Replaced, ref spares);
        }

        if (status != VmStatus.Ok)
        {
            accounts.AddResident(ref machine, plan.IsPopulated ? unchecked(0 - plan.PageCount) : 0);
            return status;
        }

        if (plan.IsReplacing)
        {
            RangeRelease.Release(
                ref machine, ref frames, ref control, controlPage, plan.GuardStart, plan.End, EmptyTable.Kept, ref spares);
        }

        if (plan.GuardStart != plan.Start)
        {
            Put(ref machine, ref control, controlPage, plan.GuardStart, plan.Start, RangePlan.GuardState, ref spares);
        }

        if (plan.IsCounted)
        {
            accounts.Counters.ReservedPages += plan.PageCount;
        }

        if (plan.IsPopulated)
        {
            PutPages(ref machine, ref frames, ref control, controlPage, in plan, ref spares);
        }
        else
        {
            Put(ref machine, ref control, controlPage, plan.Start, plan.End, plan.State, ref spares);
        }

        machine.Synchronize();
        return VmStatus.Ok;
    }

    /// <summary>Puts pages that are not there over pages that are free.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="state">What the pages are.</param>
    /// <param name="spares">Has the tables that are needed.</param>
    public static void Put<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        ReservedPages state,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            PhysicalAddress link = control.Table.Add(parts.Mib << FirstLevelTable.EntryShift);
            FirstLevelEntry first = new(machine.ReadWord(link));
            if (!first.IsPageTable && ReservedPages.TryPut(first.Reserved, state, parts.FirstPage, parts.LastPage, out ReservedPages run))
            {
                Descriptor.Write(ref machine, link, run.Raw);
                continue;
            }

            PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, parts.Mib, ref spares);
            PutInTable(ref machine, ref control, table, parts.Mib, state, parts.FirstPage, parts.LastPage);
        }
    }

    /// <summary>Writes pages that are not there over pages of a table that are free.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="table">The MiB's table, the space's own.</param>
    /// <param name="mib">VA[30:20].</param>
    /// <param name="state">What the pages are.</param>
    /// <param name="firstPage">VA[19:12] of the first.</param>
    /// <param name="lastPage">Of the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one of its callers is the usual way of a range
    public static void PutInTable<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress table,
        uint mib,
        ReservedPages state,
        uint firstPage,
        uint lastPage)
        where TMachine : struct, IMachine
    {
        PhysicalAddress end = table.Add((lastPage + 1) << SecondLevelTable.EntryShift);
        PhysicalAddress place = table.Add(firstPage << SecondLevelTable.EntryShift);
        for (; place != end; place = place.Add(1u << SecondLevelTable.EntryShift))
        {
            Descriptor.Write(ref machine, place, state.Raw);
        }

        AddToCount(ref control, mib, lastPage - firstPage + 1);
    }

    // New pages over pages that are free.
    private static void PutPages<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in RangePlan plan,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        bool isCode = (plan.State.Rights & UserRights.Execute) != 0;
        uint descriptor = SmallPageDescriptor.CreateForRange(default, plan.State.Rights, Writing.Allowed).Raw;
        machine.OrderMemory(); // the zeroes before what leads to them
        MibParts parts = new(plan.Start, plan.End);
        while (parts.TryNext())
        {
            PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, parts.Mib, ref spares);
            for (uint page = parts.FirstPage; page <= parts.LastPage; page++)
            {
                PhysicalAddress frame = spares.TakePage(ref machine, in parts, page);
                if (isCode)
                {
                    CodePublication.Clean(ref machine, frame);
                }

                Descriptor.Write(ref machine, table.Add(page << SecondLevelTable.EntryShift), frame.Value | descriptor);
            }

            AddToCount(ref control, parts.Mib, parts.PageCount);
            RangeBlocks.Join(ref machine, ref frames, ref control, controlPage, parts.Mib, parts.FirstPage, parts.LastPage);
        }

        if (isCode)
        {
            CodePublication.Complete(ref machine);
        }
    }

    /// <summary>Notes that a MiB's table has more pages.</summary>
    /// <param name="control">The space.</param>
    /// <param name="mib">VA[30:20].</param>
    /// <param name="pageCount">How many.</param>
    public static void AddToCount(ref SpaceControl control, uint mib, uint pageCount)
    {
        ref byte count = ref SpaceLayout.CountOf(ref control, mib);
        count = unchecked((byte)(count + pageCount));
    }

    // Resident pages are charged at once, because faults elsewhere in the space are; those that go are let go of later.
    private static VmStatus TryCharge<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in RangePlan plan,
        uint tables)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        uint reserved = accounts.Counters.ReservedPages;
        uint limit = accounts.Limits.ResidentPages;
        if (plan.IsReplacing)
        {
            RangeRelease.Count(
                ref machine, ref control, plan.GuardStart, plan.End, out uint removedPages, out uint residentPages);
            reserved -= removedPages;
            limit = residentPages <= uint.MaxValue - limit ? limit + residentPages : uint.MaxValue;
        }

        return (plan.IsCounted && IsPast(reserved, plan.PageCount, accounts.Limits.ReservedPages))
            || IsPastTables(ref machine, ref accounts, controlPage, tables)
            || (plan.IsPopulated
                && !SharedWord.TryAdd(ref machine, ref accounts.Counters.ResidentPages, plan.PageCount, limit))
            ? VmStatus.LimitReached
            : VmStatus.Ok;
    }

    /// <summary>True when more tables would pass the space's limit.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="more">Tables to come.</param>
    public static bool IsPastTables<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, PhysicalAddress controlPage, uint more)
        where TMachine : struct, IMachine =>
        more != 0
        && accounts.Limits.Tables != SpaceLimits.None
        && IsPast(SpaceLayout.CountTables(ref machine, controlPage), more, accounts.Limits.Tables);

    /// <summary>True when what is there and what is to come pass a limit. A space that is past it already gets nothing more.</summary>
    /// <param name="present">What is there.</param>
    /// <param name="more">What is to come.</param>
    /// <param name="limit">The limit.</param>
    public static bool IsPast(uint present, uint more, uint limit) => present > limit || more > limit - present;

    // The tables that the plan brings: of the MiBs at its borders, unless the pages come at once.
    private static uint CountTables<TMachine>(ref TMachine machine, ref SpaceControl control, in RangePlan plan)
        where TMachine : struct, IMachine
    {
        uint firstMib = plan.GuardStart.FirstLevelIndex;
        uint middleMib = plan.Start.FirstLevelIndex;
        uint lastMib = plan.End.Add(unchecked(0 - PageSize.Small)).FirstLevelIndex;
        uint count = 0;
        if (plan.IsPopulated)
        {
            for (uint mib = middleMib; mib <= lastMib; mib++)
            {
                count += CountTablesOf(ref machine, ref control, in plan, mib);
            }
        }
        else
        {
            count = CountTablesOf(ref machine, ref control, in plan, middleMib);
            count += lastMib != middleMib ? CountTablesOf(ref machine, ref control, in plan, lastMib) : 0;
        }

        return firstMib != middleMib ? count + CountTablesOf(ref machine, ref control, in plan, firstMib) : count;
    }

    private static uint CountTablesOf<TMachine>(
        ref TMachine machine, ref SpaceControl control, in RangePlan plan, uint mib)
        where TMachine : struct, IMachine
    {
        VirtualAddress mibStart = new(mib << PageSize.SectionShift);
        VirtualAddress mibEnd = mibStart.Add(PageSize.Section);
        bool hasGuard = TryClip(plan.GuardStart, plan.Start, mibStart, mibEnd, out uint guardFirst, out uint guardLast);
        bool hasRange = TryClip(plan.Start, plan.End, mibStart, mibEnd, out uint first, out uint last);
        FirstLevelEntry word = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, mibStart)));
        ReservedPages run = word.IsLive ? default : word.Reserved;
        if (plan.IsReplacing)
        {
            uint cutFirst = hasGuard ? guardFirst : first;
            uint cutLast = hasRange ? last : guardLast;
            if (word.IsLive)
            {
                // A table whose whole MiB is replaced goes, and so does a section.
                if (cutLast - cutFirst + 1 != SecondLevelTable.EntryCount)
                {
                    return 0;
                }
            }
            else if (!ReservedPages.TryCut(run, cutFirst, cutLast, out run))
            {
                return 1;
            }
        }
        else if (word.IsPageTable)
        {
            return 0;
        }

        bool isRun = (!hasGuard || ReservedPages.TryPut(run, RangePlan.GuardState, guardFirst, guardLast, out run))
            && (!hasRange || (!plan.IsPopulated && ReservedPages.TryPut(run, plan.State, first, last, out _)));
        return isRun ? 0u : 1u;
    }

    // The pages of a MiB that a range covers.
    private static bool TryClip(
        VirtualAddress start, VirtualAddress end, VirtualAddress mibStart, VirtualAddress mibEnd, out uint first, out uint last)
    {
        VirtualAddress from = start > mibStart ? start : mibStart;
        VirtualAddress to = end < mibEnd ? end : mibEnd;
        first = from.SecondLevelIndex;
        last = to.Add(unchecked(0 - PageSize.Small)).SecondLevelIndex;
        return from < to;
    }
}
