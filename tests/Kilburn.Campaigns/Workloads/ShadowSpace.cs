using System.Collections.Generic;
using Kilburn.Core.Spaces;

namespace Kilburn.Campaigns.Workloads;

/// <summary>A space, and what the reference says that it maps.</summary>
/// <param name="handle">The space.</param>
public sealed class ShadowSpace(AddressSpace handle)
{
    /// <summary>The space.</summary>
    public AddressSpace Handle => handle;

    /// <summary>Pages by their first byte.</summary>
    public SortedDictionary<uint, ShadowPage> Pages { get; } = [];

    /// <summary>Pages of ranges by their first byte.</summary>
    public SortedDictionary<uint, ShadowRangePage> Ranges { get; } = [];
}
