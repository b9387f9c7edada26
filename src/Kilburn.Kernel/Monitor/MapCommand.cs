using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>map</c>: physical and virtual memory, as registers and tables have it at this moment.</summary>
/// <remarks>
/// Names and borders of the kernel's parts come from its linker; where they are and what may be done with them is read from the
/// tables. A part whose pages differ is shown run by run, so that a changed descriptor is seen.
/// </remarks>
public static class MapCommand
{
    private const uint TableBaseMask = ~(FirstLevelTable.LengthInBytes - 1);
    private const int SizeWidth = 8;

    /// <summary>Runs the command.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        TranslationContext context = TranslationContext.Read(ref session.Machine);
        WritePhysical(in session, in context);
        WriteVirtual(in session, in context);
        return CommandOutcome.Done;
    }

    private static void WritePhysical<TInner, TBoard>(in Session<TInner, TBoard> session, in TranslationContext context)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        KernelImage image = session.Memory.Image;
        PhysicalAddress text = Resolve(in session, in context, LinearMap.ToVirtual(image.Text.Start));
        PhysicalAddress end = Resolve(in session, in context, LinearMap.ToVirtual(image.Data.End));
        session.Board.WriteLine("physical"u8);
        WriteLine(ref session.Board, Resolve(in session, in context, VectorTable.High), PageSize.Small, "interrupt vectors"u8);
        WriteLine(
            ref session.Board,
            new PhysicalAddress(context.KernelBase & TableBaseMask),
            FirstLevelTable.LengthInBytes,
            "kernel L1 page table"u8);
        WriteLine(ref session.Board, text, end.Value - text.Value, "kernel"u8);
        PhysicalAddress memoryEnd = FindMemoryEnd(in session, in context);
        WriteLine(ref session.Board, end, memoryEnd.Value - end.Value, "KERNEL END: physical memory manager"u8);
        WriteLine(ref session.Board, memoryEnd, 0, "end of physical memory"u8);
    }

    private static void WriteVirtual<TInner, TBoard>(in Session<TInner, TBoard> session, in TranslationContext context)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Board.WriteLine("virtual"u8);
        RegionWriter<TInner, TBoard> regions = new(in session, in context, new VirtualAddress(0));
        if (session.Memory.Spaces.TryGetActive(ref session.Machine, session.Machine.CoreIndex, out _))
        {
            regions.WriteRunsTo(LinearMap.Start, "process space"u8);
        }
        else
        {
            regions.WriteTo(LinearMap.Start, "process space: none active"u8);
        }

        KernelImage image = session.Memory.Image;
        PhysicalAddress table = new(context.KernelBase & TableBaseMask);
        regions.WriteTo(LinearMap.ToVirtual(image.Vectors.Add(PageSize.Small)), "interrupt vectors"u8);
        regions.WriteTo(LinearMap.ToVirtual(table), "memory"u8);
        regions.WriteTo(LinearMap.ToVirtual(table.Add(FirstLevelTable.LengthInBytes)), "kernel L1 page table"u8);
        regions.WriteTo(LinearMap.ToVirtual(image.Text.Start), "memory"u8);
        regions.WriteTo(LinearMap.ToVirtual(image.Text.End), "kernel text"u8);
        regions.WriteTo(LinearMap.ToVirtual(image.Constants.End), "kernel constants"u8);
        regions.WriteTo(LinearMap.ToVirtual(image.Data.End), "kernel data, stacks"u8);
        regions.WriteTo(
            LinearMap.ToVirtual(FindMemoryEnd(in session, in context)), "KERNEL END: physical memory manager"u8);
        regions.WriteTo(LinearMap.Start.Add(LinearMap.LengthInBytes), "no memory"u8);
        regions.WriteTo(session.Memory.Window.HeapEnd, "kernel heap"u8);
        regions.WriteTo(session.Memory.Window.MmioStart, "heap grows up, MMIO grows down"u8);
        regions.WriteRunsTo(KernelWindow.End, "MMIO"u8);
        regions.WriteTo(VectorTable.High, "vectors' guard"u8);
        regions.WriteTo(VectorTable.High.Add(PageSize.Small), "interrupt vectors"u8);
    }

    private static PhysicalAddress Resolve<TInner, TBoard>(
        in Session<TInner, TBoard> session, in TranslationContext context, VirtualAddress address)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => TableWalk.Of(ref session.Machine, in context, address).Physical;

    /// <summary>The end of the last memory that the linear map shows.</summary>
    private static PhysicalAddress FindMemoryEnd<TInner, TBoard>(
        in Session<TInner, TBoard> session, in TranslationContext context)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        MappingRuns runs = new(in context, new VirtualRange(LinearMap.Start, LinearMap.LengthInBytes));
        PhysicalAddress end = default;
        while (runs.TryNext(ref session.Machine, out MappingRun run))
        {
            end = run.Physical.Add(run.LengthInBytes);
        }

        return end;
    }

    private static void WriteLine<TBoard>(
        ref TBoard board, PhysicalAddress start, uint lengthInBytes, ReadOnlySpan<byte> what)
        where TBoard : struct, IBoard
    {
        board.Write("  "u8);
        board.WriteHex(start.Value);
        if (lengthInBytes == 0)
        {
            board.Pad(SizeWidth + 1);
        }
        else
        {
            board.WriteSize(lengthInBytes, SizeWidth + 1);
        }

        board.Write("  "u8);
        board.WriteLine(what);
    }
}
