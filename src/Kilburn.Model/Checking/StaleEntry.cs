using System.Collections.Generic;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <summary>What a table word said before a store, for as long as some core may still act on it, at one virtual address.</summary>
/// <remarks>
/// A word that did not change has no entry: what cores hold of it is what a walk would find. So the cost of the oracle goes with
/// the number of changes that are not finished, not with what is mapped.
/// </remarks>
internal sealed class StaleEntry
{
    /// <summary>First address that the word maps.</summary>
    public required uint Address { get; init; }

    /// <summary>1 for a word of a first-level table, 2 for one of a second-level table.</summary>
    public required int Level { get; init; }

    /// <summary>Where the word lies.</summary>
    public required uint Word { get; init; }

    /// <summary>What it held.</summary>
    public required uint Old { get; init; }

    /// <summary>What was stored.</summary>
    public required uint New { get; init; }

    /// <summary>The old word as a translation; refused when it was a fault entry or a table pointer.</summary>
    public required Leaf Leaf { get; init; }

    /// <summary>The core that stored.</summary>
    public required int StoreCore { get; init; }

    /// <summary>Where it stored.</summary>
    public required Site Store { get; init; }

    /// <summary>True when the old word was a table pointer: what it led to is walked as it is now.</summary>
    public required bool IsPointer { get; init; }

    /// <summary>The table that the word is in, for a word of an active first-level table.</summary>
    public required FollowedTable Table { get; init; }

    /// <summary>Who may hold the old word, or what came of it. Empty when it was a fault entry.</summary>
    public List<Holder> Holders { get; } = [];

    /// <summary>The table that the old pointer led to.</summary>
    public SecondTable? Target { get; set; }

    /// <summary>True once walks surely see the store.</summary>
    public bool IsComplete { get; set; }

    /// <summary>True while the line of the word is not cleaned, and walks do not look in the caches.</summary>
    public bool NeedsClean { get; set; }

    /// <summary>True while the storing core has not done the ISB after the DSB.</summary>
    public bool AwaitsContext { get; set; }

    /// <summary>True once it was taken out of the oracle's books.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>An invalidation that covered the address but did not help, for the report.</summary>
    public NearMiss? NearMiss { get; set; }

    /// <summary>Place in the oracle's list of all entries.</summary>
    public int ListIndex { get; set; }

    /// <summary>Place in the oracle's list of the entries of its MiB.</summary>
    public int BucketIndex { get; set; }

    /// <summary>Number of bytes that the word maps.</summary>
    public uint Length => Level == 1 ? 1u << 20 : 1u << 12;

    /// <summary>True for a store that took nothing away.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Where the memory that it leads to was given back, while no core used its tag.</summary>
    public Site ReturnedAt { get; set; }

    /// <summary>True when the address is one that the word maps.</summary>
    public bool Covers(uint address) => unchecked(address - Address) < Length;

    /// <summary>True when an invalidation by this address covers the word.</summary>
    public bool IsCoveredBy(uint address) =>
        Level == 1 ? (address >> 20) == (Address >> 20) : (address >> 12) == (Address >> 12);

    /// <summary>True when some core may hold it, for all that any observer can know.</summary>
    public bool IsHeld
    {
        get
        {
            foreach (Holder holder in Holders)
            {
                if (holder.IsHeld)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>True when it says nothing about any core any more.</summary>
    public bool IsOver
    {
        get
        {
            if (!IsComplete || AwaitsContext)
            {
                return false;
            }

            foreach (Holder holder in Holders)
            {
                if (holder.State != HolderState.Gone)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The words of a report on what was stored.</summary>
    public string StoreInWords =>
        $"core {StoreCore} stored 0x{New:X8} over 0x{Old:X8} at physical 0x{Word:X8} ({Store})";
}
