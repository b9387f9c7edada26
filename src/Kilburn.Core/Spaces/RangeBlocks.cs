using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Pages of ranges that are mapped in larger pieces: 64 KiB in a table, or a whole MiB without one.</summary>
/// <remarks>
/// <para>
/// What is mapped so is the same as in small pages in all but speed: each page keeps its frame, its count of owners, and its rights.
/// Operations that change pages split first what they change (<see cref="Split"/>), so that they see small pages only.
/// </para>
/// <para>
/// Invariant B1: the 16 words of a large page are equal whenever a walk can find one of them. They are written while the MiB has no
/// link: break before make, for the table as a whole. Invariant B2: for each section a second-level table is deposited, so that splitting needs no
/// memory. Invariant B3: neither a table that spaces share (F1) nor one of given pages alone nor the table of a MiB with a part of an object has a new large page.
/// Source: ARM DDI 0406C.d, B3.5.1, B3.10.1.
/// </para>
/// </remarks>
internal static partial class RangeBlocks
{
    private const int PartShift = LargePageDescriptor.PageCountShift;
    private const uint PagesOfPart = LargePageDescriptor.PageCount;
    private const uint PartCount = SecondLevelTable.EntryCount / PagesOfPart;

    /// <summary>Maps a range in small pages, and what it does not touch as large as it was.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="wholeMibs">Whether MiBs that the range covers are changed, or go as they are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in a space without blocks it is a load and a compare
    public static void Split<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        WholeMibs wholeMibs)
        where TMachine : struct, IMachine
    {
        if (SpaceLayout.AccountsOf(ref control).Counters.HasBlocks
            && !IsSmall(ref machine, ref control, start, end))
        {
            SplitParts(ref machine, ref control, controlPage, start, end, wholeMibs);
        }
    }

    /// <summary>
    /// Maps full parts of a MiB that are contiguous and alike as large pages, and the whole as a section if it is so. The caller synchronizes
    /// before it is done.
    /// </summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Knows who owns pages.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20].</param>
    /// <param name="firstPage">VA[19:12] of the first page of the parts to look at: those of which all was changed, so that a change to and fro of a page joins nothing.</param>
    /// <param name="lastPage">The last one.</param>
    public static void Join<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        uint mib,
        uint firstPage,
        uint lastPage)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (!first.IsPageTable
            || TableSharing.IsShared(ref machine, ref control, controlPage, mib)
            || SpaceMappings.HasAny(ref machine, ref SpaceLayout.AccountsOf(ref control), mib))
        {
            return;
        }

        PhysicalAddress table = first.PageTable.Table;
        uint joined = 0; // a bit for each part
        for (uint part = (firstPage + PagesOfPart - 1) >> PartShift; part < (lastPage + 1) >> PartShift; part++)
        {
            joined |= CanJoin(ref machine, ref frames, table, part) ? 1u << (int)part : 0;
        }

        if (joined == 0)
        {
            return;
        }

        Break(ref machine, ref control, link);
        ref SpaceCounters counters = ref SpaceLayout.AccountsOf(ref control).Counters;
        for (uint part = 0; part < PartCount; part++)
        {
            if ((joined & (1u << (int)part)) != 0)
            {
                SecondLevelEntry entry = new(machine.ReadWord(PlaceOf(table, part)));
                WritePart(ref machine, PlaceOf(table, part), LargePageDescriptor.Join(entry.Small));
                counters.LargePages++;
            }
        }

        if (IsSection(ref machine, table))
        {
            SectionDescriptor section = SectionDescriptor.Join(new SecondLevelEntry(machine.ReadWord(table)).Large);
            Deposit(ref machine, ref control, table);
            counters.LargePages -= PartCount;
            counters.Sections++;
            control.SpecialMibs++;
            Descriptor.Write(ref machine, link, section.Raw);
        }
        else
        {
            Make(ref machine, ref control, link, table, mib);
        }
    }

    /// <summary>Maps the part of a MiB that a fault has filled as a large page, if it is to be, and nobody is at work on the space.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Knows who owns pages.</param>
    /// <param name="control">The space.</param>
    /// <param name="task">The fault.</param>
    /// <param name="table">The MiB's table.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TryJoinPart<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        uint part = task.Address.SecondLevelIndex >> PartShift;
        if (!CanJoin(ref machine, ref frames, table, part)
            || (!task.HoldsSpace && !control.Lock.TryAcquire(ref machine, LockRank.Space)))
        {
            return;
        }

        uint firstPage = part << PartShift;
        Join(
            ref machine, ref frames, ref control, task.ControlPage,
            task.Address.FirstLevelIndex, firstPage, firstPage + PagesOfPart - 1);
        machine.Synchronize();
        if (!task.HoldsSpace)
        {
            control.Lock.Release(ref machine, LockRank.Space);
        }
    }

    /// <summary>False when a page's frame cannot be a part of a large page: its number and the page's differ in their last four bits.</summary>
    /// <param name="word">The page's word.</param>
    /// <param name="address">Any byte of the page.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // on the way of each first touch
    public static bool IsInStep(uint word, VirtualAddress address) =>
        ((word ^ address.Value) & (PageSize.Large - PageSize.Small)) == 0;

    /// <summary>Gives sections other rights, if that is all there is in a range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="rights">Read is among them when any is.</param>
    /// <returns>False, with nothing changed, when there is anything else, or the sections are to be executed.</returns>
    /// <remarks>Only rights change, so that nothing is broken first. A section is nobody else's: it may be written at once.</remarks>
    public static bool TryProtectSections<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end, UserRights rights)
        where TMachine : struct, IMachine
    {
        if (SpaceLayout.AccountsOf(ref control).Counters.Sections == 0
            || ((start.Value | end.Value) & PageSize.SectionMask) != 0
            || (rights & UserRights.Execute) != 0)
        {
            return false;
        }

        PhysicalAddress first = FirstLevelTable.EntryOf(control.Table, start);
        PhysicalAddress last = FirstLevelTable.EntryOf(control.Table, end);
        for (PhysicalAddress place = first; place != last; place = place.Add(1u << FirstLevelTable.EntryShift))
        {
            if (!new FirstLevelEntry(machine.ReadWord(place)).IsBlock)
            {
                return false;
            }
        }

        InvalidationBatch batch = default;
        batch.AddAll();
        for (PhysicalAddress place = first; place != last; place = place.Add(1u << FirstLevelTable.EntryShift))
        {
            PhysicalAddress frame = new FirstLevelEntry(machine.ReadWord(place)).Section.Frame;
            SmallPageDescriptor page = SmallPageDescriptor.CreateForRange(frame, rights, Writing.Allowed);
            Descriptor.Write(ref machine, place, SectionDescriptor.Join(LargePageDescriptor.Join(page)).Raw);
        }

        batch.Commit(ref machine, ref control.Owner);
        return true;
    }

    /// <summary>Gives back the frames of a section that no walk can reach any more, and the table that was deposited for it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes them.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="section">The descriptor that was there.</param>
    public static void ReleaseSection<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, SectionDescriptor section)
        where TMachine : struct, IMachine
    {
        ref SpaceCounters counters = ref SpaceLayout.AccountsOf(ref control).Counters;
        counters.Sections--;
        counters.ReservedPages -= SecondLevelTable.EntryCount;
        SpaceLayout.AccountsOf(ref control).AddResident(ref machine, unchecked(0u - SecondLevelTable.EntryCount));
        control.SpecialMibs--;
        for (uint page = 0; page < SecondLevelTable.EntryCount; page++)
        {
            SpaceRange.FreePage(ref machine, ref frames, section.Frame.Add(page << PageSize.SmallShift));
        }

        SpaceRange.FreeTable(ref machine, ref frames, TakeDeposit(ref machine, ref control));
    }

    /// <summary>Notes that an entry of a table that was taken out goes: the first word of a large page counts for all 16.</summary>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="entry">The word.</param>
    /// <param name="page">VA[19:12].</param>
    public static void Forget(ref SpaceControl control, SecondLevelEntry entry, uint page)
    {
        if (entry.IsLarge && (page & (PagesOfPart - 1)) == 0)
        {
            SpaceLayout.AccountsOf(ref control).Counters.LargePages--;
        }
    }

    // A few pages of a table that are small already: what is likely where pages change one by one.
    private static bool IsSmall<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, start)));
        return first.IsPageTable
            && ((start.Value ^ (end.Value - 1)) >> PageSize.LargeShift) == 0
            && !new SecondLevelEntry(machine.ReadWord(SecondLevelTable.EntryOf(first.PageTable.Table, start))).IsLarge;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SplitParts<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        WholeMibs wholeMibs)
        where TMachine : struct, IMachine
    {
        bool isChanged = false;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            PhysicalAddress link = control.Table.Add(parts.Mib << FirstLevelTable.EntryShift);
            FirstLevelEntry first = new(machine.ReadWord(link));
            if (first.IsLive && !(parts.IsWhole && wholeMibs == WholeMibs.Replaced))
            {
                isChanged |= SplitMib(ref machine, ref control, controlPage, link, first, in parts);
            }
        }

        if (isChanged)
        {
            machine.Synchronize(); // the operation may end here
        }
    }

    private static bool SplitMib<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        PhysicalAddress link,
        FirstLevelEntry first,
        in MibParts part)
        where TMachine : struct, IMachine
    {
        uint firstPart = part.FirstPage >> PartShift;
        uint lastPart = part.LastPage >> PartShift;
        if (first.IsPageTable && !HasLarge(ref machine, first.PageTable.Table, firstPart, lastPart))
        {
            return false;
        }

        Break(ref machine, ref control, link);
        PhysicalAddress table = first.IsPageTable
            ? first.PageTable.Table
            : TakeApart(ref machine, ref control, first.Section);
        ref SpaceCounters counters = ref SpaceLayout.AccountsOf(ref control).Counters;
        for (uint index = firstPart; index <= lastPart; index++)
        {
            PhysicalAddress place = PlaceOf(table, index);
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (!entry.IsLarge)
            {
                continue;
            }

            for (uint page = 0; page < PagesOfPart; page++)
            {
                machine.WriteWord(place.Add(page << SecondLevelTable.EntryShift), entry.Large.PageAt(page).Raw); // cleaned with its table
            }

            counters.LargePages--;
        }

        Make(ref machine, ref control, link, table, part.Mib);
        return true;
    }

    // The deposited table, with the section in it as large pages.
    private static PhysicalAddress TakeApart<TMachine>(ref TMachine machine, ref SpaceControl control, SectionDescriptor section)
        where TMachine : struct, IMachine
    {
        PhysicalAddress table = TakeDeposit(ref machine, ref control);
        for (uint part = 0; part < PartCount; part++)
        {
            WritePart(ref machine, PlaceOf(table, part), section.PartAt(part));
        }

        ref SpaceCounters counters = ref SpaceLayout.AccountsOf(ref control).Counters;
        counters.Sections--;
        counters.LargePages += PartCount;
        control.SpecialMibs--;
        return table;
    }

    private static bool HasLarge<TMachine>(ref TMachine machine, PhysicalAddress table, uint firstPart, uint lastPart)
        where TMachine : struct, IMachine
    {
        for (uint part = firstPart; part <= lastPart; part++)
        {
            if (new SecondLevelEntry(machine.ReadWord(PlaceOf(table, part))).IsLarge)
            {
                return true;
            }
        }

        return false;
    }

    // 16 pages of a range with frames in a row, aligned as a large page is, alike, and nobody else's. From the last one down, so that a part
    // that is being filled upward is given up at once.
    private static bool CanJoin<TMachine>(ref TMachine machine, ref FrameAllocator frames, PhysicalAddress table, uint part)
        where TMachine : struct, IMachine
    {
        PhysicalAddress place = PlaceOf(table, part);
        SecondLevelEntry first = new(machine.ReadWord(place));
        if (!first.IsSmall || first.IsGivenPage || first.Small.IsWriteDeferred || !first.Small.Frame.IsAligned(PageSize.Large))
        {
            return false;
        }

        for (uint page = PagesOfPart - 1; page > 0; page--)
        {
            if (machine.ReadWord(place.Add(page << SecondLevelTable.EntryShift)) != first.Raw + (page << PageSize.SmallShift))
            {
                return false;
            }
        }

        for (uint page = 0; page < PagesOfPart; page++)
        {
            if (!frames.HasSoleOwner(ref machine, first.Small.Frame.Add(page << PageSize.SmallShift)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSection<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        SecondLevelEntry first = new(machine.ReadWord(table));
        if (!first.IsLarge || !first.Large.Frame.IsAligned(PageSize.Section))
        {
            return false;
        }

        for (uint part = 1; part < PartCount; part++)
        {
            if (machine.ReadWord(PlaceOf(table, part)) != first.Raw + (part << PageSize.LargeShift))
            {
                return false;
            }
        }

        return true;
    }

    private static PhysicalAddress PlaceOf(PhysicalAddress table, uint part) =>
        table.Add(part << (PartShift + SecondLevelTable.EntryShift));

    private static void WritePart<TMachine>(ref TMachine machine, PhysicalAddress place, LargePageDescriptor large)
        where TMachine : struct, IMachine
    {
        for (uint page = 0; page < PagesOfPart; page++)
        {
            machine.WriteWord(place.Add(page << SecondLevelTable.EntryShift), large.Raw); // cleaned with its table
        }
    }

    // The MiB is nowhere, for all cores: who faults meanwhile waits for its lock.
    private static void Break<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress link)
        where TMachine : struct, IMachine
    {
        Descriptor.Write(ref machine, link, 0);
        InvalidationBatch batch = default;
        batch.AddAll();
        batch.Commit(ref machine, ref control.Owner);
    }

    private static void Make<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress link, PhysicalAddress table, uint mib)
        where TMachine : struct, IMachine
    {
        machine.SynchronizeData(); // other words were live here before: no walk through the link may find them any more
        SpaceRange.LinkLocked(ref machine, ref control, link, table, mib);
    }

    private static void Deposit<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        machine.WriteWord(table, accounts.Deposits.Value);
        accounts.Deposits = table;
    }

    private static PhysicalAddress TakeDeposit<TMachine>(ref TMachine machine, ref SpaceControl control)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        PhysicalAddress table = accounts.Deposits;
        if (BuildChecks.Enabled && table == default)
        {
            BugCheck.Fail(ref machine, "B2: a section has no table deposited"u8, accounts.Counters.Sections);
        }

        accounts.Deposits = new PhysicalAddress(machine.ReadWord(table));
        return table;
    }
}
