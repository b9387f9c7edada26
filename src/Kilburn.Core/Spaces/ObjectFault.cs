using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Objects;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>What a fault in a part of an object comes to, in a MiB whose lock is held.</summary>
internal static class ObjectFault
{
    /// <summary>Brings a page that is not there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables, and pages.</param>
    /// <param name="control">The space.</param>
    /// <param name="task">The fault, in a mapping of an object. The access may have what it wanted.</param>
    /// <param name="rights">What a program may do with the page.</param>
    public static FaultResult Fill<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, UserRights rights)
        where TMachine : struct, IMachine => Fill(
            ref machine, ref frames, ref control, in task, rights, ref SpaceLayout.AccountsOf(ref control).Counters.Neighbours);

    private static FaultResult Fill<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        in FaultTask task,
        UserRights rights,
        ref uint neighbours)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if (!SpaceMappings.TryFindInFault(ref machine, ref accounts, task.Address, out SpaceMapping mapping))
        {
            BugCheck.Fail(ref machine, "O3: a page of an object lies in no mapping"u8, task.Address.Value);
        }

        bool isWrite = task.Wanted == UserRights.Write;
        bool isCopy = isWrite && !mapping.IsShared;
        bool hasTable = new FirstLevelEntry(
            machine.ReadWord(FirstLevelTable.EntryOf(control.Table, task.Address))).IsPageTable;
        if (!TryClaim(ref machine, ref control, in task, hasTable, out bool isShared))
        {
            return FaultResult.NeedsSpace;
        }

        if (RangeReserve.IsPastTables(ref machine, ref accounts, task.ControlPage, hasTable ? 0u : 1)
            || !accounts.TryChargePage(ref machine))
        {
            return FaultResult.LimitReached;
        }

        SpareMemory spares = default;
        ref ObjectControl memory = ref machine.Data<ObjectControl>(mapping.Object);
        uint residentBefore = memory.ResidentPages;
        ObjectAccess access = isCopy ? ObjectAccess.Copy : isWrite ? ObjectAccess.Write : ObjectAccess.Read;
        PhysicalAddress frame = default;
        FaultOutcome outcome = (isShared || !hasTable) && spares.TryTake(ref machine, ref frames, tables: 1, pages: 0) != VmStatus.Ok
            ? FaultOutcome.OutOfMemory
            : ObjectPages.TryShare(ref machine, ref frames, mapping.Object, mapping.PageOf(task.Address), access, out frame);
        if (outcome == FaultOutcome.Resolved && isCopy && !TryCopy(ref machine, ref frames, ref frame))
        {
            outcome = FaultOutcome.OutOfMemory;
        }

        if (outcome != FaultOutcome.Resolved)
        {
            spares.Free(ref machine, ref frames);
            accounts.AddResident(ref machine, unchecked(0u - 1));
            return outcome == FaultOutcome.NeedsPager ? FaultResult.NeedsPager : FaultResult.Refused | (FaultResult)outcome;
        }

        // What a pager gets back has to be told when it is written first.
        bool isTold = mapping.IsShared && memory.Kind == ObjectKind.Paged;
        Writing writing = isWrite || (mapping.IsShared && !isTold) ? Writing.Allowed : Writing.AfterFault;
        if (!TryInstall(
            ref machine, ref frames, ref control, task.ControlPage, task.Address, frame, rights, writing, isShared, ref spares))
        {
            SpaceRange.FreePage(ref machine, ref frames, frame);
            accounts.AddResident(ref machine, unchecked(0u - 1));
            return FaultResult.OutOfMemory;
        }

        if (!isCopy && memory.ResidentPages == residentBefore && (rights & UserRights.Execute) == 0)
        {
            // The page was there before; so, it seems, are its neighbours.
            FaultAround.MapObject(
                ref machine, ref frames, ref control, task.Address, in mapping, rights,
                mapping.IsShared && !isTold ? Writing.Allowed : Writing.AfterFault, ref neighbours);
        }

        CodePublication.CompleteMapping(ref machine, (rights & UserRights.Execute) != 0);
        return FaultResult.ObjectFill;
    }

    /// <summary>Brings all pages of a new mapping that take no pager, as far as memory and limits allow. The others come on demand.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables, and pages.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="rights">What a program may do with the pages: not nothing.</param>
    public static void Populate<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        in SpaceMapping mapping,
        UserRights rights)
        where TMachine : struct, IMachine
    {
        uint neighbours = 0; // nothing faults
        bool isPaged = machine.Data<ObjectControl>(mapping.Object).Kind == ObjectKind.Paged;
        FaultResult result = FaultResult.ObjectFill;
        for (VirtualAddress page = mapping.Start; page < mapping.End && result == FaultResult.ObjectFill; page = page.Add(PageSize.Small))
        {
            bool isThere = !isPaged || ObjectPages.IsThere(ref machine, mapping.Object, mapping.PageOf(page));
            if (isThere && !SpaceRange.EntryLocked(ref machine, ref control, page, out _).IsLive)
            {
                FaultTask task = new(controlPage, page, UserRights.Read, holdsSpace: true);
                result = Fill(ref machine, ref frames, ref control, in task, rights, ref neighbours);
            }
        }
    }

    /// <summary>Lets a page of a shared mapping be written that could not be: a clone had it as well, or its pager has to know.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives a table, when clones share the MiB's.</param>
    /// <param name="control">The space.</param>
    /// <param name="task">The fault, in a shared mapping.</param>
    /// <param name="old">The page as it is there.</param>
    public static FaultResult AllowWrite<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, SmallPageDescriptor old)
        where TMachine : struct, IMachine
    {
        if (!TryClaim(ref machine, ref control, in task, hasTable: true, out bool isShared))
        {
            return FaultResult.NeedsSpace;
        }

        if (SpaceMappings.TryFindInFault(
            ref machine, ref SpaceLayout.AccountsOf(ref control), task.Address, out SpaceMapping mapping))
        {
            ObjectPages.NoteWrite(ref machine, mapping.Object, mapping.PageOf(task.Address));
        }

        SpareMemory spares = default;
        if ((isShared && spares.TryTake(ref machine, ref frames, tables: 1, pages: 0) != VmStatus.Ok)
            || frames.TrySharePage(ref machine, old.Frame) != VmStatus.Ok)
        {
            spares.Free(ref machine, ref frames);
            return FaultResult.OutOfMemory;
        }

        if (!TryInstall(
            ref machine,
            ref frames,
            ref control,
            task.ControlPage,
            task.Address,
            old.Frame,
            old.Rights,
            Writing.Allowed,
            isShared,
            ref spares))
        {
            SpaceRange.FreePage(ref machine, ref frames, old.Frame);
            return FaultResult.OutOfMemory;
        }

        CodePublication.CompleteMapping(ref machine, (old.Rights & UserRights.Execute) != 0);
        return FaultResult.Reuse;
    }

    // False when it takes the space's lock; else tells whether others have the table as well.
    private static bool TryClaim<TMachine>(
        ref TMachine machine, ref SpaceControl control, in FaultTask task, bool hasTable, out bool isShared)
        where TMachine : struct, IMachine
    {
        uint mib = task.Address.FirstLevelIndex;
        if (task.HoldsSpace)
        {
            isShared = TableSharing.IsOthersToo(ref machine, ref control, task.ControlPage, mib);
            return true;
        }

        isShared = TableSharing.IsShared(ref machine, ref control, task.ControlPage, mib);
        return !isShared && (hasTable || !SpaceLayout.AccountsOf(ref control).CountsTables);
    }

    // A frame of one's own with the contents of another, or with zeroes when there is none. The share in the other is given back.
    private static bool TryCopy<TMachine>(ref TMachine machine, ref FrameAllocator frames, ref PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        PhysicalAddress source = frame;
        FrameContents contents = source == default ? FrameContents.Zeroed : FrameContents.AsLeft;
        VmStatus status = frames.TryAllocatePage(ref machine, contents, out frame);
        if (source != default)
        {
            if (status == VmStatus.Ok)
            {
                machine.Copy(frame, source, PageSize.Small);
            }

            SpaceRange.FreePage(ref machine, ref frames, source);
        }

        return status == VmStatus.Ok;
    }

    // Puts a page, whose share goes with it, where there is none, or where the same frame could not be written. False, with nothing
    // changed, when a frame beside it has too many owners. The spares have a table, if one is needed; none is left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // its arguments would go through memory
    private static bool TryInstall<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        PhysicalAddress frame,
        UserRights rights,
        Writing writing,
        bool isShared,
        ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        SmallPageDescriptor descriptor = SmallPageDescriptor.CreateForRange(frame, rights, writing);
        if ((rights & UserRights.Execute) != 0)
        {
            CodePublication.Clean(ref machine, frame);
        }

        if (isShared)
        {
            VmStatus status = TryInstallInCopy(
                ref machine, ref frames, ref control, controlPage, address, descriptor, ref spares, out bool isCopied);
            if (status != VmStatus.Ok || isCopied)
            {
                return status == VmStatus.Ok;
            }
        }

        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
        PhysicalAddress table = first.IsPageTable
            ? first.PageTable.Table
            : RangeTables.Ensure(ref machine, ref control, controlPage, address.FirstLevelIndex, ref spares);
        PhysicalAddress place = SecondLevelTable.EntryOf(table, address);
        SecondLevelEntry old = new(machine.ReadWord(place));
        machine.OrderMemory(); // the contents before what leads to them
        Descriptor.Write(ref machine, place, descriptor.Raw);
        if (old.IsLive)
        {
            // Only rights change, and they grow. The share was the old entry's already.
            PageInvalidation.Remove(ref machine, ref control.Owner, address);
            SpaceRange.FreePage(ref machine, ref frames, old.Small.Frame);
        }

        return true;
    }

    // Unless the others went meanwhile: the table is the space's own then.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VmStatus TryInstallInCopy<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        SmallPageDescriptor descriptor,
        ref SpareMemory spares,
        out bool isCopied)
        where TMachine : struct, IMachine
    {
        VmStatus status = TableSharing.TryUnshare(
            ref machine,
            ref frames,
            ref control,
            controlPage,
            address.FirstLevelIndex,
            ref spares,
            address.SecondLevelIndex,
            descriptor.Raw,
            out isCopied);
        spares.Free(ref machine, ref frames);
        return status;
    }
}
