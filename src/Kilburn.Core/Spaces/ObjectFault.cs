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

/// <summary>What a fault in a part of an object comes to, in a space whose lock is held.</summary>
internal static class ObjectFault
{
    /// <summary>Brings a page that is not there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables, and pages.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="address">In a mapping of an object.</param>
    /// <param name="rights">What a program may do with the page.</param>
    /// <param name="wanted">What the access wanted, and may have.</param>
    public static FaultOutcome Fill<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        UserRights rights,
        UserRights wanted)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if (!SpaceMappings.TryFind(ref machine, ref accounts, address, out SpaceMapping mapping))
        {
            BugCheck.Fail(ref machine, "O3: a page of an object lies in no mapping"u8, address.Value);
        }

        bool isWrite = wanted == UserRights.Write;
        bool isCopy = isWrite && !mapping.IsShared;
        bool hasTable = new FirstLevelEntry(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address))).IsPageTable;
        if (accounts.Counters.ResidentPages >= accounts.Limits.ResidentPages
            || RangeReserve.IsPastTables(ref machine, ref accounts, controlPage, hasTable ? 0u : 1))
        {
            return FaultOutcome.LimitReached;
        }

        SpareMemory spares = default;
        bool isShared = SpaceFault.IsToUnshare(ref machine, ref control, controlPage, address);
        if ((isShared || !hasTable) && spares.TryTake(ref machine, ref frames, tables: 1, pages: 0) != VmStatus.Ok)
        {
            return FaultOutcome.OutOfMemory;
        }

        ref ObjectControl memory = ref machine.Data<ObjectControl>(mapping.Object);
        uint residentBefore = memory.ResidentPages;
        ObjectAccess access = isCopy ? ObjectAccess.Copy : isWrite ? ObjectAccess.Write : ObjectAccess.Read;
        FaultOutcome outcome = ObjectPages.TryShare(
            ref machine, ref frames, mapping.Object, mapping.PageOf(address), access, out PhysicalAddress frame);
        if (outcome == FaultOutcome.Resolved && isCopy && !TryCopy(ref machine, ref frames, ref frame))
        {
            outcome = FaultOutcome.OutOfMemory;
        }

        if (outcome != FaultOutcome.Resolved)
        {
            spares.Free(ref machine, ref frames);
            return outcome;
        }

        // What a pager gets back has to be told when it is written first.
        bool isTold = mapping.IsShared && memory.Kind == ObjectKind.Paged;
        Writing writing = isWrite || (mapping.IsShared && !isTold) ? Writing.Allowed : Writing.AfterFault;
        if (!TryInstall(
            ref machine, ref frames, ref control, controlPage, address, frame, rights, writing, isShared, ref spares))
        {
            SpaceRange.FreePage(ref machine, ref frames, frame);
            return FaultOutcome.OutOfMemory;
        }

        accounts.Counters.ResidentPages++;
        accounts.Counters.ObjectFills++;
        if (!isCopy && memory.ResidentPages == residentBefore && (rights & UserRights.Execute) == 0)
        {
            // The page was there before; so, it seems, are its neighbours.
            FaultAround.MapObject(
                ref machine, ref frames, ref control, address, in mapping, rights,
                mapping.IsShared && !isTold ? Writing.Allowed : Writing.AfterFault);
        }

        CodePublication.CompleteMapping(ref machine, (rights & UserRights.Execute) != 0);
        return FaultOutcome.Resolved;
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
        ref SpaceCounters counters = ref SpaceLayout.AccountsOf(ref control).Counters;
        uint fills = counters.ObjectFills; // nothing faults
        uint neighbours = counters.Neighbours;
        bool isPaged = machine.Data<ObjectControl>(mapping.Object).Kind == ObjectKind.Paged;
        FaultOutcome outcome = FaultOutcome.Resolved;
        for (VirtualAddress page = mapping.Start; page < mapping.End && outcome == FaultOutcome.Resolved; page = page.Add(PageSize.Small))
        {
            bool isThere = !isPaged || ObjectPages.IsThere(ref machine, mapping.Object, mapping.PageOf(page));
            if (isThere && !SpaceRange.EntryLocked(ref machine, ref control, page, out _).IsLive)
            {
                outcome = Fill(ref machine, ref frames, ref control, controlPage, page, rights, UserRights.Read);
            }
        }

        counters.ObjectFills = fills;
        counters.Neighbours = neighbours;
    }

    /// <summary>Lets a page of a shared mapping be written that could not be: a clone had it as well, or its pager has to know.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives a table, when clones share the MiB's.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="address">In a shared mapping.</param>
    /// <param name="old">The page as it is there.</param>
    public static FaultOutcome AllowWrite<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        SmallPageDescriptor old)
        where TMachine : struct, IMachine
    {
        if (SpaceMappings.TryFind(ref machine, ref SpaceLayout.AccountsOf(ref control), address, out SpaceMapping mapping))
        {
            ObjectPages.NoteWrite(ref machine, mapping.Object, mapping.PageOf(address));
        }

        SpareMemory spares = default;
        bool isShared = SpaceFault.IsToUnshare(ref machine, ref control, controlPage, address);
        if ((isShared && spares.TryTake(ref machine, ref frames, tables: 1, pages: 0) != VmStatus.Ok)
            || frames.TrySharePage(ref machine, old.Frame) != VmStatus.Ok)
        {
            spares.Free(ref machine, ref frames);
            return FaultOutcome.OutOfMemory;
        }

        if (!TryInstall(
            ref machine,
            ref frames,
            ref control,
            controlPage,
            address,
            old.Frame,
            old.Rights,
            Writing.Allowed,
            isShared,
            ref spares))
        {
            SpaceRange.FreePage(ref machine, ref frames, old.Frame);
            return FaultOutcome.OutOfMemory;
        }

        SpaceLayout.AccountsOf(ref control).Counters.Reuses++;
        CodePublication.CompleteMapping(ref machine, (old.Rights & UserRights.Execute) != 0);
        return FaultOutcome.Resolved;
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
            PageInvalidation.Remove(ref machine, ref control.Owner.Word, address);
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
