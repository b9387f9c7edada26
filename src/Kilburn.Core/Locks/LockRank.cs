namespace Kilburn.Core.Locks;

/// <summary>The order in which locks are taken: a core that holds one takes only those of a higher rank.</summary>
/// <remarks>The table with what each guards is <c>docs/locking.md</c>.</remarks>
public enum LockRank : byte
{
    /// <summary>Processes and threads.</summary>
    Processes = 1,

    /// <summary>The kernel heap: its classes, runs and pages.</summary>
    Heap = 2,

    /// <summary>The MMIO window and the border between it and the heap.</summary>
    Mmio = 3,

    /// <summary>Memory objects: their list, their references, and which spaces map them.</summary>
    Objects = 4,

    /// <summary>One space: which of its pages are free, which tables it has, and its counts.</summary>
    Space = 5,

    /// <summary>MiBs of one space: what their pages hold. All that a core holds of them counts as one lock.</summary>
    Mib = 6,

    /// <summary>One memory object: its length and its frames.</summary>
    Object = 7,

    /// <summary>Second-level tables that several spaces link to.</summary>
    Sharing = 8,

    /// <summary>Tables of the kernel half.</summary>
    KernelTables = 9,

    /// <summary>Generation, ASID map, reserved ASIDs and the list of spaces.</summary>
    Asids = 10,

    /// <summary>Free frames that no core holds.</summary>
    Frames = 11,

    /// <summary>The console.</summary>
    Console = 12,
}
