namespace Kilburn.Core;

/// <summary>The access that a translation is asked for: the four stage-1 operations. Source: ARM DDI 0406C.d, B4.2.4.</summary>
public enum TranslationAccess
{
    /// <summary>A kernel read: ATS1CPR.</summary>
    KernelRead,

    /// <summary>A kernel write: ATS1CPW.</summary>
    KernelWrite,

    /// <summary>A user read: ATS1CUR.</summary>
    UserRead,

    /// <summary>A user write: ATS1CUW.</summary>
    UserWrite,
}
