using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>read</c>, <c>write</c>, <c>fault</c>: accesses that may fault and are survived.</summary>
public static class AccessCommand
{
    /// <summary>Loads a word.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the address.</param>
    public static CommandOutcome Read<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeWordAddress(in session, out VirtualAddress address) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        uint value = 0;
        FaultReport report = session.Board.Probe(FaultAccess.Read, address, ref value);
        return Finish(ref session.Board, address, value, report);
    }

    /// <summary>Stores a word, and shows what a load of it gives.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: address and value.</param>
    public static CommandOutcome Write<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeWordAddress(in session, out VirtualAddress address)
            || !request.TryTakeNumber(in session, out uint value)
            || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        FaultReport report = session.Board.Probe(FaultAccess.Write, address, ref value);
        if (!report.IsFault)
        {
            report = session.Board.Probe(FaultAccess.Read, address, ref value);
        }

        return Finish(ref session.Board, address, value, report);
    }

    /// <summary>Provokes a fault, and says which came.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the address.</param>
    /// <param name="access">How to provoke it.</param>
    public static CommandOutcome Fault<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, FaultAccess access)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeAddress(in session, out VirtualAddress address) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        if (access == FaultAccess.Execute && IsExecutable(in session, address))
        {
            WriteAccess(ref session.Board, access, address);
            session.Board.WriteLine("not tried, what lies there would run"u8);
            return CommandOutcome.Failed;
        }

        uint value = 0;
        if (access == FaultAccess.Write)
        {
            _ = session.Board.Probe(FaultAccess.Read, address, ref value); // what is stored is what was there
        }

        FaultReport report = session.Board.Probe(access, address, ref value);
        if (!report.IsFault)
        {
            WriteAccess(ref session.Board, access, address);
            session.Board.WriteLine("no fault"u8);
            return CommandOutcome.Failed;
        }

        session.Board.WriteFault(report);
        session.Board.WriteLine(", survived"u8);
        return CommandOutcome.Done;
    }

    private static CommandOutcome Finish<TBoard>(ref TBoard board, VirtualAddress address, uint value, FaultReport report)
        where TBoard : struct, IBoard
    {
        if (report.IsFault)
        {
            board.WriteFault(report);
            board.EndLine();
            return CommandOutcome.Failed;
        }

        board.WriteHex(address.Value);
        board.Write(": "u8);
        board.WriteHex(value);
        board.EndLine();
        return CommandOutcome.Done;
    }

    private static bool IsExecutable<TInner, TBoard>(in Session<TInner, TBoard> session, VirtualAddress address)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        TableWalk walk = TableWalk.Of(ref session.Machine, in context, address);
        return walk.IsMapped && walk.Mapping.Execution == Execution.Allowed && !walk.Mapping.IsPrivilegedExecuteNever;
    }

    private static void WriteAccess<TBoard>(ref TBoard board, FaultAccess access, VirtualAddress address)
        where TBoard : struct, IBoard
    {
        board.Write("fault "u8);
        board.Write(FaultText.NameOf(access));
        board.WriteByte((byte)' ');
        board.WriteHex(address.Value);
        board.Write(": "u8);
    }
}
