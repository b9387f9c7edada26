namespace Kilburn.Core.Addresses;

/// <summary>An address space identifier: the tag of non-global TLB entries, 8 bits.</summary>
/// <remarks>Zero tags nothing: it stands in CONTEXTIDR while no space is active. Source: ARM DDI 0406C.d, B3.9.1, B4.1.36.</remarks>
/// <param name="value">0 to 255.</param>
public readonly struct Asid(uint value)
{
    private readonly uint _value = value;

    /// <summary>The ASID of no space.</summary>
    public static Asid None => default;

    /// <summary>CONTEXTIDR[7:0].</summary>
    public uint Value => _value;
}
