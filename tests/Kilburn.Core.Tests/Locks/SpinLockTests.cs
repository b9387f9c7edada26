using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Model;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Core.Tests.Locks;

/// <summary>The lock under the schedules of the model, where a sleeping core is woken by an event and by nothing else.</summary>
public sealed class SpinLockTests
{
    private const LockRank Rank = LockRank.Frames;

    private static readonly PhysicalAddress s_counter = new(0x1000);

    [Theory]
    [InlineData(2, 3, 2)]
    [InlineData(3, 1, 2)]
    [InlineData(4, 1, 1)]
    public void Acquire_UnderEverySchedule_LetsOneInAndAllThrough(int cores, int rounds, int preemptionBound)
    {
        using CoreScheduler scheduler = new();
        (long runs, bool isComplete) = scheduler.Explore(() => Count(new World(cores), rounds), preemptionBound, 1_000_000);
        Assert.True(isComplete);
        Assert.True(runs > 1);
    }

    [Fact]
    public void Acquire_ManyDrawnSchedules_LetsOneInAndAllThrough()
    {
        using CoreScheduler scheduler = new();
        for (ulong seed = 0; seed < 100; seed++)
        {
            (Machine machine, IReadOnlyList<Action> programs, Action? atEnd) = Count(new World(4), 5);
            using (machine)
            {
                scheduler.Run(machine, new RandomPolicy(seed), programs);
                atEnd!();
            }
        }
    }

    // Cores 0 and 1 would keep it from the others for ever.
    [Fact]
    public void Acquire_OthersTakeItAgainAndAgain_IsPassedSoManyTimesAtMost()
    {
        World world = new(2);
        uint passed = 0;
        bool isOver = false;
        void Hold()
        {
            while (!isOver)
            {
                world.Acquire(0);
                passed += world.Row;
                world.Release(0);
            }
        }

        void Wait()
        {
            world.Acquire(1);
            isOver = true;
            world.Release(1);
        }

        using CoreScheduler scheduler = new();
        using (world.Machine)
        {
            scheduler.Run(world.Machine, new GreedyPolicy(), Hold, Wait);
        }

        Assert.InRange(passed, SpinLock.MostPassed - 1, SpinLock.MostPassed + 1);
    }

    // 300 in one row: places are bytes, and come again.
    [Fact]
    public void Acquire_RowThatNeverEnds_PlacesComeAgain()
    {
        using CoreScheduler scheduler = new();
        (Machine machine, IReadOnlyList<Action> programs, Action? atEnd) = Count(new World(4), 300);
        using (machine)
        {
            scheduler.Run(machine, new TurnsPolicy(), programs);
            atEnd!();
        }
    }

    [Fact]
    public void Acquire_Row_IsLetInInOrder()
    {
        World world = new(4);
        List<int> order = [];
        void Take(int core)
        {
            // Each comes when the one before it has the lock or a place, and the first holds the lock until all have.
            while (core != 0 && (world.Word == 0 || world.Row != core - 1))
            {
                world.Cores[core].Relax();
            }

            world.Acquire(core);
            order.Add(core);
            while (core == 0 && world.Row != 3)
            {
                world.Cores[core].Relax();
            }

            world.Release(core);
        }

        using CoreScheduler scheduler = new();
        using (world.Machine)
        {
            scheduler.Run(world.Machine, new TurnsPolicy(), [.. Enumerable.Range(0, 4).Select<int, Action>(core => () => Take(core))]);
        }

        Assert.Equal([0, 1, 2, 3], order);
    }

    [Fact]
    public void Acquire_TwiceOnOneCore_PanicsWithBothPlaces()
    {
        World world = new(1);
        world.Acquire(0);
        MachinePanicException panic = Assert.Throws<MachinePanicException>(() => world.Acquire(0));
        Assert.Matches(@"Frames is taken at SpinLockTests.cs:\d+ .* Frames is held since SpinLockTests.cs:\d+", panic.Invariant);
    }

    [Fact]
    public void Acquire_InterruptsOn_Panics()
    {
        World world = new(1);
        world.Cores[0].RestoreInterrupts(0);
        MachinePanicException panic = Assert.Throws<MachinePanicException>(() => world.Acquire(0));
        Assert.Contains("with interrupts on", panic.Invariant, StringComparison.Ordinal);
    }

    private static (Machine Machine, IReadOnlyList<Action> Programs, Action? AtEnd) Count(World world, int rounds)
    {
        void Add(int core)
        {
            for (int round = 0; round < rounds; round++)
            {
                world.Acquire(core);
                uint count = world.Cores[core].ReadWord(s_counter);
                world.Cores[core].WriteWord(s_counter, count + 1);
                world.Release(core);
            }
        }

        Action[] programs = [.. Enumerable.Range(0, world.Cores.Length).Select<int, Action>(core => () => Add(core))];
        return (world.Machine, programs, () =>
        {
            Assert.Equal((uint)(rounds * world.Cores.Length), world.Cores[0].ReadWord(s_counter));
            Assert.Equal(0u, world.Word);
        }
        );
    }

    private sealed class World
    {
        private SpinLock _lock;

        public World(int cores)
        {
            Machine = Machine.Create<CortexA7>(1u << 20);
            Cores = [.. Enumerable.Range(0, cores).Select(Machine.GetCore<CortexA7>)];
        }

        public Machine Machine { get; }

        public ModelMachine<CortexA7>[] Cores { get; }

        public uint Word => Unsafe.As<SpinLock, uint>(ref _lock);

        /// <summary>Cores that wait.</summary>
        public uint Row => ((Word >> 24) - (Word >> 16)) & 0xFF;

        public void Acquire(int core) => _lock.Acquire(ref Cores[core], Rank);

        public void Release(int core) => _lock.Release(ref Cores[core], Rank);
    }

    /// <summary>Core 1 a few steps, until it has its place; then core 0 whenever it can go on.</summary>
    private sealed class GreedyPolicy : ISchedulePolicy
    {
        private int _steps;

        public int Choose(int current, uint runnable)
        {
            _steps++;
            int wanted = _steps < 3 ? 0 : _steps < 12 ? 1 : 0;
            return (runnable & (1u << wanted)) != 0 ? wanted : 1 - wanted;
        }
    }

    /// <summary>The next core at every step.</summary>
    private sealed class TurnsPolicy : ISchedulePolicy
    {
        public int Choose(int current, uint runnable)
        {
            int next = current;
            do
            {
                next = (next + 1) & 31;
            }
            while ((runnable & (1u << next)) == 0);

            return next;
        }
    }
}
