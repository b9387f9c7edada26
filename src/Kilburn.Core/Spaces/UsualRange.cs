using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

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
        MibLocks.TakeRange(ref machine, ref control, new VirtualAddress(start), new VirtualAddress(end));
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

        MibLocks.ReleaseRange(ref machine, ref control, new VirtualAddress(start), new VirtualAddress(end));
        SpacePage.LeaveAfterMapping(ref machine, ref frames, ref control, hasObjects);
        return status;
    }

    /// <summary>Gives one page that is there, in a table of the space's own, other rights: what garbage collectors and debuggers ask for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Tells whether the page is this space's alone: it may be written at once then, with no fault to find that out.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="page">First byte.</param>
    /// <param name="rights">Any rights.</param>
    /// <returns>
    /// False, with nothing changed, when the page is not so, is to be executed, or lies in a mapping of an object: <see cref="AddressSpace.TryProtect{TMachine}(ref TMachine, ref FrameAllocator, VirtualRange, UserRights)"/>
    /// has to do it, or to say why it cannot be.
    /// </returns>
    /// <remarks>The lock of the page's MiB is enough: the page stays one that is there.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool ProtectPage<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint controlPage, uint page, UserRights rights)
        where TMachine : struct, IMachine
    {
        if ((page & (PageSize.SmallMask | AddressSpace.EndValue)) != 0 || rights > UserRights.ReadWrite)
        {
            return false;
        }

        VirtualAddress address = new(page);
        ref SpaceControl control = ref SpacePage.Find(ref machine, new PhysicalAddress(controlPage));
        ref uint word = ref MibLocks.WordOf(ref control, address.FirstLevelIndex);
        uint bit = MibLocks.BitOf(address.FirstLevelIndex);
        MibLocks.Take(ref machine, ref word, bit);
        FirstLevelEntry first = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
        bool isDone = false;
        if (control.SpecialMibs == 0
            && first.IsPageTable
            && !SpaceMappings.IsAnyAround(ref machine, ref SpaceLayout.AccountsOf(ref control), address))
        {
            PhysicalAddress place = SecondLevelTable.EntryOf(first.PageTable.Table, address);
            SecondLevelEntry entry = new(machine.ReadWord(place));
            isDone = entry.IsSmall && !entry.IsGivenPage;
            if (isDone)
            {
                SmallPageDescriptor old = entry.Small;
                bool isOwn = (rights & UserRights.Write) == 0
                    || old.IsWritableOfRange
                    || (old.Frame != SpaceLayout.AccountsOf(ref control).ZeroPage && frames.HasSoleOwner(ref machine, old.Frame));
                uint changed = SmallPageDescriptor.CreateForRange(
                    old.Frame, AddressSpace.WithRead(rights), isOwn ? Writing.Allowed : Writing.AfterFault).Raw;
                if (changed != old.Raw)
                {
                    Descriptor.Write(ref machine, place, changed);
                    PageInvalidation.Remove(ref machine, ref control.Owner, address);
                }
            }
        }

        MibLocks.Release(ref machine, ref word, bit);
        return isDone;
    }
}
