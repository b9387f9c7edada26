namespace Kilburn.Model.Profiles;

/// <summary>Two cores with four ASIDs: rollovers at every turn, small enough to explore exhaustively.</summary>
public readonly struct FewAsids : IProcessorProfile
{
    /// <inheritdoc/>
    public static bool WalksAreCoherent => true;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => false;

    /// <inheritdoc/>
    public static int AsidCount => 4;

    /// <inheritdoc/>
    public static int CoreCount => 2;
}
