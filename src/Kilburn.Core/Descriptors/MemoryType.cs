namespace Kilburn.Core.Descriptors;

/// <summary>How memory behaves: the index TEX[0], C, B into the remap registers, with SCTLR.TRE = 1.</summary>
/// <remarks>
/// The kernel sets PRRR and NMRR (<see cref="MemoryRemap"/>) so that the names hold. Source: ARM DDI 0406C.d, B3.8.3.
/// </remarks>
public enum MemoryType : byte
{
    /// <summary>Strongly-ordered.</summary>
    StronglyOrdered = 0,

    /// <summary>Device, shareable.</summary>
    Device = 1,

    /// <summary>Normal, not cached.</summary>
    NormalNonCacheable = 2,

    /// <summary>Normal, write-back and write-allocate, inner shareable.</summary>
    Normal = 3,
}
