using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>The clearing of memory, which the net counts leave out.</summary>
public static class ClearBenchmarks
{
    private const uint Samples = 1000;

    /// <summary>Measures the three lengths that are cleared, and prints <c>page.clear</c>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="costs">What they cost.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, out ClearCosts costs)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        costs = default;
        PhysicalAddress memory = run.ListStart;
        Measure(ref run, memory, PageSize.Small, out Tally page);
        run.Report("page.clear"u8, in page);
        costs.Page = page.Max;
        Measure(ref run, memory, ClearCosts.SecondLevelTableInBytes, out Tally secondLevel);
        costs.SecondLevelTable = secondLevel.Max;
        Measure(ref run, memory, ClearCosts.FirstLevelTableInBytes, out Tally firstLevel);
        costs.FirstLevelTable = firstLevel.Max;
        run.Note("page.clear: STM of eight core registers"u8);
        run.Board.EndLine();
        run.Note("left out of net counts: clearing 1024 bytes "u8);
        run.Board.WriteDecimal(costs.SecondLevelTable);
        run.Board.Write(", 4096 bytes "u8);
        run.Board.WriteDecimal(costs.Page);
        run.Board.Write(", 8192 bytes "u8);
        run.Board.WriteDecimal(costs.FirstLevelTable);
        run.Board.EndLine();
    }

    private static void Measure<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, PhysicalAddress memory, uint lengthInBytes, out Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        tally = default;
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            machine.Clear(memory, lengthInBytes);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
        }
    }
}
