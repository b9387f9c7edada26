using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>heap</c>, <c>heap allocate</c>, <c>heap free</c>: the kernel heap.</summary>
public static class HeapCommand
{
    private const int ColumnWidth = 8;

    /// <summary>Prints the state of the heap.</summary>
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

        session.Memory.Heap.ReadStatistics(ref session.Machine, out HeapStatistics statistics);
        ref ListeningBoard<TBoard> board = ref session.Board;
        WriteBorders(in session);
        board.Write("blocks: "u8);
        board.WriteDecimal(statistics.SmallBlockCount);
        board.Write(" below a page, "u8);
        board.WriteDecimal(statistics.LargeBlockCount);
        board.Write(" of "u8);
        board.WriteDecimal(statistics.LargePageCount);
        board.Write(" pages, "u8);
        board.WriteDecimal(statistics.BytesInUse);
        board.WriteLine(" bytes in use"u8);
        board.Write("pages: "u8);
        board.WriteDecimal(statistics.MappedPageCount);
        board.Write(" mapped, "u8);
        board.WriteDecimal(statistics.CachedPageCount);
        board.Write(" of them kept for the next block, "u8);
        board.WriteDecimal(statistics.DirectoryPageCount);
        board.Write(" for the directory, "u8);
        board.WriteDecimal(statistics.HighWaterPageCount);
        board.WriteLine(" the most ever"u8);
        WriteClasses(ref board, in statistics);
        WriteMisuses(ref board, in statistics);
        return CommandOutcome.Done;
    }

    /// <summary>Takes a block.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the length.</param>
    public static CommandOutcome Allocate<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeNumber(in session, out uint lengthInBytes) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = session.Memory.TryAllocate(ref session.Machine, lengthInBytes, out VirtualAddress address);
        if (status != VmStatus.Ok)
        {
            return request.Fail(in session, status);
        }

        session.Board.Write("block "u8);
        session.Board.WriteHex(address.Value);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Gives a block back.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the address.</param>
    public static CommandOutcome Free<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeAddress(in session, out VirtualAddress address) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = session.Memory.TryFree(ref session.Machine, address);
        if (status == VmStatus.Ok)
        {
            return CommandOutcome.Done;
        }

        _ = request.Fail(in session, status);
        session.Memory.Heap.ReadStatistics(ref session.Machine, out HeapStatistics statistics);
        if (statistics.LastFault.Owner != 0)
        {
            session.Board.WriteLine("allocated by:"u8);
            session.Board.Write("  at "u8);
            session.Board.WriteHex(statistics.LastFault.Owner);
            session.Board.EndLine();
        }

        return CommandOutcome.Failed;
    }

    private static void WriteBorders<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Board.Write("heap: "u8);
        session.Board.WriteHex(KernelHeapLayout.FirstPage.Value);
        session.Board.Write(" up to "u8);
        session.Board.WriteHex(session.Memory.Window.HeapEnd.Value);
        session.Board.Write(", "u8);
        session.Board.WriteSize(session.Memory.Window.GapInBytes, 0);
        session.Board.WriteLine(" below the MMIO window"u8);
    }

    private static void WriteClasses<TBoard>(ref TBoard board, in HeapStatistics statistics)
        where TBoard : struct, IBoard
    {
        board.WriteLine("     size   pages    used    free"u8);
        for (int index = 0; index < KernelHeapClasses.Count; index++)
        {
            HeapClassStatistics row = statistics.GetClass(index);
            if (row.PageCount != 0)
            {
                board.WriteDecimalRight(KernelHeapClasses.LengthInBytesOf(index), ColumnWidth + 1);
                board.WriteDecimalRight(row.PageCount, ColumnWidth);
                board.WriteDecimalRight(row.LiveCount, ColumnWidth);
                board.WriteDecimalRight(row.FreeCount, ColumnWidth);
                board.EndLine();
            }
        }
    }

    private static void WriteMisuses<TBoard>(ref TBoard board, in HeapStatistics statistics)
        where TBoard : struct, IBoard
    {
        board.Write("failures: "u8);
        board.WriteDecimal(statistics.FailureCount);
        board.Write(", misuses: "u8);
        board.WriteDecimal(statistics.FaultCount);
        HeapFault fault = statistics.LastFault;
        if (fault.Status != VmStatus.Ok)
        {
            board.Write(", the last: "u8);
            board.WriteHex(fault.Address.Value);
            board.WriteByte((byte)' ');
            board.Write(StatusText.Of(fault.Status));
            board.Write(", owner "u8);
            board.WriteHex(fault.Owner);
        }

        board.EndLine();
    }
}
