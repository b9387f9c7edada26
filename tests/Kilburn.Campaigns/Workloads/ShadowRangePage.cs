using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;

namespace Kilburn.Campaigns.Workloads;

/// <summary>What the reference knows of a page of a range.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Rights">What a program may do with it.</param>
/// <param name="Word">What a program wrote to its mark; zero before.</param>
public readonly record struct ShadowRangePage(RangeKind Kind, UserRights Rights, uint Word);
