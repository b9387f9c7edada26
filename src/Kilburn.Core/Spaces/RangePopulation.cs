namespace Kilburn.Core.Spaces;

/// <summary>When a range gets its frames.</summary>
public enum RangePopulation : byte
{
    /// <summary>Each page at its first touch.</summary>
    OnDemand,

    /// <summary>
    /// All at once; pages without rights get none. Of an object, pages that take no pager, as far as memory and limits allow: a mapping does not fail for their
    /// sake, and the others come on demand.
    /// </summary>
    AtOnce,
}
