namespace Kilburn.Core.Descriptors;

/// <summary>AP[0] with SCTLR.AFE = 1: software's note that a mapping was used. An access through a clear one faults, and no TLB holds it.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.7.4.</remarks>
public enum AccessFlag : byte
{
    /// <summary>Not used since it was cleared.</summary>
    Clear = 0,

    /// <summary>Used, or new.</summary>
    Set = 1,
}
