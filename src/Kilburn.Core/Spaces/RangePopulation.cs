namespace Kilburn.Core.Spaces;

/// <summary>When a range gets its frames.</summary>
public enum RangePopulation : byte
{
    /// <summary>Each page at its first touch.</summary>
    OnDemand,

    /// <summary>All at once; pages without rights get none.</summary>
    AtOnce,
}
