using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>What the management of memory takes of it, counted in frames that are missing while things are there.</summary>
public static class MemoryBenchmarks
{
    private const uint Spaces = 64;
    private const uint Mibs = 16;
    private const uint FirstAddress = 0x0040_0000;
    private const int PagesPerMibShift = PageSize.SectionShift - PageSize.SmallShift;

    /// <summary>Prints a line for each thing: <c>BENCH MEMORY name bytes things</c>.</summary>
    /// <param name="run">The run.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        // A table out of a page that is cut already would count for nothing, and one that is left alone in its page for four.
        run.Memory.Frames.Drain(ref run.Machine);
        run.Memory.Frames.GetStatistics(ref run.Machine, out FrameStatistics statistics);
        uint metadata = statistics.MetadataInBytes + (uint)Unsafe.SizeOf<FrameAllocator>();
        Report(ref run, "frame"u8, metadata, statistics.ManagedFrames);
        MeasureSpaces(ref run);
        MeasurePages(ref run);
        run.Memory.Frames.Drain(ref run.Machine);
    }

    private static void MeasureSpaces<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        uint before = run.CountFreeFrames();
        SpaceList made = default;
        for (int index = 0; index < Spaces; index++)
        {
            run.Check(spaces.TryCreate(ref machine, ref run.Memory.Frames, out AddressSpace space));
            made[index] = space;
        }

        Report(ref run, "space"u8, (before - run.CountFreeFrames()) << PageSize.SmallShift, Spaces);
        for (int index = 0; index < Spaces; index++)
        {
            run.Check(spaces.TryDestroy(ref machine, ref run.Memory.Frames, made[index]));
        }
    }

    private static void MeasurePages<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        run.Check(spaces.TryCreate(ref machine, ref run.Memory.Frames, out AddressSpace space));
        uint before = run.CountFreeFrames();
        const uint Pages = Mibs << PagesPerMibShift;
        for (uint page = 0; page < Pages; page++)
        {
            run.Check(space.TryMapNewPage(
                ref machine,
                ref run.Memory.Frames,
                new VirtualAddress(FirstAddress + (page << PageSize.SmallShift)),
                AccessPermission.ReadWrite,
                Execution.Never,
                out _));
        }

        Report(ref run, "mapped_page"u8, (before - run.CountFreeFrames() - Pages) << PageSize.SmallShift, Pages);
        run.Check(spaces.TryDestroy(ref machine, ref run.Memory.Frames, space));
    }

    private static void Report<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, ReadOnlySpan<byte> name, uint bytes, uint things)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (run.HasFailed)
        {
            return;
        }

        run.Board.Write("BENCH MEMORY "u8);
        run.Board.Write(name);
        run.Board.Write(" "u8);
        run.Board.WriteDecimal(bytes);
        run.Board.Write(" "u8);
        run.Board.WriteDecimal(things);
        run.Board.EndLine();
    }

    [InlineArray((int)Spaces)]
    private struct SpaceList
    {
        private AddressSpace _first;
    }
}
