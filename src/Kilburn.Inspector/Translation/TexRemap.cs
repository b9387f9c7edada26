namespace Kilburn.Inspector.Translation;

/// <summary>What TEX, C, B and S mean.</summary>
internal static class TexRemap
{
    private const uint CachedTex = 4;
    private const int OuterShift = 16; // NMRR.ORn
    private static readonly BitField s_deviceSharing = new("DS1, DS0", 17, 16);
    private static readonly BitField s_normalSharing = new("NS1, NS0", 19, 18);
    private static readonly BitField s_notOuter = new("NOS7-NOS0", 31, 24);

    /// <summary>With SCTLR.TRE set: one of eight lines of PRRR and NMRR.</summary>
    /// <param name="registers">PRRR and NMRR.</param>
    /// <param name="index">TEX[0], C, B.</param>
    /// <param name="isShareable">S.</param>
    /// <remarks>Source: ARM DDI 0406C.d, B3.8.3, B4.1.127 (PRRR), B4.1.110 (NMRR).</remarks>
    public static MemoryAttributes Remapped(GuestRegisters registers, int index, bool isShareable)
    {
        uint primary = registers.PrimaryRemap;
        MemoryKind kind = (MemoryKind)((primary >> (2 * index)) & 3);
        if (kind is MemoryKind.StronglyOrdered or MemoryKind.Reserved)
        {
            return MemoryAttributes.Uncached(kind, Shareability.Outer);
        }

        BitField sharing = kind == MemoryKind.Device ? s_deviceSharing : s_normalSharing;
        bool isShared = ((sharing.Of(primary) >> (isShareable ? 1 : 0)) & 1) != 0;
        bool isInner = ((s_notOuter.Of(primary) >> index) & 1) != 0;
        Shareability domain = isInner ? Shareability.Inner : Shareability.Outer;
        Shareability result = isShared ? domain : Shareability.None;
        return kind == MemoryKind.Device
            ? MemoryAttributes.Uncached(kind, result)
            : new MemoryAttributes(
                kind,
                (CachePolicy)((registers.NormalRemap >> (2 * index)) & 3),
                (CachePolicy)((registers.NormalRemap >> ((2 * index) + OuterShift)) & 3),
                result);
    }

    /// <summary>With SCTLR.TRE clear.</summary>
    /// <param name="tex">TEX[2:0].</param>
    /// <param name="cb">C and B.</param>
    /// <param name="isShareable">S.</param>
    /// <remarks>Source: ARM DDI 0406C.d, B3.8.2.</remarks>
    public static MemoryAttributes Classic(uint tex, uint cb, bool isShareable)
    {
        Shareability sharing = isShareable ? Shareability.Shared : Shareability.None;
        if ((tex & CachedTex) != 0)
        {
            return new MemoryAttributes(MemoryKind.Normal, (CachePolicy)cb, (CachePolicy)(tex & 3), sharing);
        }

        return (tex, cb) switch
        {
            (0, 0) => MemoryAttributes.Uncached(MemoryKind.StronglyOrdered, Shareability.Shared),
            (0, 1) => MemoryAttributes.Uncached(MemoryKind.Device, Shareability.Shared),
            (0, 2) => MemoryAttributes.Normal(CachePolicy.WriteThrough, sharing),
            (0, 3) => MemoryAttributes.Normal(CachePolicy.WriteBack, sharing),
            (1, 0) => MemoryAttributes.Normal(CachePolicy.NonCacheable, sharing),
            (1, 3) => MemoryAttributes.Normal(CachePolicy.WriteBackAllocate, sharing),
            (2, 0) => MemoryAttributes.Uncached(MemoryKind.Device, Shareability.None),
            _ => MemoryAttributes.Uncached(MemoryKind.Reserved, Shareability.Shared),
        };
    }
}
