using System;

namespace Kilburn.Model.Memory;

/// <summary>What the machine knows of a KiB of memory: the smallest table.</summary>
[Flags]
internal enum GranuleMarks : byte
{
    /// <summary>No walk has read it.</summary>
    None = 0,

    /// <summary>A walk of the half that TTBR0 serves has read it.</summary>
    WalkedLower = 1,

    /// <summary>A walk of the half that TTBR1 serves has read it.</summary>
    WalkedUpper = 2,

    /// <summary>The oracle follows its words: some core may walk it, or hold what it read there.</summary>
    Followed = 4,
}
