namespace Kilburn.Inspector.Translation;

/// <summary>What a mapping allows, and how its memory behaves.</summary>
/// <param name="Kernel">Effective rights at PL1, were the access flag set.</param>
/// <param name="User">Effective rights at PL0, were the access flag set.</param>
/// <param name="Memory">Type, caches, sharing.</param>
/// <param name="IsGlobal">Matches under every ASID.</param>
/// <param name="IsAccessed">The access flag is set, or is not in use.</param>
/// <param name="IsNonSecure">NS: the physical address is in the Non-secure space, for a walk made Secure.</param>
/// <param name="Domain">0 to 15; 0 for long descriptors, which have none.</param>
/// <param name="DomainAccess">DACR's field for the domain: 1, client, for long descriptors.</param>
public readonly record struct PageAttributes(
    Rights Kernel,
    Rights User,
    MemoryAttributes Memory,
    bool IsGlobal,
    bool IsAccessed,
    bool IsNonSecure,
    byte Domain,
    byte DomainAccess = PageAttributes.Client)
{
    /// <summary>Accesses are checked against permissions.</summary>
    public const byte Client = 1;

    /// <summary>Accesses are not checked.</summary>
    public const byte Manager = 3;

    /// <summary>True when every access faults; so does the reserved encoding, in the strictest reading.</summary>
    public bool IsDomainClosed => DomainAccess is not (Client or Manager);
}
