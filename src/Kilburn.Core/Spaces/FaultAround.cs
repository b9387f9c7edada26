using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Objects;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Pages that a fault maps beside the one that it is about, where that takes no memory: of the same 64 KiB, and in the same state.</summary>
/// <remarks>
/// In a MiB whose lock is held, in a table that the space does not share. Faulting entries are never held, so that the stores need what the fault's own store
/// needs, once: the caller completes the mapping.
/// </remarks>
internal static class FaultAround
{
    private const uint LengthInBytes = LargePageDescriptor.PageCount << SecondLevelTable.EntryShift;

    /// <summary>Maps the frame of zeroes at the neighbours of a page that has it, those that wait for it with the same rights.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="counters">The space's.</param>
    /// <param name="place">The page's word.</param>
    /// <param name="reserved">What it was.</param>
    /// <param name="descriptor">What it is.</param>
    public static void MapZeroes<TMachine>(
        ref TMachine machine, ref SpaceCounters counters, PhysicalAddress place, ReservedPages reserved, SmallPageDescriptor descriptor)
        where TMachine : struct, IMachine
    {
        PhysicalAddress next = place.AlignDown(LengthInBytes);
        uint mapped = 0;
        for (uint index = 0; index < LargePageDescriptor.PageCount; index++)
        {
            if (machine.ReadWord(next) == reserved.Raw)
            {
                Descriptor.Write(ref machine, next, descriptor.Raw);
                mapped++;
            }

            next = next.Add(1u << SecondLevelTable.EntryShift);
        }

        if (mapped != 0)
        {
            SharedWord.Add(ref machine, ref counters.Neighbours, mapped);
        }
    }

    /// <summary>Maps neighbours of a page that lie in the same mapping of an object, and whose frames are there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the shares.</param>
    /// <param name="control">The space.</param>
    /// <param name="address">In the page, which is mapped already.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="rights">What a program may do with the pages; not to execute them, which takes a cleaning for each.</param>
    /// <param name="writing">Whether a right to write holds at once.</param>
    /// <param name="neighbours">Counts the pages.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MapObject<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceControl control,
        VirtualAddress address,
        in SpaceMapping mapping,
        UserRights rights,
        Writing writing,
        ref uint neighbours)
        where TMachine : struct, IMachine
    {
        ref SpaceAccounts accounts = ref SpaceLayout.AccountsOf(ref control);
        VirtualAddress first = address.AlignDown(PageSize.Large);
        first = first < mapping.Start ? mapping.Start : first;
        VirtualAddress end = address.AlignDown(PageSize.Large).Add(PageSize.Large);
        end = end > mapping.End ? mapping.End : end;

        FirstLevelEntry link = new(machine.ReadWord(FirstLevelTable.EntryOf(control.Table, address)));
        PhysicalAddress place = SecondLevelTable.EntryOf(link.PageTable.Table, first);
        uint count = (end.Value - first.Value) >> PageSize.SmallShift;
        uint room = Room(accounts.Limits.ResidentPages, accounts.Counters.ResidentPages);
        uint wanted = FindReserved(ref machine, place, count, ReservedPages.Page(ReservedKind.Object, rights).Raw, room);
        uint charged = (uint)BitOperations.PopCount(wanted);
        if (wanted == 0
            || !SharedWord.TryAdd(ref machine, ref accounts.Counters.ResidentPages, charged, accounts.Limits.ResidentPages))
        {
            return;
        }

        NeighbourFrames found = default;
        uint shared = ObjectPages.ShareNeighbours(
            ref machine, ref frames, mapping.Object, mapping.PageOf(first), wanted, ref found);
        uint mapped = (uint)BitOperations.PopCount(shared);
        for (uint rest = shared; rest != 0; rest &= rest - 1)
        {
            int index = BitOperations.TrailingZeroCount(rest);
            SmallPageDescriptor descriptor = SmallPageDescriptor.CreateForRange(new PhysicalAddress(found[index]), rights, writing);
            Descriptor.Write(ref machine, place.Add((uint)index << SecondLevelTable.EntryShift), descriptor.Raw);
        }

        accounts.AddResident(ref machine, unchecked(mapped - charged));
        SharedWord.Add(ref machine, ref neighbours, mapped);
    }

    // Pages to the limit, as it seems: faults in other MiBs take some, too, and a limit may be set below what is there.
    private static uint Room(uint limit, uint resident) => resident < limit ? limit - resident : 0;

    // A bit for each word of a row that is what it should be, for as many as there is room for.
    private static uint FindReserved<TMachine>(
        ref TMachine machine, PhysicalAddress place, uint count, uint reserved, uint room)
        where TMachine : struct, IMachine
    {
        uint found = 0;
        uint left = room;
        for (uint index = 0; index < count && left != 0; index++)
        {
            if (machine.ReadWord(place.Add(index << SecondLevelTable.EntryShift)) == reserved)
            {
                found |= 1u << (int)index;
                left--;
            }
        }

        return found;
    }

    /// <summary>A frame for each page of 64 KiB.</summary>
    [InlineArray((int)LargePageDescriptor.PageCount)]
    internal struct NeighbourFrames
    {
        private uint _first;
    }
}
