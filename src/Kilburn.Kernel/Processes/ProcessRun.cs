using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>Lets processes run until one of them has ended.</summary>
public static class ProcessRun
{
    /// <summary>Runs processes on this core until one has ended, and forgets that one.</summary>
    /// <param name="machine">The machine of core 0.</param>
    /// <param name="board">A board that runs programs.</param>
    /// <param name="process">The monitor's child; it has not ended, and no other core runs threads.</param>
    /// <param name="end">How it ended; <see cref="ProcessEndReason.Killed"/> when all threads waited for what could never come.</param>
    public static void Await<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, VirtualAddress process, out ProcessEnd end)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.Processes.Lock.Acquire(ref machine, LockRank.Processes);
        board.Processes.Awaited = machine.Data<ProcessBlock>(process).Id;
        board.Processes.Lock.Release(ref machine, LockRank.Processes);
        Go(ref machine, ref board, process, out end);
    }

    /// <summary>Runs processes on all cores until one has ended, and forgets that one.</summary>
    /// <param name="machine">The machine of core 0.</param>
    /// <param name="board">A board that runs programs.</param>
    /// <param name="process">The monitor's child, which is <see cref="ProcessSystem.Awaited"/> since it began.</param>
    /// <param name="end">As <see cref="Await"/> gives it.</param>
    internal static void AwaitOnAllCores<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, VirtualAddress process, out ProcessEnd end)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        HelperCores.Open(ref machine, ref board);
        system.Lock.Release(ref machine, LockRank.Processes);
        Go(ref machine, ref board, process, out end);
        if (system.Background == 0)
        {
            _ = HelperCores.Pause(ref machine, ref board);
        }
    }

    private static void Go<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, VirtualAddress process, out ProcessEnd end)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock block = ref machine.Data<ProcessBlock>(process);
        ref ProcessSystem system = ref board.Processes;
        uint interrupts = machine.MaskInterrupts();
        VirtualAddress thread = Scheduler.Enter(ref machine, ref board);
        if (thread.Value != 0)
        {
            board.EnterUser(thread);
        }

        system.Lock.Acquire(ref machine, LockRank.Processes);
        if (!block.HasEnded)
        {
            ProcessEnd killed = default;
            killed.Reason = ProcessEndReason.Killed;
            ProcessLife.End(ref machine, ref board, ref block, in killed);
        }

        end = block.End;
        ProcessLife.Reap(ref machine, ref board, ref block);
        system.Lock.Release(ref machine, LockRank.Processes);
        machine.RestoreInterrupts(interrupts);
    }
}
