namespace Kilburn.Model.Checking;

/// <summary>What is wrong. The numbers in parentheses are the behaviours of <c>docs/model.md</c>.</summary>
public enum ViolationKind
{
    /// <summary>A translation that was taken away or changed may still be held (1, 11).</summary>
    StaleTranslation,

    /// <summary>Permissions were changed, and the old ones may still be held (2).</summary>
    StalePermissions,

    /// <summary>A first-level word was changed, and the old one may still be walked through (3, 4).</summary>
    StaleWalk,

    /// <summary>A store to a table is not surely seen by the walk that needs it: no DSB (5).</summary>
    StoreNotComplete,

    /// <summary>An invalidation is not surely complete: no DSB (5).</summary>
    InvalidationNotComplete,

    /// <summary>The core's own instructions do not surely see a change that is complete: no ISB (5).</summary>
    ContextNotSynchronized,

    /// <summary>A table word lies in a line that was not cleaned, and walks do not look in the caches (6).</summary>
    LineNotCleaned,

    /// <summary>A walk may pair a table with another table's ASID (7).</summary>
    ContextPairing,

    /// <summary>An ASID names a table while entries of another table may be held under it (1, 8).</summary>
    AsidReused,

    /// <summary>A valid word was replaced by another without the invalid state and the invalidation between (9).</summary>
    BreakBeforeMake,

    /// <summary>The 16 copies of a large page or supersection are not equal (10).</summary>
    CopiesDisagree,

    /// <summary>A register that entries depend on was changed, and the TLB was not invalidated (12).</summary>
    EntriesInDoubt,

    /// <summary>The TLB was never invalidated since reset (13).</summary>
    NotInvalidatedAfterReset,

    /// <summary>What was written is fetched without the maintenance that makes it code (14).</summary>
    InstructionsNotCoherent,

    /// <summary>What a branch predictor learned of a translation is used for another, and no BPIALLIS was between (14).</summary>
    StalePrediction,

    /// <summary>One frame is mapped with two memory types (15).</summary>
    MemoryTypesDiffer,

    /// <summary>Memory is given back while a walk, or a translation that may be held, leads to it.</summary>
    ReachableFrameReturned,

    /// <summary>A table is given back while a core may still walk it.</summary>
    ReachableTableReturned,

    /// <summary>Memory that a core may walk as a table is used as data.</summary>
    TableUsedAsData,

    /// <summary>A space maps a frame that belongs to another space.</summary>
    ForeignFrame,
}
