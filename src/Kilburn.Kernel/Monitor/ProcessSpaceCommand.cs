using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Locks;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>space PID</c>: what a process has mapped.</summary>
public static class ProcessSpaceCommand
{
    private const int SizeWidth = 9;
    private const int PagesWidth = 8;

    /// <summary>Prints ranges, residency and counts.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the process.</param>
    public static CommandOutcome Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // It shall not end meanwhile.
        uint background = HelperCores.Pause(ref session.Machine.Inner, ref session.Board.Inner);
        CommandOutcome outcome = CommandOutcome.Failed;
        if (ProcessCommand.TryTakeProcessLocked(in session, ref request, out VirtualAddress process))
        {
            session.Board.Processes.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
            Show(in session, session.Machine.Data<ProcessBlock>(process).Space);
            outcome = CommandOutcome.Done;
        }

        HelperCores.Resume(ref session.Machine.Inner, ref session.Board.Inner, background);
        return outcome;
    }

    private static void Show<TInner, TBoard>(in Session<TInner, TBoard> session, AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ListeningBoard<TBoard> board = ref session.Board;
        board.WriteLine("  start          size  rights  mapped  what"u8);
        VirtualAddress next = default;
        while (space.TryFindNext(ref session.Machine.Inner, ref next, out SpaceRegion region))
        {
            board.Write("  "u8);
            board.WriteHex(region.Start.Value);
            board.WriteSize(region.LengthInBytes, SizeWidth);
            board.Write("  "u8);
            WriteRights(ref board, region.Rights);
            board.WriteDecimalRight(region.MappedPages, PagesWidth + 2);
            board.Write("  "u8);
            board.WriteLine(NameOf(region.Kind));
        }

        space.ReadCounters(ref session.Machine.Inner, out SpaceCounters counters);
        WriteCount(ref board, "pages: "u8, counters.ReservedPages, " reserved, "u8);
        WriteCount(ref board, default, counters.ResidentPages, " resident; tables: "u8);
        WriteCount(ref board, default, counters.Tables, ", of them "u8);
        WriteCount(ref board, default, counters.SharedTables, " shared with clones\n"u8);
        VirtualRange all = new(default, AddressSpace.EndValue);
        if (space.TryReadUse(ref session.Machine.Inner, all, out PageUse use) == VmStatus.Ok)
        {
            WriteCount(ref board, "mapped: "u8, use.MappedPages, " pages, "u8);
            WriteCount(ref board, default, use.AccessedPages, " used since they were aged, "u8);
            WriteCount(ref board, default, use.DirtyPages, " with contents that are nowhere else\n"u8);
        }

        WriteCount(ref board, "faults: "u8, counters.ZeroFills, " zeroed, "u8);
        WriteCount(ref board, default, counters.ZeroReads, " read zeroes, "u8);
        WriteCount(ref board, default, counters.ObjectFills, " of objects, "u8);
        WriteCount(ref board, default, counters.Copies, " copied, "u8);
        WriteCount(ref board, default, counters.Reuses, " reused, "u8);
        WriteCount(ref board, default, counters.Uses, " used again, "u8);
        WriteCount(ref board, default, counters.Spurious, " spurious, "u8);
        WriteCount(ref board, default, counters.Refused, " refused; "u8);
        WriteCount(ref board, default, counters.Neighbours, " neighbours came along\n"u8);
        board.WriteLine(space.ReadPlacementSeed(ref session.Machine.Inner) == 0
            ? "places: low, in turn"u8
            : "places: drawn at random"u8);
    }

    private static void WriteCount<TBoard>(
        ref TBoard board, ReadOnlySpan<byte> before, uint count, ReadOnlySpan<byte> behind)
        where TBoard : struct, IBoard
    {
        board.Write(before);
        board.WriteDecimal(count);
        board.Write(behind);
    }

    private static void WriteRights<TBoard>(ref TBoard board, UserRights rights)
        where TBoard : struct, IBoard
    {
        board.Write((rights & UserRights.Read) != 0 ? "r"u8 : "-"u8);
        board.Write((rights & UserRights.Write) != 0 ? "w"u8 : "-"u8);
        board.Write((rights & UserRights.Execute) != 0 ? "x"u8 : "-"u8);
    }

    private static ReadOnlySpan<byte> NameOf(RangeKind kind) => kind switch
    {
        RangeKind.Guard => "guard"u8,
        RangeKind.Anonymous => "zeroes"u8,
        RangeKind.StackGuard => "stack's guard"u8,
        RangeKind.Shared => "object, shared"u8,
        RangeKind.Private => "object, private"u8,
        _ => "given by the kernel"u8,
    };
}
