using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>What a fault in a space comes to: a page, or a reason.</summary>
/// <remarks>
/// The tables say all: the word of the page, or of its MiB, is what there should be. A fault that finds nothing left to do was
/// resolved by another core meanwhile; nothing stale is left to invalidate, because what makes rights larger invalidates on all cores.
/// </remarks>
internal static class SpaceFault
{
    // A set of values, because a switch over them goes by a table in memory.
    private const uint StatusesForTables =
        (1u << (int)FaultStatus.TranslationSecondLevel) | (1u << (int)FaultStatus.TranslationFirstLevel)
        | (1u << (int)FaultStatus.PermissionSecondLevel) | (1u << (int)FaultStatus.PermissionFirstLevel)
        | (1u << (int)FaultStatus.AccessFlagSecondLevel) | (1u << (int)FaultStatus.AccessFlagFirstLevel);

    /// <summary>See <see cref="AddressSpace.Resolve"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives pages and tables.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="report">The fault.</param>
    public static FaultOutcome Resolve<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress controlPage, in FaultReport report)
        where TMachine : struct, IMachine
    {
        FaultOutcome outcome = !IsForTables(report.Status) ? Classify(report.Status)
            : report.Address.IsUser ? FaultOutcome.Resolved
            : FaultOutcome.Forbidden;

        ref SpaceControl control = ref SpacePage.Enter(ref machine, controlPage);
        if (outcome == FaultOutcome.Resolved)
        {
            UserRights wanted = report.Access switch
            {
                FaultAccess.Read => UserRights.Read,
                FaultAccess.Write => UserRights.Write,
                _ => UserRights.Execute,
            };
            outcome = ResolveLocked(ref machine, ref frames, ref control, controlPage, report.Address, wanted);
        }

        if (outcome is not (FaultOutcome.Resolved or FaultOutcome.NeedsPager))
        {
            SpaceLayout.AccountsOf(ref control).Counters.Refused++;
        }

        control.Lock.Release(ref machine, LockRank.Space);
        return outcome;
    }

    // True for what the tables decide.
    private static bool IsForTables(FaultStatus status) => ((StatusesForTables >> (int)status) & 1) != 0;

    private static FaultOutcome Classify(FaultStatus status) => status switch
    {
        FaultStatus.DomainFirstLevel or FaultStatus.DomainSecondLevel => FaultOutcome.Forbidden,
        FaultStatus.Alignment => FaultOutcome.Alignment,
        FaultStatus.External or FaultStatus.AsynchronousExternal or FaultStatus.WalkFirstLevel or FaultStatus.WalkSecondLevel =>
            FaultOutcome.External,
        _ => FaultOutcome.Unexpected,
    };

    private static FaultOutcome ResolveLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        UserRights wanted)
        where TMachine : struct, IMachine
    {
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
        if (!first.IsPageTable)
        {
            if (first.IsBlock)
            {
                return ResolveInBlock(
                    ref machine, ref control, controlPage, address, first.Section.Rights, first.Section.IsAccessed, wanted);
            }

            FaultOutcome outcome = first.Reserved.Covers(address.SecondLevelIndex)
                ? Judge(first.Reserved, wanted)
                : FaultOutcome.NotMapped;
            if (outcome == FaultOutcome.Resolved && first.Reserved.Kind == ReservedKind.Object)
            {
                return ObjectFault.Fill(
                    ref machine, ref frames, ref control, controlPage, address, first.Reserved.Rights, wanted);
            }

            return outcome == FaultOutcome.Resolved
                ? FillFirst(ref machine, ref frames, ref control, controlPage, address, first.Reserved.Rights, wanted)
                : outcome;
        }

        PhysicalAddress place = SecondLevelTable.EntryOf(first.PageTable.Table, address);
        SecondLevelEntry entry = new(machine.ReadWord(place));
        if (!entry.IsLive)
        {
            FaultOutcome outcome = entry.Reserved.IsFillable && (entry.Reserved.Rights & wanted) != 0
                ? FaultOutcome.Resolved
                : Judge(entry.Reserved, wanted);
            if (outcome == FaultOutcome.Resolved && entry.Reserved.Kind == ReservedKind.Object)
            {
                return ObjectFault.Fill(
                    ref machine, ref frames, ref control, controlPage, address, entry.Reserved.Rights, wanted);
            }

            if (outcome == FaultOutcome.Resolved && IsToUnshare(ref machine, ref control, controlPage, address))
            {
                return ResolveInCopy(ref machine, ref frames, ref control, controlPage, address, entry, wanted);
            }

            if (outcome == FaultOutcome.Resolved)
            {
                outcome = Fill(ref machine, ref frames, ref SpaceLayout.AccountsOf(ref control), place, entry.Reserved.Rights, wanted);
                if (RangeBlocks.IsInStep(machine.ReadWord(place), address))
                {
                    RangeBlocks.Join(
                        ref machine, ref frames, ref control, controlPage,
                        address.FirstLevelIndex, address.AlignDown(PageSize.Large).SecondLevelIndex,
                        address.AlignDown(PageSize.Large).SecondLevelIndex + LargePageDescriptor.PageCount - 1);
                    machine.Synchronize();
                }
            }

            return outcome;
        }

        if (entry.IsLarge)
        {
            return ResolveInBlock(
                ref machine, ref control, controlPage, address, entry.Large.PageAt(0).Rights, entry.Large.IsAccessed, wanted);
        }

        if (!entry.Small.IsAccessed)
        {
            return RangeUse.Note(ref machine, ref control, place, entry.Small, wanted);
        }

        // Only what may be written has its writes deferred.
        if (wanted == UserRights.Write && entry.Small.IsWriteDeferred)
        {
            if (SpaceMappings.IsShared(ref machine, ref SpaceLayout.AccountsOf(ref control), address))
            {
                return ObjectFault.AllowWrite(ref machine, ref frames, ref control, controlPage, address, entry.Small);
            }

            if (IsToUnshare(ref machine, ref control, controlPage, address))
            {
                return ResolveInCopy(ref machine, ref frames, ref control, controlPage, address, entry, wanted);
            }

            return MakeOwn(ref machine, ref frames, ref control, address, place, entry.Small);
        }

        if ((entry.Small.Rights & wanted) == 0)
        {
            return FaultOutcome.Protection;
        }

        SpaceLayout.AccountsOf(ref control).Counters.Spurious++;
        return FaultOutcome.Resolved;
    }

    // Nothing that is mapped so waits for a fault, but for one that notes its use.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultOutcome ResolveInBlock<TMachine>(
        ref TMachine machine,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        UserRights rights,
        bool isAccessed,
        UserRights wanted)
        where TMachine : struct, IMachine
    {
        if ((rights & wanted) == 0)
        {
            return FaultOutcome.Protection;
        }

        if (!isAccessed)
        {
            return RangeBlocks.Note(ref machine, ref control, controlPage, address);
        }

        SpaceLayout.AccountsOf(ref control).Counters.Spurious++;
        return FaultOutcome.Resolved;
    }

    /// <summary>False when a table may be changed: it never was shared, or is not any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="address">In the MiB of the table.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in a space that shares nothing it is a load and a compare
    public static bool IsToUnshare<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, VirtualAddress address)
        where TMachine : struct, IMachine =>
        control.SpecialMibs != 0
        && SpaceLayout.IsShared(ref machine, controlPage, address.FirstLevelIndex)
        && !TableSharing.TryTakeOver(ref machine, ref control, controlPage, address.FirstLevelIndex);

    // The page becomes what it should be in a copy of the table that no walk finds yet: one break for both.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultOutcome ResolveInCopy<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        PhysicalAddress controlPage,
        VirtualAddress address,
        SecondLevelEntry old,
        UserRights wanted)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        UserRights rights = old.IsLive ? old.Small.Rights : old.Reserved.Rights;
        bool needsPage = wanted == UserRights.Write;
        bool isCopy = TableCopy.HoldsFrame(old, accounts.ZeroPage);
        if (needsPage && !isCopy && accounts.Counters.ResidentPages >= accounts.Limits.ResidentPages)
        {
            return FaultOutcome.LimitReached;
        }

        SpareMemory spares = default;
        if (spares.TryTake(ref machine, ref frames, tables: 1, pages: needsPage ? 1u : 0) != VmStatus.Ok)
        {
            return FaultOutcome.OutOfMemory;
        }

        PhysicalAddress page = needsPage ? spares.TakePage(ref machine) : accounts.ZeroPage;
        if (isCopy)
        {
            machine.Copy(page, old.Small.Frame, PageSize.Small);
        }

        bool isCode = (rights & UserRights.Execute) != 0;
        if (isCode)
        {
            CodePublication.Clean(ref machine, page);
        }

        SmallPageDescriptor descriptor = SmallPageDescriptor.CreateForRange(
            page, rights, needsPage ? Writing.Allowed : Writing.AfterFault);
        VmStatus status = TableSharing.TryUnshare(
            ref machine,
            ref frames,
            ref control,
            controlPage,
            address.FirstLevelIndex,
            ref spares,
            address.SecondLevelIndex,
            descriptor.Raw,
            out bool isCopied);
        if (!isCopied || status != VmStatus.Ok)
        {
            // The others went meanwhile, and the access is tried again; or a frame has too many owners.
            spares.Free(ref machine, ref frames);
            if (needsPage)
            {
                SpaceRange.FreePage(ref machine, ref frames, page);
            }

            return status == VmStatus.Ok ? FaultOutcome.Resolved : FaultOutcome.OutOfMemory;
        }

        accounts.Counters.Copies += isCopy ? 1u : 0;
        accounts.Counters.ResidentPages += needsPage && !isCopy ? 1u : 0;
        accounts.Counters.ZeroFills += needsPage && !isCopy ? 1u : 0;
        if (!needsPage)
        {
            accounts.Counters.ZeroReads++;
            FirstLevelEntry own = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
            FaultAround.MapZeroes(
                ref machine,
                ref accounts.Counters,
                SecondLevelTable.EntryOf(own.PageTable.Table, address),
                old.Reserved,
                descriptor);
        }

        CodePublication.CompleteMapping(ref machine, isCode);

        return FaultOutcome.Resolved;
    }

    private static FaultOutcome Judge(ReservedPages pages, UserRights wanted) => pages.Kind switch
    {
        ReservedKind.Anonymous or ReservedKind.Object => (pages.Rights & wanted) != 0 ? FaultOutcome.Resolved : FaultOutcome.Protection,
        ReservedKind.Guard => FaultOutcome.Guard,
        ReservedKind.StackGuard => FaultOutcome.StackOverflow,
        _ => FaultOutcome.NotMapped,
    };

    // The first touch of a page whose table is there.
    private static FaultOutcome Fill<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceAccounts accounts,
        PhysicalAddress place,
        UserRights rights,
        UserRights wanted)
        where TMachine : struct, IMachine
    {
        if (wanted != UserRights.Write)
        {
            return FillWithZeroPage(ref machine, ref accounts, place, rights);
        }

        if (accounts.Counters.ResidentPages >= accounts.Limits.ResidentPages)
        {
            return FaultOutcome.LimitReached;
        }

        uint page = frames.TakeZeroedPage(ref machine);
        if (page == 0)
        {
            return FaultOutcome.OutOfMemory;
        }

        return FillWithNewPage(ref machine, ref accounts, place, new PhysicalAddress(page), rights);
    }

    private static FaultOutcome FillWithNewPage<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, PhysicalAddress place, PhysicalAddress page, UserRights rights)
        where TMachine : struct, IMachine
    {
        accounts.Counters.ResidentPages++;
        accounts.Counters.ZeroFills++;
        machine.OrderMemory(); // the zeroes before what leads to them
        Link(ref machine, place, page, rights, Writing.Allowed);
        return FaultOutcome.Resolved;
    }

    private static FaultOutcome FillWithZeroPage<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, PhysicalAddress place, UserRights rights)
        where TMachine : struct, IMachine
    {
        accounts.Counters.ZeroReads++;
        bool isCode = (rights & UserRights.Execute) != 0;
        if (isCode)
        {
            CodePublication.Clean(ref machine, accounts.ZeroPage);
        }

        SmallPageDescriptor zeroes = SmallPageDescriptor.CreateForRange(accounts.ZeroPage, rights, Writing.AfterFault);
        Descriptor.Write(ref machine, place, zeroes.Raw);
        FaultAround.MapZeroes(
            ref machine, ref accounts.Counters, place, ReservedPages.Page(ReservedKind.Anonymous, rights), zeroes);
        CodePublication.CompleteMapping(ref machine, isCode);
        return FaultOutcome.Resolved;
    }

    // The first touch of a MiB: its run becomes a table.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultOutcome FillFirst<TMachine>(
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
        bool needsPage = wanted == UserRights.Write;
        if ((needsPage && accounts.Counters.ResidentPages >= accounts.Limits.ResidentPages)
            || RangeReserve.IsPastTables(ref machine, ref accounts, controlPage, 1))
        {
            return FaultOutcome.LimitReached;
        }

        SpareMemory spares = default;
        if (spares.TryTake(ref machine, ref frames, tables: 1, pages: needsPage ? 1u : 0) != VmStatus.Ok)
        {
            return FaultOutcome.OutOfMemory;
        }

        PhysicalAddress table = RangeTables.Ensure(ref machine, ref control, controlPage, address.FirstLevelIndex, ref spares);
        PhysicalAddress place = SecondLevelTable.EntryOf(table, address);
        return needsPage
            ? FillWithNewPage(ref machine, ref accounts, place, spares.TakePage(ref machine), rights)
            : FillWithZeroPage(ref machine, ref accounts, place, rights);
    }

    // The first write to a page that may be another's too: in place when it is not, else to a copy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultOutcome MakeOwn<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        VirtualAddress address,
        PhysicalAddress place,
        SmallPageDescriptor old)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        bool isZeroPage = old.Frame == accounts.ZeroPage;
        if (!isZeroPage && frames.HasSoleOwner(ref machine, old.Frame))
        {
            // Only rights change, and they grow: no break before make. Source: ARM DDI 0406C.d, B3.10.1.
            accounts.Counters.Reuses++;
            Descriptor.Write(ref machine, place, old.WithWritesAllowed(old.Frame).Raw);
            PageInvalidation.Remove(ref machine, ref control.Owner.Word, address);
            return FaultOutcome.Resolved;
        }

        if (isZeroPage && accounts.Counters.ResidentPages >= accounts.Limits.ResidentPages)
        {
            return FaultOutcome.LimitReached;
        }

        FrameContents contents = isZeroPage ? FrameContents.Zeroed : FrameContents.AsLeft;
        if (frames.TryAllocatePage(ref machine, contents, out PhysicalAddress page) != VmStatus.Ok)
        {
            return FaultOutcome.OutOfMemory;
        }

        if (isZeroPage)
        {
            accounts.Counters.ResidentPages++;
            accounts.Counters.ZeroFills++;
        }
        else
        {
            accounts.Counters.Copies++;
            machine.Copy(page, old.Frame, PageSize.Small);
        }

        Descriptor.Write(ref machine, place, 0);
        PageInvalidation.Remove(ref machine, ref control.Owner.Word, address);
        Link(ref machine, place, old.WithWritesAllowed(page));
        if (!isZeroPage)
        {
            SpaceRange.FreePage(ref machine, ref frames, old.Frame);
        }

        return FaultOutcome.Resolved;
    }

    private static void Link<TMachine>(
        ref TMachine machine, PhysicalAddress place, PhysicalAddress page, UserRights rights, Writing writing)
        where TMachine : struct, IMachine =>
        Link(ref machine, place, SmallPageDescriptor.CreateForRange(page, rights, writing));

    private static void Link<TMachine>(ref TMachine machine, PhysicalAddress place, SmallPageDescriptor descriptor)
        where TMachine : struct, IMachine
    {
        bool isCode = descriptor.Execution == Execution.Allowed;
        if (isCode)
        {
            CodePublication.Clean(ref machine, descriptor.Frame);
        }

        Descriptor.Write(ref machine, place, descriptor.Raw);
        CodePublication.CompleteMapping(ref machine, isCode);
    }
}
