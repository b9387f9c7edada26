using System;
using Kilburn.Core;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Benchmarks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Demo;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.SelfTests;
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
    private const int HelpWidth = 30;

    private static ReadOnlySpan<byte> Prompt => "kilburn> "u8;

    /// <summary>Serves a person until the input ends; <c>poweroff</c> and <c>reboot</c> do not return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="state">The monitor's memory.</param>
    public static void Run<TInner, TBoard>(ref TInner machine, ref TBoard board, ref MonitorState state)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TracingMachine<TInner, ListeningBoard<TBoard>> tracing = new(machine, new ListeningBoard<TBoard>(board));
        Session<TInner, TBoard> session = new(ref tracing, ref state);
        board.Processes.Places = RangePlaces.Random; // a batch is to be repeated, a person is not
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
        TracingMachine<TInner, ListeningBoard<TBoard>> tracing = new(machine, new ListeningBoard<TBoard>(board));
        Session<TInner, TBoard> session = new(ref tracing, ref state);
        return RunLine(in session, commands, Echo.On);
    }

    /// <summary>Runs commands until one fails.</summary>
    /// <param name="session">What they work on.</param>
    /// <param name="line">Commands, separated by semicolons.</param>
    /// <param name="echo">Whether each is printed first.</param>
    public static CommandOutcome RunLine<TInner, TBoard>(
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
        if (!CommandTable.TryFind(ref arguments, out Command command)
            || (command == Command.SpaceShow && !arguments.StartsWithNumber))
        {
            return FailToFind(in session, new Arguments(text));
        }

        Request request = new(command, arguments);
        switch (command)
        {
            case Command.Map:
                return MapCommand.Run(in session, ref request);
            case Command.Walk:
                return WalkCommand.Run(in session, ref request);
            case Command.Frames:
                return FramesCommand.Show(in session, ref request);
            case Command.FrameAllocate:
                return FramesCommand.Allocate(in session, ref request);
            case Command.FrameFree:
                return FramesCommand.Free(in session, ref request);
            case Command.Asids:
                return SpacesCommand.ShowAsids(in session, ref request);
            case Command.Spaces:
                return SpacesCommand.Show(in session, ref request);
            case Command.SpaceNew:
                return SpaceCommand.New(in session, ref request);
            case Command.SpaceUse:
                return SpaceCommand.Use(in session, ref request);
            case Command.SpaceMap:
                return SpaceCommand.Map(in session, ref request);
            case Command.SpaceUnmap:
                return SpaceCommand.Unmap(in session, ref request);
            case Command.SpaceProtect:
                return SpaceCommand.Protect(in session, ref request);
            case Command.SpaceDestroy:
                return SpaceCommand.Destroy(in session, ref request);
            case Command.SpaceShow:
                return ProcessSpaceCommand.Show(in session, ref request);
            case Command.Run:
                return ProcessCommand.Run(in session, ref request);
            case Command.Start:
                return ProcessCommand.Start(in session, ref request);
            case Command.Processes:
                return ProcessCommand.List(in session, ref request);
            case Command.Kill:
                return ProcessCommand.Kill(in session, ref request);
            case Command.Heap:
                return HeapCommand.Show(in session, ref request);
            case Command.HeapAllocate:
                return HeapCommand.Allocate(in session, ref request);
            case Command.HeapFree:
                return HeapCommand.Free(in session, ref request);
            case Command.Mmio:
                return MmioCommand.Show(in session, ref request);
            case Command.MmioMap:
                return MmioCommand.Map(in session, ref request);
            case Command.MmioUnmap:
                return MmioCommand.Unmap(in session, ref request);
            case Command.Read:
                return AccessCommand.Read(in session, ref request);
            case Command.Write:
                return AccessCommand.Write(in session, ref request);
            case Command.FaultRead:
                return AccessCommand.Fault(in session, ref request, FaultAccess.Read);
            case Command.FaultWrite:
                return AccessCommand.Fault(in session, ref request, FaultAccess.Write);
            case Command.FaultExecute:
                return AccessCommand.Fault(in session, ref request, FaultAccess.Execute);
            case Command.Cores:
                return CoresCommand.Show(in session, ref request);
            case Command.Stress:
                return CoresCommand.Stress(in session, ref request);
            case Command.Demo:
                return DemoCommand.Run(in session, ref request);
            case Command.Test:
                if (session.Board.Processes.FirstProcess.Value != 0)
                {
                    session.Board.WriteLine("test: there are processes, whose spaces it would end (ps, kill)"u8);
                    return CommandOutcome.Failed;
                }

                return TestCommand.Run(in session, ref request);
            default:
                return RunPlain(in session, ref request, command);
        }
    }

    /// <summary>The commands without arguments that need no file of their own.</summary>
    // What the other cores did would be counted, too.
    private static CommandOutcome BenchAlone<TInner, TBoard>(in Session<TInner, TBoard> session, Command command)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint background = HelperCores.Pause(ref session.Machine.Inner, ref session.Board.Inner);
        bool isDone = command == Command.Bench
            ? BenchmarkSuite.Run(ref session.Machine.Inner, ref session.Board, ref session.Memory)
            : GrowthSuite.Run(ref session.Machine.Inner, ref session.Board, ref session.Memory);
        HelperCores.Resume(ref session.Machine.Inner, ref session.Board.Inner, background);
        return isDone ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    private static CommandOutcome RunPlain<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, Command command)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        switch (command)
        {
            case Command.Machine:
                session.Board.DescribeMachine();
                break;
            case Command.StepsOn:
                session.Machine.Steps = Steps.On;
                break;
            case Command.StepsOff:
                session.Machine.Steps = Steps.Off;
                break;
            case Command.PlacesRandom:
                session.Board.Processes.Places = RangePlaces.Random;
                break;
            case Command.PlacesLow:
                session.Board.Processes.Places = RangePlaces.Low;
                break;
            case Command.Bench:
            case Command.BenchGrowth:
                return BenchAlone(in session, command);
            case Command.Reboot:
                session.Board.Reboot();
                break;
            case Command.PowerOff:
                session.Board.PowerOff(0);
                break;
            default:
                WriteHelp(ref session.Board);
                break;
        }

        return CommandOutcome.Done;
    }

    private static CommandOutcome FailToFind<TInner, TBoard>(in Session<TInner, TBoard> session, Arguments arguments)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        _ = arguments.TryTake(out ReadOnlySpan<byte> word); // a command is not empty
        bool isKnown = false;
        for (int index = 0; index < CommandTable.Count; index++)
        {
            if (CommandTable.StartsWith((Command)index, word))
            {
                session.Board.Write(isKnown ? " | "u8 : "usage: "u8);
                _ = WriteUsage(ref session.Board, (Command)index); // nothing to align behind it
                isKnown = true;
            }
        }

        if (!isKnown)
        {
            session.Board.Write("unknown command: "u8);
            session.Board.Write(word);
        }

        session.Board.EndLine();
        return CommandOutcome.Failed;
    }

    private static void WriteHelp<TBoard>(ref TBoard board)
        where TBoard : struct, IBoard
    {
        for (int index = 0; index < CommandTable.Count; index++)
        {
            board.Write("  "u8);
            int written = WriteUsage(ref board, (Command)index);
            board.Pad(HelpWidth - written);
            board.WriteLine(CommandTable.PurposeOf((Command)index));
        }
    }

    /// <summary>Prints a command's name and arguments.</summary>
    /// <param name="board">The board.</param>
    /// <param name="command">The command.</param>
    /// <returns>Characters written.</returns>
    internal static int WriteUsage<TBoard>(ref TBoard board, Command command)
        where TBoard : struct, IBoard
    {
        ReadOnlySpan<byte> name = CommandTable.NameOf(command);
        ReadOnlySpan<byte> arguments = CommandTable.ArgumentsOf(command);
        board.Write(name);
        if (arguments.Length == 0)
        {
            return name.Length;
        }

        board.WriteByte((byte)' ');
        board.Write(arguments);
        return name.Length + 1 + arguments.Length;
    }
}
