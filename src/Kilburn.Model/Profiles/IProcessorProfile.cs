namespace Kilburn.Model.Profiles;

/// <summary>The constants of a processor: what <see cref="Kilburn.Core.IMachine"/> has as static members.</summary>
/// <remarks>A profile of one's own is an empty struct that implements this.</remarks>
public interface IProcessorProfile
{
    /// <summary>True when table walks look in the data caches. ID_MMFR3[23:20].</summary>
    static abstract bool WalksAreCoherent { get; }

    /// <summary>True when new code needs branch predictor maintenance. ID_MMFR1[31:28].</summary>
    static abstract bool BranchPredictorNeedsMaintenance { get; }

    /// <summary>Number of ASIDs, the unused zero included: a power of two, at most 256.</summary>
    static abstract int AsidCount { get; }

    /// <summary>Number of cores, at most 4.</summary>
    static abstract int CoreCount { get; }
}
