using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Processes;

/// <summary>Who runs next: the thread that has waited longest.</summary>
/// <remarks>
/// The kernel has one stack a core and runs each event to its end: a call that has to wait marks its thread and picks another. A
/// thread's state lies in its <see cref="ThreadBlock"/> as soon as the kernel is entered, so that a switch moves few registers.
/// </remarks>
public static class Scheduler
{
    /// <summary>How long a thread runs while others would.</summary>
    /// <remarks>
    /// The timer goes on over switches: threads that keep switching by themselves keep neither sleepers nor the console waiting.
    /// </remarks>
    public const uint SliceInMicroseconds = 1000;

    private const uint LookInMicroseconds = 10_000; // while all sleep, between two looks at the console

    /// <summary>Picks the next thread and gives it the processor; sleeps while all wait for a time.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <returns>The thread; zero when what the monitor waits for has come, or when nothing can ever come.</returns>
    public static VirtualAddress Next<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        while (system.Awaited != 0)
        {
            VirtualAddress next = system.Ready.First;
            if (next.Value != 0)
            {
                ref ThreadBlock thread = ref machine.Data<ThreadBlock>(next);
                system.Ready.Remove(ref machine, ref thread);
                Load(ref machine, ref board, ref thread);
                return next;
            }

            if (PageWaits.TryWakeForWriteBack(ref machine, ref board))
            {
                continue;
            }

            VirtualAddress sleeper = system.Sleeping.First;
            if (sleeper.Value == 0)
            {
                break;
            }

            if (!Interruption.TryTake(ref machine, ref board))
            {
                SleepUntil(ref board, machine.Data<ThreadBlock>(sleeper).WakeTime);
                WakeSleepers(ref machine, ref board);
            }
        }

        Leave(ref machine, ref board);
        return default;
    }

    /// <summary>Makes a thread that waited ready.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">In no queue.</param>
    internal static void Wake<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.State = ThreadState.Ready;
        board.Processes.Ready.Append(ref machine, ref thread);
    }

    /// <summary>Lets the others run first.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that runs.</param>
    /// <returns>The thread to go on with.</returns>
    internal static VirtualAddress Yield<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        if (system.Ready.IsEmpty)
        {
            return thread.Self;
        }

        system.Ready.Append(ref machine, ref thread);
        return Next(ref machine, ref board);
    }

    /// <summary>Lets a thread sleep.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that runs.</param>
    /// <param name="microseconds">How long at least.</param>
    internal static void Sleep<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, uint microseconds)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.State = ThreadState.Sleeping;
        thread.WakeTime = board.Now + board.TicksOf(microseconds) + 1; // the tick that has begun does not count
        board.Processes.Sleeping.InsertByWakeTime(ref machine, ref thread);
    }

    /// <summary>The end of a slice.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that was interrupted.</param>
    /// <returns>The thread to go on with.</returns>
    internal static VirtualAddress Tick<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (Interruption.TryTake(ref machine, ref board))
        {
            return Next(ref machine, ref board);
        }

        WakeSleepers(ref machine, ref board);
        board.StartSlice();
        if (board.Processes.Ready.IsEmpty)
        {
            return thread.Self;
        }

        thread.Preemptions++;
        return Yield(ref machine, ref board, ref thread);
    }

    /// <summary>Takes a thread out of the queue that it is in, if any.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">Any thread.</param>
    internal static void Forget<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        if (thread.State == ThreadState.Sleeping)
        {
            system.Sleeping.Remove(ref machine, ref thread);
        }
        else if (thread.State == ThreadState.AwaitingPage)
        {
            system.AwaitingPages.Remove(ref machine, ref thread);
        }
        else if (thread.State == ThreadState.AwaitingRequest)
        {
            system.AwaitingRequests.Remove(ref machine, ref thread);
        }
        else if (thread.State == ThreadState.AwaitingWriteBack)
        {
            system.AwaitingWriteBacks.Remove(ref machine, ref thread);
        }
        else if (thread.State == ThreadState.Ready && IsQueued(ref system, ref thread))
        {
            system.Ready.Remove(ref machine, ref thread);
        }

        system.Current = system.Current == thread.Self ? default : system.Current;
        system.VfpOwner = system.VfpOwner == thread.Self ? default : system.VfpOwner;
    }

    /// <summary>Makes a process's space current.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">One that has not ended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // for a switch
    internal static void Activate<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (board.Memory.Spaces.TryActivate(ref machine, process.Space) != VmStatus.Ok)
        {
            machine.Panic("P1: a space was ended before its process"u8, process.Id);
        }

        board.Processes.Active = process.Self;
    }

    /// <summary>Makes no space current.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    internal static void Deactivate<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.Memory.Spaces.Leave(ref machine);
        board.Processes.Active = default;
    }

    // The thread that runs is ready, and in no queue.
    private static bool IsQueued(ref ProcessSystem system, ref ThreadBlock thread) =>
        thread.Previous.Value != 0 || system.Ready.First == thread.Self;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one caller
    private static void Load<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        if (system.Current != thread.Self)
        {
            if (system.Current.Value != 0)
            {
                board.SaveThread(ref machine.Data<ThreadBlock>(system.Current));
            }

            thread.KernelStack = system.KernelStack;
            board.LoadThread(ref thread, system.VfpOwner == thread.Self ? VfpSwitch.On : VfpSwitch.Off);
            system.Current = thread.Self;
        }

        if (system.Active != thread.Process)
        {
            Activate(ref machine, ref board, ref machine.Data<ProcessBlock>(thread.Process));
        }
    }

    // Not for so long that a person at the console would notice.
    private static void SleepUntil<TBoard>(ref TBoard board, ulong deadline)
        where TBoard : struct, IBoard
    {
        ulong look = board.Now + board.TicksOf(LookInMicroseconds);
        board.SleepUntil(look < deadline ? look : deadline);
        board.StartSlice();
    }

    // Threads stay as they are; the monitor may come back to them.
    private static void Leave<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        board.StopSlice();
        if (system.Current.Value != 0)
        {
            board.SaveThread(ref machine.Data<ThreadBlock>(system.Current));
            system.Current = default;
        }

        Deactivate(ref machine, ref board);
    }

    private static void WakeSleepers<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        while (!system.Sleeping.IsEmpty)
        {
            ref ThreadBlock thread = ref machine.Data<ThreadBlock>(system.Sleeping.First);
            if (thread.WakeTime > board.Now)
            {
                return;
            }

            system.Sleeping.Remove(ref machine, ref thread);
            Wake(ref machine, ref board, ref thread);
        }
    }
}
