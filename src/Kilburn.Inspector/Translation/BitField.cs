namespace Kilburn.Inspector.Translation;

/// <summary>A field of a register or descriptor, under the manual's name.</summary>
/// <param name="Name">The manual's name.</param>
/// <param name="High">Its highest bit.</param>
/// <param name="Low">Its lowest bit.</param>
public readonly record struct BitField(string Name, int High, int Low)
{
    private const int LastBit = 63;

    /// <summary>The bits of the field, where they stand.</summary>
    public ulong Mask => (ulong.MaxValue >> (LastBit - High + Low)) << Low;

    /// <summary>A field of one bit.</summary>
    /// <param name="name">The manual's name.</param>
    /// <param name="bit">Which.</param>
    public static BitField Bit(string name, int bit) => new(name, bit, bit);

    /// <summary>The field's value.</summary>
    /// <param name="word">The register or descriptor.</param>
    public ulong Of(ulong word) => (word & Mask) >> Low;

    /// <summary>True when a field of one bit is set.</summary>
    /// <param name="word">The register or descriptor.</param>
    public bool IsSet(ulong word) => (word & Mask) != 0;
}
