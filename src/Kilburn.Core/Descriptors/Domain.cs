namespace Kilburn.Core.Descriptors;

/// <summary>The domains in use. Source: ARM DDI 0406C.d, B3.7.3.</summary>
public enum Domain : byte
{
    /// <summary>The kernel half: always open.</summary>
    Kernel = 0,

    /// <summary>The user half: closed in the kernel, outside of the copy routines.</summary>
    User = 1,
}
