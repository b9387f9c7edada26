using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Objects;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Which pages of ranges are used, by the access flag, in a space whose lock is held, and those of the MiBs.</summary>
/// <remarks>
/// Invariant U1: a table that spaces share has no page whose flag is clear, so that noting a use never changes one (F1). Such tables are left
/// out when flags are cleared, and a clone sets all flags first. Clearing is invalidated as every change is; setting is not: what faults is never
/// held. Source: ARM DDI 0406C.d, B3.7.4, B3.10.1.
/// </remarks>
internal static class RangeUse
{
    /// <summary>Clears the flags of a range's pages: blocks as a whole, where the range covers them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.NotMapped"/> (a hole).</returns>
    public static VmStatus TryAge<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        if (HasHole(ref machine, ref control, start, end))
        {
            return VmStatus.NotMapped;
        }

        SpaceLayout.AccountsOf(ref control).HasAged = true;
        InvalidationBatch batch = default;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, parts.MibStart);
            FirstLevelEntry first = new(machine.ReadWord(link));
            if (first.IsBlock)
            {
                if (parts.IsWhole)
                {
                    Descriptor.Write(ref machine, link, first.Section.With(AccessFlag.Clear).Raw);
                    batch.AddAll();
                }
            }
            else if (first.IsPageTable && !TableSharing.IsOthersToo(ref machine, ref control, controlPage, parts.Mib))
            {
                AgePart(ref machine, ref control, first.PageTable.Table, in parts, ref batch);
            }
        }

        batch.Commit(ref machine, ref control.Owner);
        machine.Synchronize();
        return VmStatus.Ok;
    }

    /// <summary>Sets the flag of a page that a fault is about.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="place">The page's word, in a MiB whose lock is held.</param>
    /// <param name="page">What it is.</param>
    /// <param name="wanted">What the access wanted.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FaultResult Note<TMachine>(
        ref TMachine machine, PhysicalAddress place, SmallPageDescriptor page, UserRights wanted)
        where TMachine : struct, IMachine
    {
        if ((page.Rights & wanted) == 0)
        {
            return FaultResult.Protection; // no use
        }

        Descriptor.Write(ref machine, place, page.With(AccessFlag.Set).Raw);
        machine.Synchronize();
        return FaultResult.Use;
    }

    /// <summary>Sets all flags: the space's tables may be shared then. There is no block.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    public static void SetAll<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if (!accounts.HasAged)
        {
            return;
        }

        accounts.HasAged = false;
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, controlPage, ref mib); mib++)
        {
            FirstLevelEntry first = new(machine.ReadWord(control.Table.Add(mib << FirstLevelTable.EntryShift)));
            for (uint page = 0; page < SecondLevelTable.EntryCount; page++)
            {
                PhysicalAddress place = first.PageTable.Table.Add(page << SecondLevelTable.EntryShift);
                SecondLevelEntry entry = new(machine.ReadWord(place));
                if (entry.IsSmall && !entry.Small.IsAccessed)
                {
                    Descriptor.Write(ref machine, place, entry.Small.With(AccessFlag.Set).Raw);
                }
            }
        }

        machine.Synchronize();
    }

    /// <summary>Counts what became of a range's pages.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="use">The answer.</param>
    public static void Count<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end, out PageUse use)
        where TMachine : struct, IMachine
    {
        use = default;
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (first.IsBlock)
            {
                use.MappedPages += parts.PageCount;
                use.AccessedPages += first.Section.IsAccessed ? parts.PageCount : 0;
                use.DirtyPages += parts.PageCount; // anonymous, and nobody else's
            }

            for (uint page = parts.FirstPage; first.IsPageTable && page <= parts.LastPage; page++)
            {
                SecondLevelEntry entry = new SecondLevelEntry(
                    machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift))).At(page);
                if (entry.IsSmall && !entry.IsGivenPage)
                {
                    use.MappedPages++;
                    use.AccessedPages += entry.Small.IsAccessed ? 1u : 0;
                    use.DirtyPages += IsDirty(ref machine, ref control, parts.AddressOf(page), entry.Small.Frame) ? 1u : 0;
                }
            }
        }
    }

    private static bool IsDirty<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress address, PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        return SpaceMappings.TryFind(ref machine, ref accounts, address, out SpaceMapping mapping)
            ? ObjectPages.IsDirty(ref machine, mapping.Object, mapping.PageOf(address), frame)
            : frame != accounts.ZeroPage;
    }

    private static bool HasHole<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, parts.MibStart)));
            if (!first.IsPageTable && !(first.Run.Covers(parts.FirstPage) && first.Run.Covers(parts.LastPage)))
            {
                return true;
            }

            for (uint page = parts.FirstPage; first.IsPageTable && page <= parts.LastPage; page++)
            {
                if (machine.ReadWord(first.PageTable.Table.Add(page << SecondLevelTable.EntryShift)) == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void AgePart<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress table,
        in MibParts part,
        ref InvalidationBatch batch)
        where TMachine : struct, IMachine
    {
        uint large = 0; // a bit for each large page that the range covers
        for (uint page = part.FirstPage; page <= part.LastPage; page++)
        {
            PhysicalAddress place = table.Add(page << SecondLevelTable.EntryShift);
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (entry.IsLarge)
            {
                uint first = page & ~(LargePageDescriptor.PageCount - 1);
                bool isCovered = first >= part.FirstPage && first + LargePageDescriptor.PageCount - 1 <= part.LastPage;
                large |= isCovered && entry.Large.IsAccessed ? 1u << (int)(first >> LargePageDescriptor.PageCountShift) : 0;
            }
            else if (entry.IsSmall && !entry.IsGivenPage && entry.Small.IsAccessed)
            {
                Descriptor.Write(ref machine, place, entry.Small.With(AccessFlag.Clear).Raw);
                batch.AddPage(part.AddressOf(page));
            }
        }

        if (large != 0)
        {
            RangeBlocks.SetFlags(ref machine, ref control, part.Mib, large, AccessFlag.Clear);
        }
    }
}
