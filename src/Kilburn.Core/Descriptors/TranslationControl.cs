using Kilburn.Core.Addresses;

namespace Kilburn.Core.Descriptors;

/// <summary>Values of the translation registers.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B4.1.153 (TTBCR), B4.1.154 (TTBR0), B4.1.130 (SCTLR).</remarks>
public static class TranslationControl
{
    /// <summary>TTBCR.N: addresses below 2 GiB go through TTBR0, whose table has 2048 entries.</summary>
    public const uint HalfSplit = 1;

    /// <summary>TTBCR.PD0: a miss in the user half faults instead of walking.</summary>
    public const uint NoUserWalks = 1u << 4;

    /// <summary>TTBCR.PD1: a miss in the kernel half faults instead of walking.</summary>
    public const uint NoKernelWalks = 1u << 5;

    /// <summary>SCTLR.V: vectors at 0xFFFF0000.</summary>
    public const uint HighVectors = 1u << 13;

    private const uint SplitMask = 7;
    private const uint InnerWriteBackAllocate = 1u << 6; // IRGN = 01, split over bits 6 and 0
    private const uint NotOuterShareable = 1u << 5;
    private const uint OuterWriteBackAllocate = 1u << 3; // RGN = 01
    private const uint Shareable = 1u << 1;

    /// <summary>Low bits of TTBR0 and TTBR1: walks are write-back, write-allocate and inner shareable.</summary>
    public const uint WalkAttributes = InnerWriteBackAllocate | NotOuterShareable | OuterWriteBackAllocate | Shareable;

    /// <summary>The register's value for a table.</summary>
    /// <param name="table">First byte: a multiple of the table's length.</param>
    public static uint TableBase(PhysicalAddress table) => table.Value | WalkAttributes;

    /// <summary>TTBCR.N.</summary>
    /// <param name="control">A value of TTBCR.</param>
    public static uint SplitOf(uint control) => control & SplitMask;
}
