namespace Kilburn.Kernel.Monitor;

/// <summary>What the monitor can do, in the order of <c>help</c>.</summary>
public enum Command
{
    /// <summary>The memory maps.</summary>
    Map,

    /// <summary>A walk in software.</summary>
    Walk,

    /// <summary>The physical memory manager.</summary>
    Frames,

    /// <summary>The ASID allocator.</summary>
    Asid,

    /// <summary>All spaces.</summary>
    Spaces,

    /// <summary>Heap: its state, allocate, free.</summary>
    Heap,

    /// <summary>MMIO window: its state, map, unmap.</summary>
    Mmio,

    /// <summary>One space: new, use, map, unmap, protect, destroy.</summary>
    Space,

    /// <summary>A page: allocate, free.</summary>
    Frame,

    /// <summary>Loads a word.</summary>
    Read,

    /// <summary>Stores a word.</summary>
    Write,

    /// <summary>Provokes a fault.</summary>
    Fault,

    /// <summary>Switches the printing of steps.</summary>
    Steps,

    /// <summary>The demonstration.</summary>
    Demo,

    /// <summary>The self-tests.</summary>
    Test,

    /// <summary>The benchmarks.</summary>
    Bench,

    /// <summary>What this machine is.</summary>
    Machine,

    /// <summary>Starts again.</summary>
    Reboot,

    /// <summary>Ends the machine.</summary>
    PowerOff,

    /// <summary>Lists the commands.</summary>
    Help,
}
