using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Objects;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Makes, finds, switches and ends spaces.</summary>
/// <remarks>
/// One value in a kernel. The kernel half is no part of a space: TTBR1 serves it, the same table for all.
/// A space costs 12 KiB: a first-level table of 8 KiB, and a control page.
/// </remarks>
public struct AddressSpaces
{
    /// <summary>Who runs what under which ASID.</summary>
    public AsidAllocator Asids;

    /// <summary>Memory that spaces share.</summary>
    public MemoryObjects Objects;

    private PhysicalAddress _zeroPage; // written once at start-up
    private PhysicalAddress _commons;  // as the zero page

    /// <summary>Starts with no space, and none active on this core.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the page of zeroes that all spaces share, and the page of what they have in common.</param>
    /// <param name="emptyTable">An 8 KiB first-level table that maps nothing.</param>
    /// <returns><see cref="VmStatus.Ok"/> or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryStart<TMachine>(ref TMachine machine, ref FrameAllocator frames, PhysicalAddress emptyTable)
        where TMachine : struct, IMachine
    {
        Asids.Start(ref machine, emptyTable);
        Asids.Leave(ref machine);
        VmStatus status = frames.TryAllocatePage(ref machine, FrameContents.Zeroed, out _zeroPage);
        if (status == VmStatus.Ok)
        {
            status = frames.TryAllocatePage(ref machine, FrameContents.Zeroed, out _commons);
            Objects.Start(_commons);
        }

        return status;
    }

    /// <summary>Makes a space that maps nothing.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the control page and the first-level table.</param>
    /// <param name="space">The space; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryCreate<TMachine>(ref TMachine machine, ref FrameAllocator frames, out AddressSpace space)
        where TMachine : struct, IMachine
    {
        space = default;
        VmStatus status = TryAllocate(ref machine, ref frames, out PhysicalAddress controlPage, out PhysicalAddress table);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(table, FirstLevelTable.UserLengthInBytes);
        }

        machine.Clear(controlPage, SpaceLayout.ClearedLengthInBytes);
        ref SpaceControl control = ref machine.Data<SpaceControl>(controlPage);
        control.Table = table;
        control.Mark = SpaceControl.LiveMark;
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        accounts.ZeroPage = _zeroPage;
        accounts.Commons = _commons;
        accounts.SearchStart = new VirtualAddress(AddressSpace.FirstChosenValue);
        accounts.Limits.ReservedPages = SpaceLimits.None;
        accounts.Limits.ResidentPages = SpaceLimits.None;
        accounts.Limits.Tables = SpaceLimits.None;
        Asids.Attach(ref machine, controlPage, table, out _);

