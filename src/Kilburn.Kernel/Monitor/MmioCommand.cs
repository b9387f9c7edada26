using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>mmio</c>, <c>mmio map</c>, <c>mmio unmap</c>: devices in the kernel window.</summary>
public static class MmioCommand
{
    private const int SizeWidth = 10;

    /// <summary>Prints the mappings, the highest first.</summary>
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

        ref ListeningBoard<TBoard> board = ref session.Board;
        board.Write("mmio: "u8);
        board.WriteHex(KernelWindow.End.Value);
        board.Write(" down to "u8);
        board.WriteHex(session.Memory.Window.MmioStart.Value);
        board.Write(", "u8);
        board.WriteSize(session.Memory.Window.GapInBytes, 0);
        board.WriteLine(" above the heap"u8);
        for (int index = 0; TryGet(in session, index, out MmioMapping mapping); index++)
        {
            board.Write("  "u8);
            board.WriteHex(mapping.Range.Start.Value);
            board.WriteSize(mapping.Range.LengthInBytes, SizeWidth);
            board.Write("  -> "u8);
            board.WriteHex(mapping.Physical.Value);
            board.EndLine();
        }

        return CommandOutcome.Done;
    }

    /// <summary>Maps a device range.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: physical address and length.</param>
    public static CommandOutcome Map<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeNumber(in session, out uint physical)
            || !request.TryTakeNumber(in session, out uint lengthInBytes)
            || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        PhysicalRange range = new(new PhysicalAddress(physical), lengthInBytes);
        VmStatus status = session.Memory.TryMapDevice(ref session.Machine, range, out VirtualAddress address);
        if (status != VmStatus.Ok)
        {
            return request.Fail(in session, status);
        }

        session.Board.Write("device "u8);
        session.Board.WriteHex(physical);
        session.Board.Write(", seen at "u8);
        session.Board.WriteHex(address.Value);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Unmaps a device range.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the address.</param>
    public static CommandOutcome Unmap<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeAddress(in session, out VirtualAddress address) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = session.Memory.TryUnmapDevice(ref session.Machine, address);
        return status == VmStatus.Ok ? CommandOutcome.Done : request.Fail(in session, status);
    }

    private static bool TryGet<TInner, TBoard>(in Session<TInner, TBoard> session, int index, out MmioMapping mapping)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard =>
        session.Memory.Mmio.TryGet(ref session.Machine, ref session.Memory.Window, index, out mapping) == VmStatus.Ok;
}
