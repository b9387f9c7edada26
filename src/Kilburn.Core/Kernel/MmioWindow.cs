using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Device ranges in the kernel half: Device memory, execute-never, from 0xFFF00000 downward.</summary>
/// <remarks>
/// Each mapping has an unmapped guard page below it, so that running off a device's registers faults. Room that an unmapping leaves
/// is used again, highest first. The mappings are kept from the highest to the lowest. A value of all zeroes is an empty window.
/// Locking: every field is guarded by the lock of <see cref="KernelWindow"/>, <see cref="LockRank.Mmio"/>; tables and frames are
/// taken under it. Not for interrupt handlers.
/// </remarks>
public struct MmioWindow
{
    /// <summary>Most mappings at a time.</summary>
    public const int Capacity = 128;

    private MappingTable _mappings; // guarded by KernelWindow; descending addresses
    private int _count;             // guarded by KernelWindow

    /// <summary>Number of mappings.</summary>
    public readonly int Count => _count;

    /// <summary>Maps a device range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives second-level tables.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="map">The memory, which is no device.</param>
    /// <param name="range">Any bytes; mapped with all of their pages. May be mapped already: mappings are separate.</param>
    /// <param name="address">Where its first byte is seen; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing mapped, <see cref="VmStatus.OutOfRange"/> when the range is empty or wraps,
    /// <see cref="VmStatus.MemoryConflict"/> when one of its pages holds memory, <see cref="VmStatus.WindowFull"/> when it does not
    /// fit above the heap, <see cref="VmStatus.OutOfIdentifiers"/> when <see cref="Capacity"/> mappings exist,
    /// <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    public VmStatus TryMap<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        in MemoryMap map,
        PhysicalRange range,
        out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        address = default;
        VmStatus status = PhysicalRange.TryCreate(range.Start, range.LengthInBytes, out PhysicalRange bytes);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        PhysicalAddress firstFrame = bytes.Start.AlignDown(PageSize.Small);
        uint lastFrameNumber = bytes.Start.Add(bytes.LengthInBytes - 1).FrameNumber;
        uint pageCount = lastFrameNumber - firstFrame.FrameNumber + 1;
        if (TouchesMemory(in map, firstFrame, pageCount))
        {
            return VmStatus.MemoryConflict;
        }

        window.Acquire(ref machine);
        status = TryFindRoom(in window, pageCount, out int index, out VirtualAddress firstPage);
        if (status == VmStatus.Ok)
        {
            status = TryMapPages(ref machine, ref frames, ref tables, firstPage, firstFrame, pageCount);
        }

        if (status == VmStatus.Ok)
        {
            address = firstPage.Add(bytes.Start.Value & PageSize.SmallMask);
            Insert(index, new VirtualRange(address, bytes.LengthInBytes));
            window.SetMmioStartLocked(Border());
        }

