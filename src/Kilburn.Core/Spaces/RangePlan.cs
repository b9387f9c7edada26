using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Spaces;

/// <summary>A new range with its place: a hole below, and pages of one state.</summary>
internal struct RangePlan
{
    /// <summary>First byte of the hole; <see cref="Start"/> when there is none.</summary>
    public VirtualAddress GuardStart;

    /// <summary>First byte of the range.</summary>
    public VirtualAddress Start;

    /// <summary>One past its last byte.</summary>
    public VirtualAddress End;

    /// <summary>Kind and rights.</summary>
    public ReservedPages State;

    /// <summary>True when what is there goes.</summary>
    public bool IsReplacing;

    /// <summary>True when the pages come at once.</summary>
    public bool IsPopulated;

    /// <summary>What the hole's pages are.</summary>
    public static ReservedPages GuardState => ReservedPages.Page(ReservedKind.StackGuard, UserRights.None);

    /// <summary>Pages of the range.</summary>
    public readonly uint PageCount => (End.Value - Start.Value) >> PageSize.SmallShift;

    /// <summary>True when the range's pages count as reserved.</summary>
    public readonly bool IsCounted => State.IsFillable;
}
