using Kilburn.Model.Profiles;

namespace Kilburn.Campaigns.Workloads;

/// <summary>Two cores that lack everything: walks go past the caches, branch predictors want maintenance, ASIDs are four.</summary>
public readonly struct IncoherentFewAsids : IProcessorProfile
{
    /// <inheritdoc/>
    public static bool WalksAreCoherent => false;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => true;

    /// <inheritdoc/>
    public static int AsidCount => 4;

    /// <inheritdoc/>
    public static int CoreCount => 2;
}
