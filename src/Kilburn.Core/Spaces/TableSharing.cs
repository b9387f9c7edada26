using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Second-level tables that several spaces link to, until one of them wants to change something in that MiB.</summary>
/// <remarks>
/// <para>
/// Invariant F1: a space whose shared bit is set for a MiB does not write the MiB's table; no page of a range in such a table can be written
/// without a fault, and there is no given page in it. Frames count tables, not spaces. Only a clone sets the bit; it is cleared once
/// the space has a copy of its own, or finds that it is the last that links to the table.
/// </para>
/// <para>
/// Who shares a table is who links to it: nobody counts. Spaces that share tables are of one family, a ring through their control
/// pages. Whether another one links to a table, and the end of one's own link, are one step under <see cref="SpaceCommons.Sharing"/>;
/// the invalidation of what was walked through the link is part of it, so that the last owner can change and free what is in the table.
/// </para>
/// </remarks>
internal static class TableSharing
{
    /// <summary>True when other spaces may have a MiB's table as well: the space must not change it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20].</param>
    public static bool IsShared<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine =>
        control.SpecialMibs != 0 && SpaceLayout.IsShared(ref machine, controlPage, mib);

    /// <summary>Notes that a space shares a MiB's table from now on: with the clone that is being made.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20]. Its table is as F1 wants it.</param>
    public static void Mark<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        SpaceLayout.ToggleShared(ref machine, controlPage, mib);
        control.SpecialMibs++;
    }

    /// <summary>Makes a clone that is complete one of its parent's family.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="parent">A space whose lock is held: it changes no table that it shares with the clone before.</param>
    /// <param name="parentPage">Its control page.</param>
    /// <param name="child">The clone.</param>
    /// <param name="childPage">Its control page.</param>
    public static void Join<TMachine>(
        ref TMachine machine,
        ref SpaceControl parent,
        PhysicalAddress parentPage,
        ref SpaceControl child,
        PhysicalAddress childPage)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref CommonsOf(ref machine, ref parent);
        commons.Sharing.Acquire(ref machine, LockRank.Sharing);
        if (parent.NextInFamily == default)
        {
            parent.NextInFamily = parentPage;
            parent.PreviousInFamily = parentPage;
        }

        child.NextInFamily = parent.NextInFamily;
        child.PreviousInFamily = parentPage;
        machine.Data<SpaceControl>(parent.NextInFamily).PreviousInFamily = childPage;
        parent.NextInFamily = childPage;
        commons.Sharing.Release(ref machine, LockRank.Sharing);
    }

    /// <summary>Takes a space out of its family. What others share with it is theirs; the rest is its alone.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A retired space whose lock is held: no TLB holds anything of it.</param>
    /// <param name="controlPage">Its control page.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Leave<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref CommonsOf(ref machine, ref control);
        commons.Sharing.Acquire(ref machine, LockRank.Sharing);
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, controlPage, ref mib); mib++)
        {
            if (IsShared(ref machine, ref control, controlPage, mib) && HasOtherOwner(ref machine, ref control, controlPage, mib))
            {
                SpaceLayout.ClearOccupied(ref machine, controlPage, mib);
            }
        }

        ref SpaceControl next = ref machine.Data<SpaceControl>(control.NextInFamily);
        ref SpaceControl previous = ref machine.Data<SpaceControl>(control.PreviousInFamily);
        bool isLastButOne = control.NextInFamily == control.PreviousInFamily;
        next.PreviousInFamily = isLastButOne ? default : control.PreviousInFamily;
        previous.NextInFamily = isLastButOne ? default : control.NextInFamily;
        commons.Sharing.Release(ref machine, LockRank.Sharing);
    }

    /// <summary>Lets a space change a MiB's table if no other has it any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20] of a MiB whose bit is set.</param>
    /// <returns>True when the table is the space's own now.</returns>
    public static bool TryTakeOver<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref CommonsOf(ref machine, ref control);
        commons.Sharing.Acquire(ref machine, LockRank.Sharing);
        bool isOwn = !HasOtherOwner(ref machine, ref control, controlPage, mib);
        commons.Sharing.Release(ref machine, LockRank.Sharing);
        if (isOwn)
        {
            // Nobody can come to link to it but through this space.
            Unmark(ref machine, ref control, controlPage, mib);
        }

        return isOwn;
    }

    /// <summary>Lets a space change a MiB's table, unless others have it as well.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20].</param>
    /// <returns>True when they have.</returns>
    public static bool IsOthersToo<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine =>
        IsShared(ref machine, ref control, controlPage, mib) && !TryTakeOver(ref machine, ref control, controlPage, mib);

    /// <summary>Gives a space a table of its own for a MiB that shares one. The caller synchronizes before it is done.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the shares of the copy.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20] of a MiB whose bit is set.</param>
    /// <param name="spares">Has a table.</param>
    /// <param name="newPage">VA[19:12] of a page that is another one in the copy; <see cref="TableCopy.NoPage"/> for none.</param>
    /// <param name="newWord">Its word.</param>
    /// <param name="isCopied">False when there was no other owner any more: the table is as it was, and the space's own.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Overflow"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static VmStatus TryUnshare<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        uint mib,
        ref SpareMemory spares,
        uint newPage,
        uint newWord,
        out bool isCopied)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.Ok;
        ref SpaceCommons commons = ref CommonsOf(ref machine, ref control);
        commons.Sharing.Acquire(ref machine, LockRank.Sharing);
        isCopied = HasOtherOwner(ref machine, ref control, controlPage, mib);
        if (isCopied)
        {
            PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
            PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
            PhysicalAddress copy = spares.TakeTable(ref machine);
            if (newPage != TableCopy.NoPage)
            {
                machine.WriteWord(copy.Add(newPage << SecondLevelTable.EntryShift), newWord); // cleaned with its table
            }

            status = TableCopy.TryFill(
                ref machine, ref frames, SpaceLayout.AccountsOf(ref control).ZeroPage, table, copy, newPage);
            if (status == VmStatus.Ok)
            {
                // The link leads elsewhere: break before make. Source: ARM DDI 0406C.d, B3.10.1.
                Descriptor.Write(ref machine, link, 0);
                InvalidateAll(ref machine, ref control);
                Descriptor.Write(ref machine, link, PageTableDescriptor.Create(copy, Domain.User).Raw);
            }
            else
            {
                SpaceRange.FreeTable(ref machine, ref frames, copy);
            }
        }

        commons.Sharing.Release(ref machine, LockRank.Sharing);
        if (status == VmStatus.Ok)
        {
            Unmark(ref machine, ref control, controlPage, mib);
        }

        return status;
    }

    /// <summary>Takes a whole MiB whose table is shared out of a space.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20] of a MiB whose bit is set.</param>
    /// <returns>True when no other has the table: what is in it goes, and it.</returns>
    public static bool TryDrop<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref CommonsOf(ref machine, ref control);
        commons.Sharing.Acquire(ref machine, LockRank.Sharing);
        bool isLast = !HasOtherOwner(ref machine, ref control, controlPage, mib);
        SpaceRange.UnlinkLocked(ref machine, controlPage, control.Table.Add(mib << FirstLevelTable.EntryShift), mib);
        InvalidateAll(ref machine, ref control);
        commons.Sharing.Release(ref machine, LockRank.Sharing);
        Unmark(ref machine, ref control, controlPage, mib);
        return isLast;
    }

    /// <summary>The tables that a change of a range takes, so that none that is shared is changed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="wholeMibs">Whether MiBs that the range covers are changed, or replaced.</param>
    public static uint Count<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        WholeMibs wholeMibs)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        if (control.SpecialMibs != 0)
        {
            MibParts parts = new(start, end);
            while (parts.TryNext())
            {
                count += IsToUnshare(ref machine, controlPage, in parts, wholeMibs) ? 1u : 0;
            }
        }

        return count;
    }

    /// <summary>Gives a space tables of its own for all of a range. When that succeeds, the caller synchronizes before it is done.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the shares of the copies.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="wholeMibs">As it was counted.</param>
    /// <param name="spares">Has as many tables as <see cref="Count"/> told; given back on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or <see cref="VmStatus.Overflow"/>, with nothing changed but tables that the space then has for itself.</returns>
    public static VmStatus TryUnshareAll<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress start,
        VirtualAddress end,
        WholeMibs wholeMibs,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        if (control.SpecialMibs == 0)
        {
            return VmStatus.Ok;
        }

        MibParts parts = new(start, end);
        while (parts.TryNext())
        {
            if (!IsToUnshare(ref machine, controlPage, in parts, wholeMibs))
            {
                continue;
            }

            VmStatus status = TryUnshare(
                ref machine, ref frames, ref control, controlPage, parts.Mib, ref spares, TableCopy.NoPage, 0, out bool isCopied);
            if (status != VmStatus.Ok)
            {
                spares.Free(ref machine, ref frames);
                machine.Synchronize(); // the operation ends here, and tables may have become the space's own
                return status;
            }

            if (!isCopied)
            {
                SpaceRange.FreeTable(ref machine, ref frames, spares.TakeTable(ref machine));
            }
        }

        return VmStatus.Ok;
    }

    /// <summary>Counts the tables that other spaces have as well. A look at every family member: for people who ask.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    public static uint CountShared<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        ref SpaceCommons commons = ref CommonsOf(ref machine, ref control);
        commons.Sharing.Acquire(ref machine, LockRank.Sharing);
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref machine, controlPage, ref mib); mib++)
        {
            count += IsShared(ref machine, ref control, controlPage, mib) && HasOtherOwner(ref machine, ref control, controlPage, mib)
                ? 1u
                : 0;
        }

        commons.Sharing.Release(ref machine, LockRank.Sharing);
        return count;
    }

    private static bool IsToUnshare<TMachine>(
        ref TMachine machine, PhysicalAddress controlPage, in MibParts part, WholeMibs wholeMibs)
        where TMachine : struct, IMachine =>
        !(part.IsWhole && wholeMibs == WholeMibs.Replaced) && SpaceLayout.IsShared(ref machine, controlPage, part.Mib);

    // The sharing lock is held: nobody else begins or ends a link to the table. Who links to another one may change it meanwhile.
    private static bool HasOtherOwner<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        uint offset = mib << FirstLevelTable.EntryShift;
        uint link = machine.ReadWord(control.Table.Add(offset));
        PhysicalAddress page = control.NextInFamily;
        while (page != default && page != controlPage)
        {
            ref SpaceControl other = ref machine.Data<SpaceControl>(page);
            if (machine.ReadWord(other.Table.Add(offset)) == link)
            {
                return true;
            }

            page = other.NextInFamily;
        }

        return false;
    }

    private static void Unmark<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        SpaceLayout.ToggleShared(ref machine, controlPage, mib);
        control.SpecialMibs--;
    }

    private static void InvalidateAll<TMachine>(ref TMachine machine, ref SpaceControl control)
        where TMachine : struct, IMachine
    {
        InvalidationBatch batch = default;
        batch.AddAll();
        batch.Commit(ref machine, ref control.Owner);
    }

    private static ref SpaceCommons CommonsOf<TMachine>(ref TMachine machine, ref SpaceControl control)
        where TMachine : struct, IMachine => ref machine.Data<SpaceCommons>(SpaceLayout.AccountsOf(ref control).Commons);
}
