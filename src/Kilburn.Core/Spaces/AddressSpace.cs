using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>A space: what 0x00000000–0x7FFFFFFF leads to while it is active. The value is a handle, and is copied freely.</summary>
/// <remarks>
/// <para>
/// Made and ended by <see cref="AddressSpaces"/>; a handle is good from the one to the other, and who ends a space sees to it that
/// nobody uses the handle later. A checked build stops at such a use, as long as the control page has no new owner.
/// </para>
/// <para>
/// Who owns what. Every mapping of a managed page has a share in it (one of the owners that <see cref="FrameAllocator"/>
/// counts): of a new page its only one, of a given page one of its own beside the giver's. Unmapping and destroying give the
/// share back, and the page is free when the last one goes: a giver may free its page while it is mapped. Frames that the allocator does not manage
/// (devices, the kernel's image) are mapped without a share, and are the giver's to keep.
/// </para>
/// <para>
/// All mappings are not global, shareable, and in domain <see cref="Domain.User"/>, which the kernel closes outside of its copy
/// routines. Page 0 is mapped only by the members that name it. Second-level tables come with the first page of their MiB and go with the last.
/// </para>
/// <para>
/// Two kinds of contents: pages that the kernel gives, singly or in runs, and ranges that are reserved whole and that faults fill.
/// The members that change the one refuse the other; <see cref="TryUnmap"/> takes both.
/// </para>
/// <para>
/// Invariant S1: a linked second-level table has at least one page, live or reserved, and the count byte of its MiB is their number less 1.
/// Locking: each member takes the space's lock (<see cref="LockRank.Space"/>) and, under it, the frames'. Not for interrupt handlers.
/// </para>
/// </remarks>
/// <param name="controlPage">First byte of the control page.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly partial struct AddressSpace(PhysicalAddress controlPage)
{
    /// <summary>One past the last byte of a space.</summary>
    public const uint EndValue = 0x8000_0000;

    /// <summary>First byte that the space chooses for a range: what is near null stays free.</summary>
    public const uint FirstChosenValue = PageSize.Section;

    private readonly PhysicalAddress _controlPage = controlPage;

    /// <summary>First byte of the control page.</summary>
    public PhysicalAddress ControlPage => _controlPage;

    /// <summary>Maps a new, zeroed page around an address.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the page, and the second-level table where there is none.</param>
    /// <param name="address">Any byte of the page.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="execution">Whether user code may be fetched from it.</param>
    /// <param name="page">The page; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfRange"/> (page 0, or from 0x80000000 up),
    /// <see cref="VmStatus.AlreadyMapped"/>, <see cref="VmStatus.OutOfFrames"/>, <see cref="VmStatus.Overflow"/> (a page beside it, in a
    /// table that clones share, has 16385 owners).
    /// </returns>
    /// <remarks>Usable on return. A new entry needs no invalidation: faulting ones are never held. Source: ARM DDI 0406C.d, B3.10.1.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the descriptor folds to a constant, and the addresses stay in registers
    public VmStatus TryMapNewPage<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        VirtualAddress address,
        AccessPermission access,
        Execution execution,
        out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        if (!IsOrdinary(address))
        {
            page = default;
            return VmStatus.OutOfRange;
        }

        return SpacePage.TryMapNew(
            ref machine, ref frames, _controlPage.Value, address.Value, NewPage(access, execution), out page);
    }

    /// <summary>Maps a new, zeroed page at address 0, where null pointers lead.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the page, and the second-level table where there is none.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="execution">Whether user code may be fetched from it.</param>
    /// <param name="page">The page; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.AlreadyMapped"/>, <see cref="VmStatus.OutOfFrames"/>,
    /// <see cref="VmStatus.Overflow"/>.
    /// </returns>
    public VmStatus TryMapNewNullPage<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        AccessPermission access,
        Execution execution,
        out PhysicalAddress page)
        where TMachine : struct, IMachine =>
        SpacePage.TryMapNew(ref machine, ref frames, _controlPage.Value, 0, NewPage(access, execution), out page);

    /// <summary>Maps frames that the caller gives.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the shares, and gives second-level tables.</param>
    /// <param name="start">First byte; a multiple of 4 KiB, not 0.</param>
    /// <param name="first">The first frame; a multiple of 4 KiB. The others follow it.</param>
    /// <param name="pageCount">Pages of 4 KiB, at least 1.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="execution">Whether user code may be fetched from it.</param>
    /// <param name="type">How the memory behaves; managed pages are <see cref="MemoryType.Normal"/>, as in the linear map.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/>
    /// (no page, page 0, past the space's end or past 4 GiB of memory), <see cref="VmStatus.AlreadyMapped"/> (any page of the range is live or reserved),
    /// <see cref="VmStatus.AlreadyFree"/> (a managed frame that nobody has), <see cref="VmStatus.WrongKind"/> (a managed frame that is not a page),
    /// <see cref="VmStatus.NotManaged"/> (the allocator's own data), <see cref="VmStatus.Overflow"/> (too many shares),
    /// <see cref="VmStatus.MemoryConflict"/> (a managed page with another type, or some frames are managed and some are not),
    /// <see cref="VmStatus.OutOfFrames"/> (second-level tables).
    /// </returns>
    public VmStatus TryMapFrames<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        VirtualAddress start,
        PhysicalAddress first,
        uint pageCount,
        AccessPermission access,
        Execution execution,
        MemoryType type)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckRange(start, pageCount);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (!first.IsAligned(PageSize.Small))
        {
            return VmStatus.Misaligned;
        }

        if (!IsOrdinary(start) || ((pageCount << PageSize.SmallShift) - 1) > uint.MaxValue - first.Value)
        {
            return VmStatus.OutOfRange;
        }

        SmallPageDescriptor model = SmallPageDescriptor.Create(first, access, type, Scope.NotGlobal, execution);
        VirtualAddress end = start.Add(pageCount << PageSize.SmallShift);
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        MibLocks.TakeRange(ref machine, ref control, start, end);
        status = SpaceRange.TryMapLocked(ref machine, ref frames, ref control, _controlPage, start, pageCount, model);
        MibLocks.ReleaseRange(ref machine, ref control, start, end);
        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>Unmaps a page. No core reaches it through this space on return, and its share is given back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes the share, and the second-level table with its last page.</param>
    /// <param name="page">First byte; a multiple of 4 KiB.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/>,
    /// <see cref="VmStatus.NotMapped"/>, <see cref="VmStatus.WrongKind"/> (it belongs to a range: <see cref="TryUnmap"/>).
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the addresses stay in registers
    public VmStatus TryUnmapPage<TMachine>(ref TMachine machine, ref FrameAllocator frames, VirtualAddress page)
        where TMachine : struct, IMachine =>
        SpacePage.TryUnmap(ref machine, ref frames, _controlPage.Value, page.Value);

    /// <summary>Unmaps a range of pages.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes shares and tables.</param>
    /// <param name="start">First byte; a multiple of 4 KiB.</param>
    /// <param name="pageCount">Pages of 4 KiB, at least 1.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/>,
    /// <see cref="VmStatus.NotMapped"/> (any page of the range is not live), <see cref="VmStatus.WrongKind"/> (some were not given).
    /// </returns>
    public VmStatus TryUnmapRange<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, VirtualAddress start, uint pageCount)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckRange(start, pageCount);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        VirtualAddress end = start.Add(pageCount << PageSize.SmallShift);
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        MibLocks.TakeRange(ref machine, ref control, start, end);
        status = SpaceRange.TryUnmapLocked(ref machine, ref frames, ref control, _controlPage, start, pageCount);
        MibLocks.ReleaseRange(ref machine, ref control, start, end);
        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>Changes the rights of mapped pages. They hold on all cores on return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="start">First byte; a multiple of 4 KiB.</param>
    /// <param name="pageCount">Pages of 4 KiB, at least 1.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="execution">Whether user code may be fetched from them; <see cref="TryPublishCode"/> is for their contents.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/>,
    /// <see cref="VmStatus.NotMapped"/> (any page of the range is not live), <see cref="VmStatus.WrongKind"/> (some were not given).
    /// </returns>
    /// <remarks>
    /// Only permission bits change, which needs no break-before-make: type, scope and frame stay. Source: ARM DDI 0406C.d, B3.10.1.
    /// </remarks>
    public VmStatus TryProtect<TMachine>(
        ref TMachine machine, VirtualAddress start, uint pageCount, AccessPermission access, Execution execution)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckRange(start, pageCount);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        VirtualAddress end = start.Add(pageCount << PageSize.SmallShift);
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        MibLocks.TakeRange(ref machine, ref control, start, end);
        status = SpaceRange.TryProtectLocked(ref machine, ref control, start, pageCount, access, execution);
        MibLocks.ReleaseRange(ref machine, ref control, start, end);
        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>Walks an address in software, as the MMU would with this space active.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address.</param>
    /// <param name="walk">The steps, and the mapping when there is one; default when out of range.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.OutOfRange"/> or <see cref="VmStatus.NotMapped"/>.</returns>
    public VmStatus TryTranslate<TMachine>(ref TMachine machine, VirtualAddress address, out TableWalk walk)
        where TMachine : struct, IMachine
    {
        if (!address.IsUser)
        {
            walk = default;
            return VmStatus.OutOfRange;
        }

        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        TranslationContext context = ContextOf(ref control);
        walk = TableWalk.Of(ref machine, in context, address);
        control.Lock.Release(ref machine, LockRank.Space);
        return walk.IsMapped ? VmStatus.Ok : VmStatus.NotMapped;
    }

    /// <summary>All mappings, run by run, upward.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <remarks>Takes no lock while it goes: for people who look, with the space at rest.</remarks>
    public MappingRuns GetMappings<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        TranslationContext context = ContextOf(ref machine.Data<SpaceControl>(_controlPage));
        return new MappingRuns(in context, new VirtualRange(default, EndValue));
    }

    /// <summary>Makes instructions that were written to mapped pages the ones that every core fetches.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing done, <see cref="VmStatus.OutOfRange"/> or <see cref="VmStatus.NotMapped"/>.
    /// </returns>
    /// <remarks>Other cores see the change at their next exception or ISB. See <see cref="CodePublication"/>.</remarks>
    public VmStatus TryPublishCode<TMachine>(ref TMachine machine, VirtualAddress start, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        if (!start.IsUser || lengthInBytes == 0 || lengthInBytes > EndValue - start.Value)
        {
            return VmStatus.OutOfRange;
        }

        VirtualAddress firstPage = start.AlignDown(PageSize.Small);
        uint pageCount = ((start.Value - firstPage.Value + lengthInBytes - 1) >> PageSize.SmallShift) + 1;
        VirtualAddress end = firstPage.Add(pageCount << PageSize.SmallShift);
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        MibLocks.TakeRange(ref machine, ref control, firstPage, end);
        VmStatus status = SpaceRange.CheckMappedLocked(ref machine, ref control, firstPage, pageCount);
        if (status == VmStatus.Ok)
        {
            for (uint index = 0; index < pageCount; index++)
            {
                VirtualAddress page = firstPage.Add(index << PageSize.SmallShift);
                CodePublication.Clean(ref machine, SpaceRange.FindLocked(ref machine, ref control, page).Frame);
            }

            CodePublication.Complete(ref machine);
        }

        MibLocks.ReleaseRange(ref machine, ref control, firstPage, end);
        control.Lock.Release(ref machine, LockRank.Space);
        return status;
    }

    /// <summary>Numbers of the space at one moment.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="state">The answer.</param>
    public void ReadState<TMachine>(ref TMachine machine, out AddressSpaceState state)
        where TMachine : struct, IMachine
    {
        ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
        state = default;
        state.Id = control.Owner.Id;
        state.Table = control.Table;
        state.PageCount = SpaceRange.CountLivePages(ref machine, ref control, _controlPage);
        state.TableCount = SpaceLayout.CountTables(ref machine, _controlPage);
        state.AsidWord = machine.LoadAcquire(ref control.Owner.Word);
        state.Cores = machine.LoadAcquire(ref control.Owner.Cores);
        control.Lock.Release(ref machine, LockRank.Space);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinary(VirtualAddress address) =>
        unchecked((int)((address.Value - PageSize.Small) | address.Value)) >= 0; // the sign: below page 1, or past the end

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NewPage(AccessPermission access, Execution execution) =>
        SmallPageDescriptor.Create(default, access, MemoryType.Normal, Scope.NotGlobal, execution).WithShare().Raw;

    private static VmStatus CheckRange(VirtualAddress start, uint pageCount)
    {
        if (!start.IsAligned(PageSize.Small))
        {
            return VmStatus.Misaligned;
        }

        return !start.IsUser || pageCount == 0 || pageCount > (EndValue - start.Value) >> PageSize.SmallShift
            ? VmStatus.OutOfRange
            : VmStatus.Ok;
    }

    private static TranslationContext ContextOf(ref SpaceControl control) =>
        new(TranslationControl.TableBase(control.Table), 0, TranslationControl.HalfSplit, 0);
}
