namespace Kilburn.Inspector.Sources;

/// <summary>Which copy of the banked registers is meant. Source: ARM DDI 0406C.d, B1.5.</summary>
public enum SecurityBank : byte
{
    /// <summary>The one whose MMU is on.</summary>
    Enabled,

    /// <summary>The Secure one.</summary>
    Secure,

    /// <summary>The Non-secure one.</summary>
    NonSecure,
}
