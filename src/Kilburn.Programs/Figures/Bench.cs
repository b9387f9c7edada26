using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>What system calls and faults cost, as programs see it. The kernel's <c>bench</c> runs it, and lets it read the counter meanwhile.</summary>
public static class Bench
{
    /// <summary>Measures.</summary>
    /// <param name="arguments">Instructions that clearing and copying a page take: what net figures leave out. 0; 1 for the growth.</param>
    /// <returns>Lines of results, or <see cref="FigureRun.Failed"/>.</returns>
    public static uint Main(Arguments arguments)
    {
        if (!arguments.TryTakeNumber(out uint clear)
            || !arguments.TryTakeNumber(out uint copy)
            || !arguments.TryTakeNumber(out uint isGrowth))
        {
            return FigureRun.Failed;
        }

        FigureRun.Begin();
        if (isGrowth != 0)
        {
            GrowthFigures.Run();
            return FigureRun.LineCount;
        }

        MemoryFigures.Run();
        CallFigures.Run();
        FaultFigures.Run(clear, copy);
        RangeFigures.Run(clear);
        CloneFigures.Run();
        return FigureRun.LineCount;
    }
}
