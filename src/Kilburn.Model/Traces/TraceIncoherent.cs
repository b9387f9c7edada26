using Kilburn.Model.Profiles;

namespace Kilburn.Model.Traces;

/// <summary>Four cores, 256 ASIDs, walks that do not look in the caches, no branch predictor maintenance.</summary>
internal readonly struct TraceIncoherent : IProcessorProfile
{
    public static bool WalksAreCoherent => false;

    public static bool BranchPredictorNeedsMaintenance => false;

    public static int AsidCount => 256;

    public static int CoreCount => 4;
}
