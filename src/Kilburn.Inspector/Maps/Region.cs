using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Maps;

/// <summary>Neighbouring blocks that are alike.</summary>
/// <param name="Start">First virtual address.</param>
/// <param name="LengthInBytes">Up to 4 GiB.</param>
/// <param name="Physical">Physical address of the first byte.</param>
/// <param name="Block">The form of the descriptors; the first one's, when forms are merged. Null when the MMU is off.</param>
/// <param name="Attributes">What they allow.</param>
public readonly record struct Region(
    uint Start, ulong LengthInBytes, ulong Physical, DescriptorForm? Block, PageAttributes Attributes)
{
    /// <summary>One past the last virtual address.</summary>
    public ulong End => Start + LengthInBytes;

    /// <summary>The physical addresses.</summary>
    public AddressRange PhysicalRange => new(Physical, LengthInBytes);
}
