namespace Kilburn.Inspector.Translation;

/// <summary>A part of the virtual addresses, and the table where its walks begin.</summary>
/// <param name="Register"><c>TTBR0</c> or <c>TTBR1</c>.</param>
/// <param name="Table">Physical address of the first table.</param>
/// <param name="Level">Its level.</param>
/// <param name="Start">First virtual address of the part.</param>
/// <param name="Last">Last virtual address of the part.</param>
/// <param name="AddressMask">The bits of an address that the table looks at.</param>
/// <param name="IsOff">Walks are disabled: every address faults.</param>
public sealed record TableRoot(
    string Register, ulong Table, int Level, uint Start, uint Last, uint AddressMask, bool IsOff);
