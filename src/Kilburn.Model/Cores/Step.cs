using Kilburn.Core;

namespace Kilburn.Model.Cores;

/// <summary>One maintenance operation, barrier or register write, with its operands.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Address">
/// A virtual address for the TLB and instruction cache, a physical one for the data cache, the number of a
/// <see cref="SystemRegister"/> for a register write.
/// </param>
/// <param name="Operand">An ASID, a length in bytes, or the value of a register.</param>
public readonly record struct Step(StepKind Kind, uint Address = 0, uint Operand = 0)
{
    /// <summary>A register write.</summary>
    /// <param name="register">Which register.</param>
    /// <param name="value">Its new value.</param>
    public static Step Register(SystemRegister register, uint value) =>
        new(StepKind.RegisterWrite, (uint)register, value);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        StepKind.DataBarrier => "DSB",
        StepKind.ContextBarrier => "ISB",
        StepKind.TlbLocal => "TLBIALL",
        StepKind.Tlbs => "TLBIALLIS",
        StepKind.TlbAsid => $"TLBIASIDIS {Operand}",
        StepKind.TlbAsidLocal => $"TLBIASID {Operand}",
        StepKind.TlbPage => $"TLBIMVAIS 0x{Address:X8}, ASID {Operand}",
        StepKind.TlbPageLocal => $"TLBIMVA 0x{Address:X8}, ASID {Operand}",
        StepKind.TlbPageAllAsids => $"TLBIMVAAIS 0x{Address:X8}",
        StepKind.TlbPageAllAsidsLocal => $"TLBIMVAA 0x{Address:X8}",
        StepKind.CleanToUnification => $"DCCMVAU 0x{Address:X8}, {Operand} bytes",
        StepKind.CleanInvalidateToCoherency => $"DCCIMVAC 0x{Address:X8}, {Operand} bytes",
        StepKind.InstructionCaches => "ICIALLUIS",
        StepKind.InstructionCacheLine => $"ICIMVAU 0x{Address:X8}",
        StepKind.BranchPredictors => "BPIALLIS",
        StepKind.RegisterWrite => $"{(SystemRegister)Address} = 0x{Operand:X8}",
        _ => Kind.ToString(),
    };
}
