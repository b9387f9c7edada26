namespace Kilburn.Inspector.Translation;

/// <summary>What AttrIndx means: one of the eight bytes of MAIR0 and MAIR1.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B4.1.104.</remarks>
internal static class MemoryAttributeIndirection
{
    private const int AttributesInARegister = 4;
    private const int BitsOfAnAttribute = 8;
    private const uint DeviceEncoding = 4;
    private static readonly BitField s_outer = new("outer", 7, 4);
    private static readonly BitField s_inner = new("inner", 3, 0);

    /// <summary>Decodes one attribute.</summary>
    /// <param name="registers">MAIR0 and MAIR1.</param>
    /// <param name="index">AttrIndx[2:0].</param>
    /// <param name="sharing">SH, for normal memory; what is not normal is outer shareable.</param>
    public static MemoryAttributes Decode(GuestRegisters registers, int index, Shareability sharing)
    {
        uint register = index < AttributesInARegister ? registers.PrimaryRemap : registers.NormalRemap;
        uint attribute = (register >> (index % AttributesInARegister * BitsOfAnAttribute)) & 0xFF;
        uint outer = (uint)s_outer.Of(attribute);
        uint inner = (uint)s_inner.Of(attribute);
        if (outer == 0)
        {
            MemoryKind kind = inner switch
            {
                0 => MemoryKind.StronglyOrdered,
                DeviceEncoding => MemoryKind.Device,
                _ => MemoryKind.Reserved,
            };
            return MemoryAttributes.Uncached(kind, Shareability.Outer);
        }

        return inner == 0
            ? MemoryAttributes.Uncached(MemoryKind.Reserved, Shareability.Outer)
            : new MemoryAttributes(MemoryKind.Normal, Policy(inner), Policy(outer), sharing);
    }

    // 0bRW with R and W the allocation hints: 00RW write-through transient, 0100 non-cacheable, 01RW write-back transient,
    // 10RW write-through, 11RW write-back.
    private static CachePolicy Policy(uint encoding)
    {
        const uint NonCacheable = 0b0100;
        const uint WriteBack = 0b0100;
        const uint WriteAllocate = 0b0001;
        if (encoding == NonCacheable)
        {
            return CachePolicy.NonCacheable;
        }

        if ((encoding & WriteBack) == 0)
        {
            return CachePolicy.WriteThrough;
        }

        return (encoding & WriteAllocate) != 0 ? CachePolicy.WriteBackAllocate : CachePolicy.WriteBack;
    }
}
