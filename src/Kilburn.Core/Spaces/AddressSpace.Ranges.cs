using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Objects;

namespace Kilburn.Core.Spaces;

// Ranges that a program asks for, and the faults that fill them.
public readonly partial struct AddressSpace
{
    private const uint LargestAlignment = 1u << 30;

    /// <summary>Reserves a range, and gives it frames if it is asked to.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives frames, and the tables that the format makes necessary: none for what has its MiBs to itself.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="start">First byte of the range, above its guard; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.EmptyRange"/>, <see cref="VmStatus.Misaligned"/> (length,
    /// guard or address off a page, address off the alignment, an alignment that is none), <see cref="VmStatus.WrappedRange"/>,
    /// <see cref="VmStatus.OutOfRange"/> (page 0, or past 0x80000000), <see cref="VmStatus.WrongKind"/> (a kind that is not reserved by
    /// request, rights or frames for a guard), <see cref="VmStatus.RightsRefused"/>, <see cref="VmStatus.Occupied"/>, <see cref="VmStatus.NoRoom"/>,
    /// <see cref="VmStatus.LimitReached"/>, <see cref="VmStatus.OutOfFrames"/>, <see cref="VmStatus.Overflow"/> (as for all members here: a
    /// page in a table that clones share has 16385 owners).
    /// </returns>
    public VmStatus TryMap<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, in RangeRequest request, out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        UserRights rights = WithRead(request.Rights);
        VmStatus status = Check(in request, rights);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref SpaceControl control = ref SpacePage.EnterToMap(ref machine, _controlPage, out bool hasObjects);
        if (IsObject(request.Kind))
        {
            if (!hasObjects)
            {
                SpacePage.TakeObjects(ref machine, ref control);
                hasObjects = true;
            }

            status = TryMapObject(ref machine, ref frames, ref control, in request, rights, out start);
        }
        else
        {
            status = TryMapLocked(ref machine, ref frames, ref control, in request, rights, out start);
        }

        SpacePage.LeaveAfterMapping(ref machine, ref frames, ref control, hasObjects);
        return status;
    }

    /// <summary>What most calls of <see cref="TryMap"/> come to, in few instructions: anonymous memory on demand, which takes no memory.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">First byte; 0 for where the space chooses.</param>
    /// <param name="lengthInBytes">As in a <see cref="RangeRequest"/>.</param>
    /// <param name="rights">What a program may do with it.</param>
    /// <returns>First byte of the range; 0, with nothing changed, when <see cref="TryMap"/> has to do it, or to say why it cannot be.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint MapUsual<TMachine>(ref TMachine machine, uint address, uint lengthInBytes, UserRights rights)
        where TMachine : struct, IMachine => UsualRange.Map(ref machine, _controlPage.Value, address, lengthInBytes, rights);

    /// <summary>Unmaps all that is in a range, reserved or mapped, given pages too. No core reaches it through this space on return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes what goes; gives a table when a hole makes two runs of one.</param>
    /// <param name="range">Multiples of 4 KiB. There may be nothing in it.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.EmptyRange"/>, <see cref="VmStatus.Misaligned"/>,
    /// <see cref="VmStatus.WrappedRange"/>, <see cref="VmStatus.OutOfRange"/>, <see cref="VmStatus.LimitReached"/> (tables), <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryUnmap<TMachine>(ref TMachine machine, ref FrameAllocator frames, VirtualRange range)
        where TMachine : struct, IMachine =>
        UsualRange.Unmap(ref machine, ref frames, _controlPage.Value, range.Start.Value, range.LengthInBytes);

    /// <summary>Changes what a program may do with pages of anonymous ranges. It holds on all cores on return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables, when runs fall into parts.</param>
    /// <param name="range">Multiples of 4 KiB, anonymous throughout.</param>
    /// <param name="rights">The new rights. What was written to pages that become executable is what every core fetches, after its next exception or ISB.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.EmptyRange"/>, <see cref="VmStatus.Misaligned"/>,
    /// <see cref="VmStatus.WrappedRange"/>, <see cref="VmStatus.OutOfRange"/>, <see cref="VmStatus.RightsRefused"/>, <see cref="VmStatus.NotMapped"/> (a hole),
    /// <see cref="VmStatus.WrongKind"/> (a guard, or pages that the kernel gave), <see cref="VmStatus.LimitReached"/> (tables), <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    public VmStatus TryProtect<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, VirtualRange range, UserRights rights)
        where TMachine : struct, IMachine
    {
        if (range.LengthInBytes == PageSize.Small
            && UsualRange.ProtectPage(ref machine, ref frames, _controlPage.Value, range.Start.Value, rights))
        {
            return VmStatus.Ok;
        }

        VmStatus status = CheckBytes(range);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (rights > UserRights.All)
        {
            return VmStatus.RightsRefused;
        }

        rights = WithRead(rights);
        ref SpaceControl control = ref SpacePage.Find(ref machine, _controlPage);
        if (IsRefused(ref control, rights))
        {
            return VmStatus.RightsRefused;
        }

        control.Lock.Acquire(ref machine, LockRank.Space);
        MibLocks.TakeRange(ref machine, ref control, range.Start, range.End);
        status = RangeChange.TryProtect(ref machine, ref frames, ref control, _controlPage, range.Start, range.End, rights);
        MibLocks.ReleaseRange(ref machine, ref control, range.Start, range.End);
        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>Acts on what a program says about its use of a range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives or takes frames.</param>
    /// <param name="range">Multiples of 4 KiB, without holes. What is not anonymous in it stays as it is.</param>
    /// <param name="advice">What the program says.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.EmptyRange"/>, <see cref="VmStatus.Misaligned"/>,
    /// <see cref="VmStatus.WrappedRange"/>, <see cref="VmStatus.OutOfRange"/>, <see cref="VmStatus.NotMapped"/> (a hole), <see cref="VmStatus.WrongKind"/> (no
    /// such advice), <see cref="VmStatus.LimitReached"/>, <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    public VmStatus TryAdvise<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, VirtualRange range, RangeAdvice advice)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckBytes(range);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (advice > RangeAdvice.Age)
        {
            return VmStatus.WrongKind;
        }

        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        MibLocks.TakeRange(ref machine, ref control, range.Start, range.End);
        status = advice switch
        {
            RangeAdvice.Need =>
                RangeChange.TryPopulate(ref machine, ref frames, ref control, _controlPage, range.Start, range.End),
            RangeAdvice.Discard =>
                RangeChange.TryDiscard(ref machine, ref frames, ref control, _controlPage, range.Start, range.End),
            _ => RangeUse.TryAge(ref machine, ref control, _controlPage, range.Start, range.End),
        };
        MibLocks.ReleaseRange(ref machine, ref control, range.Start, range.End);
        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>Does what a fault of a program in this space asks for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives a frame, and a table when the MiB has none.</param>
    /// <param name="report">The fault.</param>
    /// <returns><see cref="FaultOutcome.Resolved"/> when the access may be tried again; else why not, with nothing changed but counters.</returns>
    public FaultOutcome Resolve<TMachine>(ref TMachine machine, ref FrameAllocator frames, in FaultReport report)
        where TMachine : struct, IMachine =>
        SpaceFault.Resolve(ref machine, ref frames, _controlPage.Value, in report);

    /// <summary>Tells which range an address lies in.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address.</param>
    /// <param name="region">The range, with all neighbours that are alike; default when there is none.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.OutOfRange"/> or <see cref="VmStatus.NotMapped"/>.</returns>
    public VmStatus TryQuery<TMachine>(ref TMachine machine, VirtualAddress address, out SpaceRegion region)
        where TMachine : struct, IMachine
    {
        region = default;
        if (!address.IsUser)
        {
            return VmStatus.OutOfRange;
        }

        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        bool isFound = RangeQuery.TryFind(ref machine, ref control, address, out region);
        control.Lock.Release(ref machine, LockRank.Space);
        return isFound ? VmStatus.Ok : VmStatus.NotMapped;
    }

    /// <summary>Goes through the ranges of the space, upward, with neighbours that are alike merged.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="next">Where to begin; moved to the end of what is found.</param>
    /// <param name="region">The first range at or above; default at the end. One that begins below is found whole.</param>
    /// <returns>False at the end.</returns>
    /// <remarks>Each call takes the lock anew, so that a space may change between two.</remarks>
    public bool TryFindNext<TMachine>(ref TMachine machine, ref VirtualAddress next, out SpaceRegion region)
        where TMachine : struct, IMachine
    {
        region = default;
        if (!next.IsUser)
        {
            return false;
        }

        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        VirtualAddress end = new(EndValue);
        VirtualAddress found = RangeSearch.SkipFree(ref machine, ref control, next.AlignDown(PageSize.Small), end);
        bool isFound = found != end && RangeQuery.TryFind(ref machine, ref control, found, out region);
        control.Lock.Release(ref machine, LockRank.Space);
        next = isFound ? region.End : end;
        return isFound;
    }

    /// <summary>Sets what the space may have.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="limits">The limits, <see cref="SpaceLimits.None"/> each in a new space.</param>
    public void SetLimits<TMachine>(ref TMachine machine, in SpaceLimits limits)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        SpaceLayout.AccountsOf(ref control).Limits = limits;
        control.Lock.Release(ref machine, LockRank.Space);
    }

    /// <summary>Sets which rights ranges may have from now on. A new space has <see cref="RightsPolicy.WriteOrExecute"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="policy">The policy.</param>
    public void SetRightsPolicy<TMachine>(ref TMachine machine, RightsPolicy policy)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        SpaceLayout.AccountsOf(ref control).Policy = policy;
        control.Lock.Release(ref machine, LockRank.Space);
    }

    /// <summary>Sets where <see cref="RangePlacement.Anywhere"/> leads.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="seed">From the board's random numbers, for places drawn from all that are free; 0, as in a new space, for low ones in turn.</param>
    public void SetPlacementSeed<TMachine>(ref TMachine machine, uint seed)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        SpaceLayout.AccountsOf(ref control).Seed = seed;
        control.Lock.Release(ref machine, LockRank.Space);
    }

    /// <summary>Where the next place of <see cref="RangePlacement.Anywhere"/> comes from.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>0 for low places in turn; what <see cref="SetPlacementSeed"/> set, and what has become of it with each place, else.</returns>
    public uint ReadPlacementSeed<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        uint seed = SpaceLayout.AccountsOf(ref control).Seed;
        control.Lock.Release(ref machine, LockRank.Space);
        return seed;
    }

    /// <summary>What the space has, and what its faults were.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="counters">The answer.</param>
    public void ReadCounters<TMachine>(ref TMachine machine, out SpaceCounters counters)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        counters = SpaceLayout.AccountsOf(ref control).Counters;
        counters.Tables = SpaceLayout.CountTables(ref machine, _controlPage);
        counters.SharedTables = TableSharing.CountShared(ref machine, ref control, _controlPage);
        control.Lock.Release(ref machine, LockRank.Space);
    }

    // The format cannot write or execute what it cannot read.
    internal static UserRights WithRead(UserRights rights) => rights == UserRights.None ? rights : rights | UserRights.Read;

    private static bool IsRefused(ref SpaceControl control, UserRights rights) =>
        (rights & (UserRights.Write | UserRights.Execute)) == (UserRights.Write | UserRights.Execute)
        && SpaceLayout.AccountsOf(ref control).Policy == RightsPolicy.WriteOrExecute;

    // What CheckBytes finds nothing wrong with, in few instructions.
    internal static bool IsUsualBytes(uint start, uint lengthInBytes) =>
        ((start | lengthInBytes) & PageSize.SmallMask) == 0
        && lengthInBytes - 1 < EndValue
        && start <= EndValue - lengthInBytes;

    internal static VmStatus CheckBytes(VirtualRange range)
    {
        if (range.LengthInBytes == 0)
        {
            return VmStatus.EmptyRange;
        }

        if (((range.Start.Value | range.LengthInBytes) & PageSize.SmallMask) != 0)
        {
            return VmStatus.Misaligned;
        }

        // A range that ends with the last address does not wrap.
        return range.LengthInBytes - 1 > uint.MaxValue - range.Start.Value ? VmStatus.WrappedRange
            : !range.Start.IsUser || range.LengthInBytes > EndValue - range.Start.Value ? VmStatus.OutOfRange
            : VmStatus.Ok;
    }

    private static bool IsObject(RangeKind kind) => kind is RangeKind.Shared or RangeKind.Private;

    private static VmStatus CheckObject(in RangeRequest request) =>
        (request.ObjectOffset & PageSize.SmallMask) != 0 ? VmStatus.Misaligned
        : request.LengthInBytes > MemoryObject.LengthLimit || request.ObjectOffset > MemoryObject.LengthLimit - request.LengthInBytes
            ? VmStatus.OutOfRange
            : VmStatus.Ok;

    // What nearly all programs ask for, known to be good in a few compares: whole pages of memory, anywhere.
    private static bool IsUsual(in RangeRequest request, UserRights rights) =>
        request.Kind == RangeKind.Anonymous
        && request.Placement == RangePlacement.Anywhere
        && request.Population <= RangePopulation.AtOnce
        && (request.Alignment | request.GuardInBytes | (request.LengthInBytes & PageSize.SmallMask)) == 0
        && request.LengthInBytes - 1 < EndValue
        && rights <= UserRights.All
        && request.MoreRights == UserRights.None;

    private static VmStatus Check(in RangeRequest request, UserRights rights)
    {
        if (IsUsual(in request, rights))
        {
            return VmStatus.Ok;
        }

        VmStatus status;
        if (request.LengthInBytes == 0)
        {
            return VmStatus.EmptyRange;
        }

        uint alignment = AlignmentOf(in request);
        if (((request.LengthInBytes | request.GuardInBytes | alignment) & PageSize.SmallMask) != 0
            || (alignment & (alignment - 1)) != 0 || alignment > LargestAlignment)
        {
            return VmStatus.Misaligned;
        }

        bool isGuard = request.Kind == RangeKind.Guard;
        bool isObject = IsObject(request.Kind);
        if ((!isGuard && !isObject && request.Kind != RangeKind.Anonymous)
            || request.Placement > RangePlacement.Replacing
            || request.Population > RangePopulation.AtOnce
            || (isGuard && rights != UserRights.None)
            || (isGuard && request.Population == RangePopulation.AtOnce))
        {
            return VmStatus.WrongKind;
        }

        if (rights > UserRights.All || request.MoreRights > UserRights.All)
        {
            return VmStatus.RightsRefused;
        }

        status = isObject ? CheckObject(in request) : VmStatus.Ok;
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (request.Placement is RangePlacement.Fixed or RangePlacement.Replacing)
        {
            return CheckPlace(in request, alignment);
        }

        return request.LengthInBytes > EndValue || request.GuardInBytes > EndValue - request.LengthInBytes
            ? VmStatus.OutOfRange
            : VmStatus.Ok;
    }

    private static VmStatus CheckPlace(in RangeRequest request, uint alignment)
    {
        uint first = request.Address.Value;
        VmStatus status = CheckBytes(new VirtualRange(request.Address, request.LengthInBytes));
        return status != VmStatus.Ok ? status
            : !request.Address.IsAligned(alignment) ? VmStatus.Misaligned
            : first < PageSize.Small || request.GuardInBytes > first - PageSize.Small ? VmStatus.OutOfRange
            : VmStatus.Ok;
    }

    private static uint AlignmentOf(in RangeRequest request) => request.Alignment == 0 ? PageSize.Small : request.Alignment;

    private static ReservedKind KindOf(RangeKind kind) => kind switch
    {
        RangeKind.Guard => ReservedKind.Guard,
        RangeKind.Anonymous => ReservedKind.Anonymous,
        _ => ReservedKind.Object,
    };

    // Under the objects' lock and the space's.
    private VmStatus TryMapObject<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        in RangeRequest request,
        UserRights rights,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        if (accounts.Mappings == default)
        {
            VmStatus status = frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out PhysicalAddress page);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            ref SpaceCommons commons = ref machine.Data<SpaceCommons>(accounts.Commons);
            SpaceMappings.Start(ref machine, ref commons, ref control, _controlPage, page);
        }

        return TryMapLocked(ref machine, ref frames, ref control, in request, rights, out start);
    }

    private VmStatus TryMapLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        in RangeRequest request,
        UserRights rights,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        if (IsRefused(ref control, rights))
        {
            return VmStatus.RightsRefused;
        }

        VmStatus status = TryPlace(ref machine, ref control, in request, out VirtualAddress guardStart);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        VirtualAddress first = guardStart.Add(request.GuardInBytes);
        VirtualAddress end = first.Add(request.LengthInBytes);
        ReservedPages state = ReservedPages.Page(KindOf(request.Kind), rights);
        bool isObject = IsObject(request.Kind);
        bool isUsual = !isObject
            && request.Placement != RangePlacement.Replacing
            && request.Population == RangePopulation.OnDemand
            && request.GuardInBytes == 0;
        if (isUsual && UntouchedRange.TryReserve(ref machine, ref control, first.Value, end.Value, state.Raw))
        {
            machine.SynchronizeData();
            start = first;
            Remember(ref control, request.Placement, guardStart, end);
            return VmStatus.Ok;
        }

        RangePlan plan = new()
        {
            GuardStart = guardStart,
            Start = first,
            End = end,
            State = state,
            IsReplacing = request.Placement == RangePlacement.Replacing,
            IsPopulated = !isObject && request.Population == RangePopulation.AtOnce && rights != UserRights.None,
        };
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        MibLocks.TakeRange(ref machine, ref control, plan.GuardStart, plan.End);
        status = SpaceMappings.HasRoom(ref machine, ref accounts, plan.GuardStart, plan.End, isObject ? 1u : 0)
            ? RangeReserve.TryReserve(ref machine, ref frames, ref control, _controlPage, in plan)
            : VmStatus.LimitReached;
        if (status == VmStatus.Ok)
        {
            start = first;
            if (isObject)
            {
                SpaceMapping mapping = new(
                    plan.Start,
                    plan.End,
                    request.Object.Page,
                    request.ObjectOffset >> PageSize.SmallShift,
                    rights | WithRead(request.MoreRights),
                    request.Kind == RangeKind.Shared);
                SpaceMappings.Add(ref machine, ref accounts, in mapping);
                if (request.Population == RangePopulation.AtOnce && rights != UserRights.None)
                {
                    ObjectFault.Populate(ref machine, ref frames, ref control, _controlPage, in mapping, rights);
                }
            }

            Remember(ref control, request.Placement, guardStart, end);
        }

        MibLocks.ReleaseRange(ref machine, ref control, plan.GuardStart, plan.End);
        return status;
    }

    private static void Remember(ref SpaceControl control, RangePlacement placement, VirtualAddress start, VirtualAddress end)
    {
        if (placement == RangePlacement.Anywhere)
        {
            SpaceLayout.AccountsOf(ref control).NotePlaced(start, end);
        }
    }

    private static VmStatus TryPlace<TMachine>(
        ref TMachine machine, ref SpaceControl control, in RangeRequest request, out VirtualAddress guardStart)
        where TMachine : struct, IMachine
    {
        uint length = request.GuardInBytes + request.LengthInBytes;
        switch (request.Placement)
        {
            case RangePlacement.Fixed:
                guardStart = new VirtualAddress(request.Address.Value - request.GuardInBytes);
                VirtualAddress end = guardStart.Add(length);
                return RangeSearch.SkipFree(ref machine, ref control, guardStart, end) == end ? VmStatus.Ok : VmStatus.Occupied;
            case RangePlacement.Replacing:
                guardStart = new VirtualAddress(request.Address.Value - request.GuardInBytes);
                return VmStatus.Ok;
            default:
                ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
                bool isNear = request.Placement == RangePlacement.Near;
                VirtualAddress from = isNear ? NearStart(in request) : RangeSearch.ChooseStart(ref accounts);
                VirtualAddress next = isNear || accounts.Seed != 0 || length < SpaceAccounts.LargeInBytes
                    ? from
                    : accounts.LargeSearchStart;
                return RangeSearch.TryFind(
                    ref machine, ref control, from, next, length, request.GuardInBytes, AlignmentOf(in request), out guardStart);
        }
    }

    // A hint is no demand: whatever it is, the search begins somewhere.
    private static VirtualAddress NearStart(in RangeRequest request)
    {
        uint hint = request.Address.AlignDown(PageSize.Small).Value;
        return new VirtualAddress(
            hint > request.GuardInBytes && hint - request.GuardInBytes >= FirstChosenValue
                ? hint - request.GuardInBytes
                : FirstChosenValue);
    }
}
