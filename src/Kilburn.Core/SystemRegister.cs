namespace Kilburn.Core;

/// <summary>The CP15 registers that translation depends on. Source: ARM DDI 0406C.d, B4.1.</summary>
public enum SystemRegister
{
    /// <summary>SCTLR, c1 c0 0: MMU, caches, TEX remap, access flag, vectors.</summary>
    SystemControl,

    /// <summary>TTBR0, c2 c0 0: the user half's first-level table.</summary>
    TranslationTableBase0,

    /// <summary>TTBR1, c2 c0 1: the kernel half's first-level table.</summary>
    TranslationTableBase1,

    /// <summary>TTBCR, c2 c0 2: where the halves part, and PD0, PD1.</summary>
    TranslationTableBaseControl,

    /// <summary>DACR, c3 c0 0: two bits per domain.</summary>
    DomainAccessControl,

    /// <summary>CONTEXTIDR, c13 c0 1: the current ASID.</summary>
    ContextId,

    /// <summary>PRRR, c10 c2 0: memory types of the remapped attributes.</summary>
    PrimaryRegionRemap,

    /// <summary>NMRR, c10 c2 1: cacheability of the remapped attributes.</summary>
    NormalMemoryRemap,
}
