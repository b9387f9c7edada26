namespace Kilburn.Model.Translation;

/// <summary>As whom an access is made.</summary>
public enum Privilege : byte
{
    /// <summary>PL1: a load or store of the kernel.</summary>
    Kernel,

    /// <summary>PL0: user mode, or an LDRT or STRT of the kernel.</summary>
    User,
}
