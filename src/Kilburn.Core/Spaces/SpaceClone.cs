using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Makes a space what another one is, both to copy on write.</summary>
internal static class SpaceClone
{
    /// <summary>Fills control page and first-level table of a space that nobody knows yet.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables and counts shares.</param>
    /// <param name="parent">The space to copy, whose lock is held; and the objects', if it has mappings of some.</param>
    /// <param name="parentPage">Its control page.</param>
    /// <param name="childPage">The new space's control page; what is in it is written over.</param>
    /// <param name="childTable">The new space's first-level table; what is in it is written over.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with no memory and no share taken, <see cref="VmStatus.OutOfFrames"/>, <see cref="VmStatus.Overflow"/>.</returns>
    public static VmStatus TryCopy<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl parent,
        PhysicalAddress parentPage,
        PhysicalAddress childPage,
        PhysicalAddress childTable)
        where TMachine : struct, IMachine
    {
        RangeBlocks.Split(
            ref machine, ref parent, parentPage, default, new VirtualAddress(AddressSpace.EndValue), WholeMibs.Changed);
        RangeUse.SetAll(ref machine, ref parent, parentPage);
        PhysicalAddress mappings = SpaceLayout.AccountsOf(ref parent).Mappings;
        PhysicalAddress childMappings = default;
        VmStatus status = mappings == default
            ? VmStatus.Ok
            : frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out childMappings);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        machine.Copy(childTable, parent.Table, FirstLevelTable.UserLengthInBytes);
        status = TryShareTables(ref machine, ref frames, ref parent, parentPage, childTable);
        if (status != VmStatus.Ok)
        {
            if (mappings != default)
            {
                SpaceRange.FreePage(ref machine, ref frames, childMappings);
            }

            return status;
        }

        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(childTable, FirstLevelTable.UserLengthInBytes);
        }

        machine.Copy(childPage, parentPage, PageSize.Small);
        ref SpaceControl child = ref machine.Data<SpaceControl>(childPage);
        child.Owner = default;
        child.Lock = default;
        SpaceLayout.ClearLocks(ref machine, childPage);
        child.Table = childTable;
        child.NextInFamily = default;
        child.PreviousInFamily = default;
        SpaceLayout.AccountsOf(ref child).Counters.ForgetFaults();
        if (mappings != default)
        {
            ref SpaceCommons commons = ref machine.Data<SpaceCommons>(SpaceLayout.AccountsOf(ref child).Commons);
            SpaceMappings.Copy(ref machine, ref commons, mappings, ref child, childPage, childMappings);
        }

        if (child.SpecialMibs != 0)
        {
            TableSharing.Join(ref machine, ref parent, parentPage, ref child, childPage);
        }

        return VmStatus.Ok;
    }

    // Writing of what the two have in common ends first: the parent's programs run on, and fault.
    private static VmStatus TryShareTables<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl parent,
        PhysicalAddress parentPage,
        PhysicalAddress childTable)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.Ok;
        InvalidationBatch batch = default;
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, parentPage, ref mib); mib++)
        {
            if (TableSharing.IsShared(ref machine, ref parent, parentPage, mib))
            {
                continue;
            }

            PhysicalAddress link = childTable.Add(mib << FirstLevelTable.EntryShift);
            PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
            if (TableCopy.DeferWrites(ref machine, table, out bool hasGivenPages))
            {
                batch.AddAll();
            }

            if (!hasGivenPages)
            {
                TableSharing.Mark(ref machine, ref parent, parentPage, mib);
                continue;
            }

            status = TryCopyTable(ref machine, ref frames, ref parent, link, table);
            if (status != VmStatus.Ok)
            {
                ReleaseTables(ref machine, ref frames, ref parent, parentPage, childTable, mib);
                break;
            }
        }

        batch.Commit(ref machine, ref parent.Owner);
        return status;
    }

    // A table with given pages is copied at once, so that unmapping one of them never needs memory.
    private static VmStatus TryCopyTable<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl parent, PhysicalAddress link, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        VmStatus status = frames.TryAllocateSecondLevelTable(ref machine, out PhysicalAddress copy);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = TableCopy.TryFill(
            ref machine, ref frames, SpaceLayout.AccountsOf(ref parent).ZeroPage, table, copy, TableCopy.NoPage);
        if (status != VmStatus.Ok)
        {
            SpaceRange.FreeTable(ref machine, ref frames, copy);
            return status;
        }

        machine.WriteWord(link, PageTableDescriptor.Create(copy, Domain.User).Raw); // cleaned with its table
        return VmStatus.Ok;
    }

    // The copies of MiBs below one.
    private static void ReleaseTables<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl parent,
        PhysicalAddress parentPage,
        PhysicalAddress childTable,
        uint end)
        where TMachine : struct, IMachine
    {
        PhysicalAddress zeroPage = SpaceLayout.AccountsOf(ref parent).ZeroPage;
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, parentPage, ref mib) && mib < end; mib++)
        {
            if (!TableSharing.IsShared(ref machine, ref parent, parentPage, mib))
            {
                FirstLevelEntry first = new(machine.ReadWord(childTable.Add(mib << FirstLevelTable.EntryShift)));
                TableCopy.Release(ref machine, ref frames, zeroPage, first.PageTable.Table);
            }
        }
    }
}
