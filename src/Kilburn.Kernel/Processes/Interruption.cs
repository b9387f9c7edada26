using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>Ctrl-C: ends the process that the monitor waits for, and nothing else.</summary>
/// <remarks>For core 0, whose the console is. Locking: the caller holds <see cref="ProcessSystem.Lock"/>.</remarks>
internal static class Interruption
{
    /// <summary>Ends the awaited process if a person asks for it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <returns>True when it was asked for: no thread of that process is left but for those that other cores run.</returns>
    internal static bool TryTake<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!board.TakeInterrupt()
            || !ProcessLife.TryFind(ref machine, ref board, board.Processes.Awaited, out VirtualAddress process))
        {
            return false;
        }

        ProcessEnd end = default;
        end.Reason = ProcessEndReason.Interrupted;
        ProcessLife.End(ref machine, ref board, ref machine.Data<ProcessBlock>(process), in end);
        return true;
    }
}
