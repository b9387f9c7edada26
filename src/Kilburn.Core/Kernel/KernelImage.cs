using Kilburn.Core.Addresses;

namespace Kilburn.Core.Kernel;

/// <summary>Where the kernel lies in physical memory, as its linker laid it out.</summary>
/// <remarks>
/// Text, constants and data follow each other; each starts at a multiple of 4 KiB. The boot code maps each MiB up to KERNEL END with
/// pages, stacks and their unmapped guards included; <c>VirtualMemory.TryStart</c> only tightens what it finds there.
/// </remarks>
public struct KernelImage
{
    /// <summary>Code: read-only and executable.</summary>
    public PhysicalRange Text;

    /// <summary>Constants: read-only.</summary>
    public PhysicalRange Constants;

    /// <summary>Everything else, stacks and zeroed data included: read-write. Its end is KERNEL END.</summary>
    public PhysicalRange Data;

    /// <summary>The end of the MiB that KERNEL END is in: up to here the boot code has mapped memory, with pages.</summary>
    public readonly PhysicalAddress MappedEnd => Data.End.AlignUp(PageSize.Section);

    /// <summary>The page of the vector table: physical 0 on this architecture's classic layout.</summary>
    public PhysicalAddress Vectors;

    /// <summary>The vectors as they were linked into the image: a multiple of 64 bytes at a multiple of 64.</summary>
    public PhysicalRange VectorSource;

    /// <summary>TTBR1's table of 16 KiB: physical 0x4000.</summary>
    public PhysicalAddress FirstLevelTable;

    /// <summary>An empty 8 KiB first-level table that TTBR0 points to while no space is active.</summary>
    public PhysicalAddress EmptyTable;

    /// <summary>Zeroed second-level tables in the image, for what start-up maps before there are frames.</summary>
    public PhysicalRange EarlyTables;
}
