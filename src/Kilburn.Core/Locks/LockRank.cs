namespace Kilburn.Core.Locks;

/// <summary>The order in which locks are taken: a core that holds one takes only those of a higher rank.</summary>
/// <remarks>The table with what each guards is <c>docs/locking.md</c>.</remarks>
public enum LockRank : byte
{
    /// <summary>The kernel heap: its classes, runs and pages.</summary>
    Heap = 2,

    /// <summary>The MMIO window and the border between it and the heap.</summary>
    Mmio = 3,

    /// <summary>One space: its tables and counts.</summary>
    Space = 4,

    /// <summary>Second-level tables that several spaces link to.</summary>
    Sharing = 5,

    /// <summary>Tables of the kernel half.</summary>
    KernelTables = 6,

    /// <summary>Generation, ASID map, reserved ASIDs and the list of spaces.</summary>
    Asids = 7,

    /// <summary>Free frames that no core holds.</summary>
    Frames = 8,
}
