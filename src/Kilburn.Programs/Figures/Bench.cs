using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>What system calls and faults cost, as programs see it. The kernel's <c>bench</c> runs it, and lets it read the counter meanwhile.</summary>
public static class Bench
{
    /// <summary>Measures.</summary>
    /// <param name="arguments">Instructions that clearing and copying a page take: what net figures leave out.</param>
    /// <returns>Lines of results, or <see cref="FigureRun.Failed"/>.</returns>
    public static uint Main(Arguments arguments)
    {
        if (!arguments.TryTakeNumber(out uint clear) || !arguments.TryTakeNumber(out uint copy))
        {
            return FigureRun.Failed;
        }

        FigureRun.Begin();
        MemoryFigures.Run();
        CallFigures.Run();
        FaultFigures.Run(clear, copy);
        RangeFigures.Run(clear);
        CloneFigures.Run();
        return FigureRun.LineCount;
    }
}
