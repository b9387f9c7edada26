using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>The usual ranges: reserved without memory, and given back where nobody has touched them.</summary>
/// <remarks>
/// What needs no memory cannot fail, and what no walk finds needs no invalidation: a word that faults becomes another one that faults. The
/// caller has a DSB, so that whoever makes it one that does not is not overtaken. What is not
/// so is left to <see cref="RangeReserve"/> and <see cref="RangeRelease"/>, which know all cases. Addresses come in as words, as in
/// <see cref="SpacePage"/>.
/// </remarks>
internal static class UntouchedRange
{
    /// <summary>Reserves pages on demand, if they are free and that takes no memory.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte, at most 0x80000000.</param>
    /// <param name="state">What the pages are: <see cref="ReservedPages.State"/>, of a guard or of anonymous memory.</param>
    /// <returns>False, with nothing changed, when something is there, it takes memory, or a limit is in the way.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in what programs ask for most
    public static bool TryReserve<TMachine>(ref TMachine machine, ref SpaceControl control, uint start, uint end, uint state)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        uint pages = (end - start) >> PageSize.SmallShift;
        uint counted = ReservedPages.Of(state).Kind == ReservedKind.Anonymous ? pages : 0;
        if (control.SpecialMibs != 0
            || (counted != 0 && RangeReserve.IsPast(accounts.Counters.ReservedPages, counted, accounts.Limits.ReservedPages)))
        {
            return false;
        }

