using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Model.Tests.Scheduling;

public sealed class CoreSchedulerTests
{
    private static readonly PhysicalAddress s_counter = new(0x1000);

    [Fact]
    public void Explore_LostUpdate_IsFoundAndReplays()
    {
        using CoreScheduler scheduler = new();
        ScheduleException failure =
            Assert.Throws<ScheduleException>(() => scheduler.Explore(() => Counter(AddWithoutLock), 1, 1000));
        Schedule schedule = Schedule.Parse(failure.Schedule.ToString());
        (Machine machine, IReadOnlyList<Action> programs, Action? atEnd) = Counter(AddWithoutLock);
        scheduler.Run(machine, new ReplayPolicy(schedule), programs);
        _ = Assert.Throws<InvalidOperationException>(() => atEnd!());
    }

    [Fact]
    public void Explore_NoPreemption_DoesNotFindIt()
    {
        using CoreScheduler scheduler = new();
        (long runs, bool isComplete) = scheduler.Explore(() => Counter(AddWithoutLock), 0, 1000);
        Assert.True(isComplete);
        Assert.Equal(2, runs); // who begins
    }

    [Fact]
    public void Explore_SpinLock_HoldsUnderEverySchedule()
    {
        using CoreScheduler scheduler = new();
        (long runs, bool isComplete) = scheduler.Explore(() => Counter(AddUnderLock), 3, 100_000);
        Assert.True(isComplete);
        Assert.InRange(runs, 50, 100_000);
    }

    [Fact]
    public void Run_EveryoneWaits_EndsWithWords()
    {
        using CoreScheduler scheduler = new();
        using Machine machine = Machine.Create<CortexA7>(1u << 20);
        ScheduleException failure = Assert.Throws<ScheduleException>(
            () => scheduler.Run(machine, new RandomPolicy(1), () => Forever(machine, 0), () => Forever(machine, 1)));
        Assert.Contains("Every core waits", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SameSeed_SameSchedule()
    {
        using CoreScheduler scheduler = new();
        List<string> schedules = [];
        for (int run = 0; run < 2; run++)
        {
            (Machine machine, IReadOnlyList<Action> programs, _) = Counter(AddUnderLock);
            using (machine)
            {
                scheduler.Run(machine, new RandomPolicy(42, 2), programs);
                schedules.Add(scheduler.Schedule.ToString());
            }
        }

        Assert.Equal(schedules[0], schedules[1]);
        Assert.Contains("1*", schedules[0], StringComparison.Ordinal);
    }

    private static void Forever(Machine machine, int core)
    {
        while (true)
        {
            machine.Cores[core].Relax();
        }
    }

    private static (Machine Machine, IReadOnlyList<Action> Programs, Action? AtEnd) Counter(Action<Machine, int, Box> add)
    {
        Machine machine = Machine.Create<CortexA7>(1u << 20);
        Box box = new();
        return (
            machine,
            [() => add(machine, 0, box), () => add(machine, 1, box)],
            () =>
            {
                if (machine.Memory.Read(s_counter) != 2)
                {
                    throw new InvalidOperationException("An update is lost.");
                }
            }
        );
    }

    private static void AddWithoutLock(Machine machine, int index, Box box)
    {
        ModelMachine core = machine.GetCore<CortexA7>(index);
        uint value = core.ReadWord(s_counter);
        core.WriteWord(s_counter, value + 1);
    }

    private static void AddUnderLock(Machine machine, int index, Box box)
    {
        ModelMachine core = machine.GetCore<CortexA7>(index);
        box.Lock.Acquire(ref core, LockRank.Frames);
        uint value = core.ReadWord(s_counter);
        core.WriteWord(s_counter, value + 1);
        box.Lock.Release(ref core, LockRank.Frames);
    }

    private sealed class Box
    {
        public SpinLock Lock;
    }
}
