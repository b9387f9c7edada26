using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Kilburn.Campaigns.Lives;
using Kilburn.Campaigns.Sites;

namespace Kilburn.Campaigns.Verbs;

/// <summary>Seed after seed, until the time is over or something is found.</summary>
internal sealed class Campaign
{
    private const int TurnsLength = 3000;
    private const int RaceLength = 600;
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromSeconds(10);

    private readonly SiteLog _sites = new(SourceScan.FindSteps());
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private int _nextSeed;
    private long _seedCount;
    private long _operationCount;
    private int _violationCount;
    private TimeSpan _lastProgress;

    private Campaign(int firstSeed) => _nextSeed = firstSeed;

    /// <summary>Runs a campaign.</summary>
    /// <param name="minutes">How long; no life is begun later.</param>
    /// <param name="firstSeed">The first seed; the others follow it.</param>
    /// <returns>The exit status: 1 when something was found.</returns>
    public static int Run(double minutes, int firstSeed)
    {
        Campaign campaign = new(firstSeed);
        TimeSpan limit = TimeSpan.FromMinutes(minutes);
        Task[] workers = new Task[Environment.ProcessorCount];
        for (int index = 0; index < workers.Length; index++)
        {
            workers[index] = Task.Run(() => campaign.Work(limit));
        }

        Task.WaitAll(workers);
        Console.WriteLine(campaign.Summarize());
        return campaign._violationCount == 0 ? 0 : 1;
    }

    /// <summary>Lives one life again, and says how it ended.</summary>
    /// <param name="life">The life.</param>
    /// <returns>The exit status: 1 when something was found.</returns>
    public static int Replay(Life life)
    {
        LifeResult result = life.Run();
        Console.WriteLine(result.Finding ?? $"{result.OperationCount} operations, nothing found");
        return result.Kind == FindingKind.None ? 0 : 1;
    }

    private void Work(TimeSpan limit)
    {
        while (Stopwatch.GetElapsedTime(_started) < limit && Volatile.Read(ref _violationCount) == 0)
        {
            int seed = Interlocked.Increment(ref _nextSeed) - 1;
            foreach (string processor in Life.Processors)
            {
                Live(new Life(processor, LifeWay.Turns, seed, TurnsLength));
                Live(new Life(processor, LifeWay.Race, seed, RaceLength));
            }

            _ = Interlocked.Increment(ref _seedCount);
            ShowProgress();
        }
    }

    private void Live(Life life)
    {
        LifeResult result = life.Run(null, _sites);
        _ = Interlocked.Add(ref _operationCount, result.OperationCount);
        if (result.Kind != FindingKind.None)
        {
            lock (_lock)
            {
                _violationCount++;
                Console.WriteLine($"seed {life.Seed}, {life.Processor}, {life.Way}: {result.Finding}");
                Console.WriteLine($"replay: {life}");
            }
        }
    }

    private void ShowProgress()
    {
        lock (_lock)
        {
            TimeSpan now = Stopwatch.GetElapsedTime(_started);
            if (now - _lastProgress >= s_progressInterval)
            {
                _lastProgress = now;
                Console.WriteLine($"{now:hh\\:mm\\:ss}  {Summarize()}");
            }
        }
    }

    private string Summarize() =>
        $"{_seedCount} seeds, {_operationCount} operations, {_sites.ReachedCount} of {_sites.StepCount} sites reached, {_violationCount} violations";
}
