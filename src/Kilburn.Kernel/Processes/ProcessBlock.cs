using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>A process: a space, its threads, its place in the family. A block of the kernel heap.</summary>
/// <remarks>
/// Once it has ended it has neither space nor threads, and stays until its parent has waited for it.
/// Locking: <see cref="ProcessSystem"/>.
/// </remarks>
public struct ProcessBlock
{
    /// <summary>This block.</summary>
    internal VirtualAddress Self;

    /// <summary>The process with the next number that is in use; zero at the end.</summary>
    internal VirtualAddress Next;

    /// <summary>The one before; zero at the beginning.</summary>
    internal VirtualAddress Previous;

    /// <summary>Its number, from 1 up, unlike that of every other.</summary>
    internal uint Id;

    /// <summary>Number of the process that waits for its end; zero for the monitor.</summary>
    internal uint Parent;

    /// <summary>The space; default once the process has ended.</summary>
    internal AddressSpace Space;

    /// <summary>Its threads, by <see cref="ThreadBlock.NextOfProcess"/>.</summary>
    internal VirtualAddress FirstThread;

    /// <summary>Threads that have not ended.</summary>
    internal uint LiveThreads;

    /// <summary>Number of the thread that was made last.</summary>
    internal uint LastThreadId;

    /// <summary>How it ended, once <see cref="IsEnding"/>.</summary>
    internal ProcessEnd End;

    /// <summary>The entry of its own fault handler; zero for none.</summary>
    internal uint FaultHandler;

    /// <summary>sp for the fault handler.</summary>
    internal uint FaultStack;

    /// <summary>True from the moment on in which it is to end: no thread of it begins to run any more.</summary>
    internal bool IsEnding;

    /// <summary>True once it has ended: no core has a thread of it.</summary>
    internal bool HasEnded;

    /// <summary>Its references to objects.</summary>
    internal HandleTable Handles;

    /// <summary>Handles in use: most processes have none.</summary>
    internal uint HandleCount;

    /// <summary>The name of the program.</summary>
    internal ShortName Name;
}
