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

    private const int CounterShift = 8;

    /// <summary>See <see cref="AddressSpace.Resolve"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives pages and tables.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="report">The fault.</param>
    public static FaultOutcome Resolve<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint controlPage, in FaultReport report)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Find(ref machine, new PhysicalAddress(controlPage));
        VirtualAddress address = report.Address;
        if (!IsForTables(report.Status) || !address.IsUser)
        {
            return Refuse(ref machine, ref control, report.Status);
        }

        FaultTask task = new(
            new PhysicalAddress(controlPage), address, (UserRights)(1u << (int)report.Access), holdsSpace: false);
        ref uint word = ref MibLocks.WordOf(ref control, address.FirstLevelIndex);
        uint bit = MibLocks.BitOf(address.FirstLevelIndex);
        MibLocks.Take(ref machine, ref word, bit);
        FaultResult result = ResolveLocked(ref machine, ref frames, ref control, in task);
        uint counter = (uint)result >> CounterShift;
        if (counter != 0)
        {
            MibLocks.ReleaseAndCount(ref machine, ref word, bit, ref CounterAt(ref control, counter));
            return OutcomeOf(result);
        }

        MibLocks.Release(ref machine, ref word, bit);
        return result == FaultResult.NeedsSpace
            ? ResolveWithSpace(ref machine, ref frames, in task)
            : OutcomeOf(result);
    }

    // What changes more than one MiB's pages, when another core is at work on the space: the end of sharing a table, and tables that are counted.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultOutcome ResolveWithSpace<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, in FaultTask alone)
        where TMachine : struct, IMachine
    {
        FaultTask task = new(alone.ControlPage, alone.Address, alone.Wanted, holdsSpace: true);
        ref SpaceControl control = ref SpacePage.Enter(ref machine, task.ControlPage);
        ref uint word = ref MibLocks.WordOf(ref control, task.Address.FirstLevelIndex);
        uint bit = MibLocks.BitOf(task.Address.FirstLevelIndex);
        MibLocks.Take(ref machine, ref word, bit);
        FaultResult result = ResolveOutOfLine(ref machine, ref frames, ref control, in task);
        uint counter = (uint)result >> CounterShift;
        if (counter != 0)
        {
            SharedWord.Add(ref machine, ref CounterAt(ref control, counter), 1);
        }

        MibLocks.Release(ref machine, ref word, bit);
        control.Lock.Release(ref machine, LockRank.Space);
        return OutcomeOf(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultResult ResolveOutOfLine<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task)
        where TMachine : struct, IMachine => ResolveLocked(ref machine, ref frames, ref control, in task);

    // What no table decides: there is nothing to lock.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultOutcome Refuse<TMachine>(ref TMachine machine, ref SpaceControl control, FaultStatus status)
        where TMachine : struct, IMachine
    {
        SharedWord.Add(ref machine, ref SpaceLayout.AccountsOf(ref control).Counters.Refused, 1);
        return IsForTables(status) ? FaultOutcome.Forbidden : Classify(status);
    }

    private static FaultOutcome OutcomeOf(FaultResult result) => (FaultOutcome)(byte)result;

    private static ref uint CounterAt(ref SpaceControl control, uint offset) =>
        ref Unsafe.AddByteOffset(ref SpaceLayout.AccountsOf(ref control).Counters.ReservedPages, (nint)offset);

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the call and its registers cost a twentieth of a first read
    private static FaultResult ResolveLocked<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task)
        where TMachine : struct, IMachine
    {
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, task.Address)));
        if (!first.IsPageTable)
        {
            return ResolveWithoutTable(ref machine, ref frames, ref control, in task, first);
        }

        PhysicalAddress place = SecondLevelTable.EntryOf(first.PageTable.Table, task.Address);
        SecondLevelEntry entry = new(machine.ReadWord(place));
        if (!entry.IsLive)
        {
            if (!entry.Reserved.IsFillable || (entry.Reserved.Rights & task.Wanted) == 0)
            {
                return Judge(entry.Reserved);
            }

            if (entry.Reserved.Kind == ReservedKind.Object)
            {
                return ObjectFault.Fill(ref machine, ref frames, ref control, in task, entry.Reserved.Rights);
            }

            if (TableSharing.IsShared(ref machine, ref control, task.ControlPage, task.Address.FirstLevelIndex))
            {
                return ResolveShared(ref machine, ref frames, ref control, in task, entry);
            }

            FaultResult result = Fill(
                ref machine, ref frames, ref SpaceLayout.AccountsOf(ref control), place, entry.Reserved.Rights, task.Wanted);
            if (task.Wanted == UserRights.Write && RangeBlocks.IsInStep(machine.ReadWord(place), task.Address))
            {
                RangeBlocks.TryJoinPart(ref machine, ref frames, ref control, in task, first.PageTable.Table);
            }

            return result;
        }

        if (entry.IsLarge)
        {
            return ResolveInBlock(
                ref machine, ref control, in task, entry.Large.PageAt(0).Rights, entry.Large.IsAccessed);
        }

        if (!entry.Small.IsAccessed)
        {
            return RangeUse.Note(ref machine, place, entry.Small, task.Wanted);
        }

        // Only what may be written has its writes deferred.
        if (task.Wanted == UserRights.Write && entry.Small.IsWriteDeferred)
        {
            if (SpaceMappings.IsShared(ref machine, ref SpaceLayout.AccountsOf(ref control), task.Address))
            {
                return ObjectFault.AllowWrite(ref machine, ref frames, ref control, in task, entry.Small);
            }

            return TableSharing.IsShared(ref machine, ref control, task.ControlPage, task.Address.FirstLevelIndex)
                ? ResolveShared(ref machine, ref frames, ref control, in task, entry)
                : MakeOwn(ref machine, ref frames, ref control, task.Address, place, entry.Small);
        }

        return (entry.Small.Rights & task.Wanted) == 0 ? FaultResult.Protection : FaultResult.Spurious;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultResult ResolveWithoutTable<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, FirstLevelEntry first)
        where TMachine : struct, IMachine
    {
        if (first.IsBlock)
        {
            return ResolveInBlock(ref machine, ref control, in task, first.Section.Rights, first.Section.IsAccessed);
        }

        ReservedPages run = first.Reserved;
        return !run.Covers(task.Address.SecondLevelIndex) ? FaultResult.NotMapped
            : !run.IsFillable || (run.Rights & task.Wanted) == 0 ? Judge(run)
            : run.Kind == ReservedKind.Object ? ObjectFault.Fill(ref machine, ref frames, ref control, in task, run.Rights)
            : FillFirst(ref machine, ref frames, ref control, in task, run.Rights);
    }

    // Nothing that is mapped so waits for a fault, but for one that notes its use.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultResult ResolveInBlock<TMachine>(
        ref TMachine machine, ref SpaceControl control, in FaultTask task, UserRights rights, bool isAccessed)
        where TMachine : struct, IMachine =>
        (rights & task.Wanted) == 0 ? FaultResult.Protection
        : isAccessed ? FaultResult.Spurious
        : RangeBlocks.Note(ref machine, ref control, in task);

    // A page of a table that others may have as well. That ends under the space's lock, which most often is free.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultResult ResolveShared<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, SecondLevelEntry old)
        where TMachine : struct, IMachine
    {
        if (!task.HoldsSpace && !control.Lock.TryAcquire(ref machine, LockRank.Space))
        {
            return FaultResult.NeedsSpace;
        }

        FaultResult result = TableSharing.TryTakeOver(ref machine, ref control, task.ControlPage, task.Address.FirstLevelIndex)
            ? ResolveOutOfLine(ref machine, ref frames, ref control, in task)
            : ResolveInCopy(ref machine, ref frames, ref control, in task, old);
        if (!task.HoldsSpace)
        {
            control.Lock.Release(ref machine, LockRank.Space);
        }

        return result;
    }

    // The page becomes what it should be in a copy of the table that no walk finds yet: one break for both.
    private static FaultResult ResolveInCopy<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, SecondLevelEntry old)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        UserRights rights = old.IsLive ? old.Small.Rights : old.Reserved.Rights;
        bool needsPage = task.Wanted == UserRights.Write;
        bool isCopy = TableCopy.HoldsFrame(old, accounts.ZeroPage);
        bool isCharged = needsPage && !isCopy;
        if (isCharged && !accounts.TryChargePage(ref machine))
        {
            return FaultResult.LimitReached;
        }

        SpareMemory spares = default;
        if (spares.TryTake(ref machine, ref frames, tables: 1, pages: needsPage ? 1u : 0) != VmStatus.Ok)
        {
            accounts.AddResident(ref machine, isCharged ? unchecked(0u - 1) : 0);
            return FaultResult.OutOfMemory;
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
            task.ControlPage,
            task.Address.FirstLevelIndex,
            ref spares,
            task.Address.SecondLevelIndex,
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

            accounts.AddResident(ref machine, isCharged ? unchecked(0u - 1) : 0);
            return status == VmStatus.Ok ? FaultResult.Again : FaultResult.OutOfMemory;
        }

        if (!needsPage)
        {
            FirstLevelEntry own = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, task.Address)));
            FaultAround.MapZeroes(
                ref machine,
                ref accounts.Counters,
                SecondLevelTable.EntryOf(own.PageTable.Table, task.Address),
                old.Reserved,
                descriptor);
        }

        CodePublication.CompleteMapping(ref machine, isCode);
        return isCopy ? FaultResult.Copy : needsPage ? FaultResult.ZeroFill : FaultResult.ZeroRead;
    }

    // Why a page that is not there stays so, when it cannot be filled for what is wanted.
    private static FaultResult Judge(ReservedPages pages) => pages.Kind switch
    {
        ReservedKind.Anonymous or ReservedKind.Object => FaultResult.Protection,
        ReservedKind.Guard => FaultResult.Guard,
        ReservedKind.StackGuard => FaultResult.StackOverflow,
        _ => FaultResult.NotMapped,
    };

    // The first touch of a page whose table is there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as ResolveLocked
    private static FaultResult Fill<TMachine>(
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

        if (!accounts.TryChargePage(ref machine))
        {
            return FaultResult.LimitReached;
        }

        uint page = frames.TakeZeroedPage(ref machine);
        if (page == 0)
        {
            accounts.AddResident(ref machine, unchecked(0u - 1));
            return FaultResult.OutOfMemory;
        }

        return FillWithNewPage(ref machine, place, new PhysicalAddress(page), rights);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as ResolveLocked
    private static FaultResult FillWithNewPage<TMachine>(
        ref TMachine machine, PhysicalAddress place, PhysicalAddress page, UserRights rights)
        where TMachine : struct, IMachine
    {
        machine.OrderMemory(); // the zeroes before what leads to them
        Link(ref machine, place, page, rights, Writing.Allowed);
        return FaultResult.ZeroFill;
    }

    private static FaultResult FillWithZeroPage<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, PhysicalAddress place, UserRights rights)
        where TMachine : struct, IMachine
    {
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
        return FaultResult.ZeroRead;
    }

    // The first touch of a MiB: its run becomes a table.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultResult FillFirst<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in FaultTask task, UserRights rights)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if (accounts.CountsTables && !task.HoldsSpace)
        {
            return FaultResult.NeedsSpace;
        }

        bool needsPage = task.Wanted == UserRights.Write;
        if (RangeReserve.IsPastTables(ref machine, ref accounts, task.ControlPage, 1)
            || (needsPage && !accounts.TryChargePage(ref machine)))
        {
            return FaultResult.LimitReached;
        }

        SpareMemory spares = default;
        if (spares.TryTake(ref machine, ref frames, tables: 1, pages: needsPage ? 1u : 0) != VmStatus.Ok)
        {
            accounts.AddResident(ref machine, needsPage ? unchecked(0u - 1) : 0);
            return FaultResult.OutOfMemory;
        }

        PhysicalAddress table = RangeTables.Ensure(
            ref machine, ref control, task.ControlPage, task.Address.FirstLevelIndex, ref spares);
        PhysicalAddress place = SecondLevelTable.EntryOf(table, task.Address);
        return needsPage
            ? FillWithNewPage(ref machine, place, spares.TakePage(ref machine), rights)
            : FillWithZeroPage(ref machine, ref accounts, place, rights);
    }

    // The first write to a page that may be another's too: in place when it is not, else to a copy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FaultResult MakeOwn<TMachine>(
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
            Descriptor.Write(ref machine, place, old.WithWritesAllowed(old.Frame).Raw);
            PageInvalidation.Remove(ref machine, ref control.Owner, address);
            return FaultResult.Reuse;
        }

        if (isZeroPage && !accounts.TryChargePage(ref machine))
        {
            return FaultResult.LimitReached;
        }

        FrameContents contents = isZeroPage ? FrameContents.Zeroed : FrameContents.AsLeft;
        if (frames.TryAllocatePage(ref machine, contents, out PhysicalAddress page) != VmStatus.Ok)
        {
            accounts.AddResident(ref machine, isZeroPage ? unchecked(0u - 1) : 0);
            return FaultResult.OutOfMemory;
        }

        if (!isZeroPage)
        {
            machine.Copy(page, old.Frame, PageSize.Small);
        }

        // A word of nothing would be free for others, who do not ask for the MiB. What is to be written may be read.
        UserRights rights = old.Execution == Execution.Allowed ? UserRights.All : UserRights.ReadWrite;
        Descriptor.Write(ref machine, place, ReservedPages.Page(ReservedKind.Anonymous, rights).Raw);
        PageInvalidation.Remove(ref machine, ref control.Owner, address);
        Link(ref machine, place.Value, old.WithWritesAllowed(page).Raw);
        if (isZeroPage)
        {
            return FaultResult.ZeroFill;
        }

        SpaceRange.FreePage(ref machine, ref frames, old.Frame);
        return FaultResult.Copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // folds for what is written to the page
    private static void Link<TMachine>(
        ref TMachine machine, PhysicalAddress place, PhysicalAddress page, UserRights rights, Writing writing)
        where TMachine : struct, IMachine =>
        Link(ref machine, place.Value, SmallPageDescriptor.CreateForRange(page, rights, writing).Raw);

    // Words, because a structure of one field goes through memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Link<TMachine>(ref TMachine machine, uint place, uint descriptor)
        where TMachine : struct, IMachine
    {
        SmallPageDescriptor page = new SecondLevelEntry(descriptor).Small;
        bool isCode = page.Execution == Execution.Allowed;
        if (isCode)
        {
            CodePublication.Clean(ref machine, page.Frame);
        }

        Descriptor.Write(ref machine, new PhysicalAddress(place), descriptor);
        CodePublication.CompleteMapping(ref machine, isCode);
    }
}
