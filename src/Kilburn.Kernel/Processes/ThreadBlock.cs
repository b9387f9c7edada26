using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>A thread: all of its state while it does not run, and what the kernel knows of it. A block of the kernel heap.</summary>
/// <remarks>
/// The first words are where <c>boot/vectors.S</c> and <c>boot/user.S</c> have them; while the thread runs, sp_svc points to
/// the registers of <see cref="Context"/>. Locking: <see cref="ProcessSystem"/>.
/// </remarks>
public struct ThreadBlock
{
    /// <summary>Register of the number of a system call.</summary>
    internal const int CallRegister = 7;

    /// <summary>Register of the value that a system call gives; that of the error is the first.</summary>
    internal const int ValueRegister = 1;

    /// <summary>Place of sp in the registers.</summary>
    internal const int StackPointer = 13;

    /// <summary>Its registers, and its last fault that could not be resolved: what a handler of its own gets.</summary>
    internal UserFault Context;

    /// <summary>The kernel's sp when an exception of the thread comes.</summary>
    internal uint KernelStack;

    /// <summary>TPIDRURO: the thread reads it, the kernel writes it.</summary>
    internal uint ReadOnlyPointer;

    /// <summary>TPIDRURW, as it was at the last switch.</summary>
    internal uint Pointer;

    /// <summary>d0 to d31, while the thread does not run.</summary>
    internal VfpRegisters Vfp;

    /// <summary>FPSCR, likewise.</summary>
    internal uint VfpStatus;

    /// <summary>This block.</summary>
    internal VirtualAddress Self;

    /// <summary>The <see cref="ProcessBlock"/>.</summary>
    internal VirtualAddress Process;

    /// <summary>The next thread of the process; zero at the end.</summary>
    internal VirtualAddress NextOfProcess;

    /// <summary>The next thread in the queue that this one is in; zero at the end.</summary>
    internal VirtualAddress Next;

    /// <summary>The one before; zero at the beginning.</summary>
    internal VirtualAddress Previous;

    /// <summary>Number in the process, from 1 up.</summary>
    internal uint Id;

    /// <summary>What it does.</summary>
    internal ThreadState State;

    /// <summary>The core that runs it, plus 1; zero when none does.</summary>
    internal uint RunsOn;

    /// <summary>The core that ran it last, plus 1; zero when none has.</summary>
    internal uint LastCore;

    /// <summary>The core whose VFP registers it used last, plus 1; zero when it has used none. See <see cref="CoreThreads.VfpOwner"/>.</summary>
    internal uint VfpCore;

    /// <summary>Of a sleeper: when it wakes.</summary>
    internal ulong WakeTime;

    /// <summary>Of one that waits: for which process or thread; zero for any.</summary>
    internal uint Target;

    /// <summary>Of one that ended: with what.</summary>
    internal uint ExitValue;

    /// <summary>While it handles a fault of its own: the <see cref="UserFault"/>; else zero.</summary>
    internal VirtualAddress FaultRecord;

    /// <summary>Switches that the timer forced.</summary>
    internal uint Preemptions;

    /// <summary>d0 to d31, two words each.</summary>
    [InlineArray(64)]
    internal struct VfpRegisters
    {
        private uint _first;
    }
}
