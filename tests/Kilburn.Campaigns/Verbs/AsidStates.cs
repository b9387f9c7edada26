using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Kilburn.Campaigns.Asids;

namespace Kilburn.Campaigns.Verbs;

/// <summary>The shipped ASID allocator under every interleaving, within bounds.</summary>
internal static class AsidStates
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_smallLimit = TimeSpan.FromMinutes(10);

    private static readonly AsidPlan[] s_small =
    [
        new("unmap against rollover, 4 spaces, 3 of them parked", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 3),
        new("unmap against the wrap of generations, 4 spaces, 3 of them parked", 4, 2, true, AsidEvents.Unmaps, ParkedCount: 3),
        new("exit against rollover, 4 spaces, 3 of them parked", 4, 2, Events: AsidEvents.Ends, ParkedCount: 3),
    ];

    private static readonly AsidPlan[] s_large =
    [
        new("unmap against rollover, 4 spaces, 2 of them parked", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 2),
        new("exit against rollover, 4 spaces, 2 of them parked", 4, 2, Events: AsidEvents.Ends, ParkedCount: 2),
        new("exit against the wrap of generations, 4 spaces, 3 of them parked", 4, 2, true, AsidEvents.Ends, ParkedCount: 3),
        new("unmap against rollovers, 6 spaces, 5 of them parked", 6, 3, Events: AsidEvents.Unmaps | AsidEvents.Begins, ParkedCount: 5),
    ];

    private static readonly (AsidPlan Plan, string What)[] s_flawed =
    [
        (new AsidPlan("flaw", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 3, Flaw: AsidFlaw.OneFlushTooFew), "one core too few flushes"),
        (new AsidPlan("flaw", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 3, Flaw: AsidFlaw.AsidNotReadAgain), "the ASID is not read again"),
        (new AsidPlan("flaw", 3, 1, Events: AsidEvents.Ends, ParkedCount: 2, Flaw: AsidFlaw.NextAsidInvalidated), "the next ASID is invalidated"),
    ];

    /// <summary>The small bounds, and planted mistakes, each of which is to be found.</summary>
    /// <param name="tests">Counts.</param>
    public static void RunSmall(TestCount tests)
    {
        foreach (AsidPlan plan in s_small)
        {
            AsidSearch<TwoCoresFourAsids> search = new(plan);
            bool isComplete = search.Search(s_smallLimit);
            tests.Add($"ASIDs: {plan.Name}: {search.StateCount} states", isComplete ? search.Finding : "not at the end after 10 minutes");
        }

        foreach ((AsidPlan plan, string what) in s_flawed)
        {
            AddFlawed(tests, new AsidSearch<TwoCoresFourAsids>(plan), what);
        }

        AddFlawed(
            tests,
            new AsidSearch<OneAsidTooMany>(new AsidPlan("flaw", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 2)),
            "an ASID too many is counted");
    }

    /// <summary>The large bounds.</summary>
    /// <param name="minutes">The time that it may take.</param>
    /// <returns>The exit status: 1 when something was found, or the time did not suffice.</returns>
    public static int RunLarge(double minutes) => Run([.. s_large, .. s_small], minutes);

    /// <summary>One exploration.</summary>
    /// <param name="plan">Its bounds.</param>
    /// <param name="minutes">The time that it may take.</param>
    /// <returns>The exit status: 1 when something was found, or the time did not suffice.</returns>
    public static int RunOne(AsidPlan plan, double minutes) => Run([plan], minutes);

    private static int Run(IReadOnlyList<AsidPlan> plans, double minutes)
    {
        TimeSpan limit = TimeSpan.FromMinutes(minutes);
        long started = Stopwatch.GetTimestamp();
        Lock output = new();
        long states = 0;
        int unfinished = 0;
        int violations = 0;
        _ = Parallel.ForEach(
            Partitioner.Create(plans, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            plan =>
            {
                AsidSearch<TwoCoresFourAsids> search = new(plan);
                TimeSpan shown = default;
                bool isComplete = search.Search(
                    limit - Stopwatch.GetElapsedTime(started),
                    at =>
                    {
                        TimeSpan now = Stopwatch.GetElapsedTime(started);
                        if (now - shown > s_progressInterval)
                        {
                            shown = now;
                            Say(output, $"{now:hh\\:mm\\:ss}  {plan.Name}: {at.StateCount} states, depth {at.Depth}");
                        }
                    });
                _ = Interlocked.Add(ref states, search.StateCount);
                _ = Interlocked.Add(ref violations, search.Finding == null ? 0 : 1);
                _ = Interlocked.Add(ref unfinished, isComplete ? 0 : 1);
                string end = search.Finding ?? (isComplete ? "nothing found" : "not at the end: the time is over");
                Say(
                    output,
                    $"{plan.Name}, {plan.GenerationCount} generations: {search.StateCount} states, {search.TransitionCount} transitions, depth {search.Depth}: {end}");
            });
        Console.WriteLine(
            $"2 cores, 4 ASIDs with zero, up to {plans.Max(plan => plan.SpaceCount)} spaces and {plans.Max(plan => plan.GenerationCount)} generations: {states} states, {unfinished} searches unfinished, {violations} violations");
        return violations == 0 && unfinished == 0 ? 0 : 1;
    }

    private static void AddFlawed<TBounds>(TestCount tests, AsidSearch<TBounds> search, string what)
        where TBounds : struct, IAsidBounds
    {
        bool isComplete = search.Search(s_smallLimit);
        tests.Add(
            $"ASIDs, planted: {what}: found after {search.StateCount} states",
            isComplete && search.Finding != null ? null : "it was not found");
    }

    private static void Say(Lock output, string line)
    {
        lock (output)
        {
            Console.WriteLine(line);
        }
    }
}
