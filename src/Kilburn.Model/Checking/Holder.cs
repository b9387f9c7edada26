namespace Kilburn.Model.Checking;

/// <summary>A core that may hold something under a tag, and how far its removal is.</summary>
/// <param name="core">The core's number.</param>
/// <param name="tag">An ASID, or one of the constants.</param>
internal struct Holder(int core, int tag)
{
    /// <summary>Tag of a global entry: matches under every ASID, and an invalidation by ASID spares it.</summary>
    public const int Global = 256;

    /// <summary>Tag of what may be held under every ASID at once: the upper half's first-level words and non-global pages.</summary>
    public const int EveryAsid = 257;

    public readonly int Core = core;
    public readonly int Tag = tag;
    public HolderState State = HolderState.Holds;
    public int InvalidatedBy = -1; // the first of them
    public uint Invalidators;      // a bit for each core whose DSB would complete the removal
    public Site InvalidatedAt;

    /// <summary>True when an access under an ASID may use the entry.</summary>
    public readonly bool Serves(uint asid) => Tag >= Global || Tag == (int)asid;

    /// <summary>True until the removal is complete for every observer.</summary>
    public readonly bool IsHeld => State is HolderState.Holds or HolderState.Invalidated;
}
