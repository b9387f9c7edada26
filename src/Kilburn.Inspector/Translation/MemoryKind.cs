namespace Kilburn.Inspector.Translation;

/// <summary>The type of a memory region. Source: ARM DDI 0406C.d, A3.5.1.</summary>
public enum MemoryKind : byte
{
    /// <summary>Strongly-ordered.</summary>
    StronglyOrdered = 0,

    /// <summary>Device.</summary>
    Device = 1,

    /// <summary>Normal.</summary>
    Normal = 2,

    /// <summary>An encoding without a meaning.</summary>
    Reserved = 3,
}
