using System;
using System.Collections.Generic;
using Kilburn.Model;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Two programs on two cores, under every schedule with one preemption, and under many drawn ones with more.</summary>
internal static class Schedules
{
    private const long RunLimit = 5000;
    private const int DrawnRuns = 150;

    public static void Explore<TWorld>(
        Func<TWorld> create,
        Func<TWorld, Machine> machineOf,
        Action<TWorld> setUp,
        Action<TWorld> first,
        Action<TWorld> second,
        Action<TWorld> atEnd)
    {
        (Machine, IReadOnlyList<Action>, Action?) Make()
        {
            TWorld world = create();
            setUp(world);
            return (machineOf(world), [() => first(world), () => second(world)], () => atEnd(world));
        }

        using CoreScheduler scheduler = new();
        (_, bool isComplete) = scheduler.Explore(Make, 1, RunLimit);
        Assert.True(isComplete);
        for (ulong seed = 1; seed <= DrawnRuns; seed++)
        {
            (Machine machine, IReadOnlyList<Action> programs, Action? end) = Make();
            using (machine)
            {
                scheduler.Run(machine, new RandomPolicy(seed, (int)(seed % 12) + 1), programs);
                end!();
            }
        }
    }
}
