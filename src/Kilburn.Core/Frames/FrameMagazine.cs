using System.Runtime.InteropServices;

namespace Kilburn.Core.Frames;

/// <summary>The few free frames that a core keeps at hand: a stack, linked through the frames' words.</summary>
/// <remarks>
/// <code>
///  31  28 27        18 17                 0
/// +------+------------+--------------------+
/// |  0   | depth + 1  | frame on top       |
/// +------+------------+--------------------+
/// </code>
/// Owner core only, with interrupts masked; other cores read it for statistics. A cache line of its own, so that cores do not meet.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = LineInBytes)]
internal struct FrameMagazine
{
    /// <summary>Most frames that a core keeps: 256 KiB.</summary>
    public const uint Capacity = 64;

    /// <summary>Frames that go back to the rows at once when a magazine is full.</summary>
    public const uint Spill = 32;

    /// <summary>The top of a full magazine is at least this.</summary>
    public const uint FullTop = (Capacity + 1) << FrameInfo.DepthShift;

    /// <summary>The top of an empty magazine is below this.</summary>
    public const uint FilledTop = 2u << FrameInfo.DepthShift;

    private const int LineInBytes = 64;

    /// <summary>The frame on top and the depth.</summary>
    public uint Top;

    /// <summary>Frames in the magazine.</summary>
    public readonly uint Count => (Top >> FrameInfo.DepthShift) - 1;
}
