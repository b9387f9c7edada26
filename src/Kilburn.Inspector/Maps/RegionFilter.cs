using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Maps;

/// <summary>Which regions are wanted. What is null or false does not matter.</summary>
public sealed record RegionFilter
{
    /// <summary>The user may do something there.</summary>
    public bool IsUser { get; init; }

    /// <summary>The kernel may do something there, and the user may not.</summary>
    public bool IsKernel { get; init; }

    /// <summary>Somebody may write there.</summary>
    public bool IsWritable { get; init; }

    /// <summary>Somebody may execute there.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>The memory's type.</summary>
    public MemoryKind? Kind { get; init; }

    /// <summary>Physical addresses, one of which it has to lead to.</summary>
    public AddressRange? Physical { get; init; }

    /// <summary>True for a region that is wanted.</summary>
    /// <param name="region">The region.</param>
    public bool Wants(in Region region)
    {
        PageAttributes attributes = region.Attributes;
        Rights all = attributes.Kernel | attributes.User;
        return (!IsUser || attributes.User != Rights.None)
            && (!IsKernel || (attributes.User == Rights.None && attributes.Kernel != Rights.None))
            && (!IsWritable || all.HasFlag(Rights.Write))
            && (!IsExecutable || all.HasFlag(Rights.Execute))
            && (Kind is null || Kind == attributes.Memory.Kind)
            && (Physical is not AddressRange range || range.Overlaps(region.PhysicalRange));
    }
}
