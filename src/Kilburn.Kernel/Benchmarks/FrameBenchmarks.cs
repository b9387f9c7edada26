using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Pages and tables out of the physical memory manager.</summary>
/// <remarks>
/// Frees come in random order, over everything that is given out: what a core
/// has at hand cannot hide the rest. Each loop that is measured is a method of its own, so that the registers of the others do not
/// stand in its way.
/// </remarks>
public static class FrameBenchmarks
{
    private const uint Samples = 4096;
    private const uint LivePages = 1024;
    private const uint LiveSecondLevelTables = 1024;
    private const uint LiveFirstLevelTables = 1024;
    private const uint Seed = 0x6B69_6C62;

    /// <summary>Measures the rows <c>page.*</c> and <c>table*</c>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="costs">Of clearing.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, in ClearCosts costs)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Pages(ref run);
        Pairs(ref run);
        SecondLevelTables(ref run, costs.SecondLevelTable);
        FirstLevelTables(ref run, costs.FirstLevelTable);
    }

    private static void Pages<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        RandomSequence random = new(Seed);
        Tally allocations = default;
        Tally frees = default;
        for (uint sample = 0; sample < Samples; sample += LivePages)
        {
            AllocatePages(ref run, ref allocations);
            run.List.Shuffle(ref run.Machine, ref random, LivePages);
            FreePages(ref run, ref frees);
        }

        run.Report("page.allocate"u8, in allocations);
        run.Report("page.free"u8, in frees);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AllocatePages<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < LivePages; index++)
        {
            uint start = board.InstructionCount;
            VmStatus status = frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out PhysicalAddress page);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
            run.List.At(ref machine, index) = page.Value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreePages<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < LivePages; index++)
        {
            PhysicalAddress page = new(run.List.At(ref machine, index));
            uint start = board.InstructionCount;
            VmStatus status = frames.TryFreePage(ref machine, page);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
        }
    }

    private static void Pairs<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        Tally pairs = default;
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            VmStatus taken = frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out PhysicalAddress page);
            VmStatus returned = frames.TryFreePage(ref machine, page);
            uint end = board.InstructionCount;
            pairs.Add(run.Between(start, end));
            run.Check(taken);
            run.Check(returned);
        }

        run.Report("page.pair"u8, in pairs);
    }

    private static void SecondLevelTables<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, uint cost)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        RandomSequence random = new(Seed);
        Tally allocations = default;
        Tally frees = default;
        for (uint sample = 0; sample < Samples; sample += LiveSecondLevelTables)
        {
            AllocateSecondLevelTables(ref run, ref allocations, cost);
            run.List.Shuffle(ref run.Machine, ref random, LiveSecondLevelTables);
            FreeSecondLevelTables(ref run, ref frees);
        }

        run.Report("table2.allocate"u8, in allocations);
        run.Report("table2.free"u8, in frees);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AllocateSecondLevelTables<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, ref Tally tally, uint cost)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < LiveSecondLevelTables; index++)
        {
            uint start = board.InstructionCount;
            VmStatus status = frames.TryAllocateSecondLevelTable(ref machine, out PhysicalAddress table);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end) - cost);
            run.Check(status);
            run.List.At(ref machine, index) = table.Value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreeSecondLevelTables<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < LiveSecondLevelTables; index++)
        {
            PhysicalAddress table = new(run.List.At(ref machine, index));
            uint start = board.InstructionCount;
            VmStatus status = frames.TryFreeSecondLevelTable(ref machine, table);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
        }
    }

    private static void FirstLevelTables<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, uint cost)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        RandomSequence random = new(Seed);
        Tally allocations = default;
        Tally frees = default;
        for (uint sample = 0; sample < Samples; sample += LiveFirstLevelTables)
        {
            AllocateFirstLevelTables(ref run, ref allocations, cost);
            run.List.Shuffle(ref run.Machine, ref random, LiveFirstLevelTables);
            FreeFirstLevelTables(ref run, ref frees);
        }

        run.Report("table1.allocate"u8, in allocations);
        run.Report("table1.free"u8, in frees);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AllocateFirstLevelTables<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, ref Tally tally, uint cost)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < LiveFirstLevelTables; index++)
        {
            uint start = board.InstructionCount;
            VmStatus status = frames.TryAllocateFirstLevelTable(ref machine, out PhysicalAddress table);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end) - cost);
            run.Check(status);
            run.List.At(ref machine, index) = table.Value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreeFirstLevelTables<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < LiveFirstLevelTables; index++)
        {
            PhysicalAddress table = new(run.List.At(ref machine, index));
            uint start = board.InstructionCount;
            VmStatus status = frames.TryFreeFirstLevelTable(ref machine, table);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
        }
    }
}
