using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Changes what shared mappings of an object hold, in all spaces. The objects' lock is held, so that no mapping comes or goes.</summary>
internal static class ObjectSweep
{
    /// <summary>
    /// Gives each space tables of its own where pages of an object may be, so that they can be taken out without memory. The caller
    /// synchronizes its context before it is done.
    /// </summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives tables.</param>
    /// <param name="commons">Whose objects' lock is held: no clone shares tables again.</param>
    /// <param name="memory">The object's page.</param>
    /// <param name="first">Number of the first page.</param>
    /// <param name="end">One past the last page's number.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed but tables that spaces then have for themselves, <see cref="VmStatus.OutOfFrames"/>,
    /// <see cref="VmStatus.Overflow"/>.
    /// </returns>
    public static VmStatus TryUnshare<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceCommons commons, PhysicalAddress memory, uint first, uint end)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.Ok;
        for (PhysicalAddress page = commons.FirstMappings;
            page != default && status == VmStatus.Ok;
            page = SpaceMappings.HeaderOf(ref machine, page).Next)
        {
            PhysicalAddress controlPage = SpaceMappings.HeaderOf(ref machine, page).ControlPage;
            ref SpaceControl control = ref SpacePage.Enter(ref machine, controlPage);
            for (uint index = 0; status == VmStatus.Ok && index < SpaceMappings.HeaderOf(ref machine, page).Count; index++)
            {
                if (TryGetPart(ref machine, page, index, memory, first, end, out VirtualAddress from, out VirtualAddress to))
                {
                    MibLocks.TakeRange(ref machine, ref control, from, to);
                    SpareMemory spares = default;
                    status = spares.TryTake(
                        ref machine,
                        ref frames,
                        TableSharing.Count(ref machine, ref control, controlPage, from, to, WholeMibs.Changed),
                        pages: 0);
                    if (status == VmStatus.Ok)
                    {
                        status = TableSharing.TryUnshareAll(
                            ref machine, ref frames, ref control, controlPage, from, to, WholeMibs.Changed, ref spares);
                    }

                    MibLocks.ReleaseRange(ref machine, ref control, from, to);
                }
            }

            machine.SynchronizeData(); // before another core comes to the space
            control.Lock.Release(ref machine, LockRank.Space);
        }

        return status;
    }

    /// <summary>Takes pages of an object out of all spaces; they stay reserved.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes the shares.</param>
    /// <param name="commons">Whose objects' lock is held.</param>
    /// <param name="memory">The object's page.</param>
    /// <param name="first">Number of the first page.</param>
    /// <param name="end">One past the last page's number; <see cref="TryUnshare"/> was done for all.</param>
    public static void Remove<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceCommons commons, PhysicalAddress memory, uint first, uint end)
        where TMachine : struct, IMachine
    {
        for (PhysicalAddress page = commons.FirstMappings; page != default; page = SpaceMappings.HeaderOf(ref machine, page).Next)
        {
            ref SpaceControl control = ref SpacePage.Enter(ref machine, SpaceMappings.HeaderOf(ref machine, page).ControlPage);
            for (uint index = 0; index < SpaceMappings.HeaderOf(ref machine, page).Count; index++)
            {
                if (TryGetPart(ref machine, page, index, memory, first, end, out VirtualAddress from, out VirtualAddress to))
                {
                    MibLocks.TakeRange(ref machine, ref control, from, to);
                    RangeChange.Discard(ref machine, ref frames, ref control, from, to);
                    MibLocks.ReleaseRange(ref machine, ref control, from, to);
                }
            }

            control.Lock.Release(ref machine, LockRank.Space);
        }
    }

    /// <summary>Lets a page of an object be written only after a fault, in all spaces.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="commons">Whose objects' lock is held.</param>
    /// <param name="memory">The object's page.</param>
    /// <param name="number">The page's number.</param>
    public static void DeferWrites<TMachine>(
        ref TMachine machine, ref SpaceCommons commons, PhysicalAddress memory, uint number)
        where TMachine : struct, IMachine
    {
        for (PhysicalAddress page = commons.FirstMappings; page != default; page = SpaceMappings.HeaderOf(ref machine, page).Next)
        {
            ref SpaceControl control = ref SpacePage.Enter(ref machine, SpaceMappings.HeaderOf(ref machine, page).ControlPage);
            for (uint index = 0; index < SpaceMappings.HeaderOf(ref machine, page).Count; index++)
            {
                if (!TryGetPart(ref machine, page, index, memory, number, number + 1, out VirtualAddress address, out VirtualAddress end))
                {
                    continue;
                }

                MibLocks.TakeRange(ref machine, ref control, address, end);
                SecondLevelEntry entry = SpaceRange.EntryLocked(ref machine, ref control, address, out PhysicalAddress place);
                if (entry.Small.IsWritableOfRange)
                {
                    Descriptor.Write(ref machine, place, entry.Small.WithWritesDeferred().Raw);
                    PageInvalidation.Remove(ref machine, ref control.Owner, address);
                }

                MibLocks.ReleaseRange(ref machine, ref control, address, end);
            }

            control.Lock.Release(ref machine, LockRank.Space);
        }
    }

    // The part of a shared mapping that pages of an object lie in.
    private static bool TryGetPart<TMachine>(
        ref TMachine machine,
        PhysicalAddress page,
        uint index,
        PhysicalAddress memory,
        uint first,
        uint end,
        out VirtualAddress from,
        out VirtualAddress to)
        where TMachine : struct, IMachine
    {
        ref SpaceMapping mapping = ref SpaceMappings.At(ref machine, page, index);
        uint firstPage = mapping.FirstPage;
        uint endPage = firstPage + ((mapping.End.Value - mapping.Start.Value) >> PageSize.SmallShift);
        uint low = first > firstPage ? first : firstPage;
        uint high = end < endPage ? end : endPage;
        bool isFound = mapping.Object == memory && mapping.IsShared && low < high;
        from = isFound ? mapping.Start.Add((low - firstPage) << PageSize.SmallShift) : default;
        to = isFound ? mapping.Start.Add((high - firstPage) << PageSize.SmallShift) : default;
        return isFound;
    }
}
