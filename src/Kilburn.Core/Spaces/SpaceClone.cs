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
    /// <param name="parent">The space to copy, whose lock is held.</param>
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
        machine.Copy(childPage, parentPage, PageSize.Small);
        machine.Copy(childTable, parent.Table, FirstLevelTable.UserLengthInBytes);
        ref SpaceControl child = ref machine.Data<SpaceControl>(childPage);
        child.Owner = default;
        child.Lock = default;
        child.Table = childTable;
        SpaceLayout.AccountsOf(ref child).Counters.ForgetFaults();

        InvalidationBatch batch = default;
        VmStatus status = TryCopyTables(ref machine, ref frames, ref child, parentPage, ref batch);
        batch.Commit(ref machine, ref parent.Owner.Word);
        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(childTable, FirstLevelTable.UserLengthInBytes);
        }

        return status;
    }

    private static VmStatus TryCopyTables<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl child, PhysicalAddress parentPage, ref InvalidationBatch batch)
        where TMachine : struct, IMachine
    {
        PhysicalAddress zeroPage = SpaceLayout.AccountsOf(ref child).ZeroPage;
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, parentPage, ref mib); mib++)
        {
            PhysicalAddress link = child.Table.Add(mib << FirstLevelTable.EntryShift);
            PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
            if (TableCopy.DeferWrites(ref machine, table))
            {
                batch.AddAll();
            }

            VmStatus status = frames.TryAllocateSecondLevelTable(ref machine, out PhysicalAddress copy);
            if (status == VmStatus.Ok)
            {
                status = TableCopy.TryFill(ref machine, ref frames, zeroPage, table, copy);
                if (status != VmStatus.Ok)
                {
                    SpaceRange.FreeTable(ref machine, ref frames, copy);
                }
            }

            if (status != VmStatus.Ok)
            {
                ReleaseTables(ref machine, ref frames, ref child, parentPage, mib);
                return status;
            }

            if (!TMachine.WalksAreCoherent)
            {
                machine.CleanToUnification(copy, SecondLevelTable.LengthInBytes);
            }

            machine.WriteWord(link, PageTableDescriptor.Create(copy, Domain.User).Raw); // cleaned with its table
        }

        return VmStatus.Ok;
    }

    // The tables of MiBs below one.
    private static void ReleaseTables<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl child, PhysicalAddress parentPage, uint end)
        where TMachine : struct, IMachine
    {
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, parentPage, ref mib) && mib < end; mib++)
        {
            FirstLevelEntry first = new(machine.ReadWord(child.Table.Add(mib << FirstLevelTable.EntryShift)));
            SpaceRange.ReleaseTable(ref machine, ref frames, ref child, first.PageTable.Table, mib);
        }
    }
}
