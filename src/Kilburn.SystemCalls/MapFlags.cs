using System;

namespace Kilburn.SystemCalls;

/// <summary>Rights, kind and place of a range.</summary>
/// <remarks>
/// <code>
///  31            16 15  11 10 9    8 7     4  3  2  1  0
/// +----------------+------+--+------+-------+--+--+--+--+
/// | guard, pages   |  0   |P | place| kind  |0 |X |W |R |
/// +----------------+------+--+------+-------+--+--+--+--+
/// </code>
/// Guard: pages kept free below the range, for a stack to overflow into.
/// </remarks>
[Flags]
public enum MapFlags : uint
{
    /// <summary>No rights, anonymous, anywhere, on demand.</summary>
    None = 0,

    /// <summary>Loads.</summary>
    Read = 1u << 0,

    /// <summary>Stores.</summary>
    Write = 1u << 1,

    /// <summary>Instruction fetches.</summary>
    Execute = 1u << 2,

    /// <summary>All rights.</summary>
    RightsMask = Read | Write | Execute,

    /// <summary>A hole that nothing is put into but by name.</summary>
    Guard = 1u << 4,

    /// <summary>Zeroes that clones of this process share.</summary>
    SharedAnonymous = 2u << 4,

    /// <summary>An object; what is written is this space's alone.</summary>
    PrivateObject = 3u << 4,

    /// <summary>An object; what is written is seen by all.</summary>
    SharedObject = 4u << 4,

    /// <summary>The kind; zero is private zeroes.</summary>
    KindMask = 0xFu << 4,

    /// <summary>At the address, or near it.</summary>
    Near = 1u << 8,

    /// <summary>At the address, which must be free.</summary>
    Fixed = 2u << 8,

    /// <summary>At the address, in place of what is there.</summary>
    Replace = 3u << 8,

    /// <summary>The placement; zero is anywhere.</summary>
    PlacementMask = 3u << 8,

    /// <summary>All pages at once, not at their first touch.</summary>
    Populate = 1u << 10,

    /// <summary>The pages of the guard below.</summary>
    GuardPagesMask = 0xFFFFu << MapFlagShift.GuardPages,
}
