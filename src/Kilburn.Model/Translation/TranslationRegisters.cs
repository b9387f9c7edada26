using Kilburn.Core;

namespace Kilburn.Model.Translation;

/// <summary>The registers that a walk depends on, as one value.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B4.1: SCTLR, TTBR0, TTBR1, TTBCR, DACR, CONTEXTIDR, PRRR, NMRR.</remarks>
public record struct TranslationRegisters
{
    /// <summary>SCTLR.M: the MMU is on.</summary>
    public const uint SctlrMmu = 1u << 0;

    /// <summary>SCTLR.A: every unaligned access faults.</summary>
    public const uint SctlrAlignment = 1u << 1;

    /// <summary>SCTLR.C: data caches on.</summary>
    public const uint SctlrDataCache = 1u << 2;

    /// <summary>SCTLR.Z: branch prediction on.</summary>
    public const uint SctlrBranchPrediction = 1u << 11;

    /// <summary>SCTLR.I: instruction caches on.</summary>
    public const uint SctlrInstructionCache = 1u << 12;

    /// <summary>SCTLR.V: vectors at 0xFFFF0000.</summary>
    public const uint SctlrHighVectors = 1u << 13;

    /// <summary>SCTLR.TRE: TEX remap.</summary>
    public const uint SctlrTexRemap = 1u << 28;

    /// <summary>SCTLR.AFE: AP[0] is the access flag.</summary>
    public const uint SctlrAccessFlag = 1u << 29;

    /// <summary>TTBCR.N.</summary>
    public const uint TtbcrSplitMask = 0x7;

    /// <summary>TTBCR.PD0: no walks through TTBR0.</summary>
    public const uint TtbcrDisable0 = 1u << 4;

    /// <summary>TTBCR.PD1: no walks through TTBR1.</summary>
    public const uint TtbcrDisable1 = 1u << 5;

    /// <summary>TTBCR.EAE: long descriptors, which this model does not have.</summary>
    public const uint TtbcrExtended = 1u << 31;

    private const uint AsidMask = 0xFF;
    private const int FirstLevelAlignmentShift = 14; // TTBR[31:14-N]

    /// <summary>SCTLR.</summary>
    public uint SystemControl;

    /// <summary>TTBR0.</summary>
    public uint TableBase0;

    /// <summary>TTBR1.</summary>
    public uint TableBase1;

    /// <summary>TTBCR.</summary>
    public uint TableBaseControl;

    /// <summary>DACR.</summary>
    public uint DomainAccess;

    /// <summary>CONTEXTIDR.</summary>
    public uint ContextId;

    /// <summary>PRRR.</summary>
    public uint PrimaryRemap;

    /// <summary>NMRR.</summary>
    public uint NormalRemap;

    /// <summary>SCTLR.M.</summary>
    public readonly bool IsMmuOn => (SystemControl & SctlrMmu) != 0;

    /// <summary>SCTLR.TRE.</summary>
    public readonly bool IsTexRemapOn => (SystemControl & SctlrTexRemap) != 0;

    /// <summary>SCTLR.AFE.</summary>
    public readonly bool IsAccessFlagOn => (SystemControl & SctlrAccessFlag) != 0;

    /// <summary>CONTEXTIDR[7:0].</summary>
    public readonly uint Asid => ContextId & AsidMask;

    /// <summary>The address bits that are all zero in the half that TTBR0 serves. Source: ARM DDI 0406C.d, B3.5.4.</summary>
    public readonly uint UpperMask
    {
        get
        {
            int split = (int)(TableBaseControl & TtbcrSplitMask);
            return split == 0 ? 0 : uint.MaxValue << (32 - split);
        }
    }

    /// <summary>Address of TTBR0's table: bits 31 to 14-N.</summary>
    public readonly uint Table0 =>
        TableBase0 & (uint.MaxValue << (FirstLevelAlignmentShift - (int)(TableBaseControl & TtbcrSplitMask)));

    /// <summary>Address of TTBR1's table: bits 31 to 14.</summary>
    public readonly uint Table1 => TableBase1 & (uint.MaxValue << FirstLevelAlignmentShift);

    /// <summary>Number of words in TTBR0's table.</summary>
    public readonly int Table0Words => 4096 >> (int)(TableBaseControl & TtbcrSplitMask);

    /// <summary>TTBCR.PD0.</summary>
    public readonly bool AreLowerWalksOff => (TableBaseControl & TtbcrDisable0) != 0;

    /// <summary>TTBCR.PD1.</summary>
    public readonly bool AreUpperWalksOff => (TableBaseControl & TtbcrDisable1) != 0;

    /// <summary>Reads one register.</summary>
    /// <param name="register">Which.</param>
    public readonly uint Get(SystemRegister register) => register switch
    {
        SystemRegister.SystemControl => SystemControl,
        SystemRegister.TranslationTableBase0 => TableBase0,
        SystemRegister.TranslationTableBase1 => TableBase1,
        SystemRegister.TranslationTableBaseControl => TableBaseControl,
        SystemRegister.DomainAccessControl => DomainAccess,
        SystemRegister.ContextId => ContextId,
        SystemRegister.PrimaryRegionRemap => PrimaryRemap,
        SystemRegister.NormalMemoryRemap => NormalRemap,
        _ => throw new MachineAccessException($"No such register: {register}."),
    };

    /// <summary>Sets one register.</summary>
    /// <param name="register">Which.</param>
    /// <param name="value">Its new value.</param>
    public void Set(SystemRegister register, uint value)
    {
        switch (register)
        {
            case SystemRegister.SystemControl:
                SystemControl = value;
                break;
            case SystemRegister.TranslationTableBase0:
                TableBase0 = value;
                break;
            case SystemRegister.TranslationTableBase1:
                TableBase1 = value;
                break;
            case SystemRegister.TranslationTableBaseControl:
                TableBaseControl = value;
                break;
            case SystemRegister.DomainAccessControl:
                DomainAccess = value;
                break;
            case SystemRegister.ContextId:
                ContextId = value;
                break;
            case SystemRegister.PrimaryRegionRemap:
                PrimaryRemap = value;
                break;
            case SystemRegister.NormalMemoryRemap:
                NormalRemap = value;
                break;
            default:
                throw new MachineAccessException($"No such register: {register}.");
        }
    }
}
