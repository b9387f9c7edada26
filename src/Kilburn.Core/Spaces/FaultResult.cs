using Kilburn.Core.Faults;

namespace Kilburn.Core.Spaces;

/// <summary>What a fault came to, and which of a space's counters tells so.</summary>
/// <remarks>
/// <code>
///  31                   8 7        0
/// +----------------------+----------+
/// | offset of a counter  | outcome  |   in SpaceCounters, in bytes; 0 for none
/// +----------------------+----------+
/// </code>
/// One word, so that it is returned in a register, and the lock of the MiB is given back and the fault counted in one step.
/// </remarks>
internal enum FaultResult : uint
{
    /// <summary>Resolved, and nothing to count: the access is tried again.</summary>
    Again = FaultOutcome.Resolved,

    /// <summary>The object's pager was asked.</summary>
    NeedsPager = FaultOutcome.NeedsPager,

    /// <summary>Nothing was done: it takes the space's lock as well. No outcome of a fault.</summary>
    NeedsSpace = 0xFF,

    /// <summary><see cref="SpaceCounters.ZeroFills"/>.</summary>
    ZeroFill = 0x1800,

    /// <summary><see cref="SpaceCounters.ZeroReads"/>.</summary>
    ZeroRead = 0x1C00,

    /// <summary><see cref="SpaceCounters.ObjectFills"/>.</summary>
    ObjectFill = 0x2000,

    /// <summary><see cref="SpaceCounters.Copies"/>.</summary>
    Copy = 0x2800,

    /// <summary><see cref="SpaceCounters.Reuses"/>.</summary>
    Reuse = 0x2C00,

    /// <summary><see cref="SpaceCounters.Uses"/>.</summary>
    Use = 0x3000,

    /// <summary><see cref="SpaceCounters.Spurious"/>.</summary>
    Spurious = 0x3400,

    /// <summary><see cref="SpaceCounters.Refused"/>; the outcome comes with it.</summary>
    Refused = 0x3800,

    /// <summary>Refused: nothing is there.</summary>
    NotMapped = Refused | FaultOutcome.NotMapped,

    /// <summary>Refused: a right is missing.</summary>
    Protection = Refused | FaultOutcome.Protection,

    /// <summary>Refused: a guard.</summary>
    Guard = Refused | FaultOutcome.Guard,

    /// <summary>Refused: the guard below a stack.</summary>
    StackOverflow = Refused | FaultOutcome.StackOverflow,

    /// <summary>Refused: no memory is left.</summary>
    OutOfMemory = Refused | FaultOutcome.OutOfMemory,

    /// <summary>Refused: a limit of the space.</summary>
    LimitReached = Refused | FaultOutcome.LimitReached,
}
