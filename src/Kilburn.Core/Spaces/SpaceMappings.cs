using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;

namespace Kilburn.Core.Spaces;

/// <summary>Which parts of which objects lie where in a space: a page that comes with the first and goes with the last.</summary>
/// <remarks>
/// <code>
/// 0x000  SpaceMappingsHeader
/// 0x010  SpaceMapping, 255 of them, by rising addresses
/// </code>
/// Invariant O3: a page of a range lies in a mapping just when it is an object's; each mapping has a reference to its object. Changed under
/// the objects' lock, the space's, and those of the MiBs that it lies in; read under either of the first two, and, by its version, under the last.
/// </remarks>
internal static class SpaceMappings
{
    /// <summary>Most mappings of a space.</summary>
    public const uint Capacity = 255;

    private const uint FirstOffset = 0x10;
    private const int MappingShift = 4;

    /// <summary>Finds the mapping around an address.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="address">In the user half.</param>
    /// <param name="mapping">The mapping; default when there is none.</param>
    /// <returns>False when there is none.</returns>
    public static bool TryFind<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress address, out SpaceMapping mapping)
        where TMachine : struct, IMachine
    {
        mapping = default;
        PhysicalAddress page = accounts.Mappings;
        if (page == default)
        {
            return false;
        }

        uint index = IndexOf(ref machine, page, address);
        if (index >= CountOf(ref machine, page) || At(ref machine, page, index).Start > address)
        {
            return false;
        }

        mapping = At(ref machine, page, index);
        return true;
    }

    /// <summary>Finds the mapping around an address in a MiB whose lock is held: others may be changed meanwhile.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="address">In the user half.</param>
    /// <param name="mapping">The mapping; default when there is none. It stays as long as the MiB's lock is held.</param>
    /// <returns>False when there is none.</returns>
    /// <remarks>What is read while the version is odd, or another one at the end, is thrown away: be it of a page that is none of mappings any more.</remarks>
    public static bool TryFindInFault<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress address, out SpaceMapping mapping)
        where TMachine : struct, IMachine
    {
        while (true)
        {
            uint version = machine.LoadAcquire(ref accounts.MappingsVersion);
            if ((version & 1) != 0)
            {
                machine.Relax();
                continue;
            }

            bool isFound = TryFind(ref machine, ref accounts, address, out mapping);
            machine.OrderMemory(); // what was found before the version
            if (machine.LoadAcquire(ref accounts.MappingsVersion) == version)
            {
                return isFound;
            }
        }
    }

    /// <summary>True when a shared mapping lies around an address in a MiB whose lock is held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="address">In the user half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in a space without objects it is a load and a compare
    public static bool IsShared<TMachine>(ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress address)
        where TMachine : struct, IMachine =>
        !IsEmpty(ref machine, ref accounts)
        && TryFindInFault(ref machine, ref accounts, address, out SpaceMapping mapping)
        && mapping.IsShared;

    /// <summary>True when any mapping lies around an address in a MiB whose lock is held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="address">In the user half.</param>
    public static bool IsAnyAround<TMachine>(ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress address)
        where TMachine : struct, IMachine =>
        !IsEmpty(ref machine, ref accounts) && TryFindInFault(ref machine, ref accounts, address, out _);

    // True when the space maps no object now. Who holds a MiB with a part of one never sees it so.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsEmpty<TMachine>(ref TMachine machine, ref SpaceAccounts accounts)
        where TMachine : struct, IMachine
    {
        PhysicalAddress page = accounts.Mappings;
        return page == default || HeaderOf(ref machine, page).Count == 0;
    }

    /// <summary>True when a part of a MiB is a part of an object.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="mib">VA[30:20].</param>
    public static bool HasAny<TMachine>(ref TMachine machine, ref SpaceAccounts accounts, uint mib)
        where TMachine : struct, IMachine
    {
        VirtualAddress start = new(mib << PageSize.SectionShift);
        return HasAny(ref machine, ref accounts, start, start.Add(PageSize.Section));
    }

    /// <summary>True when a part of a range is a part of an object.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // most spaces have none
    public static bool HasAny<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine =>
        accounts.Mappings != default && IsAnyWithin(ref machine, accounts.Mappings, start, end);

    /// <summary>Rights that every mapping in a range may be given.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as HasRoom
    public static UserRights MostRights<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine =>
        accounts.Mappings == default ? UserRights.All : MostRightsAmong(ref machine, ref accounts, start, end);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UserRights MostRightsAmong<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        UserRights rights = UserRights.All;
        uint count = HeaderOf(ref machine, accounts.Mappings).Count;
        for (uint index = IndexOf(ref machine, accounts.Mappings, start);
            index < count && At(ref machine, accounts.Mappings, index).Start < end;
            index++)
        {
            rights &= At(ref machine, accounts.Mappings, index).MostRights;
        }

        return rights;
    }

    /// <summary>Gives a space room for mappings. The objects' lock and the space's are held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="commons">Whose objects' lock is held.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="page">Any page.</param>
    public static void Start<TMachine>(
        ref TMachine machine, ref SpaceCommons commons, ref SpaceControl control, PhysicalAddress controlPage, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        ref SpaceMappingsHeader header = ref HeaderOf(ref machine, page);
        header.Count = 0;
        Attach(ref machine, ref commons, ref header, controlPage, page);
        machine.OrderMemory(); // what the page holds before what leads to it
        SpaceLayout.AccountsOf(ref control).Mappings = page;
    }

    /// <summary>Gives a clone that nobody knows yet the mappings of its parent. The objects' lock and the parent's are held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="commons">Whose objects' lock is held.</param>
    /// <param name="parent">The parent's mappings.</param>
    /// <param name="child">The clone.</param>
    /// <param name="childPage">Its control page.</param>
    /// <param name="page">Any page.</param>
    public static void Copy<TMachine>(
        ref TMachine machine,
        ref SpaceCommons commons,
        PhysicalAddress parent,
        ref SpaceControl child,
        PhysicalAddress childPage,
        PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        machine.Copy(page, parent, PageSize.Small);
        ref SpaceMappingsHeader header = ref HeaderOf(ref machine, page);
        for (uint index = 0; index < header.Count; index++)
        {
            machine.Data<ObjectControl>(At(ref machine, page, index).Object).References++;
        }

        Attach(ref machine, ref commons, ref header, childPage, page);
        SpaceLayout.AccountsOf(ref child).Mappings = page;
    }

    /// <summary>Ends all mappings of a space whose pages are gone. The objects' lock and the space's are held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes objects that nobody else has, and the page of the mappings.</param>
    /// <param name="commons">Whose objects' lock is held.</param>
    /// <param name="accounts">The space's.</param>
    public static void End<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceCommons commons, ref SpaceAccounts accounts)
        where TMachine : struct, IMachine
    {
        PhysicalAddress page = accounts.Mappings;
        ref SpaceMappingsHeader header = ref HeaderOf(ref machine, page);
        for (uint index = 0; index < header.Count; index++)
        {
            MemoryObjects.Unreference(ref machine, ref frames, ref commons, At(ref machine, page, index).Object);
        }

        if (header.Next != default)
        {
            HeaderOf(ref machine, header.Next).Previous = header.Previous;
        }

        if (header.Previous != default)
        {
            HeaderOf(ref machine, header.Previous).Next = header.Next;
        }
        else
        {
            commons.FirstMappings = header.Next;
        }

        NoteChange(ref machine, ref accounts);
        accounts.Mappings = default;
        NoteChange(ref machine, ref accounts);
        SpaceRange.FreePage(ref machine, ref frames, page);
    }

    /// <summary>True when a range can be cut out, and so many mappings be added then.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="added">Mappings to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in a space without objects it is a load and a compare
    public static bool HasRoom<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end, uint added)
        where TMachine : struct, IMachine =>
        accounts.Mappings == default || HasRoomAmong(ref machine, ref accounts, start, end, added);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasRoomAmong<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end, uint added)
        where TMachine : struct, IMachine
    {
        uint count = HeaderOf(ref machine, accounts.Mappings).Count;
        uint left = count + added;
        for (uint index = IndexOf(ref machine, accounts.Mappings, start);
            index < count && At(ref machine, accounts.Mappings, index).Start < end;
            index++)
        {
            ref SpaceMapping mapping = ref At(ref machine, accounts.Mappings, index);
            left = left - 1 + (mapping.Start < start ? 1u : 0) + (end < mapping.End ? 1u : 0);
        }

        return left <= Capacity;
    }

    /// <summary>Takes what lies in a range out of the mappings. The objects' lock is held; there is room.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes objects that nobody else has.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte. No page of the range is there any more.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as HasRoom
    public static void Cut<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        if (accounts.Mappings != default)
        {
            CutOut(ref machine, ref frames, ref accounts, start, end);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CutOut<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        PhysicalAddress page = accounts.Mappings;
        ref SpaceCommons commons = ref machine.Data<SpaceCommons>(accounts.Commons);
        uint index = IndexOf(ref machine, page, start);
        NoteChange(ref machine, ref accounts);
        while (index < HeaderOf(ref machine, page).Count && At(ref machine, page, index).Start < end)
        {
            // What is left takes the place of the whole, with its reference: there is always a mapping while some stays.
            SpaceMapping whole = At(ref machine, page, index);
            bool hasLower = whole.Start < start;
            bool hasUpper = end < whole.End;
            if (hasLower && hasUpper)
            {
                Insert(ref machine, page, index++, whole.Part(whole.Start, start));
            }

            if (hasLower || hasUpper)
            {
                At(ref machine, page, index++) = hasUpper ? whole.Part(end, whole.End) : whole.Part(whole.Start, start);
                continue;
            }

            Remove(ref machine, page, index);
            MemoryObjects.Unreference(ref machine, ref frames, ref commons, whole.Object);
        }

        NoteChange(ref machine, ref accounts);
    }

    /// <summary>Mappings that lie in a range, in part or whole.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    public static uint Count<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        uint found = 0;
        if (accounts.Mappings != default)
        {
            uint count = HeaderOf(ref machine, accounts.Mappings).Count;
            for (uint index = IndexOf(ref machine, accounts.Mappings, start);
                index < count && At(ref machine, accounts.Mappings, index).Start < end;
                index++)
            {
                found++;
            }
        }

        return found;
    }

    /// <summary>Moves what lies in a range to a place where there is nothing. The objects' lock is held; there is room.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes nothing: each object keeps a reference.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="destination">First byte of the place.</param>
    public static void Move<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref SpaceAccounts accounts,
        VirtualAddress start,
        VirtualAddress end,
        VirtualAddress destination)
        where TMachine : struct, IMachine
    {
        VirtualAddress next = start;
        while (TryFindFrom(ref machine, ref accounts, next, out SpaceMapping mapping) && mapping.Start < end)
        {
            VirtualAddress from = mapping.Start > start ? mapping.Start : start;
            VirtualAddress to = mapping.End < end ? mapping.End : end;
            SpaceMapping moved = mapping.Part(from, to);
            moved.Start = destination.Add(from.Value - start.Value);
            moved.End = destination.Add(to.Value - start.Value);
            Add(ref machine, ref accounts, in moved);
            next = to;
            if (next >= end)
            {
                break;
            }
        }

        Cut(ref machine, ref frames, ref accounts, start, end);
    }

    /// <summary>Adds a mapping where there is none. The objects' lock is held; there is room.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="accounts">The space's.</param>
    /// <param name="mapping">What to add.</param>
    public static void Add<TMachine>(ref TMachine machine, ref SpaceAccounts accounts, in SpaceMapping mapping)
        where TMachine : struct, IMachine
    {
        NoteChange(ref machine, ref accounts);
        Insert(ref machine, accounts.Mappings, IndexOf(ref machine, accounts.Mappings, mapping.Start), in mapping);
        NoteChange(ref machine, ref accounts);
    }

    /// <summary>Mappings of a space.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">Its mappings.</param>
    public static ref SpaceMappingsHeader HeaderOf<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine => ref machine.Data<SpaceMappingsHeader>(page);

    /// <summary>A mapping of a space.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">Its mappings.</param>
    /// <param name="index">Which.</param>
    public static ref SpaceMapping At<TMachine>(ref TMachine machine, PhysicalAddress page, uint index)
        where TMachine : struct, IMachine => ref machine.Data<SpaceMapping>(page.Add(FirstOffset + (index << MappingShift)));

    private static bool TryFindFrom<TMachine>(
        ref TMachine machine, ref SpaceAccounts accounts, VirtualAddress address, out SpaceMapping mapping)
        where TMachine : struct, IMachine
    {
        mapping = default;
        if (accounts.Mappings == default)
        {
            return false;
        }

        uint index = IndexOf(ref machine, accounts.Mappings, address);
        bool isFound = index < HeaderOf(ref machine, accounts.Mappings).Count;
        if (isFound)
        {
            mapping = At(ref machine, accounts.Mappings, index);
        }

        return isFound;
    }

    // Who holds neither lock may read what is no count: no more than the page has room for.
    private static uint CountOf<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        uint count = HeaderOf(ref machine, page).Count;
        return count <= Capacity ? count : Capacity;
    }

    // A change of mappings begins or ends: who looks meanwhile looks again.
    private static void NoteChange<TMachine>(ref TMachine machine, ref SpaceAccounts accounts)
        where TMachine : struct, IMachine
    {
        machine.OrderMemory(); // a change before its end
        machine.Store(ref accounts.MappingsVersion, accounts.MappingsVersion + 1);
        machine.OrderMemory(); // its begin before a change
    }

    // The first mapping that ends above an address.
    private static uint IndexOf<TMachine>(ref TMachine machine, PhysicalAddress page, VirtualAddress address)
        where TMachine : struct, IMachine
    {
        uint low = 0;
        uint high = CountOf(ref machine, page);
        while (low < high)
        {
            uint middle = (low + high) >> 1;
            if (address < At(ref machine, page, middle).End)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static void Insert<TMachine>(ref TMachine machine, PhysicalAddress page, uint index, in SpaceMapping mapping)
        where TMachine : struct, IMachine
    {
        machine.Data<ObjectControl>(mapping.Object).References++;
        for (uint last = HeaderOf(ref machine, page).Count++; last > index; last--)
        {
            At(ref machine, page, last) = At(ref machine, page, last - 1);
        }

        At(ref machine, page, index) = mapping;
    }

    // The reference stays with the caller.
    private static void Remove<TMachine>(ref TMachine machine, PhysicalAddress page, uint index)
        where TMachine : struct, IMachine
    {
        uint count = --HeaderOf(ref machine, page).Count;
        for (; index < count; index++)
        {
            At(ref machine, page, index) = At(ref machine, page, index + 1);
        }
    }

    private static void Attach<TMachine>(
        ref TMachine machine,
        ref SpaceCommons commons,
        ref SpaceMappingsHeader header,
        PhysicalAddress controlPage,
        PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        header.ControlPage = controlPage;
        header.Previous = default;
        header.Next = commons.FirstMappings;
        if (header.Next != default)
        {
            HeaderOf(ref machine, header.Next).Previous = page;
        }

        commons.FirstMappings = page;
    }

    private static bool IsAnyWithin<TMachine>(
        ref TMachine machine, PhysicalAddress mappings, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        uint index = IndexOf(ref machine, mappings, start);
        return index < HeaderOf(ref machine, mappings).Count && At(ref machine, mappings, index).Start < end;
    }
}
