using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Looks for free places in a space whose lock is held.</summary>
internal static class RangeSearch
{
    private const byte FullCount = 0xFF; // of SpaceLayout.CountOf
    private const int FirstXorShift = 13;
    private const int SecondXorShift = 17;
    private const int ThirdXorShift = 5;

    /// <summary>The first page of a range that is not free.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte of the range.</param>
    /// <param name="end">One past its last byte, at most 0x80000000.</param>
    /// <returns><paramref name="end"/> when all is free.</returns>
    public static VirtualAddress SkipFree<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        VirtualAddress address = start;
        while (address < end)
        {
            PhysicalAddress place = FirstLevelTable.EntryOf(control.Table, address);
            FirstLevelEntry first = new(machine.ReadWord(place));
            VirtualAddress mib = address.AlignDown(PageSize.Section);
            if (first.Raw == 0)
            {
                address = SkipEmpty(ref machine, place, mib, end);
                continue;
            }

            if (first.IsPageTable)
            {
                VirtualAddress mibEnd = mib.Add(PageSize.Section);
                address = SkipZeroes(
                    ref machine, SecondLevelTable.EntryOf(first.PageTable.Table, address), address, mibEnd < end ? mibEnd : end);
                if (address < end && address < mibEnd)
                {
                    return address;
                }

                continue;
            }

            ReservedPages run = first.Run;
            if (!run.IsNone && address.SecondLevelIndex <= run.LastPage)
            {
                VirtualAddress taken = mib.Add(run.FirstPage << PageSize.SmallShift);
                taken = taken > address ? taken : address;
                return taken < end ? taken : end;
            }

            address = mib.Add(PageSize.Section);
        }

        return end;
    }

    // MiBs that hold nothing, from an empty one on: the first byte of the next that holds something, or past the end.
    private static VirtualAddress SkipEmpty<TMachine>(
        ref TMachine machine, PhysicalAddress place, VirtualAddress mib, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        uint mibs = (end.Value - mib.Value + PageSize.SectionMask) >> PageSize.SectionShift;
        return mib.Add(machine.CountWords(place, 0, mibs) << PageSize.SectionShift);
    }

    // Pages that are nothing: the first that is something, or the end.
    private static VirtualAddress SkipZeroes<TMachine>(
        ref TMachine machine, PhysicalAddress place, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        uint pages = (end.Value - start.Value) >> PageSize.SmallShift;
        return start.Add(machine.CountWords(place, 0, pages) << PageSize.SmallShift);
    }

    /// <summary>Finds a free place.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="next">Where to go on when there is no place at once, unless that is below; what is passed over so is looked at last.</param>
    /// <param name="lengthInBytes">Multiple of 4 KiB.</param>
    /// <param name="alignmentOffset">Bytes at the start of the place that lie below the aligned byte.</param>
    /// <param name="alignment">Power of two.</param>
    /// <param name="start">First byte of the place; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/> or <see cref="VmStatus.NoRoom"/>.</returns>
    public static VmStatus TryFind<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        VirtualAddress from,
        VirtualAddress next,
        uint lengthInBytes,
        uint alignmentOffset,
        uint alignment,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        VirtualAddress bottom = new(AddressSpace.FirstChosenValue);
        return TryFindAbove(ref machine, ref control, from, next, lengthInBytes, alignmentOffset, alignment, out start)
            || TryFindAbove(ref machine, ref control, bottom, bottom, lengthInBytes, alignmentOffset, alignment, out start)
            ? VmStatus.Ok
            : VmStatus.NoRoom;
    }

    /// <summary>Where the search for a place of the space's choice begins.</summary>
    /// <param name="accounts">The space's.</param>
    public static VirtualAddress ChooseStart(ref SpaceAccounts accounts)
    {
        uint seed = accounts.Seed;
        if (seed == 0)
        {
            return accounts.SearchStart;
        }

        // Marsaglia's xorshift: never 0 again once it is not.
        seed ^= seed << FirstXorShift;
        seed ^= seed >> SecondXorShift;
        seed ^= seed << ThirdXorShift;
        accounts.Seed = seed;
        VirtualAddress drawn = new VirtualAddress(seed >> 1).AlignDown(PageSize.Small);
        return drawn.Value < AddressSpace.FirstChosenValue ? new VirtualAddress(AddressSpace.FirstChosenValue) : drawn;
    }

    private static bool TryFindAbove<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        VirtualAddress from,
        VirtualAddress next,
        uint lengthInBytes,
        uint alignmentOffset,
        uint alignment,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = from;
        while (TryAlign(ref start, alignmentOffset, alignment) && lengthInBytes <= AddressSpace.EndValue - start.Value)
        {
            VirtualAddress end = start.Add(lengthInBytes);
            VirtualAddress taken = SkipFree(ref machine, ref control, start, end);
            if (taken == end)
            {
                return true;
            }

            start = SkipTaken(ref machine, ref control, taken < next ? next : taken, lengthInBytes >> PageSize.SmallShift);
        }

        start = default;
        return false;
    }

    // The next start whose byte at the offset is aligned; false past the space's end.
    private static bool TryAlign(ref VirtualAddress start, uint alignmentOffset, uint alignment)
    {
        if (start.Value >= AddressSpace.EndValue || alignmentOffset >= AddressSpace.EndValue - start.Value)
        {
            return false;
        }

        // Below 0x80000000, and the alignment is at most that of half of it: no wrap.
        start = new VirtualAddress(start.Add(alignmentOffset).AlignUp(alignment).Value - alignmentOffset);
        return start.Value < AddressSpace.EndValue;
    }

    // The next place from which so many pages may be free: as many are in its MiB, or all up to the MiB's end.
    private static VirtualAddress SkipTaken<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, uint pages)
        where TMachine : struct, IMachine
    {
        VirtualAddress address = start;
        while (address.IsUser)
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
            if (first.IsPageTable)
            {
                // Most MiBs of a long range are full, and need no look at their pages.
                VirtualAddress mibEnd = address.AlignDown(PageSize.Section).Add(PageSize.Section);
                address = SpaceLayout.CountOf(ref control, address.FirstLevelIndex) == FullCount
                    ? mibEnd
                    : SkipShort(ref machine, SecondLevelTable.EntryOf(first.PageTable.Table, address), address, mibEnd, pages);
                if (address < mibEnd)
                {
                    return address;
                }
            }
            else if (first.Run.Covers(address.SecondLevelIndex))
            {
                address = address.AlignDown(PageSize.Section).Add((first.Run.LastPage + 1) << PageSize.SmallShift);
            }
            else
            {
                return address;
            }
        }

        return address;
    }

    // Pages that are something, and runs of free ones that are too short: the first of a run that is not, or of one that reaches the end; or the end.
    private static VirtualAddress SkipShort<TMachine>(
        ref TMachine machine, PhysicalAddress place, VirtualAddress start, VirtualAddress end, uint pages)
        where TMachine : struct, IMachine
    {
        VirtualAddress address = start;
        uint free = 0;
        while (address < end && free < pages)
        {
            free = machine.ReadWord(place) == 0 ? free + 1 : 0;
            address = address.Add(PageSize.Small);
            place = place.Add(1u << SecondLevelTable.EntryShift);
        }

        return new VirtualAddress(address.Value - (free << PageSize.SmallShift));
    }
}
