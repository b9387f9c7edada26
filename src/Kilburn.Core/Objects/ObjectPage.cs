using Kilburn.Core.Addresses;

namespace Kilburn.Core.Objects;

/// <summary>The word of an object's page.</summary>
/// <remarks>
/// <code>
///  31                    12 11      4  3  2  1  0
/// +------------------------+---------+--+--+--+--+
/// |      frame[31:12]      | 0 ... U | D| 0  0  0|  there; D: written, and not taken back by the pager since; U: which could not keep it
/// | next page that waits   |    0    | 0| 0  0  1|  the pager is to be told of it
/// |           0            |    0    | 0| 0  1  0|  the pager was told of it
/// |           0            |    0    | 0| 1  0  0|  the pager could not bring it
/// |           0            |    0    | 0| 0  0  0|  not there
/// +------------------------+---------+--+--+--+--+
/// </code>
/// </remarks>
/// <param name="raw">The word as it stands in memory.</param>
internal readonly struct ObjectPage(uint raw)
{
    /// <summary>The pager is to be told.</summary>
    public const uint Waiting = 1u << 0;

    /// <summary>The pager was told.</summary>
    public const uint Asked = 1u << 1;

    /// <summary>The pager could not bring it.</summary>
    public const uint Failed = 1u << 2;

    /// <summary>Written, and not taken back since.</summary>
    public const uint Dirty = 1u << 3;

    /// <summary>Taken back by the pager, which could not keep it.</summary>
    public const uint Unkept = 1u << 4;

    private const uint FlagMask = Waiting | Asked | Failed | Dirty | Unkept;

    private readonly uint _raw = raw;

    /// <summary>The word.</summary>
    public uint Raw => _raw;

    /// <summary>True when there is a frame.</summary>
    public bool HasFrame => (_raw & (Waiting | Asked | Failed)) == 0 && _raw != 0;

    /// <summary>First byte of the frame. <see cref="HasFrame"/> must be true.</summary>
    public PhysicalAddress Frame => new(_raw & ~FlagMask);

    /// <summary>Number of the page that waits behind this one. The page must wait itself, and not be the last.</summary>
    public uint NextWaiting => _raw >> PageSize.SmallShift;

    /// <summary>True when a flag is set.</summary>
    /// <param name="flag">One of this type's.</param>
    public bool Is(uint flag) => (_raw & flag) != 0;

    /// <summary>A page that waits before another.</summary>
    /// <param name="next">The other's number.</param>
    public static uint WaitingBefore(uint next) => (next << PageSize.SmallShift) | Waiting;
}
