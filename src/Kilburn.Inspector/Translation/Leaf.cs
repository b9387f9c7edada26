namespace Kilburn.Inspector.Translation;

/// <summary>A block of virtual addresses with a translation.</summary>
/// <param name="Address">First virtual address.</param>
/// <param name="LengthInBytes">Of this entry: a copy of a large page counts 4 KiB.</param>
/// <param name="Physical">First physical address.</param>
/// <param name="Form">The form of its descriptor; null when the MMU is off.</param>
/// <param name="Word">The descriptor.</param>
/// <param name="Slot">Where the descriptor lies.</param>
/// <param name="Attributes">What it allows.</param>
public readonly record struct Leaf(
    uint Address,
    ulong LengthInBytes,
    ulong Physical,
    DescriptorForm? Form,
    ulong Word,
    ulong Slot,
    PageAttributes Attributes)
{
    /// <summary>One past the last virtual address.</summary>
    public ulong End => Address + LengthInBytes;
}