        VirtualAddress address = new(start);
        bool isReserved = address.SecondLevelIndex + pages <= SecondLevelTable.EntryCount
            ? TryReservePart(ref machine, ref control, address.FirstLevelIndex, address.SecondLevelIndex, pages, state)
            : TryReserveMibs(ref machine, ref control, start, end, state);
        accounts.Counters.ReservedPages += isReserved ? counted : 0;
        return isReserved;
    }

    /// <summary>Gives back pages from the start of a range on, as long as they are untouched.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held, and those of the MiBs of the range.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns>
    /// The first byte that is still to be given back, which cannot fail any more unless it is all of the range; the end when nothing is left.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in what programs ask for most
    public static uint Release<TMachine>(ref TMachine machine, ref SpaceControl control, uint start, uint end)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if ((control.SpecialMibs | accounts.Counters.LargePages | accounts.Mappings.Value) != 0
            && HasOthers(ref machine, ref control, start, end))
        {
            return start;
        }

        VirtualAddress address = new(start);
        accounts.LowerSearchStart(address);
        uint pages = (end - start) >> PageSize.SmallShift;
        if (address.SecondLevelIndex + pages > SecondLevelTable.EntryCount)
        {
            return ReleaseMibs(ref machine, ref control, start, end);
        }

        return TryReleasePart(ref machine, ref control, address.FirstLevelIndex, address.SecondLevelIndex, pages) ? end : start;
    }

    // True when the range, or the space, has something that is not for here: a walk may find it, or an object owns it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasOthers<TMachine>(ref TMachine machine, ref SpaceControl control, uint start, uint end)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        return (control.SpecialMibs | accounts.Counters.LargePages) != 0
            || SpaceMappings.HasAny(ref machine, ref accounts, new VirtualAddress(start), new VirtualAddress(end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReservePart<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint mib, uint firstPage, uint pages, uint state)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (!first.IsPageTable)
        {
            return TryReserveInRun(ref machine, ref control, mib, firstPage, pages, state);
        }

        PhysicalAddress place = first.PageTable.Table.Add(firstPage << SecondLevelTable.EntryShift);
        if (machine.CountWords(place, 0, pages) != pages)
        {
            return false;
        }

        Descriptor.WriteRow(ref machine, place, state, pages);
        RangeReserve.AddToCount(ref control, mib, pages);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReserveInRun<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint mib, uint firstPage, uint pages, uint state)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (first.Raw == 0)
        {
            // No fault makes anything of nothing.
            Descriptor.Write(ref machine, link, ReservedPages.Of(state).Run(firstPage, firstPage + pages - 1).Raw);
            return true;
        }

        // A run gets longer, unless a fault makes it a table meanwhile.
        ref uint word = ref MibLocks.WordOf(ref control, mib);
        uint bit = MibLocks.BitOf(mib);
        MibLocks.Take(ref machine, ref word, bit);
        first = new FirstLevelEntry(machine.ReadWord(link));
        if (first.IsPageTable)
        {
            MibLocks.Release(ref machine, ref word, bit);
            return TryReservePart(ref machine, ref control, mib, firstPage, pages, state);
        }

        bool isRun = ReservedPages.TryAdd(
            first.Reserved, ReservedPages.Of(state), firstPage, firstPage + pages - 1, out ReservedPages run);
        if (isRun)
        {
            Descriptor.Write(ref machine, link, run.Raw);
        }

        MibLocks.Release(ref machine, ref word, bit);
        return isRun;
    }

    // All is looked at before anything is written.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReserveMibs<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint start, uint end, uint state)
        where TMachine : struct, IMachine
    {
        VirtualAddress firstWhole = new VirtualAddress(start).AlignUp(PageSize.Section);
        VirtualAddress last = new(end);
        uint mibs = last.FirstLevelIndex - firstWhole.FirstLevelIndex;
        uint headPages = (firstWhole.Value - start) >> PageSize.SmallShift;
        uint tailPages = last.SecondLevelIndex;
        PhysicalAddress middle = FirstLevelTable.EntryOf(control.Table, firstWhole);
        if (machine.CountWords(middle, 0, mibs) != mibs
            || (headPages != 0 && !CanReserve(ref machine, ref control, start, headPages, state))
            || (tailPages != 0 && !CanReserve(ref machine, ref control, end - (tailPages << PageSize.SmallShift), tailPages, state)))
        {
            return false;
        }

        if (mibs != 0)
        {
            uint whole = ReservedPages.Of(state).Run(0, ReservedPages.LastPageOfMib).Raw;
            Descriptor.WriteRow(ref machine, middle, whole, mibs);
        }

        if (headPages != 0)
        {
            _ = TryReservePart(
                ref machine,
                ref control,
                firstWhole.FirstLevelIndex - 1,
                SecondLevelTable.EntryCount - headPages,
                headPages,
                state);
        }

        if (tailPages != 0)
        {
            _ = TryReservePart(ref machine, ref control, last.FirstLevelIndex, 0, tailPages, state);
        }

        return true;
    }

    private static bool CanReserve<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint start, uint pages, uint state)
        where TMachine : struct, IMachine
    {
        VirtualAddress address = new(start);
        uint firstPage = address.SecondLevelIndex;
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
        return first.IsPageTable
            ? machine.CountWords(SecondLevelTable.EntryOf(first.PageTable.Table, address), 0, pages) == pages
            : ReservedPages.TryAdd(first.Reserved, ReservedPages.Of(state), firstPage, firstPage + pages - 1, out _);
    }

    // MiB after MiB of one kind: what large ranges are.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint ReleaseMibs<TMachine>(ref TMachine machine, ref SpaceControl control, uint start, uint end)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        VirtualAddress next = new(start);
        VirtualAddress last = new(end);
        while (next < last)
        {
            PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, next);
            FirstLevelEntry first = new(machine.ReadWord(link));
            uint mibs = last.FirstLevelIndex - next.FirstLevelIndex;
            if (mibs != 0 && next.IsAligned(PageSize.Section) && (first.Raw == 0 || first.IsAnonymousMib))
            {
                mibs = machine.CountWords(link, first.Raw, mibs);
                if (first.Raw != 0)
                {
                    Descriptor.WriteRow(ref machine, link, 0, mibs);
                    accounts.Counters.ReservedPages -= mibs << (PageSize.SectionShift - PageSize.SmallShift);
                }

                next = next.Add(mibs << PageSize.SectionShift);
                continue;
            }

            uint pages = (mibs != 0 ? SecondLevelTable.EntryCount : last.SecondLevelIndex) - next.SecondLevelIndex;
            if (!TryReleasePart(ref machine, ref control, next.FirstLevelIndex, next.SecondLevelIndex, pages))
            {
                break;
            }

            next = next.Add(pages << PageSize.SmallShift);
        }

        return next.Value;
    }

    // False when some of it is left, before which nothing is any more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReleasePart<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint mib, uint firstPage, uint pages)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (!first.IsPageTable)
        {
            return TryCut(ref machine, ref control, link, firstPage, pages);
        }

        ref byte count = ref SpaceLayout.CountOf(ref control, mib);
        if (count < pages)
        {
            return false; // the table may have nothing else
        }

        PhysicalAddress place = first.PageTable.Table.Add(firstPage << SecondLevelTable.EntryShift);
        uint word = machine.ReadWord(place);
        if (!IsAnonymous(word) || machine.CountWords(place, word, pages) != pages)
        {
            return TryReleaseInTable(ref machine, ref control, place, pages, ref count);
        }

        Descriptor.WriteRow(ref machine, place, 0, pages);
        count -= (byte)pages;
        SpaceLayout.AccountsOf(ref control).Counters.ReservedPages -= pages;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // less than the call
    private static bool IsAnonymous(uint word) =>
        !new SecondLevelEntry(word).IsLive && ReservedPages.Of(word).Kind == ReservedKind.Anonymous;

    // A part of a run. False when it falls into two, or is an object's.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryCut<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress link, uint firstPage, uint pages)
        where TMachine : struct, IMachine
    {
        ReservedPages run = ReservedPages.Of(machine.ReadWord(link));
        if (run.Kind > ReservedKind.StackGuard
            || !ReservedPages.TryCut(run, firstPage, firstPage + pages - 1, out ReservedPages rest))
        {
            return false;
        }

        if (rest.Raw != run.Raw)
        {
            Descriptor.Write(ref machine, link, rest.Raw);
            SpaceLayout.AccountsOf(ref control).Counters.ReservedPages -=
                run.Kind == ReservedKind.Anonymous ? RangeRelease.PageCountOf(run) - RangeRelease.PageCountOf(rest) : 0;
        }

        return true;
    }

    // Pages of several kinds, and such as are nothing. False when a page is there, before which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReleaseInTable<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress first, uint pages, ref byte count)
        where TMachine : struct, IMachine
    {
        PhysicalAddress place = first;
        uint left = pages;
        while (left != 0)
        {
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (entry.IsLive || entry.Reserved.Kind > ReservedKind.StackGuard)
            {
                return false;
            }

            uint alike = machine.CountWords(place, entry.Raw, left);
            if (entry.Raw != 0)
            {
                Descriptor.WriteRow(ref machine, place, 0, alike);
                count -= (byte)alike;
                SpaceLayout.AccountsOf(ref control).Counters.ReservedPages -= IsAnonymous(entry.Raw) ? alike : 0;
            }

            place = place.Add(alike << SecondLevelTable.EntryShift);
            left -= alike;
        }

        return true;
    }
}
