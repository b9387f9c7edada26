using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Processes;

/// <summary>Processes and who runs. One value, in the kernel's static data; all zeroes is a system without processes.</summary>
/// <remarks>Locking: core 0 only, interrupts masked.</remarks>
public struct ProcessSystem
{
    /// <summary>All processes, by their numbers.</summary>
    internal VirtualAddress FirstProcess;

    /// <summary>The process with the highest number.</summary>
    internal VirtualAddress LastProcess;

    /// <summary>Number that was given last.</summary>
    internal uint LastId;

    /// <summary>Where the ranges of new processes come to lie.</summary>
    internal RangePlaces Places;

    /// <summary>The names of objects, by <see cref="NameBlock.Next"/>.</summary>
    internal VirtualAddress FirstName;

    /// <summary>The files that are open, by <see cref="FileBlock.Next"/>.</summary>
    internal VirtualAddress FirstFile;

    /// <summary>Threads that wait for pages from pagers.</summary>
    internal ThreadQueue AwaitingPages;

    /// <summary>Pagers that wait for work.</summary>
    internal ThreadQueue AwaitingRequests;

    /// <summary>Threads that wait until pagers have kept what was written.</summary>
    internal ThreadQueue AwaitingWriteBacks;

    /// <summary>True when the call that is made met a page that only a pager can bring.</summary>
    internal bool NeedsPager;

    /// <summary>Threads that would run, but for <see cref="Current"/>.</summary>
    internal ThreadQueue Ready;

    /// <summary>Sleepers, by the time they wake.</summary>
    internal ThreadQueue Sleeping;

    /// <summary>The thread whose TPIDRURO, TPIDRURW and FPEXC this core has; zero for none.</summary>
    internal VirtualAddress Current;

    /// <summary>The process whose space this core has; zero for none.</summary>
    internal VirtualAddress Active;

    /// <summary>The thread whose VFP registers this core has; zero for none.</summary>
    internal VirtualAddress VfpOwner;

    /// <summary>The kernel's sp when an exception of a thread comes.</summary>
    internal uint KernelStack;

    /// <summary>The process whose end the monitor waits for; zero when it has come, or for none.</summary>
    internal uint Awaited;
}
