using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using Kilburn.Campaigns.Asids;

namespace Kilburn.Campaigns.Verbs;

/// <summary>The shipped ASID allocator under every interleaving, within bounds.</summary>
internal static class AsidStates
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_smallLimit = TimeSpan.FromMinutes(10);

    private static readonly AsidPlan[] s_small =
    [
        new("unmap against rollover, 4 spaces, 1 of them parked", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 1),
        new("unmap and exit against rollovers, 4 spaces, 2 of them parked", 4, 2, ParkedCount: 2),
        new("unmap and exit against the wrap of generations, 4 spaces, 2 of them parked", 4, 2, true, ParkedCount: 2),
    ];

    // What has to end: unmap, exit and both together against rollover and wrap, with four spaces and two generations at least.
    private static readonly AsidPlan[] s_large =
    [
        new("unmap against rollover, 4 spaces", 4, 2, Events: AsidEvents.Unmaps),
        new("unmap and exit against rollovers, 6 spaces, 4 of them parked", 6, 3, ParkedCount: 4),
        new("unmap and exit against rollovers, 4 spaces, 2 of them parked", 4, 3, ParkedCount: 2),
        new("exit against rollover, 4 spaces", 4, 2, Events: AsidEvents.Ends),
        new("unmap and exit against rollovers, 4 spaces, 1 of them parked", 4, 2, ParkedCount: 1),
        new("unmap and exit against the wrap of generations, 4 spaces, 1 of them parked", 4, 2, true, ParkedCount: 1),
    ];

    // As far as the time suffices.
    private static readonly AsidPlan[] s_largest = [new("unmap and exit against rollovers, 4 spaces", 4, 2)];

    // Small enough for nothing to be left out: see s_details.
    private static readonly AsidPlan[] s_compared =
    [
        new("unmap against rollover, 4 spaces, 2 of them parked", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 2),
        new("unmap and exit against rollovers, 4 spaces, 3 of them parked", 4, 2, ParkedCount: 3),
        new("unmap and exit against the wrap of generations, 4 spaces, 3 of them parked", 4, 2, true, ParkedCount: 3),
        new("unmap and exit against rollovers, 3 spaces, 2 of them parked, 3 generations", 3, 3, ParkedCount: 2), // words of two that are over
    ];

    private static readonly (AsidPlan Plan, string What)[] s_flawed =
    [
        (new AsidPlan("flaw", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 3, Flaw: AsidFlaw.OneFlushTooFew), "one core too few flushes"),
        (new AsidPlan("flaw", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 3, Flaw: AsidFlaw.AsidReadTooEarly), "the ASID is read before the DSB"),
        (new AsidPlan("flaw", 4, 2, Events: AsidEvents.Unmaps, ParkedCount: 3, Flaw: AsidFlaw.OthersNotTold), "no other core is told"),
        (new AsidPlan("flaw", 3, 1, Events: AsidEvents.Ends, ParkedCount: 2, Flaw: AsidFlaw.NextAsidInvalidated), "the next ASID is invalidated"),
    ];

    // Plans in which nothing is left out: the states between operations are the same, and what counts as one goes on as one.
    private static readonly (AsidDetail Detail, string What)[] s_details =
    [
        (AsidDetail.EveryCall, "cores take turns at every call"),
        (AsidDetail.EveryRead, "all that was read counts"),
        (AsidDetail.NamedCores | AsidDetail.Alike, "cores have names, and what counts as one goes on alike"),
        (AsidDetail.Alike, "what counts as one goes on alike"),
    ];

    /// <summary>The small bounds; the same in more detail; and planted mistakes, each of which is to be found.</summary>
    /// <param name="tests">Counts.</param>
    public static void RunSmall(TestCount tests)
    {
        foreach (AsidPlan plan in s_small)
        {
            AsidSearch<TwoCoresFourAsids> search = new(plan);
            bool isComplete = search.Search(s_smallLimit);
            tests.Add($"ASIDs: {plan.Name}: {search.StateCount} states", isComplete ? search.Finding : "not at the end after 10 minutes");
        }

        foreach ((AsidDetail detail, string what) in s_details)
        {
            foreach (AsidPlan plan in s_compared)
            {
                CompareDetail(tests, plan, detail, what);
            }
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

    /// <summary>The large bounds, and then the largest as far as the time suffices.</summary>
    /// <param name="minutes">The time that it may take.</param>
    /// <returns>The exit status: 1 when something was found, or the time did not suffice for the large bounds.</returns>
    public static int RunLarge(double minutes) => Run([.. s_small, .. s_large], s_largest, minutes);

    /// <summary>One exploration.</summary>
    /// <param name="plan">Its bounds.</param>
    /// <param name="minutes">The time that it may take.</param>
    /// <returns>The exit status: 1 when something was found, or the time did not suffice.</returns>
    public static int RunOne(AsidPlan plan, double minutes) => Run([plan], [], minutes);

    private static int Run(IReadOnlyList<AsidPlan> required, IReadOnlyList<AsidPlan> further, double minutes)
    {
        List<AsidPlan> ended = [];
        TimeSpan limit = TimeSpan.FromMinutes(minutes);
        long started = Stopwatch.GetTimestamp();
        long states = 0;
        int violations = 0;
        foreach (AsidPlan plan in (AsidPlan[])[.. required, .. further])
        {
            AsidSearch<TwoCoresFourAsids> search = new(plan);
            TimeSpan shown = Stopwatch.GetElapsedTime(started);
            bool isComplete = search.Search(
                limit - shown,
                at =>
                {
                    TimeSpan now = Stopwatch.GetElapsedTime(started);
                    if (now - shown > s_progressInterval)
                    {
                        shown = now;
                        Console.WriteLine($"{now:hh\\:mm\\:ss}  {plan.Name}: {at.StateCount} states, depth {at.Depth}");
                    }
                });
            states += search.StateCount;
            violations += search.Finding == null ? 0 : 1;
            if (isComplete)
            {
                ended.Add(plan);
            }

            string end = search.Finding ?? (isComplete ? "nothing found" : "not at the end: the time is over");
            Console.WriteLine(
                $"{plan.Name}, {plan.GenerationCount} generations: {search.StateCount} states ({search.IdleStates.Count} between operations), {search.TransitionCount} transitions, depth {search.Depth}: {end}");
        }

        int unfinished = required.Count + further.Count - ended.Count;
        int spaces = ended.Select(plan => plan.SpaceCount).DefaultIfEmpty().Max();
        int generations = ended.Select(plan => plan.GenerationCount).DefaultIfEmpty().Max();
        Console.WriteLine(
            $"2 cores, 4 ASIDs with zero, up to {spaces} spaces and {generations} generations: {states} states, {unfinished} searches unfinished, {violations} violations");
        return violations == 0 && required.All(ended.Contains) ? 0 : 1;
    }

    private static void CompareDetail(TestCount tests, AsidPlan plan, AsidDetail detail, string what)
    {
        AsidSearch<TwoCoresFourAsids> search = new(plan);
        AsidSearch<TwoCoresFourAsids> full = new(plan with { Detail = detail });
        bool areComplete = search.Search(s_smallLimit) & full.Search(s_smallLimit);
        bool areEqual = search.IdleStates.Count == full.IdleStates.Count && search.IdleStates.Sum == full.IdleStates.Sum;
        tests.Add(
            $"ASIDs: {plan.Name}: {what}: {full.StateCount} states, {full.IdleStates.Count} between operations",
            !areComplete ? "not at the end after 10 minutes" : full.Finding ?? (areEqual ? null : $"there are {search.IdleStates.Count} without that"));
    }

    private static void AddFlawed<TBounds>(TestCount tests, AsidSearch<TBounds> search, string what)
        where TBounds : struct, IAsidBounds
    {
        bool isComplete = search.Search(s_smallLimit);
        tests.Add(
            $"ASIDs, planted: {what}: found after {search.StateCount} states",
            isComplete && search.Finding != null ? null : "it was not found");
    }
}
