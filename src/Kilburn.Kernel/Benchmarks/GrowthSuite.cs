using Kilburn.Core;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>What operations take where there is little and much of what they may grow with.</summary>
public static class GrowthSuite
{
    /// <summary>Measures, and prints a line for each point of each curve, and a last one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
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
            FrameGrowth.Run(ref run);
            SwitchGrowth.Run(ref run);
            UserBenchmarks.Run(ref run, default, UserFigures.Growth);
        }

        run.End();
        return !run.HasFailed;
    }
}
