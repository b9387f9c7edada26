using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Kernel.Processes;

/// <summary>Processes and who runs. One value, in the kernel's static data; all zeroes is a system without processes.</summary>
/// <remarks>
/// Locking: all of it, and all processes and threads, are guarded by <see cref="Lock"/>, rank <see cref="LockRank.Processes"/>. A core may
/// use the thread that it runs, and that one's process with its space, without the lock: neither is freed before the core has let go.
/// </remarks>
public struct ProcessSystem
{
    /// <summary>Cores there can be.</summary>
    internal const int CoreCapacity = 4;

    /// <summary>Guards processes and threads.</summary>
    internal SpinLock Lock;

    /// <summary>[core]</summary>
    internal CoreThreads.OfCores Cores;

    /// <summary>Cores that would run a thread and sleep because there is none: a bit for each. Who gives one work takes its bit.</summary>
    internal uint Idle;

    /// <summary>Cores beside core 0 that may run threads: a bit for each.</summary>
    internal uint Helpers;

    /// <summary>Those of them that may while no process is awaited, too.</summary>
    internal uint Background;

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

    /// <summary>Threads that would run, and do not.</summary>
    internal ThreadQueue Ready;

    /// <summary>Sleepers, by the time they wake.</summary>
    internal ThreadQueue Sleeping;

    /// <summary>The process whose end the monitor waits for; zero when it has come, or for none.</summary>
    internal uint Awaited;

    /// <summary>What the calling core has.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="system">The processes.</param>
    internal static ref CoreThreads OfCore<TMachine>(ref TMachine machine, ref ProcessSystem system)
        where TMachine : struct, IMachine => ref system.Cores[(int)machine.CoreIndex];

    /// <summary>True when no core runs a thread but, maybe, the calling one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    internal bool IsNobodyElseRunning<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint own = machine.CoreIndex;
        for (uint core = 0; core < CoreCapacity; core++)
        {
            if (core != own && Cores[(int)core].Running.Value != 0)
            {
                return false;
            }
        }

        return true;
    }
}
