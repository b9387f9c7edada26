using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Model;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>An operation against others on two cores, with one preemption wherever it may matter, and under a few drawn schedules with more.</summary>
internal static class OperationMatrix
{
    /// <summary>One past the last operation.</summary>
    public const Operation End = Operation.HeapResize + 1;

    private const string Variable = "KILBURN_MATRIX"; // Full: a core is stopped before each step
    private const int CoreCount = 2;
    private const int DrawnRuns = 2;
    private const int OddsOfStaying = 3;
    private const int WholeStretch = 12; // stores before and after which every one counts
    private const int Stride = 16;       // of those between

    private static readonly bool s_isFull = Environment.GetEnvironmentVariable(Variable) == "Full";

    /// <summary>The operations from one to before another.</summary>
    public static IEnumerable<Operation> From(Operation start, Operation end) =>
        Enum.GetValues<Operation>().Where(operation => operation >= start && operation < end);

    /// <summary>Runs all situations of an operation, with itself and those after it, under their schedules.</summary>
    public static void Explore(Operation first)
    {
        using CoreScheduler scheduler = new();
        int runs = 0;
        foreach (Situation situation in SituationsOf(first))
        {
            runs += Explore(scheduler, situation);
        }

        TestContext.Current.SendDiagnosticMessage($"{first}: {runs} runs");
    }

    /// <summary>Whether there are frames enough for it.</summary>
    public static bool Fits(Operation operation, Grain grain) =>
        grain == Grain.Pages || !OperationFacts.Of(operation).FillsPlace;

    /// <summary>An operation succeeds, or is refused as it may be when others work at its place.</summary>
    public static void RequireResult(Operation operation, Enum result)
    {
        if (!OperationFacts.Of(operation).Refusals.Contains(result))
        {
            RequireSuccess(operation, result);
        }
    }

    private static void RequireSuccess(Operation operation, Enum result)
    {
        if (Convert.ToInt32(result, null) != 0)
        {
            throw new InvalidOperationException($"{operation} returned {result}");
        }
    }

    private static IEnumerable<Situation> SituationsOf(Operation first) =>
        from second in Enum.GetValues<Operation>()
        where second >= first
        from grain in Enum.GetValues<Grain>()
        where grain == Grain.Pages || (HasMib(first) && HasMib(second))
        from situation in SituationsOf(first, second, grain)
        select situation;

    // Runs a situation under its schedules, and counts the runs.
    private static int Explore(CoreScheduler scheduler, Situation situation)
    {
        try
        {
            int runs = 0;
            for (int first = 0; first < CoreCount; first++)
            {
                runs += ExploreFrom(scheduler, situation, first);
            }

            for (ulong seed = 1; seed <= DrawnRuns; seed++)
            {
                _ = Run(scheduler, situation, (_, _) => new RandomPolicy(seed, (int)seed * OddsOfStaying));
            }

            return runs + DrawnRuns;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{situation}: {failure.Message}", failure);
        }
    }

    // One core is stopped before its steps, one after the other, and the other does all that it can. A section is what the first does
    // between two changes of its locks: where the other comes to wait for it at the same place at both ends, it does so everywhere.
    private static int ExploreFrom(CoreScheduler scheduler, Situation situation, int first)
    {
        StopPolicy whole = Run(
            scheduler, situation, (machine, hasEnded) => new StopPolicy(machine, hasEnded, first, int.MaxValue));
        int runs = 1;
        int start = 0;
        while (start < whole.Steps.Count)
        {
            int end = start + 1;
            while (end < whole.Steps.Count && whole.Steps[end].LockChanges == whole.Steps[start].LockChanges)
            {
                end++;
            }

            int last = end - 1;
            int waitAtStart = Stop(start, Handover.AtEnd);
            if (waitAtStart != 0)
            {
                _ = Stop(start, Handover.AtOnce);
            }

            if (s_isFull || last == start || Stop(last, Handover.AtEnd) != waitAtStart || waitAtStart == 0)
            {
                for (int step = start + 1; step < last; step++)
                {
                    if (s_isFull || (IsOfInterest(whole.Steps, step) && !IsInBulk(whole.Steps, step, start, last)))
                    {
                        _ = Stop(step, Handover.AtEnd);
                    }
                }
            }

            start = end;
        }

        return runs;

        int Stop(int stopAfter, Handover handover)
        {
            runs++;
            return Run(
                scheduler,
                situation,
                (machine, hasEnded) => new StopPolicy(machine, hasEnded, first, stopAfter, handover)).StepsToWait;
        }
    }

