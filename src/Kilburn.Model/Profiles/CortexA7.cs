namespace Kilburn.Model.Profiles;

/// <summary>Four cores of a Cortex-A7: coherent walks, no branch predictor maintenance, 256 ASIDs.</summary>
public readonly struct CortexA7 : IProcessorProfile
{
    /// <inheritdoc/>
    public static bool WalksAreCoherent => true;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => false;

    /// <inheritdoc/>
    public static int AsidCount => 256;

    /// <inheritdoc/>
    public static int CoreCount => 4;
}
