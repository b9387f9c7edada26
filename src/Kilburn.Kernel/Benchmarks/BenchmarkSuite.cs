using Kilburn.Core;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Every benchmark, in the order of the table of goals.</summary>
public static class BenchmarkSuite
{
    /// <summary>Measures, and prints a line for each operation and a last one.</summary>
    /// <param name="machine">The machine of the calling core: the one that kernels run on, not one that says its steps.</param>
    /// <param name="board">Where the counter is.</param>
    /// <param name="memory">The system; it holds what it held before when this returns.</param>
    /// <returns>False when something failed; it was printed.</returns>
    public static bool Run<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref VirtualMemory memory)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        BenchmarkRun<TMachine, TBoard> run = new(ref machine, ref board, ref memory);
        run.Begin();
        if (!run.HasFailed)
        {
            StartBenchmarks.Run(ref run);
            ClearBenchmarks.Run(ref run, out ClearCosts costs);
            FrameBenchmarks.Run(ref run, in costs);
            SpaceBenchmarks.Run(ref run, in costs);
            HeapBenchmarks.Run(ref run);
            MemoryBenchmarks.Run(ref run);
            UserBenchmarks.Run(ref run, in costs, UserFigures.Operations);
        }

        run.End();
        return !run.HasFailed;
    }
}
