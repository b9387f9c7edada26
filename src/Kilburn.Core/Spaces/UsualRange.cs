using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Spaces;

/// <summary>What programs ask for most, from the lock to its release in one method each. Addresses come in as words, as in <see cref="SpacePage"/>.</summary>
internal static class UsualRange
{
    private const UserRights WriteExecute = UserRights.Write | UserRights.Execute;

    /// <summary>See <see cref="AddressSpace.MapUsual"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="address">First byte, or zero.</param>
    /// <param name="lengthInBytes">Any length.</param>
    /// <param name="rights">Any rights.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint Map<TMachine>(
        ref TMachine machine, uint controlPage, uint address, uint lengthInBytes, UserRights rights)
        where TMachine : struct, IMachine
    {
        // What may be refused by the space's policy is not usual.
        if (((address | lengthInBytes) & PageSize.SmallMask) != 0
            || lengthInBytes - 1 >= AddressSpace.EndValue
            || rights > UserRights.All
            || (rights & WriteExecute) == WriteExecute)
        {
            return 0;
        }

        ref SpaceControl control = ref SpacePage.Enter(ref machine, new PhysicalAddress(controlPage));
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        uint start = address != 0 ? address : accounts.Seed == 0 ? accounts.SearchStart.Value : AddressSpace.EndValue;
        uint end = start + lengthInBytes;
        if (start < AddressSpace.EndValue
            && end <= AddressSpace.EndValue
            && UntouchedRange.TryReserve(
                ref machine,
                ref control,
                start,
                end,
                ReservedPages.Page(ReservedKind.Anonymous, AddressSpace.WithRead(rights)).Raw))
        {
            machine.SynchronizeData();
            accounts.SearchStart = address != 0 ? accounts.SearchStart : new VirtualAddress(end);
        }
        else
        {
            start = 0;
        }

        control.Lock.Release(ref machine, LockRank.Space);
        return start;
    }

    /// <summary>See <see cref="AddressSpace.TryUnmap"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives a table, or takes what goes.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">Any length.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static VmStatus Unmap<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint controlPage, uint start, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        if (!AddressSpace.IsUsualBytes(start, lengthInBytes))
        {
            return AddressSpace.CheckBytes(new VirtualRange(new VirtualAddress(start), lengthInBytes));
        }

        PhysicalAddress owner = new(controlPage);
        ref SpaceControl control = ref SpacePage.EnterToMap(ref machine, owner, out bool hasObjects);
        VmStatus status = VmStatus.Ok;
        uint end = start + lengthInBytes;
        uint rest = UntouchedRange.Release(ref machine, ref control, start, end);
        if (rest == end)
        {
            machine.SynchronizeData();
        }
        else
        {
            status = RangeRelease.TryRelease(
                ref machine, ref frames, ref control, owner, new VirtualAddress(rest), new VirtualAddress(end));
        }

        SpacePage.LeaveAfterMapping(ref machine, ref frames, ref control, hasObjects);
        return status;
    }
}