        // The table's zeroes before its first walk, on whatever core that is.
        machine.SynchronizeData();
        space = new AddressSpace(controlPage);
        return VmStatus.Ok;
    }

    /// <summary>Makes a space that is what another one is, and goes its own way from then on: both sides copy what they write.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the control page and the tables, and counts the shares.</param>
    /// <param name="parent">The space to copy. It may be active, and changed by other cores meanwhile: all before or all after.</param>
    /// <param name="child">The copy; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfFrames"/>, <see cref="VmStatus.Overflow"/> (a
    /// page has 16385 owners).
    /// </returns>
    /// <remarks>
    /// Pages of ranges are copied at the first write on either side, and second-level tables at the first change of anything in
    /// their MiB: a clone costs 12 KiB, and a table for each MiB in which the kernel gave pages. Pages that the kernel gave are the same on both sides, written or
    /// not: the child's mappings have shares of their own. Limits, policy and placement are the parent's; faults are counted anew.
    /// </remarks>
    public VmStatus TryClone<TMachine>(ref TMachine machine, ref FrameAllocator frames, AddressSpace parent, out AddressSpace child)
        where TMachine : struct, IMachine
    {
        child = default;
        VmStatus status = TryAllocate(ref machine, ref frames, out PhysicalAddress controlPage, out PhysicalAddress table);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref SpaceControl control = ref SpacePage.EnterToMap(ref machine, parent.ControlPage, out bool hasObjects);
        MibLocks.TakeAll(ref machine, ref control);
        status = SpaceClone.TryCopy(ref machine, ref frames, ref control, parent.ControlPage, controlPage, table);
        MibLocks.ReleaseAll(ref machine, ref control, parent.ControlPage);
        SpacePage.LeaveAfterMapping(ref machine, ref frames, ref control, hasObjects);
        if (status != VmStatus.Ok)
        {
            FreeTable(ref machine, ref frames, table);
            SpaceRange.FreePage(ref machine, ref frames, controlPage);
            return status;
        }

        Asids.Attach(ref machine, controlPage, table, out _);

        // The tables before their first walk, on whatever core that is.
        machine.SynchronizeData();
        child = new AddressSpace(controlPage);
        return VmStatus.Ok;
    }

    /// <summary>Makes a space active on this core. The one that was active before is so no more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="space">A space.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.NoSuchSpace"/> when another core is ending it.
    /// </returns>
    /// <remarks>Nothing else that switches may come between its steps on this core. See <see cref="AsidAllocator"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryActivate<TMachine>(ref TMachine machine, AddressSpace space)
        where TMachine : struct, IMachine => Asids.Switch(ref machine, space.ControlPage);

    /// <summary>Makes no space active on this core: every address below 0x80000000 faults.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public void Leave<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => Asids.Leave(ref machine);

    /// <summary>Ends a space, and gives back all that it held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    /// <param name="space">A space that is active on no core; the handle is worthless afterwards.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.SpaceActive"/> when a core runs it or is about to,
    /// <see cref="VmStatus.NoSuchSpace"/> when it was ended before.
    /// </returns>
    /// <remarks>
    /// The ASID's entries are invalidated on all cores, and no core can load the table, before the first frame is given back.
    /// Pages that others have a share in stay with those.
    /// </remarks>
    public VmStatus TryDestroy<TMachine>(ref TMachine machine, ref FrameAllocator frames, AddressSpace space)
        where TMachine : struct, IMachine
    {
        PhysicalAddress controlPage = space.ControlPage;
        ref SpaceControl control = ref machine.Data<SpaceControl>(controlPage);
        if (control.Mark != SpaceControl.LiveMark)
        {
            return VmStatus.NoSuchSpace;
        }

        control.Lock.Acquire(ref machine, LockRank.Space);
        if ((control.NextInFamily.Value | SpaceLayout.AccountsOf(ref control).Mappings.Value) != 0)
        {
            return TryDestroyOneOfMany(ref machine, ref frames, ref control, controlPage);
        }

        VmStatus status = Asids.TryRetire(ref machine, controlPage);
        if (status != VmStatus.Ok)
        {
            control.Lock.Release(ref machine, LockRank.Space);
            return status;
        }

        Release(ref machine, ref frames, ref control, controlPage);
        control.Lock.Release(ref machine, LockRank.Space);
        Free(ref machine, ref frames, ref control, controlPage);
        return VmStatus.Ok;
    }

    /// <summary>Finds a space by its number.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="id">As <see cref="AddressSpace.ReadState"/> tells it.</param>
    /// <param name="space">The space; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/> or <see cref="VmStatus.NoSuchSpace"/>.</returns>
    public VmStatus TryFind<TMachine>(ref TMachine machine, uint id, out AddressSpace space)
        where TMachine : struct, IMachine
    {
        bool isFound = Asids.TryFindOwner(ref machine, id, out PhysicalAddress owner, out uint foundId) && foundId == id;
        space = isFound ? new AddressSpace(owner) : default;
        return isFound ? VmStatus.Ok : VmStatus.NoSuchSpace;
    }

    /// <summary>Goes through the spaces by their numbers.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="id">Zero to begin; then the number found last.</param>
    /// <param name="space">The space with the next number; default at the end.</param>
    /// <returns>False at the end.</returns>
    public bool TryFindNext<TMachine>(ref TMachine machine, ref uint id, out AddressSpace space)
        where TMachine : struct, IMachine
    {
        if (id == uint.MaxValue || !Asids.TryFindOwner(ref machine, id + 1, out PhysicalAddress owner, out uint foundId))
        {
            space = default;
            return false;
        }

        id = foundId;
        space = new AddressSpace(owner);
        return true;
    }

    /// <summary>The space that a core runs.</summary>
    /// <param name="machine">The machine of any core.</param>
    /// <param name="coreIndex">The core asked about.</param>
    /// <param name="space">The space; default when none.</param>
    /// <returns>False when the core runs none.</returns>
    public bool TryGetActive<TMachine>(ref TMachine machine, uint coreIndex, out AddressSpace space)
        where TMachine : struct, IMachine
    {
        bool isActive = Asids.TryGetActive(ref machine, coreIndex, out PhysicalAddress owner);
        space = new AddressSpace(owner);
        return isActive;
    }

    // The end of a space that shares tables or maps objects. Its lock is held, and given back.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TryDestroyOneOfMany<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        ref SpaceCommons commons = ref machine.Data<SpaceCommons>(accounts.Commons);
        bool hasMappings = accounts.Mappings != default;
        if (hasMappings)
        {
            SpacePage.TakeObjects(ref machine, ref control);
        }

        VmStatus status = Asids.TryRetire(ref machine, controlPage);
        if (status == VmStatus.Ok)
        {
            if (control.NextInFamily != default)
            {
                TableSharing.Leave(ref machine, ref control, controlPage);
            }

            Release(ref machine, ref frames, ref control, controlPage);
            if (accounts.Mappings != default)
            {
                SpaceMappings.End(ref machine, ref frames, ref commons, ref accounts);
            }
        }

        control.Lock.Release(ref machine, LockRank.Space);
        if (hasMappings)
        {
            commons.Objects.Release(ref machine, LockRank.Objects);
        }

        if (status == VmStatus.Ok)
        {
            Free(ref machine, ref frames, ref control, controlPage);
        }

        return status;
    }

    // What a retired space maps, under its lock.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Release<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        control.Mark = 0;
        if (!SpaceLayout.IsEmpty(ref machine, controlPage))
        {
            SpaceRange.ReleaseAllLocked(ref machine, ref frames, ref control, controlPage);
        }
    }

    // The space itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Free<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        FreeTable(ref machine, ref frames, control.Table);
        SpaceRange.FreePage(ref machine, ref frames, controlPage);
    }

    // Control page and first-level table of a new space: both, or none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VmStatus TryAllocate<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, out PhysicalAddress controlPage, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        table = default;
        VmStatus status = frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out controlPage);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = frames.TryAllocateFirstLevelTable(ref machine, out table);
        if (status != VmStatus.Ok)
        {
            SpaceRange.FreePage(ref machine, ref frames, controlPage);
        }

        return status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FreeTable<TMachine>(ref TMachine machine, ref FrameAllocator frames, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        if (frames.TryFreeFirstLevelTable(ref machine, table) != VmStatus.Ok)
        {
            BugCheck.Fail(ref machine, "S3: a table of a space was freed by another"u8, table.Value);
        }
    }
}
