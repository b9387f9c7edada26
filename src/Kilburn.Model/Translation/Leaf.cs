namespace Kilburn.Model.Translation;

/// <summary>A translation as a TLB holds it: everything but DACR. Or the reason why there is none.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.5 (formats), B3.7 (access control), B3.9 (what TLBs hold).</remarks>
/// <param name="Kind">The form of the descriptor.</param>
/// <param name="Fault">Why there is no translation; <see cref="FaultCode.None"/> when there is.</param>
/// <param name="Base">First physical byte of the block.</param>
/// <param name="Domain">Domain number, 0 to 15.</param>
/// <param name="Permission">AP[2:0] as with AFE clear: with AFE set, bit 0 was the access flag and reads as one.</param>
/// <param name="Never">Who may not execute.</param>
/// <param name="IsGlobal">Matches under every ASID.</param>
/// <param name="Attributes">Memory type.</param>
public readonly record struct Leaf(
    MappingKind Kind,
    FaultCode Fault,
    uint Base,
    byte Domain,
    byte Permission,
    ExecuteNever Never,
    bool IsGlobal,
    MemoryAttributes Attributes)
{
    /// <summary>True when a translation exists, so that a TLB may hold it.</summary>
    public bool IsHoldable => Fault == FaultCode.None;

    /// <summary>Offset bits of the block.</summary>
    public uint OffsetMask => Kind switch
    {
        MappingKind.LargePage => 0xFFFF,
        MappingKind.Section => 0xF_FFFF,
        MappingKind.Supersection => 0xFF_FFFF,
        MappingKind.Flat => uint.MaxValue,
        _ => 0xFFF,
    };

    /// <summary>True for a translation that a first-level word makes.</summary>
    public bool IsFirstLevel => Kind is MappingKind.Section or MappingKind.Supersection;

    /// <summary>The physical byte behind an address of the block.</summary>
    /// <param name="address">A virtual address that the block maps.</param>
    public uint Translate(uint address) => Base | (address & OffsetMask);

    /// <summary>Refuses a walk.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="domain">The domain, where one was read.</param>
    public static Leaf Refused(FaultCode fault, byte domain = 0) =>
        new(MappingKind.Fault, fault, 0, domain, 0, ExecuteNever.None, false, default);
}