        window.Release(ref machine);
        return status;
    }

    /// <summary>Unmaps a device range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="address">As <see cref="TryMap"/> gave it.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/> for a later byte of a mapping or another
    /// byte of its first page, <see cref="VmStatus.NotMapped"/> for any other address.
    /// </returns>
    public VmStatus TryUnmap<TMachine>(
        ref TMachine machine, ref KernelTables tables, ref KernelWindow window, VirtualAddress address)
        where TMachine : struct, IMachine
    {
        window.Acquire(ref machine);
        VmStatus status = VmStatus.NotMapped;
        for (int index = 0; index < _count; index++)
        {
            VirtualRange mapping = _mappings[index];
            if (mapping.Start == address)
            {
                UnmapPages(ref machine, ref tables, FirstPageOf(mapping), PageCountOf(mapping));
                Remove(index);
                window.SetMmioStartLocked(Border());
                status = VmStatus.Ok;
                break;
            }

            if (VirtualRange.Between(FirstPageOf(mapping), EndPageOf(mapping)).Contains(address))
            {
                status = VmStatus.Misaligned;
            }
        }

        window.Release(ref machine);
        return status;
    }

    /// <summary>Reads a mapping, for printing.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="window">The borders.</param>
    /// <param name="index">From 0, the highest in memory.</param>
    /// <param name="mapping">The mapping; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfRange"/> when there are not so many.</returns>
    public readonly VmStatus TryGet<TMachine>(
        ref TMachine machine, ref KernelWindow window, int index, out MmioMapping mapping)
        where TMachine : struct, IMachine
    {
        mapping = default;
        window.Acquire(ref machine);
        VmStatus status = VmStatus.OutOfRange;
        if ((uint)index < (uint)_count)
        {
            mapping.Range = _mappings[index];
            TranslationContext context = TranslationContext.Read(ref machine);
            mapping.Physical = TableWalk.Of(ref machine, in context, mapping.Range.Start).Physical;
            status = VmStatus.Ok;
        }

        window.Release(ref machine);
        return status;
    }

    private static VirtualAddress FirstPageOf(VirtualRange mapping) => mapping.Start.AlignDown(PageSize.Small);

    private static VirtualAddress EndPageOf(VirtualRange mapping) => mapping.End.AlignUp(PageSize.Small);

    private static uint PageCountOf(VirtualRange mapping) =>
        (EndPageOf(mapping).Value - FirstPageOf(mapping).Value) >> PageSize.SmallShift;

    /// <summary>True when one of the pages holds memory: a mapping shows pages as a whole.</summary>
    private static bool TouchesMemory(in MemoryMap map, PhysicalAddress firstFrame, uint pageCount)
    {
        const uint AllPages = 1u << (32 - PageSize.SmallShift);
        uint length = pageCount == AllPages ? uint.MaxValue : pageCount << PageSize.SmallShift;
        return map.TouchesMemory(new PhysicalRange(firstFrame, length));
    }

    /// <summary>The guard page of the lowest mapping, or the end of the window.</summary>
    private readonly VirtualAddress Border() => BorderAbove(_count);

    /// <summary>Where room may end that lies below the mappings before <paramref name="index"/>.</summary>
    private readonly VirtualAddress BorderAbove(int index) =>
        index == 0 ? KernelWindow.End : new VirtualAddress(FirstPageOf(_mappings[index - 1]).Value - PageSize.Small);

    private readonly VmStatus TryFindRoom(in KernelWindow window, uint pageCount, out int index, out VirtualAddress firstPage)
    {
        firstPage = default;
        index = 0;
        if (_count == Capacity)
        {
            return VmStatus.OutOfIdentifiers;
        }

        for (; index <= _count; index++)
        {
            VirtualAddress top = BorderAbove(index);
            VirtualAddress bottom = index == _count ? window.HeapEnd : EndPageOf(_mappings[index]);
            uint roomInPages = (top.Value - bottom.Value) >> PageSize.SmallShift;
            if (pageCount < roomInPages)
            {
                firstPage = new VirtualAddress(top.Value - (pageCount << PageSize.SmallShift));
                return VmStatus.Ok;
            }
        }

        return VmStatus.WindowFull;
    }

    private static VmStatus TryMapPages<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        VirtualAddress firstPage,
        PhysicalAddress firstFrame,
        uint pageCount)
        where TMachine : struct, IMachine
    {
        for (uint done = 0; done < pageCount; done++)
        {
            uint offset = done << PageSize.SmallShift;
            VmStatus status = tables.TryMapPage(
                ref machine, ref frames, firstPage.Add(offset), firstFrame.Add(offset), KernelPageKind.Device);
            if (status != VmStatus.Ok)
            {
                UnmapPages(ref machine, ref tables, firstPage, done);
                return status;
            }
        }

        return VmStatus.Ok;
    }

    private static void UnmapPages<TMachine>(
        ref TMachine machine, ref KernelTables tables, VirtualAddress firstPage, uint pageCount)
        where TMachine : struct, IMachine
    {
        for (uint done = 0; done < pageCount; done++)
        {
            VirtualAddress page = firstPage.Add(done << PageSize.SmallShift);
            if (tables.TryUnmapPage(ref machine, page, out _) != VmStatus.Ok)
            {
                BugCheck.Fail(ref machine, "K3: a page of the MMIO window is not mapped"u8, page.Value);
            }
        }
    }

    private void Insert(int index, VirtualRange mapping)
    {
        for (int moved = _count; moved > index; moved--)
        {
            _mappings[moved] = _mappings[moved - 1];
        }

        _mappings[index] = mapping;
        _count++;
    }

    private void Remove(int index)
    {
        _count--;
        for (int moved = index; moved < _count; moved++)
        {
            _mappings[moved] = _mappings[moved + 1];
        }
    }

    [InlineArray(Capacity)]
    private struct MappingTable
    {
        private VirtualRange _first;
    }
}
