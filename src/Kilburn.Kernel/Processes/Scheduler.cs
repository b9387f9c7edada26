using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Processes;

/// <summary>Who runs next: the thread that has waited longest, on whichever core is free.</summary>
/// <remarks>
/// <para>
/// The kernel has one stack a core and runs each event to its end: a call that has to wait marks its thread and picks another. A
/// thread's state lies in its <see cref="ThreadBlock"/> as soon as the kernel is entered, so that a switch moves few registers.
/// </para>
/// <para>
/// Locking: <see cref="ProcessSystem.Lock"/> is held by the caller, but for <see cref="Enter"/>, <see cref="Interrupt"/>, <see cref="Tick"/>
/// and <see cref="Help"/>, which take it.
/// </para>
/// </remarks>
public static class Scheduler
{
    /// <summary>How long a thread runs while others would.</summary>
    /// <remarks>
    /// The timer goes on over switches: threads that keep switching by themselves keep neither sleepers nor the console waiting.
    /// </remarks>
    public const uint SliceInMicroseconds = 1000;

    private const uint LookInMicroseconds = 10_000; // while core 0 sleeps, between two looks at the console

    /// <summary>Picks the first thread for core 0, which awaits a process.</summary>
    /// <param name="machine">The machine of core 0.</param>
    /// <param name="board">The board.</param>
    /// <returns>The thread; zero when what the monitor waits for has come, or when nothing can ever come.</returns>
    public static VirtualAddress Enter<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        board.StartSlice();
        VirtualAddress next = Next(ref machine, ref board);
        system.Lock.Release(ref machine, LockRank.Processes);
        return next;
    }

    /// <summary>Picks a thread for a core that has none; sleeps for a while when there is none for it.</summary>
    /// <param name="machine">The machine of a core other than core 0, which has enabled what <see cref="IUserMode.WakeCore"/> sends.</param>
    /// <param name="board">The board.</param>
    /// <returns>The thread; zero after a sleep.</returns>
    public static VirtualAddress Help<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        board.StartSlice();
        VirtualAddress next = Next(ref machine, ref board);
        ulong deadline = ulong.MaxValue;
        if (next.Value == 0 && MayRun(ref machine, ref system))
        {
            system.Idle |= 1u << (int)machine.CoreIndex;
            deadline = NextDeadline(ref machine, ref system);
        }

        system.Lock.Release(ref machine, LockRank.Processes);
        if (next.Value == 0)
        {
            board.Rest(deadline);
        }

        return next;
    }

    /// <summary>An interrupt while a thread ran: the end of its slice, or another core's wish.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that was interrupted.</param>
    /// <returns>The thread to go on with; zero for none.</returns>
    public static VirtualAddress Interrupt<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.TakeWake();
        if (board.IsSliceOver)
        {
            return Tick(ref machine, ref board, ref thread);
        }

        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        VirtualAddress next = thread.Self;
        if (ProcessLife.TryDrop(ref machine, ref board, ref thread))
        {
            next = Next(ref machine, ref board);
        }
        else if (!MayRun(ref machine, ref system))
        {
            Wake(ref machine, ref board, ref thread); // for whoever may run it
            next = Next(ref machine, ref board);
        }

        system.Lock.Release(ref machine, LockRank.Processes);
        return next;
    }

    /// <summary>The end of a slice.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that was interrupted.</param>
    /// <returns>The thread to go on with; zero for none.</returns>
    internal static VirtualAddress Tick<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        VirtualAddress next = thread.Self;
        bool isInterrupted = machine.CoreIndex == 0 && Interruption.TryTake(ref machine, ref board);
        WakeSleepers(ref machine, ref board);
        board.StartSlice();
        if (isInterrupted && ProcessSystem.OfCore(ref machine, ref system).Running != next)
        {
            next = Next(ref machine, ref board); // it was the thread's process that was ended
        }
        else if (ProcessLife.TryDrop(ref machine, ref board, ref thread))
        {
            next = Next(ref machine, ref board);
        }
        else if (!system.Ready.IsEmpty || !MayRun(ref machine, ref system))
        {
            thread.Preemptions++;
            Wake(ref machine, ref board, ref thread);
            next = Next(ref machine, ref board);
        }

        system.Lock.Release(ref machine, LockRank.Processes);
        return next;
    }

    /// <summary>Picks the next thread and gives it the processor; core 0 sleeps while others have work or all wait for a time.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <returns>
    /// The thread; zero when there is none for the core. For core 0: when what the monitor waits for has come, or nothing can ever come.
    /// </returns>
    internal static VirtualAddress Next<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        while (MayRun(ref machine, ref system))
        {
            VirtualAddress next = system.Ready.First;
            if (next.Value != 0)
            {
                ref ThreadBlock thread = ref machine.Data<ThreadBlock>(next);
                system.Ready.Remove(ref machine, ref thread);
                Load(ref machine, ref board, ref thread);
                return next;
            }

            if (!TryWait(ref machine, ref board, ref system))
            {
                break;
            }
        }

        Leave(ref machine, ref board);
        return default;
    }

    /// <summary>Makes a thread that waited ready, and wakes a core for it if one sleeps.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">In no queue.</param>
    internal static void Wake<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.State = ThreadState.Ready;
        ref ProcessSystem system = ref board.Processes;
        system.Ready.Append(ref machine, ref thread);
        if (system.Idle != 0)
        {
            CallIdle(ref board, ref system, thread.LastCore);
        }
    }

    /// <summary>Lets the others run first.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that runs.</param>
    /// <returns>The thread to go on with.</returns>
    internal static VirtualAddress Yield<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard =>
        board.Processes.Ready.IsEmpty ? thread.Self : GiveWay(ref machine, ref board, ref thread);

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

    /// <summary>Takes a thread out of the queue that it is in, if any, and off the calling core.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">One that no other core runs.</param>
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

        ref CoreThreads core = ref ProcessSystem.OfCore(ref machine, ref system);
        core.Running = core.Running == thread.Self ? default : core.Running;
        thread.RunsOn = 0;
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

        ProcessSystem.OfCore(ref machine, ref board.Processes).Active = process.Self;
    }

    /// <summary>Makes no space current.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    internal static void Deactivate<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.Memory.Spaces.Leave(ref machine);
        ProcessSystem.OfCore(ref machine, ref board.Processes).Active = default;
    }

    // The one that ran last, if it sleeps: its caches may still know the thread.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CallIdle<TBoard>(ref TBoard board, ref ProcessSystem system, uint lastCore)
        where TBoard : struct, IBoard
    {
        uint last = lastCore == 0 ? 0 : system.Idle & (1u << (int)(lastCore - 1));
        uint core = (uint)BitOperations.TrailingZeroCount(last != 0 ? last : system.Idle);
        system.Idle &= ~(1u << (int)core);
        board.WakeCore(core);
    }

    private static bool MayRun<TMachine>(ref TMachine machine, ref ProcessSystem system)
        where TMachine : struct, IMachine
    {
        uint core = machine.CoreIndex;
        return core == 0 ? system.Awaited != 0 : (system.Helpers & (1u << (int)core)) != 0;
    }

    private static VirtualAddress GiveWay<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.Processes.Ready.Append(ref machine, ref thread);
        return Next(ref machine, ref board);
    }

    // Core 0 sleeps here, as the monitor's call; the others go back to where they sleep.
    /// <returns>False when there is nothing to wait for.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryWait<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessSystem system)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Leave(ref machine, ref board);
        WakeSleepers(ref machine, ref board);
        bool isAlone = system.IsNobodyElseRunning(ref machine);
        bool hasWork = !system.Ready.IsEmpty || (isAlone && PageWaits.TryWakeForWriteBack(ref machine, ref board));
        if (!hasWork && machine.CoreIndex == 0)
        {
            if ((isAlone && system.Sleeping.IsEmpty) || Interruption.TryTake(ref machine, ref board))
            {
                return system.Awaited != 0 && !isAlone; // others may have to let go first
            }

            Rest(ref machine, ref board, ref system);
            hasWork = true;
        }
        else if (!hasWork && isAlone && (system.Idle & 1) != 0)
        {
            system.Idle &= ~1u;
            board.WakeCore(0); // what it waits for may never come now
        }

        board.StartSlice();
        return hasWork;
    }

    // Not for so long that a person at the console would notice.
    private static void Rest<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessSystem system)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ulong deadline = NextDeadline(ref machine, ref system);
        ulong look = board.Now + board.TicksOf(LookInMicroseconds);
        system.Idle |= 1;
        system.Lock.Release(ref machine, LockRank.Processes);
        board.Rest(look < deadline ? look : deadline);
        system.Lock.Acquire(ref machine, LockRank.Processes);
        system.Idle &= ~1u;
    }

    private static ulong NextDeadline<TMachine>(ref TMachine machine, ref ProcessSystem system)
        where TMachine : struct, IMachine =>
        system.Sleeping.IsEmpty ? ulong.MaxValue : machine.Data<ThreadBlock>(system.Sleeping.First).WakeTime;

    // The thread that runs is ready, and in no queue.
    private static bool IsQueued(ref ProcessSystem system, ref ThreadBlock thread) =>
        thread.Previous.Value != 0 || system.Ready.First == thread.Self;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one caller
    private static void Load<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint index = machine.CoreIndex;
        ref CoreThreads core = ref board.Processes.Cores[(int)index];
        if (core.Running != thread.Self)
        {
            if (core.Running.Value != 0)
            {
                Save(ref machine, ref board, ref core);
            }

            thread.RunsOn = index + 1;
            thread.LastCore = index + 1;
            thread.KernelStack = core.KernelStack;
            bool hasVfp = core.VfpOwner == thread.Self && thread.VfpCore == index + 1;
            board.LoadThread(ref thread, hasVfp ? VfpSwitch.On : VfpSwitch.Off);
            core.Running = thread.Self;
        }

        if (core.Active != thread.Process)
        {
            Activate(ref machine, ref board, ref machine.Data<ProcessBlock>(thread.Process));
        }
    }

    // All of the thread is in its block from here on: another core may run it next.
    private static void Save<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref CoreThreads core)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ThreadBlock thread = ref machine.Data<ThreadBlock>(core.Running);
        board.SaveThread(ref thread);
        if (core.VfpOwner == thread.Self && thread.VfpCore == thread.RunsOn)
        {
            board.SaveVfp(ref thread);
        }

        thread.RunsOn = 0;
        core.Running = default;
    }

    // Threads stay as they are; the monitor may come back to them.
    private static void Leave<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref CoreThreads core = ref ProcessSystem.OfCore(ref machine, ref board.Processes);
        board.StopSlice();
        if (core.Running.Value != 0)
        {
            Save(ref machine, ref board, ref core);
        }

        if (core.Active.Value != 0)
        {
            Deactivate(ref machine, ref board);
        }
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
