using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Programs;
using Kilburn.Kernel.Terminal;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>run</c>, <c>start</c>, <c>ps</c> and <c>kill</c>: processes.</summary>
public static class ProcessCommand
{
    private const int NumberWidth = 5;
    private const int PagesWidth = 9;

    private static ReadOnlySpan<byte> Manifest => "manifest"u8;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: a program, and what to give to it.</param>
    /// <returns>Whether the program ended as the boot image's manifest says; with 0, when that says nothing of it.</returns>
    public static CommandOutcome Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TrySpawn(in session, ref request, out ManifestLine line, out VirtualAddress process))
        {
            return CommandOutcome.Failed;
        }

        ProcessRun.Await(ref session.Machine.Inner, ref session.Board.Inner, process, out ProcessEnd end);
        session.Memory.TrimHeap(ref session.Machine.Inner);
        ProcessEndText text = new(in end);
        session.Board.Write(line.Name);
        session.Board.Write(": "u8);
        session.Board.WriteLine(text.Text);
        return text.Matches(line.Outcome) ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    /// <summary>Makes a process.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: a program, and what to give to it.</param>
    public static CommandOutcome Start<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TrySpawn(in session, ref request, out ManifestLine line, out VirtualAddress process))
        {
            return CommandOutcome.Failed;
        }

        session.Board.Write(line.Name);
        session.Board.Write(": process "u8);
        session.Board.WriteDecimal(session.Machine.Data<ProcessBlock>(process).Id);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Prints all processes.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome List<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VirtualAddress next = session.Board.Processes.FirstProcess;
        session.Board.WriteLine(next.Value == 0
            ? "no processes"u8
            : "  pid parent threads resident  state     program"u8);
        while (next.Value != 0)
        {
            ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(next);
            WriteProcess(in session, ref process);
            next = process.Next;
        }

        return CommandOutcome.Done;
    }

    /// <summary>Ends a process.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the number.</param>
    public static CommandOutcome Kill<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryTakeProcess(in session, ref request, out VirtualAddress address))
        {
            return CommandOutcome.Failed;
        }

        ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(address);
        ProcessEnd end = default;
        end.Reason = ProcessEndReason.Killed;
        ProcessLife.End(ref session.Machine.Inner, ref session.Board.Inner, ref process, in end);
        session.Memory.TrimHeap(ref session.Machine.Inner);
        return CommandOutcome.Done;
    }

    /// <summary>Takes the number of a process that has not ended.</summary>
    /// <param name="session">Where to say what is wrong.</param>
    /// <param name="request">The arguments: the number, and nothing else.</param>
    /// <param name="process">The process; default on failure.</param>
    internal static bool TryTakeProcess<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, out VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        process = default;
        if (!request.TryTakeNumber(in session, out uint id) || !request.EndsHere(in session))
        {
            return false;
        }

        if (ProcessLife.TryFind(ref session.Machine.Inner, ref session.Board.Inner, id, out process)
            && !session.Machine.Data<ProcessBlock>(process).HasEnded)
        {
            return true;
        }

        session.Board.Write("no such process: "u8);
        session.Board.WriteDecimal(id);
        session.Board.EndLine();
        return false;
    }

    private static bool TrySpawn<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, out ManifestLine line, out VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        line = default;
        process = default;
        if (!request.TryTakeWord(in session, out ReadOnlySpan<byte> name))
        {
            return false;
        }

        if (!session.Board.RunsPrograms)
        {
            session.Board.WriteLine("this machine runs no programs: it executes no instructions"u8);
            return false;
        }

        // What is not in the manifest should end with success; what is, with the arguments that are there unless others are given.
        if (CpioArchive.TryFind(session.Board.Archive, Manifest, out ReadOnlySpan<byte> manifest) != ArchiveStatus.Ok
            || !ManifestLine.TryFind(manifest, name, out line))
        {
            line.Name = name;
            line.Outcome = "exited 0"u8;
        }

        ReadOnlySpan<byte> arguments = request.Arguments.IsEmpty ? line.Arguments : request.Arguments.TakeRest();
        SystemCallError error = ProcessStart.TrySpawn(
            ref session.Machine.Inner, ref session.Board.Inner, 0, name, arguments, out process, out ElfStatus elf);
        if (error == SystemCallError.None)
        {
            return true;
        }

        session.Board.Write(name);
        session.Board.Write(": "u8);
        session.Board.WriteLine(error switch
        {
            SystemCallError.NoSuchName => "no such program"u8,
            SystemCallError.BadProgram => elf == ElfStatus.Ok ? "it does not fit into a space"u8 : ElfText.Of(elf),
            _ => "too little memory"u8,
        });
        return false;
    }

    private static void WriteProcess<TInner, TBoard>(in Session<TInner, TBoard> session, ref ProcessBlock process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ListeningBoard<TBoard> board = ref session.Board;
        SpaceCounters counters = default;
        if (!process.HasEnded)
        {
            process.Space.ReadCounters(ref session.Machine.Inner, out counters);
        }

        board.WriteDecimalRight(process.Id, NumberWidth);
        board.WriteDecimalRight(process.Parent, NumberWidth + 2);
        board.WriteDecimalRight(process.LiveThreads, NumberWidth + 3);
        board.WriteDecimalRight(counters.ResidentPages, PagesWidth);
        board.Write("  "u8);
        board.WriteLeft(StateOf(in session, ref process), 10);
        board.WriteLine(process.Name.Text);
    }

    private static ReadOnlySpan<byte> StateOf<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref ProcessBlock process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (process.HasEnded)
        {
            return "ended"u8;
        }

        VirtualAddress next = process.FirstThread;
        while (next.Value != 0)
        {
            ref ThreadBlock thread = ref session.Machine.Data<ThreadBlock>(next);
            if (thread.State == ThreadState.Ready)
            {
                return "ready"u8;
            }

            next = thread.NextOfProcess;
        }

        return "waiting"u8;
    }
}
