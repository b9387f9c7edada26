namespace Kilburn.Inspector.Translation;

/// <summary>The registers that a walk depends on.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B4.1: SCTLR, TTBCR, TTBR0, TTBR1, DACR, PRRR or MAIR0, NMRR or MAIR1, CONTEXTIDR.</remarks>
public sealed record GuestRegisters
{
    private static readonly BitField s_mmu = BitField.Bit("M", 0);
    private static readonly BitField s_writeImpliesNever = BitField.Bit("WXN", 19);
    private static readonly BitField s_userWriteImpliesNever = BitField.Bit("UWXN", 20);
    private static readonly BitField s_texRemap = BitField.Bit("TRE", 28);
    private static readonly BitField s_accessFlag = BitField.Bit("AFE", 29);
    private static readonly BitField s_extended = BitField.Bit("EAE", 31);

    /// <summary>SCTLR.</summary>
    public uint SystemControl { get; init; }

    /// <summary>TTBCR.</summary>
    public uint TableControl { get; init; }

    /// <summary>TTBR0; 64 bits with long descriptors.</summary>
    public ulong TableBase0 { get; init; }

    /// <summary>TTBR1; 64 bits with long descriptors.</summary>
    public ulong TableBase1 { get; init; }

    /// <summary>DACR.</summary>
    public uint DomainAccess { get; init; }

    /// <summary>PRRR, or MAIR0.</summary>
    public uint PrimaryRemap { get; init; }

    /// <summary>NMRR, or MAIR1.</summary>
    public uint NormalRemap { get; init; }

    /// <summary>CONTEXTIDR.</summary>
    public uint ContextId { get; init; }

    /// <summary>SCTLR.M.</summary>
    public bool IsMmuOn => s_mmu.IsSet(SystemControl);

    /// <summary>SCTLR.WXN: what is writable is never executed.</summary>
    public bool IsWriteExecuteNever => s_writeImpliesNever.IsSet(SystemControl);

    /// <summary>SCTLR.UWXN: what PL0 may write is never executed at PL1.</summary>
    public bool IsUserWriteExecuteNever => s_userWriteImpliesNever.IsSet(SystemControl);

    /// <summary>SCTLR.TRE.</summary>
    public bool IsTexRemapOn => s_texRemap.IsSet(SystemControl);

    /// <summary>SCTLR.AFE.</summary>
    public bool IsAccessFlagOn => s_accessFlag.IsSet(SystemControl);

    /// <summary>TTBCR.EAE.</summary>
    public bool HasLongDescriptors => s_extended.IsSet(TableControl);
}
