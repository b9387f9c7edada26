using System;
using Kilburn.Core;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>Takes commands from a person or from a batch, and runs them.</summary>
/// <remarks>
/// Commands work through a <see cref="TracingMachine{TInner, TBoard}"/>, so that <c>steps on</c> shows them at work.
/// Not for two cores at a time.
/// </remarks>
public static class MonitorShell
{
    private const byte Separator = (byte)';';
    private const int HelpWidth = 12;

    private static ReadOnlySpan<byte> Prompt => "kilburn> "u8;

    /// <summary>Serves a person until the input ends; <c>poweroff</c> and <c>reboot</c> do not return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="state">The monitor's memory.</param>
    public static void Run<TInner, TBoard>(ref TInner machine, ref TBoard board, ref MonitorState state)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TracingMachine<TInner, TBoard> tracing = new(machine, board);
        Session<TInner, TBoard> session = new(ref tracing, ref board, ref board.Memory, ref state);
        while (state.Editor.TryRead(ref board, Prompt))
        {
            _ = RunLine(in session, state.Editor.Line, Echo.Off); // a person reads why
        }
    }

    /// <summary>Runs commands until one fails. Each is printed first, as <c>&gt; COMMAND</c>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="state">The monitor's memory.</param>
    /// <param name="commands">Separated by semicolons.</param>
    /// <returns>Whether all succeeded.</returns>
    public static CommandOutcome RunBatch<TInner, TBoard>(
        ref TInner machine, ref TBoard board, ref MonitorState state, ReadOnlySpan<byte> commands)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TracingMachine<TInner, TBoard> tracing = new(machine, board);
        Session<TInner, TBoard> session = new(ref tracing, ref board, ref board.Memory, ref state);
        return RunLine(in session, commands, Echo.On);
    }

    private static CommandOutcome RunLine<TInner, TBoard>(
        in Session<TInner, TBoard> session, ReadOnlySpan<byte> line, Echo echo)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ReadOnlySpan<byte> rest = line;
        while (rest.Length != 0)
        {
            ReadOnlySpan<byte> text = Words.Trim(Words.TakeUntil(ref rest, Separator));
            if (text.Length == 0)
            {
                continue;
            }

            if (echo == Echo.On)
            {
                session.Board.Write("> "u8);
                session.Board.WriteLine(text);
            }

            if (RunOne(in session, text) == CommandOutcome.Failed)
            {
                return CommandOutcome.Failed;
            }
        }

        return CommandOutcome.Done;
    }

    private static CommandOutcome RunOne<TInner, TBoard>(in Session<TInner, TBoard> session, ReadOnlySpan<byte> text)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Arguments arguments = new(text);
        _ = arguments.TryTake(out ReadOnlySpan<byte> name); // the text is not empty
        if (!CommandTable.TryFind(name, out Command command))
        {
            session.Board.Write("unknown command: "u8);
            session.Board.WriteLine(name);
            return CommandOutcome.Failed;
        }

        Request request = new(command, arguments);
        switch (command)
        {
            case Command.Map:
                return MapCommand.Run(in session, ref request);
            case Command.Walk:
                return WalkCommand.Run(in session, ref request);
            case Command.Machine:
                session.Board.DescribeMachine();
                return CommandOutcome.Done;
            case Command.Steps:
                return SetSteps(in session, ref request);
            case Command.Reboot:
                session.Board.Reboot();
                return CommandOutcome.Failed;
            case Command.PowerOff:
                session.Board.PowerOff(0);
                return CommandOutcome.Failed;
            default:
                WriteHelp(in session);
                return CommandOutcome.Done;
        }
    }

    private static CommandOutcome SetSteps<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (request.Arguments.TryTakeWord("on"u8))
        {
            session.Machine.Steps = Steps.On;
        }
        else if (request.Arguments.TryTakeWord("off"u8))
        {
            session.Machine.Steps = Steps.Off;
        }
        else
        {
            return request.FailWithUsage(in session);
        }

        return request.EndsHere(in session) ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    private static void WriteHelp<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (int index = 0; index < CommandTable.Count; index++)
        {
            Command command = (Command)index;
            session.Board.Write("  "u8);
            session.Board.WriteLeft(CommandTable.NameOf(command), HelpWidth);
            session.Board.Write(CommandTable.PurposeOf(command));
            if (CommandTable.ArgumentsOf(command).Length != 0)
            {
                session.Board.Write(": "u8);
                session.Board.Write(CommandTable.ArgumentsOf(command));
            }

            session.Board.EndLine();
        }
    }

    private enum Echo
    {
        Off,
        On,
    }
}
