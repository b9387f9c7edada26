namespace Kilburn.Core.Faults;

/// <summary>Why an access was refused: the short-descriptor encodings of FS[4:0] in DFSR, IFSR and PAR.</summary>
/// <remarks>Source: ARM DDI 0406C.d, Table B3-23.</remarks>
public enum FaultStatus : byte
{
    /// <summary>No fault.</summary>
    None = 0b00000,

    /// <summary>Alignment.</summary>
    Alignment = 0b00001,

    /// <summary>Debug event.</summary>
    Debug = 0b00010,

    /// <summary>Access flag clear in a first-level descriptor.</summary>
    AccessFlagFirstLevel = 0b00011,

    /// <summary>Instruction cache maintenance.</summary>
    CacheMaintenance = 0b00100,

    /// <summary>No first-level descriptor.</summary>
    TranslationFirstLevel = 0b00101,

    /// <summary>Access flag clear in a second-level descriptor.</summary>
    AccessFlagSecondLevel = 0b00110,

    /// <summary>No second-level descriptor.</summary>
    TranslationSecondLevel = 0b00111,

    /// <summary>Synchronous external abort.</summary>
    External = 0b01000,

    /// <summary>Domain of a section closed.</summary>
    DomainFirstLevel = 0b01001,

    /// <summary>Domain of a page closed.</summary>
    DomainSecondLevel = 0b01011,

    /// <summary>External abort on the read of a first-level descriptor.</summary>
    WalkFirstLevel = 0b01100,

    /// <summary>Rights of a section.</summary>
    PermissionFirstLevel = 0b01101,

    /// <summary>External abort on the read of a second-level descriptor.</summary>
    WalkSecondLevel = 0b01110,

    /// <summary>Rights of a page.</summary>
    PermissionSecondLevel = 0b01111,

    /// <summary>Two TLB entries match.</summary>
    TlbConflict = 0b10000,

    /// <summary>Asynchronous external abort.</summary>
    AsynchronousExternal = 0b10110,
}
