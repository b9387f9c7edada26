namespace Kilburn.ShortCalls;

/// <summary>The relocations that matter here. Source: ELF for the ARM Architecture, IHI 0044, 4.6.1.</summary>
internal enum RelocationType
{
    /// <summary>R_ARM_NONE.</summary>
    None = 0,

    /// <summary>R_ARM_THM_CALL: BL.</summary>
    Call = 10,

    /// <summary>R_ARM_THM_JUMP24: B.W.</summary>
    Jump = 30,

    /// <summary>R_ARM_THM_MOVW_PREL_NC.</summary>
    MoveLowRelative = 49,

    /// <summary>R_ARM_THM_MOVT_PREL.</summary>
    MoveHighRelative = 50,
}
