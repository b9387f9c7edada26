namespace Kilburn.Inspector.Translation;

/// <summary>As whom an access is made.</summary>
public enum Privilege : byte
{
    /// <summary>PL1.</summary>
    Kernel,

    /// <summary>PL0.</summary>
    User,
}
