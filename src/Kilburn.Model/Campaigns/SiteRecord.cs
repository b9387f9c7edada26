using Kilburn.Model.Cores;

namespace Kilburn.Model.Campaigns;

/// <summary>A maintenance step of the program, and how often it was reached.</summary>
/// <param name="Site">Where the program asks for it.</param>
/// <param name="StepIndex">Which step of the call, from 0.</param>
/// <param name="Step">What it is.</param>
public sealed record SiteRecord(Site Site, int StepIndex, StepKind Step)
{
    /// <summary>What was done there first, with its operands.</summary>
    public required Step First { get; init; }

    /// <summary>How often it was done.</summary>
    public long Count { get; internal set; }

    /// <summary>How often something needed it. A site that never is needed costs time for nothing, or is not tested.</summary>
    public long NeededCount { get; internal set; }
}
