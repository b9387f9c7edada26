using System.Collections.Generic;

namespace Kilburn.Inspector.Translation;

/// <summary>Everything that a guest's tables say.</summary>
public sealed class TableScan
{
    /// <summary>Every entry with a translation, in the order of addresses.</summary>
    public List<Leaf> Leaves { get; } = [];

    /// <summary>Every table, once for each place that it is reached at.</summary>
    public List<TableUse> Tables { get; } = [];

    /// <summary>Descriptors that are not as the manual wants them.</summary>
    public List<DescriptorFlaw> Flaws { get; } = [];
}
