namespace Kilburn.Campaigns.Asids;

/// <summary>A call of the machine: where another core may go on.</summary>
internal enum AsidCall : byte
{
    /// <summary>None: the operation is over.</summary>
    None,

    /// <summary>A lock is taken.</summary>
    CompareExchange,

    /// <summary>A load.</summary>
    Load,

    /// <summary>A store.</summary>
    Store,

    /// <summary>DMB.</summary>
    OrderMemory,

    /// <summary>DSB or DSB, ISB.</summary>
    Synchronize,

    /// <summary>The removal of an ASID on the core, and on the others when the core is not alone in the space's set.</summary>
    RemoveAsid,

    /// <summary>The DSB after which every walk sees that a descriptor is cleared.</summary>
    SeeDescriptor,

    /// <summary>The removal of a page on the core, and on the others when the core is not alone in the space's set.</summary>
    RemovePage,

    /// <summary>The flush of the core's TLB.</summary>
    FlushLocal,

    /// <summary>The registers change to a space.</summary>
    SwitchSpace,

    /// <summary>The registers change to no space.</summary>
    LeaveSpace,

    /// <summary>A descriptor is cleared.</summary>
    ClearDescriptor,
}
