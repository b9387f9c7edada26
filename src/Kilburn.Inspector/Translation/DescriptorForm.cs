using System.Collections.Generic;

namespace Kilburn.Inspector.Translation;

/// <summary>One of the forms that a descriptor may have: what it is, and where its fields lie.</summary>
/// <param name="Name">In words.</param>
/// <param name="Level">Of the table that it stands in: 1 to 3.</param>
/// <param name="Kind">What it does to a walk.</param>
/// <param name="LengthInBytes">Of the block; zero when it maps nothing.</param>
/// <param name="Fields">From the highest bit down.</param>
/// <param name="Reserved">Bits that have to be zero.</param>
/// <param name="Copies">How many equal descriptors a block takes.</param>
public sealed record DescriptorForm(
    string Name,
    int Level,
    DescriptorKind Kind,
    ulong LengthInBytes,
    IReadOnlyList<BitField> Fields,
    ulong Reserved,
    int Copies = 1);
