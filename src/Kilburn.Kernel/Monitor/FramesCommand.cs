using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>pmm</c>, <c>frame allocate</c>, <c>frame free</c>: physical memory.</summary>
public static class FramesCommand
{
    private const int KindWidth = 24;
    private const int CountWidth = 8;

    /// <summary>Prints the state of the physical memory manager.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics statistics);
        WriteTotals(ref session.Board, in statistics);
        WriteKinds(ref session.Board, in statistics);
        WriteFailures(ref session.Board, in statistics);
        return CommandOutcome.Done;
    }

    /// <summary>Takes a page.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome Allocate<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status =
            session.Memory.Frames.TryAllocatePage(ref session.Machine, FrameContents.Zeroed, out PhysicalAddress page);
        if (status != VmStatus.Ok)
        {
            return request.Fail(in session, status);
        }

        session.Board.Write("frame "u8);
        session.Board.WriteHex(page.Value);
        session.Board.Write(", seen at "u8);
        session.Board.WriteHex(LinearMap.ToVirtual(page).Value);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Gives a page back.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the page's physical address.</param>
    public static CommandOutcome Free<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeNumber(in session, out uint value) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = session.Memory.Frames.TryFreePage(ref session.Machine, new PhysicalAddress(value));
        return status == VmStatus.Ok ? CommandOutcome.Done : request.Fail(in session, status);
    }

    private static void WriteTotals<TBoard>(ref TBoard board, in FrameStatistics statistics)
        where TBoard : struct, IBoard
    {
        board.Write("total: "u8);
        WriteFrames(ref board, statistics.TotalFrames);
        board.Write(" ("u8);
        board.WriteSize(statistics.TotalFrames << PageSize.SmallShift, 0);
        board.Write("), reserved: "u8);
        WriteFrames(ref board, statistics.ReservedFrames);
        if (statistics.FramesAbove != 0)
        {
            board.Write(", left alone above 1G: "u8);
            WriteFrames(ref board, statistics.FramesAbove);
        }

        board.EndLine();
        board.Write("metadata: "u8);
        board.WriteDecimal(statistics.MetadataInBytes);
        board.Write(" bytes in "u8);
        WriteFrames(ref board, statistics.MetadataFrames);
        board.EndLine();
        board.Write("free: "u8);
        WriteFrames(ref board, statistics.FreeFrames);
        board.Write(", largest block "u8);
        board.WriteSize(statistics.LargestFreeBlockInBytes, 0);
        board.EndLine();
        board.Write("used: "u8);
        WriteFrames(ref board, statistics.ManagedFrames - statistics.FreeFrames);
        board.EndLine();
    }

    private static void WriteKinds<TBoard>(ref TBoard board, in FrameStatistics statistics)
        where TBoard : struct, IBoard
    {
        WriteKind(ref board, "pages"u8, statistics.Pages);
        WriteKind(ref board, "second-level tables, 1K"u8, statistics.SecondLevelTables);
        WriteKind(ref board, "first-level tables, 8K"u8, statistics.FirstLevelTables);
        WriteKind(ref board, "first-level tables, 16K"u8, statistics.FullFirstLevelTables);
        WriteKind(ref board, "blocks of 64K"u8, statistics.LargeBlocks);
        WriteKind(ref board, "blocks of 1M"u8, statistics.SectionBlocks);
        WriteKind(ref board, "blocks of 16M"u8, statistics.SupersectionBlocks);
    }

    private static void WriteFailures<TBoard>(ref TBoard board, in FrameStatistics statistics)
        where TBoard : struct, IBoard
    {
        board.WriteLine("failures:"u8);
        WriteKind(ref board, "out of frames"u8, statistics.OutOfFramesFailures);
        WriteKind(ref board, "already free"u8, statistics.AlreadyFreeFailures);
        WriteKind(ref board, "not managed"u8, statistics.NotManagedFailures);
        WriteKind(ref board, "wrong kind"u8, statistics.WrongKindFailures);
        WriteKind(ref board, "misaligned"u8, statistics.MisalignedFailures);
    }

    private static void WriteKind<TBoard>(ref TBoard board, ReadOnlySpan<byte> name, uint count)
        where TBoard : struct, IBoard
    {
        board.Write("  "u8);
        board.WriteLeft(name, KindWidth);
        board.WriteDecimalRight(count, CountWidth);
        board.EndLine();
    }

    private static void WriteFrames<TBoard>(ref TBoard board, uint count)
        where TBoard : struct, IBoard
    {
        board.WriteDecimal(count);
        board.Write(" frames"u8);
    }
}
