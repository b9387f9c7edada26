namespace Kilburn.Core.Descriptors;

/// <summary>The values of the remap registers that give <see cref="MemoryType"/> its meaning.</summary>
/// <remarks>
/// PRRR: two bits of type per index (strongly-ordered 0, device 1, normal 2), DS1 and NS1 so that S means shareable, NOS for the
/// normal types so that shareable means inner shareable. NMRR: write-back write-allocate (1) inner and outer for index 3.
/// Source: ARM DDI 0406C.d, B4.1.127 (PRRR), B4.1.110 (NMRR).
/// </remarks>
public static class MemoryRemap
{
    private const uint TypeDevice = 1u;
    private const uint TypeNormal = 2u;
    private const int DeviceTypeShift = 2 * (int)MemoryType.Device;
    private const int NonCacheableTypeShift = 2 * (int)MemoryType.NormalNonCacheable;
    private const int NormalTypeShift = 2 * (int)MemoryType.Normal;
    private const uint DeviceNotShareableIsShareable = 1u << 16;
    private const uint DeviceShareableIsShareable = 1u << 17;
    private const uint NormalShareableIsShareable = 1u << 19;
    private const int NotOuterShift = 24;
    private const uint WriteBackWriteAllocate = 1u;
    private const int InnerShift = 2 * (int)MemoryType.Normal;
    private const int OuterShift = 16 + (2 * (int)MemoryType.Normal);

    /// <summary>PRRR.</summary>
    public const uint Primary =
        (TypeDevice << DeviceTypeShift)
        | (TypeNormal << NonCacheableTypeShift)
        | (TypeNormal << NormalTypeShift)
        | DeviceNotShareableIsShareable
        | DeviceShareableIsShareable
        | NormalShareableIsShareable
        | (1u << (NotOuterShift + (int)MemoryType.NormalNonCacheable))
        | (1u << (NotOuterShift + (int)MemoryType.Normal));

    /// <summary>NMRR.</summary>
    public const uint Normal = (WriteBackWriteAllocate << InnerShift) | (WriteBackWriteAllocate << OuterShift);
}
