namespace Kilburn.Inspector.Translation;

/// <summary>Between whom memory is kept coherent. Source: ARM DDI 0406C.d, A3.5.2.</summary>
public enum Shareability : byte
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The outer shareable domain.</summary>
    Outer,

    /// <summary>The inner shareable domain.</summary>
    Inner,

    /// <summary>Shareable, where the format has no two domains: short descriptors without TEX remap.</summary>
    Shared,
}
