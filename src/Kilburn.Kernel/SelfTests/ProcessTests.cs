using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Programs in user mode. Only a board that executes instructions has something to test here.</summary>
internal static class ProcessTests
{
    private const uint Status = 42;

    internal static void ProgramExits<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!session.Board.RunsPrograms)
        {
            return;
        }

        ArmCode code = default;
        code.Set(0, Status);
        code.Call(SystemCall.Exit);
        ProcessEnd end = UserProgram.Run(in session, ref check, in code);
        check.That(end.Reason == ProcessEndReason.Exited, "the reason"u8, (uint)end.Reason);
        check.Equal(end.Status, Status, "the status"u8);
    }
}
