using Kilburn.Core.Addresses;

namespace Kilburn.Core.Kernel;

/// <summary>Where the kernel heap keeps its blocks and what it knows about them.</summary>
/// <remarks>
/// The directory lies apart from the blocks, so that a write past the end of one never damages the heap itself. It is mapped only
/// as far as the heap reaches: 160 bytes to a page.
/// <code>
/// 0xC0000000  states    one byte to 32 bytes of heap: a live block starts here, or a link to the next free block of the page
/// 0xC2000000  records   32 bytes to a page of heap (HeapPage)
/// 0xC2800000  never mapped
/// 0xC3000000  pages
/// </code>
/// </remarks>
public static class KernelHeapLayout
{
    /// <summary>log2 of a granule: sizes and addresses of blocks are multiples of it.</summary>
    internal const int GranuleShift = 5;

    /// <summary>A granule, 32 bytes.</summary>
    internal const uint Granule = 1u << GranuleShift;

    /// <summary>The offset bits of a granule.</summary>
    internal const uint GranuleMask = Granule - 1;

    /// <summary>log2 of the granules of a page.</summary>
    internal const int GranulesPerPageShift = PageSize.SmallShift - GranuleShift;

    /// <summary>Granules of a page: 128.</summary>
    internal const uint GranulesPerPage = 1u << GranulesPerPageShift;

    /// <summary>The number of a granule within its page.</summary>
    internal const uint GranuleInPageMask = GranulesPerPage - 1;

    /// <summary>log2 of the length of a <see cref="HeapPage"/>.</summary>
    internal const int RecordShift = 5;

    /// <summary>log2 of the heap pages that one page of states describes.</summary>
    internal const int PagesPerStatePageShift = PageSize.SmallShift - GranulesPerPageShift;

    /// <summary>log2 of the heap pages that one page of records describes.</summary>
    internal const int PagesPerRecordPageShift = PageSize.SmallShift - RecordShift;

    /// <summary>Most pages that the heap can have: all of the window above the directory.</summary>
    internal const uint PageCapacity = (WindowEnd - PagesStart) >> PageSize.SmallShift;

    private const uint StatesStart = 0xC000_0000;
    private const uint RecordsStart = 0xC200_0000;
    private const uint PagesStart = 0xC300_0000;
    private const uint WindowEnd = 0xFFF0_0000;

    // The states end before the records begin, and these before the pages: else compile error CS0020.
    private const uint DirectoryFits = 1u / (
        (StatesStart + (PageCapacity << GranulesPerPageShift) <= RecordsStart
        && RecordsStart + (PageCapacity << RecordShift) <= PagesStart) ? 1u : 0u);

    /// <summary>Where the first page of blocks lies: a multiple of 1 MiB.</summary>
    public static VirtualAddress FirstPage => new(PagesStart);

    /// <summary>The state byte of the granule that holds a byte of the heap.</summary>
    /// <param name="offset">Bytes from <see cref="FirstPage"/>.</param>
    internal static VirtualAddress StateAt(uint offset) => new(StatesStart + (offset >> GranuleShift));

    /// <summary>The state byte of a granule.</summary>
    /// <param name="granule">Counts granules from <see cref="FirstPage"/>.</param>
    internal static VirtualAddress StateOfGranule(uint granule) => new(StatesStart + granule);

    /// <summary>The record of a page.</summary>
    /// <param name="pageIndex">Below <see cref="PageCapacity"/>.</param>
    internal static VirtualAddress RecordOf(uint pageIndex) => new(RecordsStart + (pageIndex << RecordShift));

    /// <summary>The page that a record describes.</summary>
    /// <param name="record">As <see cref="RecordOf"/> gave it.</param>
    internal static uint PageIndexOf(uint record) => (record - RecordsStart) >> RecordShift;

    /// <summary>First byte of a page.</summary>
    /// <param name="pageIndex">At most <see cref="PageCapacity"/>.</param>
    internal static VirtualAddress PageAt(uint pageIndex) => new(PagesStart + (pageIndex << PageSize.SmallShift));

    /// <summary>Bytes from <see cref="FirstPage"/>; huge for an address below. Wraps modulo 2^32.</summary>
    /// <param name="address">Any address.</param>
    internal static uint OffsetOf(VirtualAddress address) => unchecked(address.Value - PagesStart);

    /// <summary>A page of states.</summary>
    /// <param name="index">Counts pages of the directory.</param>
    internal static VirtualAddress StatePageAt(uint index) => new(StatesStart + (index << PageSize.SmallShift));

    /// <summary>A page of records.</summary>
    /// <param name="index">Counts pages of the directory.</param>
    internal static VirtualAddress RecordPageAt(uint index) => new(RecordsStart + (index << PageSize.SmallShift));
}
