using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>The usual ranges: reserved without memory, and given back where nobody has touched them.</summary>
/// <remarks>
/// What needs no memory cannot fail, and what no walk finds needs no invalidation: a word that faults becomes another one that faults. The
/// caller has a DSB, so that whoever makes it one that does not is not overtaken. What is not
/// so is left to <see cref="RangeReserve"/> and <see cref="RangeRelease"/>, which know all cases.
/// </remarks>
internal static class UntouchedRange
{
    /// <summary>Reserves pages that are free, on demand, if that takes no memory.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="state">What the pages are.</param>
    /// <returns>False, with nothing changed, when it takes memory or a limit is in the way.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryReserve<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end, ReservedPages state)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        uint pages = state.Kind == ReservedKind.Anonymous ? (end.Value - start.Value) >> PageSize.SmallShift : 0;
        if (control.SpecialMibs != 0
            || (pages != 0 && RangeReserve.IsPast(accounts.Counters.ReservedPages, pages, accounts.Limits.ReservedPages)))
        {
            return false;
        }

        // Only the first and the last MiB can hold anything, since all of the range is free.
        VirtualAddress last = new(end.Value - PageSize.Small);
        uint mib = start.FirstLevelIndex;
        uint lastMib = last.FirstLevelIndex;
        uint firstPage = start.SecondLevelIndex;
        uint lastPage = last.SecondLevelIndex;
        PhysicalAddress place = control.Table.Add(mib << FirstLevelTable.EntryShift);
        if (mib == lastMib)
        {
            FirstLevelEntry first = new(machine.ReadWord(place));
            if (first.IsPageTable)
            {
                RangeReserve.PutInTable(ref machine, ref control, first.PageTable.Table, mib, state, firstPage, lastPage);
                accounts.Counters.ReservedPages += pages;
                return true;
            }

            if (!CanPut(ref machine, place, state, firstPage, lastPage))
            {
                return false;
            }

            Put(ref machine, ref control, mib, state, firstPage, lastPage);
        }
        else
        {
            PhysicalAddress lastPlace = control.Table.Add(lastMib << FirstLevelTable.EntryShift);
            if (!CanPut(ref machine, place, state, firstPage, ReservedPages.LastPageOfMib)
                || !CanPut(ref machine, lastPlace, state, 0, lastPage))
            {
                return false;
            }

            Put(ref machine, ref control, mib, state, firstPage, ReservedPages.LastPageOfMib);
            uint whole = state.Run(0, ReservedPages.LastPageOfMib).Raw;
            for (place = place.Add(1u << FirstLevelTable.EntryShift); place != lastPlace; place = place.Add(1u << FirstLevelTable.EntryShift))
            {
                Descriptor.Write(ref machine, place, whole);
            }

            Put(ref machine, ref control, lastMib, state, 0, lastPage);
        }

