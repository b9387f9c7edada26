namespace Kilburn.Model.Translation;

/// <summary>PAR, 32-bit format: the answer of an address translation operation.</summary>
/// <remarks>
/// <code>
///  31        12 11 10 9 8 7  6   4 3   2 1  0
/// +------------+--+--+-+-+--+-----+-----+--+--+
/// |  PA[31:12] | 0|NOS|NS|.|SH|Inner|Outer|SS| 0|   translated
/// |                        0     |ExT|FS4| FS[3:0] | 1|   refused: ExT in bit 6, FS[4] in bit 5, FS[3:0] in bits 4:1
/// +---------------------------------------------+
/// </code>
/// Source: ARM DDI 0406C.d, B4.1.112.
/// </remarks>
internal static class PhysicalAddressRegister
{
    private const uint FaultBit = 1;
    private const int FaultShift = 1;
    private const uint SupersectionBit = 1u << 1;
    private const int OuterShift = 2;
    private const int InnerShift = 4;
    private const uint ShareableBit = 1u << 7;
    private const uint NotOuterShareableBit = 1u << 10;
    private const uint FrameMask = 0xFFFF_F000;
    private const uint SupersectionMask = 0xFF00_0000;

    private const uint InnerStronglyOrdered = 0b001;
    private const uint InnerDevice = 0b011;

    /// <summary>Tells what a translation came to.</summary>
    /// <param name="leaf">The translation.</param>
    /// <param name="address">The virtual address.</param>
    /// <param name="fault">Why the access is refused, if it is.</param>
    public static uint Encode(in Leaf leaf, uint address, FaultCode fault)
    {
        if (fault != FaultCode.None)
        {
            return FaultBit | ((uint)fault << FaultShift);
        }

        uint result = leaf.Translate(address) & FrameMask;
        if (leaf.Kind == MappingKind.Supersection)
        {
            result = (result & SupersectionMask) | SupersectionBit;
        }

        MemoryAttributes attributes = leaf.Attributes;
        result |= attributes.IsShareable ? ShareableBit | NotOuterShareableBit : 0;
        return attributes.Kind switch
        {
            MemoryKind.StronglyOrdered => result | (InnerStronglyOrdered << InnerShift),
            MemoryKind.Device => result | (InnerDevice << InnerShift),
            _ => result | (Inner(attributes.Inner) << InnerShift) | ((uint)attributes.Outer << OuterShift),
        };
    }

    private static uint Inner(Cacheability inner) => inner switch
    {
        Cacheability.None => 0b000,
        Cacheability.WriteBackWriteAllocate => 0b101,
        Cacheability.WriteThrough => 0b110,
        _ => 0b111,
    };
}
