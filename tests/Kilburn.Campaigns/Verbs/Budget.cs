using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Kilburn.Campaigns.Lives;
using Kilburn.Campaigns.Sites;

namespace Kilburn.Campaigns.Verbs;

/// <summary>The lives that plain <c>./test</c> lives: always the same, at least 2 million operations.</summary>
internal static class Budget
{
    private const int TurnsLength = 2000;
    private const int TurnsSeeds = 240;
    private const int RaceLength = 400;
    private const int RaceSeeds = 160;

    /// <summary>Lives them all, and reports each kind as a test, and the sites reached as one more.</summary>
    /// <param name="tests">Counts.</param>
    public static void Run(TestCount tests)
    {
        SiteLog sites = new(SourceScan.FindSteps());
        long operations = 0;
        foreach (string processor in Life.Processors)
        {
            operations += Run(tests, sites, processor, LifeWay.Turns, TurnsSeeds, TurnsLength);
            operations += Run(tests, sites, processor, LifeWay.Race, RaceSeeds, RaceLength);
        }

        Console.WriteLine($"{operations} operations");
        IReadOnlyList<MaintenanceStep> missing = sites.FindMissing();
        tests.Add(
            $"{sites.ReachedCount} of {sites.StepCount} sites reached",
            missing.Count == 0 ? null : string.Join(Environment.NewLine, missing));
    }

    private static long Run(TestCount tests, SiteLog sites, string processor, LifeWay way, int seeds, int length)
    {
        long operations = 0;
        string? finding = null;
        _ = Parallel.For(
            0,
            seeds,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            seed =>
            {
                Life life = new(processor, way, seed, length);
                LifeResult result = life.Run(null, sites);
                _ = Interlocked.Add(ref operations, result.OperationCount);
                if (result.Kind != FindingKind.None)
                {
                    _ = Interlocked.CompareExchange(ref finding, $"{result.Finding}{Environment.NewLine}replay: {life}", null);
                }
            });
        tests.Add($"{processor}, {way}: {seeds} lives, {operations} operations", finding);
        return operations;
    }
}