        accounts.Counters.ReservedPages += pages;
        return true;
    }

    /// <summary>Gives back pages from the start of a range on, as long as they are untouched.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns>
    /// The first byte that is still to be given back, which cannot fail any more unless it is all of the range; the end when nothing is left.
    /// </returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static VirtualAddress Release<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        VirtualAddress last = new(end.Value - PageSize.Small);
        PhysicalAddress place = FirstLevelTable.EntryOf(control.Table, start);
        if ((control.SpecialMibs | accounts.Counters.LargePages) != 0
            || SpaceMappings.HasAny(ref machine, ref accounts, start, end)
            || (!new FirstLevelEntry(machine.ReadWord(place)).IsPageTable && RangeRelease.IsSplit(ref machine, ref control, start, end)))
        {
            return start;
        }

        VirtualAddress next = start;
        uint released = 0;
        while (next < end)
        {
            uint lastPage = next.FirstLevelIndex == last.FirstLevelIndex ? last.SecondLevelIndex : ReservedPages.LastPageOfMib;
            FirstLevelEntry first = new(machine.ReadWord(place));
            if (first.IsAnonymousMib && next.IsAligned(PageSize.Section))
            {
                // MiB after MiB of one kind: what large ranges are.
                PhysicalAddress from = place;
                PhysicalAddress to = FirstLevelTable.EntryOf(control.Table, end);
                while (place != to && machine.ReadWord(place) == first.Raw)
                {
                    Descriptor.Write(ref machine, place, 0);
                    place = place.Add(1u << FirstLevelTable.EntryShift);
                }

                uint mibs = (place.Value - from.Value) >> FirstLevelTable.EntryShift;
                released += mibs << (PageSize.SectionShift - PageSize.SmallShift);
                if (mibs != 0)
                {
                    next = next.Add(mibs << PageSize.SectionShift);
                    continue;
                }
            }

            if (first.Raw != 0)
            {
                bool isReleased = first.IsLive
                    ? TryReleaseInTable(ref machine, ref control, first.PageTable.Table, next, lastPage, ref released)
                    : TryCut(ref machine, place, next.SecondLevelIndex, lastPage, ref released);
                if (!isReleased)
                {
                    break;
                }
            }

            next = new VirtualAddress((next.Value | PageSize.SectionMask) + 1);
            place = place.Add(1u << FirstLevelTable.EntryShift);
        }

        accounts.Counters.ReservedPages -= released;
        if (start < accounts.SearchStart && start.Value >= AddressSpace.FirstChosenValue)
        {
            accounts.SearchStart = start;
        }

        return next < end ? next : end;
    }

    // A part of a run that does not fall into two.
    private static bool TryCut<TMachine>(
        ref TMachine machine, PhysicalAddress place, uint firstPage, uint lastPage, ref uint released)
        where TMachine : struct, IMachine
    {
        ReservedPages run = ReservedPages.Of(machine.ReadWord(place));
        if (run.Kind > ReservedKind.StackGuard)
        {
            return false;
        }

        _ = ReservedPages.TryCut(run, firstPage, lastPage, out ReservedPages rest); // it was asked before
        released += run.Kind == ReservedKind.Anonymous ? RangeRelease.PageCountOf(run) - RangeRelease.PageCountOf(rest) : 0;
        Descriptor.Write(ref machine, place, rest.Raw);
        return true;
    }

    // False when a page is there, before which the loop ends, or when the table may have nothing else.
    private static bool TryReleaseInTable<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress table,
        VirtualAddress next,
        uint lastPage,
        ref uint released)
        where TMachine : struct, IMachine
    {
        ref byte count = ref SpaceLayout.CountOf(ref control, next.FirstLevelIndex);
        if (count < lastPage - next.SecondLevelIndex + 1)
        {
            return false;
        }

        PhysicalAddress first = SecondLevelTable.EntryOf(table, next);
        PhysicalAddress end = table.Add((lastPage + 1) << SecondLevelTable.EntryShift);
        uint taken = 0;
        uint anonymous = 0;
        uint known = 0; // a word that was looked at: most are like the one before
        uint isAnonymous = 0;
        PhysicalAddress place = first;
        for (; place != end; place = place.Add(1u << SecondLevelTable.EntryShift))
        {
            uint word = machine.ReadWord(place);
            if (word == 0)
            {
                continue;
            }

            if (word != known)
            {
                SecondLevelEntry entry = new(word);
                if (entry.IsLive || entry.Reserved.Kind > ReservedKind.StackGuard)
                {
                    break;
                }

                known = word;
                isAnonymous = entry.Reserved.Kind == ReservedKind.Anonymous ? 1u : 0;
            }

            Descriptor.Write(ref machine, place, 0);
            taken++;
            anonymous += isAnonymous;
        }

        count -= (byte)taken;
        released += anonymous;
        return place == end;
    }

    private static bool CanPut<TMachine>(
        ref TMachine machine, PhysicalAddress place, ReservedPages state, uint firstPage, uint lastPage)
        where TMachine : struct, IMachine
    {
        FirstLevelEntry first = new(machine.ReadWord(place));
        return first.Raw == 0 || first.IsPageTable || ReservedPages.TryPut(first.Reserved, state, firstPage, lastPage, out _);
    }

    private static void Put<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint mib, ReservedPages state, uint firstPage, uint lastPage)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (!first.IsPageTable)
        {
            _ = ReservedPages.TryPut(first.Reserved, state, firstPage, lastPage, out ReservedPages run); // it was asked before
            Descriptor.Write(ref machine, link, run.Raw);
            return;
        }

        RangeReserve.PutInTable(ref machine, ref control, first.PageTable.Table, mib, state, firstPage, lastPage);
    }
}
