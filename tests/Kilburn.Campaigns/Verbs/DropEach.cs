using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Kilburn.Campaigns.Lives;
using Kilburn.Campaigns.Sites;
using Kilburn.Model.Campaigns;

namespace Kilburn.Campaigns.Verbs;

/// <summary>Leaves out, weakens and moves each maintenance step of the core in turn, and sees that each is caught.</summary>
internal static class DropEach
{
    private const string Caught = "caught";
    private const int ShortLength = 300;
    private const int LongLength = 1500;
    private const int Seeds = 4;
    private const int LivesPerMutation = 24;

    /// <summary>Goes through all mutations.</summary>
    /// <param name="only">Part of a step's description, to try those alone; null for all.</param>
    /// <returns>The exit status: 1 when something is missed.</returns>
    public static int Run(string? only)
    {
        IReadOnlyList<MaintenanceStep> all = SourceScan.FindSteps();
        List<(MaintenanceStep Step, Mutation Mutation)> mutations =
            [.. Mutations.Of(all).Where(entry => only == null || $"{entry.Step} {entry.Mutation.Kind}".Contains(only, StringComparison.Ordinal))];
        List<(Life Life, SiteLog Sites)> lives = Rehearse(all);
        string?[] results = new string?[mutations.Count];
        int done = 0;
        _ = Parallel.For(
            0,
            mutations.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            index =>
            {
                (MaintenanceStep step, Mutation mutation) = mutations[index];
                string result = Try(step, mutation, lives);
                results[index] = result;
                Console.WriteLine($"{Interlocked.Increment(ref done)} of {mutations.Count}: {step}: {mutation.Kind}: {result}");
            });
        int missed = results.Count(result => !result!.StartsWith(Caught, StringComparison.Ordinal));

        int sites = mutations.Select(entry => entry.Step).Distinct().Count();
        Console.WriteLine($"{sites} sites, {mutations.Count} mutations, {mutations.Count - missed} caught, {missed} missed");
        return missed == 0 ? 0 : 1;
    }

    // Unchanged lives, to know which of them reach a step.
    private static List<(Life Life, SiteLog Sites)> Rehearse(IReadOnlyList<MaintenanceStep> all)
    {
        List<(Life Life, SiteLog Sites)> lives = [];
        foreach (int length in new[] { ShortLength, LongLength })
        {
            foreach (LifeWay way in new[] { LifeWay.Turns, LifeWay.Race })
            {
                for (int seed = 0; seed < Seeds; seed++)
                {
                    lives.AddRange(Life.Processors.Select(processor => (new Life(processor, way, seed, length), new SiteLog(all))));
                }
            }
        }

        _ = Parallel.ForEach(
            lives,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            life =>
            {
                LifeResult result = life.Life.Run(null, life.Sites);
                if (result.Kind != FindingKind.None)
                {
                    throw new InvalidOperationException($"The code as it is: {result.Finding}{Environment.NewLine}replay: {life.Life}");
                }
            });
        return lives;
    }

    private static string Try(MaintenanceStep step, Mutation mutation, List<(Life Life, SiteLog Sites)> lives)
    {
        List<Life> candidates =
        [
            .. lives.Where(life => life.Sites.CountOf(step) != 0).Select(life => life.Life).Take(LivesPerMutation),
        ];
        LifeResult? last = null;
        foreach (Life life in candidates)
        {
            LifeResult result = life.Run(mutation);
            if (result.IsCaught)
            {
                return $"{Caught} by {life.Processor} {life.Way} {life.Seed} after {result.OperationCount}: {FirstSentence(result.Finding!)}";
            }

            last = result.Kind == FindingKind.Crash ? result : last;
        }

        if (ScheduleTests.FindFailure(mutation) is string failure)
        {
            return $"{Caught} by {failure}";
        }

        return last != null ? $"missed, but crashed: {last.Finding}" : $"missed by {candidates.Count} lives";
    }

    private static string FirstSentence(string text) => text.Split(". ", 2)[0];
}
