using Kilburn.Core;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls of a process that handles its own faults.</summary>
internal static class FaultCalls
{
    internal static SystemCallError SetHandler<TMachine>(ref TMachine machine, ref ThreadBlock thread)
        where TMachine : struct, IMachine
    {
        uint stack = thread.General[1];
        if ((stack & (ThreadCalls.StackAlignment - 1)) != 0)
        {
            return SystemCallError.Misaligned;
        }

        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        process.FaultHandler = thread.General[0];
        process.FaultStack = stack;
        return SystemCallError.None;
    }

    internal static SystemCallError Return<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        FaultAction action = (FaultAction)thread.General[0];
        if (thread.FaultRecord.Value == 0 || action > FaultAction.End)
        {
            return SystemCallError.BadArgument;
        }

        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        if (action == FaultAction.End)
        {
            ProcessEnd end = thread.FaultEnd;
            ProcessLife.End(ref machine, ref board, ref process, in end);
            return CallErrors.Later;
        }

        if (!UserMemory.TryRead(
            ref machine, ref board, process.Space, thread.FaultRecord, out UserFault fault, out FaultOutcome _))
        {
            return SystemCallError.BadAddress;
        }

        UserFaults.Restore(ref thread, in fault);
        return CallErrors.Restored;
    }
}
