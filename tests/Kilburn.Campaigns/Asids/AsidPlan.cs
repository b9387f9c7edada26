using System;
using Kilburn.Core.Addresses;

namespace Kilburn.Campaigns.Asids;

/// <summary>The bounds of an exploration.</summary>
/// <param name="Name">What it is called in the output.</param>
/// <param name="SpaceCount">Spaces at once, at most 6.</param>
/// <param name="GenerationCount">Generations, the first included.</param>
/// <param name="StartsAtLastGeneration">Whether the first is the last of the count, so that the next wraps.</param>
/// <param name="Events">What happens beside the switches.</param>
/// <param name="ParkedCount">So many of the spaces have an ASID, and are never run: so the ASIDs are used up sooner.</param>
/// <param name="Detail">What is told apart without need.</param>
/// <param name="Flaw">What is made wrong on purpose.</param>
internal sealed record AsidPlan(
    string Name,
    int SpaceCount,
    int GenerationCount,
    bool StartsAtLastGeneration = false,
    AsidEvents Events = AsidEvents.All,
    int ParkedCount = 0,
    AsidDetail Detail = AsidDetail.Needed,
    AsidFlaw Flaw = AsidFlaw.None)
{
    /// <summary>The number of the generation after some others.</summary>
    /// <param name="count">How many, the first included.</param>
    public uint GenerationAfter(int count) => StartsAtLastGeneration && count == 0
        ? AsidWord.LastGeneration
        : AsidWord.FirstGeneration + (uint)(StartsAtLastGeneration ? count - 1 : count);
}

/// <summary>What happens beside the switches.</summary>
[Flags]
internal enum AsidEvents
{
    /// <summary>Pages are unmapped.</summary>
    Unmaps = 1,

    /// <summary>Spaces end, and new ones come.</summary>
    Ends = 2,

    /// <summary>Generations begin before they are needed.</summary>
    Begins = 4,

    /// <summary>All of it.</summary>
    All = Unmaps | Ends | Begins,
}

/// <summary>A mistake that is planted, to see that it is found.</summary>
internal enum AsidFlaw
{
    /// <summary>None.</summary>
    None,

    /// <summary>A new generation makes one core too few flush.</summary>
    OneFlushTooFew,

    /// <summary>The end of a space invalidates the ASID after its own.</summary>
    NextAsidInvalidated,

    /// <summary>An unmap reads the space's ASID before its DSB.</summary>
    AsidReadTooEarly,

    /// <summary>A removed page is invalidated on the core only, whoever else has run the space.</summary>
    OthersNotTold,
}

/// <summary>What a search leaves nothing out of, to be held against one that does.</summary>
[Flags]
internal enum AsidDetail
{
    /// <summary>Cores take turns at the calls that others can see, and a core's past counts as far as it still acts on it.</summary>
    Needed = 0,

    /// <summary>Cores take turns at every call.</summary>
    EveryCall = 1,

    /// <summary>All that a core has read, or may have read, tells it from others.</summary>
    EveryRead = 2,

    /// <summary>A state counts as another than the one with the cores exchanged.</summary>
    NamedCores = 4,

    /// <summary>Of two states that count as one, it is looked whether what comes next counts as one as well.</summary>
    Alike = 8,
}
