namespace Kilburn.Campaigns.Asids;

/// <summary>How a call of one core stands to what other cores do just before or after it.</summary>
/// <remarks>
/// A call may be moved past another core's when the state after both is the same; or when the TLBs may then hold more, which only
/// makes more uses wrong. Source: R. Lipton, Reduction, CACM 18(12), 1975.
/// </remarks>
internal enum AsidMover
{
    /// <summary>It stays where it is.</summary>
    None,

    /// <summary>It could as well come a little earlier.</summary>
    Left,

    /// <summary>It could as well come a little later.</summary>
    Right,

    /// <summary>Either.</summary>
    Both,
}
