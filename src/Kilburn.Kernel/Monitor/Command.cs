namespace Kilburn.Kernel.Monitor;

/// <summary>What the monitor can do, in the order of <c>help</c>. Names and arguments: <see cref="CommandTable"/>.</summary>
public enum Command
{
    /// <summary>The memory maps.</summary>
    Map,

    /// <summary>A walk in software.</summary>
    Walk,

    /// <summary>The physical memory manager.</summary>
    Frames,

    /// <summary>The ASID allocator.</summary>
    Asids,

    /// <summary>All spaces.</summary>
    Spaces,

    /// <summary>The kernel heap.</summary>
    Heap,

    /// <summary>The MMIO window.</summary>
    Mmio,

    /// <summary>Makes a space.</summary>
    SpaceNew,

    /// <summary>Switches to a space, or to none.</summary>
    SpaceUse,

    /// <summary>Maps a new page.</summary>
    SpaceMap,

    /// <summary>Unmaps a page and frees it.</summary>
    SpaceUnmap,

    /// <summary>Changes a page's rights.</summary>
    SpaceProtect,

    /// <summary>Destroys a space.</summary>
    SpaceDestroy,

    /// <summary>What a process has mapped.</summary>
    SpaceShow,

    /// <summary>Runs a program to its end.</summary>
    Run,

    /// <summary>Makes a process that runs with the next.</summary>
    Start,

    /// <summary>The processes.</summary>
    Processes,

    /// <summary>Ends a process.</summary>
    Kill,

    /// <summary>Programs' ranges lie where numbers drawn at random say.</summary>
    PlacesRandom,

    /// <summary>Programs' ranges lie low, in turn.</summary>
    PlacesLow,

    /// <summary>Takes a frame.</summary>
    FrameAllocate,

    /// <summary>Gives a frame back.</summary>
    FrameFree,

    /// <summary>Takes a heap block.</summary>
    HeapAllocate,

    /// <summary>Gives a heap block back.</summary>
    HeapFree,

    /// <summary>Maps a device range.</summary>
    MmioMap,

    /// <summary>Unmaps a device range.</summary>
    MmioUnmap,

    /// <summary>Loads a word.</summary>
    Read,

    /// <summary>Stores a word.</summary>
    Write,

    /// <summary>Provokes a fault with a load.</summary>
    FaultRead,

    /// <summary>Provokes a fault with a store.</summary>
    FaultWrite,

    /// <summary>Provokes a fault with a fetch.</summary>
    FaultExecute,

    /// <summary>Prints the steps of what follows.</summary>
    StepsOn,

    /// <summary>Prints them no more.</summary>
    StepsOff,

    /// <summary>The cores.</summary>
    Cores,

    /// <summary>All cores at work.</summary>
    Stress,

    /// <summary>The demonstration.</summary>
    Demo,

    /// <summary>The self-tests.</summary>
    Test,

    /// <summary>The benchmarks.</summary>
    Bench,

    /// <summary>How operations grow with what there is.</summary>
    BenchGrowth,

    /// <summary>What this machine is.</summary>
    Machine,

    /// <summary>Starts again.</summary>
    Reboot,

    /// <summary>Ends the machine.</summary>
    PowerOff,

    /// <summary>Lists the commands.</summary>
    Help,
}
