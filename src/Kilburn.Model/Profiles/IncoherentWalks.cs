namespace Kilburn.Model.Profiles;

/// <summary>Four cores whose walks go past the first-level data cache, and whose branch predictors want maintenance.</summary>
public readonly struct IncoherentWalks : IProcessorProfile
{
    /// <inheritdoc/>
    public static bool WalksAreCoherent => false;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => true;

    /// <inheritdoc/>
    public static int AsidCount => 256;

    /// <inheritdoc/>
    public static int CoreCount => 4;
}
