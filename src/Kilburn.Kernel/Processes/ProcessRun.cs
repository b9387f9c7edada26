using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>Lets processes run until one of them has ended.</summary>
public static class ProcessRun
{
    /// <summary>Runs processes until one has ended, and forgets that one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">A board that runs programs.</param>
    /// <param name="process">The monitor's child.</param>
    /// <param name="end">How it ended; <see cref="ProcessEndReason.Killed"/> when all threads waited for what could never come.</param>
    public static void Await<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, VirtualAddress process, out ProcessEnd end)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock block = ref machine.Data<ProcessBlock>(process);
        ref ProcessSystem system = ref board.Processes;
        if (!block.HasEnded)
        {
            uint interrupts = machine.MaskInterrupts();
            system.Awaited = block.Id;
            board.StartSlice();
            VirtualAddress thread = Scheduler.Next(ref machine, ref board);
            if (thread.Value != 0)
            {
                board.EnterUser(thread);
            }

            if (!block.HasEnded)
            {
                ProcessEnd killed = default;
                killed.Reason = ProcessEndReason.Killed;
                ProcessLife.End(ref machine, ref board, ref block, in killed);
            }

            machine.RestoreInterrupts(interrupts);
        }

        end = block.End;
        ProcessLife.Reap(ref machine, ref board, ref block);
    }
}
