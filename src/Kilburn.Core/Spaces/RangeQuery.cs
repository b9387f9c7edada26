using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Objects;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Tells what lies in a space whose lock is held.</summary>
internal static class RangeQuery
{
    /// <summary>Finds what lies at an address, with all neighbours that are alike.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="address">In the user half.</param>
    /// <param name="region">The answer; default when there is nothing.</param>
    /// <returns>False when there is nothing.</returns>
    public static bool TryFind<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress address, out SpaceRegion region)
        where TMachine : struct, IMachine
    {
        if (!TryRead(ref machine, ref control, address, out region))
        {
            return false;
        }

        while (region.Start.Value != 0
            && TryRead(ref machine, ref control, region.Start.Add(unchecked(0 - PageSize.Small)), out SpaceRegion below)
            && IsAlike(in below, in region))
        {
            region.Start = below.Start;
            region.ObjectOffset = below.ObjectOffset;
            region.LengthInBytes += below.LengthInBytes;
            region.MappedPages += below.MappedPages;
        }

        while (region.End.IsUser
            && TryRead(ref machine, ref control, region.End, out SpaceRegion above)
            && IsAlike(in above, in region))
        {
            region.LengthInBytes += above.LengthInBytes;
            region.MappedPages += above.MappedPages;
        }

        return true;
    }

    private static bool IsAlike(in SpaceRegion one, in SpaceRegion other) =>
        one.Kind == other.Kind && one.Rights == other.Rights && one.Object.Page == other.Object.Page
        && (one.Object.Page == default || one.ObjectOffset - other.ObjectOffset == one.Start.Value - other.Start.Value);

    // The run of a MiB that an address lies in, or its page.
    private static bool TryRead<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress address, out SpaceRegion region)
        where TMachine : struct, IMachine
    {
        region = default;
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
        if (!first.IsPageTable)
        {
            ReservedPages run = first.Run;
            if (!run.Covers(address.SecondLevelIndex))
            {
                return false;
            }

            Set(ref region, run);
            region.Start = address.AlignDown(PageSize.Section).Add(run.FirstPage << PageSize.SmallShift);
            region.LengthInBytes = (run.LastPage - run.FirstPage + 1) << PageSize.SmallShift;
            region.MappedPages = first.IsBlock ? SecondLevelTable.EntryCount : 0;
            SetObject(ref machine, ref control, address, ref region);
            return true;
        }

        SecondLevelEntry entry = new SecondLevelEntry(
            machine.ReadWord(SecondLevelTable.EntryOf(first.PageTable.Table, address))).At(address.SecondLevelIndex);
        if (entry.Raw == 0)
        {
            return false;
        }

        region.Start = address.AlignDown(PageSize.Small);
        region.LengthInBytes = PageSize.Small;
        if (entry.IsLive)
        {
            region.Kind = entry.IsGivenPage ? RangeKind.Given : RangeKind.Anonymous;
            region.Rights = entry.Small.Rights;
            region.MappedPages = 1;
        }
        else
        {
            Set(ref region, entry.Reserved);
        }

        SetObject(ref machine, ref control, address, ref region);
        return true;
    }

    // What is known of a page is the same for a page of an object, there or not: the mapping tells.
    private static void SetObject<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress address, ref SpaceRegion region)
        where TMachine : struct, IMachine
    {
        if (region.Kind != RangeKind.Anonymous
            || !SpaceMappings.TryFind(ref machine, ref SpaceLayout.AccountsOf(ref control), address, out SpaceMapping mapping))
        {
            return;
        }

        VirtualAddress start = region.Start > mapping.Start ? region.Start : mapping.Start;
        VirtualAddress end = region.End < mapping.End ? region.End : mapping.End;
        region.Start = start;
        region.LengthInBytes = end.Value - start.Value;
        region.Kind = mapping.IsShared ? RangeKind.Shared : RangeKind.Private;
        region.Object = new MemoryObject(mapping.Object);
        region.ObjectOffset = mapping.PageOf(start) << PageSize.SmallShift;
    }

    private static void Set(ref SpaceRegion region, ReservedPages pages)
    {
        region.Rights = pages.Rights;
        region.Kind = pages.Kind switch
        {
            ReservedKind.Anonymous or ReservedKind.Object => RangeKind.Anonymous,
            ReservedKind.StackGuard => RangeKind.StackGuard,
            _ => RangeKind.Guard,
        };
    }
}
