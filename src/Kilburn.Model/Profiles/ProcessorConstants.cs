using System;

namespace Kilburn.Model.Profiles;

/// <summary>The constants of a profile, as values.</summary>
/// <param name="Profile">The type that gave them.</param>
/// <param name="WalksAreCoherent">See <see cref="IProcessorProfile.WalksAreCoherent"/>.</param>
/// <param name="BranchPredictorNeedsMaintenance">See <see cref="IProcessorProfile.BranchPredictorNeedsMaintenance"/>.</param>
/// <param name="AsidCount">See <see cref="IProcessorProfile.AsidCount"/>.</param>
/// <param name="CoreCount">See <see cref="IProcessorProfile.CoreCount"/>.</param>
public sealed record ProcessorConstants(
    Type Profile, bool WalksAreCoherent, bool BranchPredictorNeedsMaintenance, int AsidCount, int CoreCount)
{
    /// <summary>Reads a profile.</summary>
    public static ProcessorConstants Of<TProfile>()
        where TProfile : struct, IProcessorProfile => new(
            typeof(TProfile),
            TProfile.WalksAreCoherent,
            TProfile.BranchPredictorNeedsMaintenance,
            TProfile.AsidCount,
            TProfile.CoreCount);
}
