using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>A command and its arguments, with the one helpful line for what is missing or wrong.</summary>
/// <param name="command">The command.</param>
/// <param name="arguments">What follows its name.</param>
public ref struct Request(Command command, Arguments arguments)
{
    private const uint WordMask = 3;

    private readonly Command _command = command;

    /// <summary>The arguments that are still to be read.</summary>
    public Arguments Arguments = arguments;

    /// <summary>Says why the command failed: <c>heap free: already free</c>.</summary>
    /// <param name="session">Where to say it.</param>
    /// <param name="status">Why.</param>
    public readonly CommandOutcome Fail<TInner, TBoard>(in Session<TInner, TBoard> session, VmStatus status)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Board.Write(CommandTable.NameOf(_command));
        session.Board.Write(": "u8);
        session.Board.WriteLine(StatusText.Of(status));
        return CommandOutcome.Failed;
    }

    /// <summary>Takes a word.</summary>
    /// <param name="session">Where to say that there is none.</param>
    /// <param name="word">The word; empty on failure.</param>
    /// <returns>False when there was none, which has been said.</returns>
    public bool TryTakeWord<TInner, TBoard>(in Session<TInner, TBoard> session, out ReadOnlySpan<byte> word)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (Arguments.TryTake(out word))
        {
            return true;
        }

        session.Board.Write("missing argument; usage: "u8);
        WriteUsage(in session);
        session.Board.EndLine();
        return false;
    }

    /// <summary>Takes a number.</summary>
    /// <param name="session">Where to say what is wrong.</param>
    /// <param name="value">The number; zero on failure.</param>
    /// <returns>False when there was none, which has been said.</returns>
    public bool TryTakeNumber<TInner, TBoard>(in Session<TInner, TBoard> session, out uint value)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        if (!TryTakeWord(in session, out ReadOnlySpan<byte> word))
        {
            return false;
        }

        if (!Number.TryParse(word, out value))
        {
            session.Board.Write("not a number: "u8);
            session.Board.Write(word);
            session.Board.Write(" (write 0x1F, 31, 64K or 16M); usage: "u8);
            WriteUsage(in session);
            session.Board.EndLine();
            return false;
        }

        return true;
    }

    /// <summary>Takes a virtual address.</summary>
    /// <param name="session">Where to say what is wrong.</param>
    /// <param name="address">The address; zero on failure.</param>
    /// <returns>False when there was none, which has been said.</returns>
    public bool TryTakeAddress<TInner, TBoard>(in Session<TInner, TBoard> session, out VirtualAddress address)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool isTaken = TryTakeNumber(in session, out uint value);
        address = new VirtualAddress(value);
        return isTaken;
    }

    /// <summary>Takes the address of a word.</summary>
    /// <param name="session">Where to say what is wrong.</param>
    /// <param name="address">The address; zero on failure.</param>
    /// <returns>False when there was none or it is no multiple of 4, which has been said.</returns>
    public bool TryTakeWordAddress<TInner, TBoard>(in Session<TInner, TBoard> session, out VirtualAddress address)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryTakeAddress(in session, out address))
        {
            return false;
        }

        if ((address.Value & WordMask) != 0)
        {
            session.Board.WriteHex(address.Value);
            session.Board.WriteLine(": not a multiple of 4"u8);
            return false;
        }

        return true;
    }

    /// <summary>Sees to it that no argument is left over.</summary>
    /// <param name="session">Where to say that one is.</param>
    public readonly bool EndsHere<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (Arguments.IsEmpty)
        {
            return true;
        }

        Arguments ahead = Arguments;
        _ = ahead.TryTake(out ReadOnlySpan<byte> word); // there is one
        session.Board.Write("one argument too many: "u8);
        session.Board.Write(word);
        session.Board.Write("; usage: "u8);
        WriteUsage(in session);
        session.Board.EndLine();
        return false;
    }

    private readonly void WriteUsage<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => _ = MonitorShell.WriteUsage(ref session.Board, _command); // nothing to align behind it
}
