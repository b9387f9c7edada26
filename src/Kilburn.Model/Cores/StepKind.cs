namespace Kilburn.Model.Cores;

/// <summary>A maintenance operation, barrier or register write: what a core does that is no access to memory.</summary>
public enum StepKind : byte
{
    /// <summary>DSB.</summary>
    DataBarrier,

    /// <summary>ISB, or an exception entry or return.</summary>
    ContextBarrier,

    /// <summary>TLBIALL: this core.</summary>
    TlbLocal,

    /// <summary>TLBIALLIS: all cores.</summary>
    Tlbs,

    /// <summary>TLBIASIDIS.</summary>
    TlbAsid,

    /// <summary>TLBIMVAIS.</summary>
    TlbPage,

    /// <summary>TLBIMVAAIS.</summary>
    TlbPageAllAsids,

    /// <summary>DCCMVAU of each line of a range.</summary>
    CleanToUnification,

    /// <summary>DCCIMVAC of each line of a range.</summary>
    CleanInvalidateToCoherency,

    /// <summary>ICIALLUIS.</summary>
    InstructionCaches,

    /// <summary>BPIALLIS.</summary>
    BranchPredictors,

    /// <summary>A write of a translation register.</summary>
    RegisterWrite,

    /// <summary>TLBIASID: this core.</summary>
    TlbAsidLocal,

    /// <summary>TLBIMVA: this core.</summary>
    TlbPageLocal,

    /// <summary>TLBIMVAA: this core.</summary>
    TlbPageAllAsidsLocal,

    /// <summary>ICIMVAU: the instruction cache line of one virtual address; its aliases stay.</summary>
    InstructionCacheLine,
}