    // Under a lock a stop is of interest before a store or maintenance: what was read for it is old by then. Without one, everywhere.
    private static bool IsOfInterest(IReadOnlyList<StepTrace> steps, int step) =>
        !steps[step].HoldsLocks || steps[step + 1].Changes != steps[step].Changes;

    // In the middle of what goes over a whole table.
    private static bool IsInBulk(IReadOnlyList<StepTrace> steps, int step, int start, int last)
    {
        long before = steps[step].Changes - steps[start].Changes;
        long after = steps[last].Changes - steps[step].Changes;
        return before > WholeStretch && after > WholeStretch && before % Stride != 0;
    }

    private static TPolicy Run<TPolicy>(CoreScheduler scheduler, Situation situation, Func<Machine, bool[], TPolicy> make)
        where TPolicy : ISchedulePolicy
    {
        bool[] hasEnded = new bool[CoreCount];
        (Machine machine, IReadOnlyList<Action> programs, Action? end) = Make(situation, hasEnded);
        using (machine)
        {
            TPolicy policy = make(machine, hasEnded);
            scheduler.Run(machine, policy, programs);
            try
            {
                end!();
            }
            catch (Exception failure)
            {
                throw new ScheduleException(scheduler.Schedule, -1, failure);
            }

            return policy;
        }
    }

    private static bool HasMib(Operation operation) =>
        OperationFacts.Of(operation).HasPlace && Fits(operation, Grain.Mibs);

    // At one place in the state that either wants, and side by side. What has no place is beside whatever the other has.
    private static IEnumerable<Situation> SituationsOf(Operation first, Operation second, Grain grain)
    {
        OperationFacts firstFacts = OperationFacts.Of(first);
        OperationFacts secondFacts = OperationFacts.Of(second);
        PlaceState firstState = firstFacts.Wants ?? secondFacts.Wants ?? PlaceState.Touched;
        PlaceState secondState = secondFacts.Wants ?? firstState;
        Situation situation = new()
        {
            Grain = grain,
            First = first,
            FirstState = firstState,
            Second = second,
            SecondState = firstState,
        };
        yield return situation;
        if (secondState != firstState)
        {
            yield return situation with { FirstState = secondState, SecondState = secondState };
        }

        if (firstFacts.HasPlace && secondFacts.HasPlace)
        {
            // What grows does so upward: it has the upper place.
            yield return situation with
            {
                SecondState = secondState,
                FirstPlace = first == Operation.Grow ? 1 : 0,
                SecondPlace = first == Operation.Grow ? 0 : 1,
            };
        }
    }

    private static (Machine Machine, IReadOnlyList<Action> Programs, Action? AtEnd) Make(Situation situation, bool[] hasEnded)
    {
        MatrixWorld<FewAsids> world = new(situation.Grain);
        world.PrepareFor(situation.First, 0);
        world.PrepareFor(situation.Second, 1);
        bool isFirstLast = situation.FirstState == PlaceState.Cloned;
        if (!isFirstLast || !situation.IsApart)
        {
            world.Prepare(situation.FirstPlace, situation.FirstState);
        }

        if (situation.IsApart)
        {
            world.Prepare(situation.SecondPlace, situation.SecondState);
        }

        if (isFirstLast && situation.IsApart)
        {
            world.Prepare(situation.FirstPlace, situation.FirstState);
        }

        Enum[] results = new Enum[CoreCount];
        void Run(Operation operation, int core, int place)
        {
            results[core] = world.Do(operation, core, place);
            world.UseOwnPage(core);
            hasEnded[core] = true;
        }

        return (
            world.Machine,
            [
                () => Run(situation.First, 0, situation.FirstPlace),
                () => Run(situation.Second, 1, situation.SecondPlace),
            ],
            () =>
            {
                RequireResult(situation.First, results[0]);
                RequireResult(situation.Second, results[1]);
                if (situation.IsApart)
                {
                    RequireSuccess(situation.First, results[0]);
                    RequireSuccess(situation.Second, results[1]);
                    world.RequireAfter(situation.First, 0, situation.FirstPlace);
                    world.RequireAfter(situation.Second, 1, situation.SecondPlace);
                }

                world.End();
            }
        );
    }
}
