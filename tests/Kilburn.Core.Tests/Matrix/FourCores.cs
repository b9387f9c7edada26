using Kilburn.Model.Profiles;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>Four cores with eight ASIDs: a rollover as soon as three spaces more are run than there are cores.</summary>
public readonly struct FourCores : IProcessorProfile
{
    public static bool WalksAreCoherent => true;

    public static bool BranchPredictorNeedsMaintenance => false;

    public static int AsidCount => 8;

    public static int CoreCount => 4;
}
