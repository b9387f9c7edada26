namespace Kilburn.Inspector.Translation;

/// <summary>A descriptor that is not as the manual wants it.</summary>
/// <param name="Address">First virtual address that it serves.</param>
/// <param name="Slot">Where it lies.</param>
/// <param name="Word">The descriptor.</param>
/// <param name="Reason">In words.</param>
public readonly record struct DescriptorFlaw(uint Address, ulong Slot, ulong Word, string Reason);
