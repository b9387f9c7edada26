using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;

namespace Kilburn.Campaigns.Workloads;

/// <summary>What the reference knows of a page of a range.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Rights">What a program may do with it.</param>
/// <param name="Cell">What a program wrote to its mark; null for a page of an object before the first touch.</param>
/// <param name="Object">The object, if it is a page of one.</param>
/// <param name="ObjectPage">The page's number in the object.</param>
/// <param name="IsOwn">True when nobody else sees what is written.</param>
public readonly record struct ShadowRangePage(
    RangeKind Kind, UserRights Rights, ShadowCell? Cell, ShadowObject? Object = null, uint ObjectPage = 0, bool IsOwn = true)
{
    /// <summary>A page without a frame.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="rights">What a program may do with it.</param>
    public static ShadowRangePage New(RangeKind kind, UserRights rights) => new(kind, rights, new ShadowCell(0));

    /// <summary>True for a page that can have a frame.</summary>
    public bool IsFillable => Kind is RangeKind.Anonymous or RangeKind.Shared or RangeKind.Private;

    /// <summary>The page without its frame: zeroes again, or what the object has.</summary>
    public ShadowRangePage Discarded => Object is null ? this with { Cell = new ShadowCell(0) } : this with { Cell = null, IsOwn = false };

    /// <summary>The page in a clone of its space.</summary>
    public ShadowRangePage Cloned => IsOwn && Cell is not null ? this with { Cell = new ShadowCell(Cell.Word) } : this;
}
