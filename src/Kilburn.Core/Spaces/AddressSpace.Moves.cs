using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;

namespace Kilburn.Core.Spaces;

// Ranges that move and change their length, with what is in them.
public readonly partial struct AddressSpace
{
    /// <summary>Moves a range, with its frames and rights, to another place. Its old one is free then.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables; takes what is replaced.</param>
    /// <param name="range">Multiples of 4 KiB, without holes, guards and pages that the kernel gave.</param>
    /// <param name="placement">Where it goes.</param>
    /// <param name="address">First byte of the new place. Not looked at for <see cref="RangePlacement.Anywhere"/>.</param>
    /// <param name="start">First byte of the new place; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.EmptyRange"/>, <see cref="VmStatus.Misaligned"/>,
    /// <see cref="VmStatus.WrappedRange"/>, <see cref="VmStatus.OutOfRange"/> (of both places), <see cref="VmStatus.NotMapped"/> (a hole),
    /// <see cref="VmStatus.WrongKind"/> (a guard, pages that the kernel gave, no such placement), <see cref="VmStatus.Occupied"/> (the two places
    /// touch, too), <see cref="VmStatus.NoRoom"/>, <see cref="VmStatus.LimitReached"/>, <see cref="VmStatus.OutOfFrames"/>, <see cref="VmStatus.Overflow"/>.
    /// </returns>
    public VmStatus TryMove<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        VirtualRange range,
        RangePlacement placement,
        VirtualAddress address,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        RangeRequest place = new() { Placement = placement, Address = address, LengthInBytes = range.LengthInBytes };
        VmStatus status = CheckBytes(range);
        if (status == VmStatus.Ok)
        {
            status = Check(in place, UserRights.None); // of a guard, which asks for nothing but a place
        }

        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref SpaceControl control = ref SpacePage.EnterToMap(ref machine, _controlPage, out bool hasObjects);
        status = TryMoveLocked(ref machine, ref frames, ref control, range, in place, out start);
        SpacePage.LeaveAfterMapping(ref machine, ref frames, ref control, hasObjects);
        return status;
    }

    /// <summary>Changes the length of a range. What is added is as its last page is: anonymous, or the next pages of its object.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables; takes what is cut off.</param>
    /// <param name="range">As for <see cref="TryMove"/>; looked at whole only when it moves.</param>
    /// <param name="lengthInBytes">The new length, a multiple of 4 KiB, not 0.</param>
    /// <param name="staying">Whether it may go elsewhere.</param>
    /// <param name="start">First byte of the range from now on; default on failure.</param>
    /// <returns>As <see cref="TryMove"/>; <see cref="VmStatus.Occupied"/> when it may not move, and there is no room behind it.</returns>
    public VmStatus TryResize<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        VirtualRange range,
        uint lengthInBytes,
        RangeStaying staying,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        VmStatus status = CheckBytes(range);
        if (status == VmStatus.Ok)
        {
            status = staying > RangeStaying.MayMove ? VmStatus.WrongKind : CheckBytes(new VirtualRange(range.Start, lengthInBytes));
        }

        // A range that is too long where it is may find room elsewhere.
        if (status != VmStatus.Ok && !(status == VmStatus.OutOfRange && staying == RangeStaying.MayMove && range.Start.IsUser))
        {
            return status;
        }

        ref SpaceControl control = ref SpacePage.EnterToMap(ref machine, _controlPage, out bool hasObjects);
        if (lengthInBytes > range.LengthInBytes)
        {
            status = TryGrowLocked(ref machine, ref frames, ref control, range, lengthInBytes, staying, status, out start);
        }
        else
        {
            MibLocks.TakeRange(ref machine, ref control, range.Start, range.End);
            RangeBlocks.Split(ref machine, ref control, _controlPage, range.Start, range.End, WholeMibs.Changed);
            status = RangeChange.CheckPages(ref machine, ref control, range.Start, range.End);
            if (status == VmStatus.Ok && lengthInBytes < range.LengthInBytes)
            {
                status = RangeRelease.TryRelease(
                    ref machine, ref frames, ref control, _controlPage, range.Start.Add(lengthInBytes), range.End);
            }

            MibLocks.ReleaseRange(ref machine, ref control, range.Start, range.End);
            start = status == VmStatus.Ok ? range.Start : default;
        }

        SpacePage.LeaveAfterMapping(ref machine, ref frames, ref control, hasObjects);
        return status;
    }

    private VmStatus TryMoveLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        VirtualRange range,
        in RangeRequest place,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        VmStatus status = CheckWhole(ref machine, ref control, range);
        VirtualAddress destination = default;
        if (status == VmStatus.Ok)
        {
            status = TryPlace(ref machine, ref control, in place, out destination);
        }

        bool isReplacing = place.Placement == RangePlacement.Replacing;
        if (status == VmStatus.Ok
            && isReplacing
            && destination < range.End
            && range.Start < destination.Add(range.LengthInBytes))
        {
            status = VmStatus.Occupied;
        }

        if (status == VmStatus.Ok)
        {
            MovePlan plan = new() { Start = range.Start, End = range.End, Destination = destination, IsReplacing = isReplacing };
            MibLocks.TakeBoth(ref machine, ref control, in plan);
            status = RangeMove.TryMove(ref machine, ref frames, ref control, _controlPage, in plan);
            MibLocks.ReleaseBoth(ref machine, ref control, in plan);
        }

        start = status == VmStatus.Ok ? destination : default;
        return status;
    }

    // Tells whether a range can be moved. It stays so as long as the space's lock is held: a fault changes no page's kind.
    private VmStatus CheckWhole<TMachine>(ref TMachine machine, ref SpaceControl control, VirtualRange range)
        where TMachine : struct, IMachine
    {
        MibLocks.TakeRange(ref machine, ref control, range.Start, range.End);
        RangeBlocks.Split(ref machine, ref control, _controlPage, range.Start, range.End, WholeMibs.Changed);
        VmStatus status = RangeChange.CheckPages(ref machine, ref control, range.Start, range.End);
        MibLocks.ReleaseRange(ref machine, ref control, range.Start, range.End);
        return status;
    }

    private VmStatus TryGrowLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        VirtualRange range,
        uint lengthInBytes,
        RangeStaying staying,
        VmStatus statusInPlace,
        out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        start = default;
        VmStatus status = CheckWhole(ref machine, ref control, range);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        VirtualAddress last = range.End.Add(unchecked(0 - PageSize.Small));
        _ = RangeQuery.TryFind(ref machine, ref control, last, out SpaceRegion region);
        bool isObject = SpaceMappings.TryFind(ref machine, ref accounts, last, out SpaceMapping mapping);
        uint nextPage = isObject ? mapping.PageOf(last) + 1 : 0;
        uint addedInBytes = lengthInBytes - range.LengthInBytes;
        if (isObject && addedInBytes >> PageSize.SmallShift > (MemoryObject.LengthLimit >> PageSize.SmallShift) - nextPage)
        {
            return VmStatus.OutOfRange;
        }

        MovePlan plan = new()
        {
            Start = range.Start,
            End = range.End,
            Destination = range.Start,
            AddedInBytes = addedInBytes,
            AddedState = ReservedPages.Page(isObject ? ReservedKind.Object : ReservedKind.Anonymous, region.Rights),
        };
        bool staysInPlace = statusInPlace == VmStatus.Ok
            && RangeSearch.SkipFree(ref machine, ref control, range.End, plan.DestinationEnd) == plan.DestinationEnd;
        if (!staysInPlace)
        {
            status = TryPlaceElsewhere(ref machine, ref control, lengthInBytes, staying, out plan.Destination);
        }

        if (status != VmStatus.Ok)
        {
            return status;
        }

        MibLocks.TakeBoth(ref machine, ref control, in plan);
        status = staysInPlace
            ? TryAddLocked(ref machine, ref frames, ref control, in plan, isObject)
            : RangeMove.TryMove(ref machine, ref frames, ref control, _controlPage, in plan);
        if (status == VmStatus.Ok && isObject)
        {
            SpaceMapping next = new(
                plan.MovedEnd, plan.DestinationEnd, mapping.Object, nextPage, mapping.MostRights, mapping.IsShared);
            SpaceMappings.Add(ref machine, ref accounts, in next);
        }

        MibLocks.ReleaseBoth(ref machine, ref control, in plan);
        start = status == VmStatus.Ok ? plan.Destination : default;
        return status;
    }

    // A place for a range that finds no room where it is.
    private static VmStatus TryPlaceElsewhere<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint lengthInBytes, RangeStaying staying, out VirtualAddress destination)
        where TMachine : struct, IMachine
    {
        destination = default;
        if (staying == RangeStaying.InPlace)
        {
            return VmStatus.Occupied;
        }

        RangeRequest place = new() { Placement = RangePlacement.Anywhere, LengthInBytes = lengthInBytes };
        VmStatus status = Check(in place, UserRights.None);
        return status == VmStatus.Ok ? TryPlace(ref machine, ref control, in place, out destination) : status;
    }

    // What a range gets behind it, where it is.
    private VmStatus TryAddLocked<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, in MovePlan plan, bool isObject)
        where TMachine : struct, IMachine
    {
        RangePlan added = new()
        {
            GuardStart = plan.End,
            Start = plan.End,
            End = plan.DestinationEnd,
            State = plan.AddedState,
        };
        return SpaceMappings.HasRoom(
            ref machine, ref SpaceLayout.AccountsOf(ref control), added.Start, added.End, isObject ? 1u : 0)
            ? RangeReserve.TryReserve(ref machine, ref frames, ref control, _controlPage, in added)
            : VmStatus.LimitReached;
    }
}
