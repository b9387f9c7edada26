using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
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
    private const int StateWidth = 10;

    private static ReadOnlySpan<byte> Manifest => "manifest"u8;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: a program, and what to give to it.</param>
    /// <returns>Whether the program ended as the boot image's manifest says; with 0, when that says nothing of it.</returns>
    public static CommandOutcome Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TrySpawnLocked(in session, ref request, out ManifestLine line, out VirtualAddress process))
        {
            return CommandOutcome.Failed;
        }

        ref ProcessSystem system = ref session.Board.Processes;
        system.Awaited = session.Machine.Data<ProcessBlock>(process).Id;
        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        ProcessRun.AwaitOnAllCores(ref session.Machine.Inner, ref session.Board.Inner, process, out ProcessEnd end);
        session.Memory.TrimHeap(ref session.Machine.Inner);
        ProcessEndText text = new(in end);
        session.Board.Write(line.Name);
        session.Board.Write(": "u8);
        session.Board.WriteLine(text.Text);
        return text.Matches(line.Outcome) ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    /// <summary>Makes a process, which runs on the other cores from now on.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: a program, and what to give to it.</param>
    public static CommandOutcome Start<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TrySpawnLocked(in session, ref request, out ManifestLine line, out VirtualAddress process))
        {
            return CommandOutcome.Failed;
        }

        ref ProcessSystem system = ref session.Board.Processes;
        uint id = session.Machine.Data<ProcessBlock>(process).Id; // it may have ended as soon as the lock is released
        HelperCores.Open(ref session.Machine.Inner, ref session.Board.Inner);
        system.Background = system.Helpers;
        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        session.Board.Write(line.Name);
        session.Board.Write(": process "u8);
        session.Board.WriteDecimal(id);
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

        uint last = 0;
        while (TryTakeRow(in session, last, out ProcessRow row))
        {
            if (last == 0)
            {
                session.Board.WriteLine("  pid parent threads resident  state     program"u8);
            }

            Write(ref session.Board, ref row);
            last = row.Id;
        }

        if (last == 0)
        {
            session.Board.WriteLine("no processes"u8);
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
        if (!TryTakeProcessLocked(in session, ref request, out VirtualAddress address))
        {
            return CommandOutcome.Failed;
        }

        ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(address); // there as long as the lock is held
        uint id = process.Id;
        ProcessEnd end = default;
        end.Reason = ProcessEndReason.Killed;
        ProcessLife.End(ref session.Machine.Inner, ref session.Board.Inner, ref process, in end);
        ref ProcessSystem system = ref session.Board.Processes;
        while (IsLive(in session, id, out _))
        {
            // Another core runs a thread of it, and has been told.
            system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
            session.Machine.Relax();
            system.Lock.Acquire(ref session.Machine.Inner, LockRank.Processes);
        }

        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        session.Memory.TrimHeap(ref session.Machine.Inner);
        return CommandOutcome.Done;
    }

    /// <summary>Takes the number of a process that has not ended, and the lock of processes, which is held afterwards.</summary>
    /// <param name="session">Where to say what is wrong.</param>
    /// <param name="request">The arguments: the number, and nothing else.</param>
    /// <param name="process">The process; default on failure, and the lock is not held.</param>
    internal static bool TryTakeProcessLocked<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, out VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        process = default;
        if (!request.TryTakeNumber(in session, out uint id) || !request.EndsHere(in session))
        {
            return false;
        }

        ref ProcessSystem system = ref session.Board.Processes;
        system.Lock.Acquire(ref session.Machine.Inner, LockRank.Processes);
        if (IsLive(in session, id, out process))
        {
            return true;
        }

        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        session.Board.Write("no such process: "u8);
        session.Board.WriteDecimal(id);
        session.Board.EndLine();
        return false;
    }

    private static bool IsLive<TInner, TBoard>(in Session<TInner, TBoard> session, uint id, out VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard =>
        ProcessLife.TryFind(ref session.Machine.Inner, ref session.Board.Inner, id, out process)
        && !session.Machine.Data<ProcessBlock>(process).HasEnded;

    // The lock of processes is held afterwards, unless it fails: the process does not end before somebody has looked at it.
    private static bool TrySpawnLocked<TInner, TBoard>(
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
        ref ProcessSystem system = ref session.Board.Processes;
        system.Lock.Acquire(ref session.Machine.Inner, LockRank.Processes);
        SystemCallError error = ProcessStart.TrySpawn(
            ref session.Machine.Inner, ref session.Board.Inner, 0, name, arguments, out process, out ElfStatus elf);
        if (error == SystemCallError.None)
        {
            return true;
        }

        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
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

    // What is printed is copied first: nothing is printed under a lock.
    private static bool TryTakeRow<TInner, TBoard>(in Session<TInner, TBoard> session, uint after, out ProcessRow row)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        row = default;
        ref ProcessSystem system = ref session.Board.Processes;
        system.Lock.Acquire(ref session.Machine.Inner, LockRank.Processes);
        VirtualAddress next = system.FirstProcess;
        while (next.Value != 0 && session.Machine.Data<ProcessBlock>(next).Id <= after)
        {
            next = session.Machine.Data<ProcessBlock>(next).Next;
        }

        if (next.Value != 0)
        {
            ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(next);
            row.Id = process.Id;
            row.Parent = process.Parent;
            row.LiveThreads = process.LiveThreads;
            row.HasEnded = process.HasEnded;
            row.Name = process.Name;
            if (!process.HasEnded)
            {
                process.Space.ReadCounters(ref session.Machine.Inner, out SpaceCounters counters);
                row.ResidentPages = counters.ResidentPages;
            }

            AddThreads(in session, process.FirstThread, ref row);
        }

        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        return next.Value != 0;
    }

    private static void AddThreads<TInner, TBoard>(in Session<TInner, TBoard> session, VirtualAddress first, ref ProcessRow row)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress next = first;
        while (next.Value != 0)
        {
            ref ThreadBlock thread = ref session.Machine.Data<ThreadBlock>(next);
            row.IsReady |= thread.State == ThreadState.Ready;
            row.Cores |= thread.RunsOn != 0 ? 1u << (int)(thread.RunsOn - 1) : 0;
            next = thread.NextOfProcess;
        }
    }

    private static void Write<TBoard>(ref ListeningBoard<TBoard> board, ref ProcessRow row)
        where TBoard : struct, IBoard
    {
        board.WriteDecimalRight(row.Id, NumberWidth);
        board.WriteDecimalRight(row.Parent, NumberWidth + 2);
        board.WriteDecimalRight(row.LiveThreads, NumberWidth + 3);
        board.WriteDecimalRight(row.ResidentPages, PagesWidth);
        board.Write("  "u8);
        if (row.Cores == 0)
        {
            board.WriteLeft(row.HasEnded ? "ended"u8 : row.IsReady ? "ready"u8 : "waiting"u8, StateWidth);
        }
        else
        {
            WriteCores(ref board, row.Cores);
        }

        board.WriteLine(row.Name.Text);
    }

    // "core 2", or "core 1 2 3": as wide as the other states.
    private static void WriteCores<TBoard>(ref ListeningBoard<TBoard> board, uint cores)
        where TBoard : struct, IBoard
    {
        const uint WidthOfCore = 2;
        board.Write("core"u8);
        uint width = WidthOfCore << 1;
        for (uint core = 0; core < ProcessSystem.CoreCapacity; core++)
        {
            if ((cores & (1u << (int)core)) != 0)
            {
                board.Write(" "u8);
                board.WriteDecimal(core);
                width += WidthOfCore;
            }
        }

        for (; width < StateWidth; width++)
        {
            board.Write(" "u8);
        }
    }

    /// <summary>What <c>ps</c> says of a process.</summary>
    private struct ProcessRow
    {
        internal uint Id;
        internal uint Parent;
        internal uint LiveThreads;
        internal uint ResidentPages;
        internal uint Cores; // a bit for each that runs a thread of it
        internal bool HasEnded;
        internal bool IsReady;
        internal ShortName Name;
    }
}
