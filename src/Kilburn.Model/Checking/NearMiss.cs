using Kilburn.Model.Cores;

namespace Kilburn.Model.Checking;

/// <summary>An invalidation that came near to removing an entry.</summary>
/// <param name="Step">The operation.</param>
/// <param name="Core">The core that did it.</param>
/// <param name="Site">Where.</param>
/// <param name="Reason">Why it did not help.</param>
internal readonly record struct NearMiss(Step Step, int Core, Site Site, NearMissReason Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Reason switch
    {
        NearMissReason.StoreNotComplete => $"{Step} at {Site} came before the store was complete",
        NearMissReason.OtherTag => $"{Step} at {Site} does not match the entry's tag",
        _ => $"{Step} at {Site} reached core {Core} only",
    };
}
