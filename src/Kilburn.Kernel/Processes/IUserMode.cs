using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;

namespace Kilburn.Kernel.Processes;

/// <summary>What running programs takes of a board: the way into user mode, its registers, copies from and to its memory, time.</summary>
/// <remarks>Implemented by boards (<see cref="Board.IBoard"/>); a software machine has all but the running.</remarks>
public interface IUserMode
{
    /// <summary>The processes: one value, in the kernel's static data.</summary>
    ref ProcessSystem Processes { get; }

    /// <summary>The files of the boot image, in cpio's format; empty when it has none.</summary>
    ReadOnlySpan<byte> Archive { get; }

    /// <summary>True when the board executes instructions.</summary>
    bool RunsPrograms { get; }

    /// <summary>Goes on with a thread, until there is none for the core.</summary>
    /// <param name="thread">As <see cref="Scheduler"/> gave it.</param>
    void EnterUser(VirtualAddress thread);

    /// <summary>Lets programs read the cycle counter, or not; they may not at first.</summary>
    /// <param name="counting">Which.</param>
    void SetCounting(UserCounting counting);

    /// <summary>Copies from the current space, with its program's rights.</summary>
    /// <param name="destination">The first byte.</param>
    /// <param name="source">The user half's.</param>
    /// <param name="lengthInBytes">All of it in the user half.</param>
    /// <param name="fault">Why it ended early; none otherwise.</param>
    /// <returns>Bytes that were copied.</returns>
    uint CopyFromUser(ref byte destination, VirtualAddress source, uint lengthInBytes, out FaultReport fault);

    /// <summary>Copies to the current space, with its program's rights.</summary>
    /// <param name="destination">The user half's.</param>
    /// <param name="source">The first byte.</param>
    /// <param name="lengthInBytes">All of it in the user half.</param>
    /// <param name="fault">Why it ended early; none otherwise.</param>
    /// <returns>Bytes that were copied.</returns>
    uint CopyToUser(VirtualAddress destination, ref readonly byte source, uint lengthInBytes, out FaultReport fault);

    /// <summary>Writes zeroes to the current space, with its program's rights.</summary>
    /// <param name="destination">The user half's.</param>
    /// <param name="lengthInBytes">All of it in the user half.</param>
    /// <param name="fault">Why it ended early; none otherwise.</param>
    /// <returns>Bytes that were written.</returns>
    uint ClearUser(VirtualAddress destination, uint lengthInBytes, out FaultReport fault);

    /// <summary>Keeps what the thread may have written since it was loaded: TPIDRURW.</summary>
    /// <param name="thread">The thread that ran last.</param>
    void SaveThread(ref ThreadBlock thread);

    /// <summary>Gives the processor to a thread: TPIDRURO, TPIDRURW.</summary>
    /// <param name="thread">The thread that runs next.</param>
    /// <param name="vfp">On when the processor has its VFP registers.</param>
    void LoadThread(ref ThreadBlock thread, VfpSwitch vfp);

    /// <summary>Whether VFP instructions work at the moment.</summary>
    VfpSwitch Vfp { get; }

    /// <summary>Keeps the VFP registers. Leaves VFP on.</summary>
    /// <param name="thread">Whose they are.</param>
    void SaveVfp(ref ThreadBlock thread);

    /// <summary>Turns VFP on with a thread's registers.</summary>
    /// <param name="thread">Whose they are.</param>
    void LoadVfp(ref ThreadBlock thread);

    /// <summary>Time since the start, in ticks.</summary>
    ulong Now { get; }

    /// <summary>Ticks of a time, rounded down.</summary>
    /// <param name="microseconds">The time.</param>
    ulong TicksOf(uint microseconds);

    /// <summary>Lets the timer interrupt the thread that runs, <see cref="Scheduler.SliceInMicroseconds"/> from now.</summary>
    void StartSlice();

    /// <summary>Lets the timer interrupt nobody.</summary>
    void StopSlice();

    /// <summary>Cores beside core 0 that can run threads: a bit for each.</summary>
    uint HelperCores { get; }

    /// <summary>Whether the time of <see cref="StartSlice"/> is over.</summary>
    bool IsSliceOver { get; }

    /// <summary>Ends the sleep of a core, or interrupts the thread that it runs.</summary>
    /// <param name="core">Any core.</param>
    void WakeCore(uint core);

    /// <summary>Takes what <see cref="WakeCore"/> sent to this core.</summary>
    void TakeWake();

    /// <summary>Sleeps until a time has come or <see cref="WakeCore"/> has, and takes that; may end sooner.</summary>
    /// <param name="deadline">The time; <see cref="ulong.MaxValue"/> for none.</param>
    void Rest(ulong deadline);
}
