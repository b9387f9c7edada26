namespace Kilburn.Model.Translation;

/// <summary>Why an access was refused: FS[4:0] of DFSR and IFSR, short-descriptor format.</summary>
/// <remarks>Source: ARM DDI 0406C.d, Table B3-23. Zero, which the table does not use, stands for no fault.</remarks>
public enum FaultCode : byte
{
    /// <summary>No fault.</summary>
    None = 0b00000,

    /// <summary>The address is not aligned for the access.</summary>
    Alignment = 0b00001,

    /// <summary>The section's access flag is clear.</summary>
    AccessFlagFirstLevel = 0b00011,

    /// <summary>No first-level descriptor maps the address.</summary>
    TranslationFirstLevel = 0b00101,

    /// <summary>The page's access flag is clear.</summary>
    AccessFlagSecondLevel = 0b00110,

    /// <summary>No second-level descriptor maps the address.</summary>
    TranslationSecondLevel = 0b00111,

    /// <summary>Nothing answers at the physical address.</summary>
    External = 0b01000,

    /// <summary>The section's domain may not be accessed.</summary>
    DomainFirstLevel = 0b01001,

    /// <summary>The page's domain may not be accessed.</summary>
    DomainSecondLevel = 0b01011,

    /// <summary>Nothing answers where the first-level table should be.</summary>
    ExternalOnFirstWalk = 0b01100,

    /// <summary>The section's permissions forbid the access.</summary>
    PermissionFirstLevel = 0b01101,

    /// <summary>Nothing answers where the second-level table should be.</summary>
    ExternalOnSecondWalk = 0b01110,

    /// <summary>The page's permissions forbid the access.</summary>
    PermissionSecondLevel = 0b01111,
}
