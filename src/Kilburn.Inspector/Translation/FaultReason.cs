namespace Kilburn.Inspector.Translation;

/// <summary>Why an access is refused.</summary>
public enum FaultReason : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>No descriptor maps the address.</summary>
    Translation,

    /// <summary>The descriptor's access flag is clear.</summary>
    AccessFlag,

    /// <summary>The domain may not be accessed.</summary>
    Domain,

    /// <summary>The permissions forbid it.</summary>
    Permission,

    /// <summary>Nothing answers where a table should be.</summary>
    ExternalOnWalk,
}
