using System;
using System.Collections.Generic;
using Kilburn.Core.Locks;
using Kilburn.Core.Tests.Machines;
using Kilburn.Model;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Core.Tests.Locks;

/// <summary>Words that cores share: locks of a bit each, and counts, on one core and on two under every schedule with three preemptions.</summary>
public sealed class SharedWordTests
{
    private const int PreemptionLimit = 3;
    private const long RunLimit = 100_000;

    private uint _word;
    private uint _count;
    private uint _guarded;

    private static PlainMachine<Asids256> Alone() => new(new PlainMemory(0x1000), 0);

    [Fact]
    public void AcquireBits_OfAWordWithOthers_SetsTheseAlone()
    {
        PlainMachine<Asids256> machine = Alone();
        _word = 0x8000_0001;
        machine.AcquireBits(ref _word, 0x0000_FF00);
        Assert.Equal(0x8000_FF01u, _word);
        machine.ReleaseBits(ref _word, 0x0000_0F00);
        Assert.Equal(0x8000_F001u, _word);
    }

    [Fact]
    public void ReleaseBitsAndCount_CountsOne()
    {
        PlainMachine<Asids256> machine = Alone();
        _word = 6;
        _count = uint.MaxValue;
        machine.ReleaseBitsAndCount(ref _word, 2, ref _count);
        Assert.Equal((4u, 0u), (_word, _count));
    }

    [Fact]
    public void AcquireWords_TakesEachWhole()
    {
        PlainMachine<Asids256> machine = Alone();
        uint[] words = new uint[9];
        machine.AcquireWords(ref words[0], 8);
        Assert.All(words[..8], word => Assert.Equal(uint.MaxValue, word));
        Assert.Equal(0u, words[8]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(63)]
    public void SetBit_TellsWhatItsWordHeld(int index)
    {
        PlainMachine<Asids256> machine = Alone();
        uint[] words = new uint[2];
        Assert.Equal(0u, machine.SetBit(ref words[0], (uint)index));
        Assert.Equal(1u << index, words[index >> 5]);
        Assert.Equal(0u, words[1 - (index >> 5)]);
        Assert.Equal(1u << index, machine.SetBit(ref words[0], (uint)index));
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(uint.MaxValue - 1, uint.MaxValue, true)]
    [InlineData(uint.MaxValue, uint.MaxValue, false)]
    public void AddBelow_AtTheLimit_DoesNothing(uint held, uint limit, bool isDone)
    {
        PlainMachine<Asids256> machine = Alone();
        _word = held;
        Assert.Equal(isDone, machine.AddBelow(ref _word, limit) != 0);
        Assert.Equal(isDone ? held + 1 : held, _word);
    }

    [Theory]
    [InlineData(3, 4, 7, true)]
    [InlineData(3, 5, 7, false)]
    [InlineData(8, 1, 7, false)]
    [InlineData(1, uint.MaxValue, uint.MaxValue, false)]
    public void TryAdd_PastTheLimit_DoesNothing(uint held, uint value, uint limit, bool isDone)
    {
        PlainMachine<Asids256> machine = Alone();
        _word = held;
        Assert.Equal(isDone, SharedWord.TryAdd(ref machine, ref _word, value, limit));
        Assert.Equal(isDone ? held + value : held, _word);
    }

    [Fact]
    public void TryAcquire_OfASpinLock_TakesItOnce()
    {
        PlainMachine<Asids256> machine = Alone();
        SpinLock spinLock = default;
        Assert.True(spinLock.TryAcquire(ref machine, LockRank.Space));
        Assert.False(spinLock.TryAcquire(ref machine, LockRank.Space));
        spinLock.Release(ref machine, LockRank.Space);
        spinLock.Acquire(ref machine, LockRank.Space);
        spinLock.Release(ref machine, LockRank.Space);
    }

    // Without waiting, a lock of a lower rank may be taken; not one of the same.
    [Fact]
    public void NoteLock_TakenAtOnce_MayDescend()
    {
        using Machine machine = Machine.Create<CortexA7>(new MachineOptions());
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        core.NoteLock(LockRank.Mib, LockChange.Taken);
        core.NoteLock(LockRank.Space, LockChange.TakenAtOnce);
        _ = Assert.Throws<MachinePanicException>(() => core.NoteLock(LockRank.Space, LockChange.TakenAtOnce));
        core.NoteLock(LockRank.Space, LockChange.Released);
        core.NoteLock(LockRank.Mib, LockChange.Released);
        Assert.False(machine.Cores[0].HoldsLocks);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 6)]
    public void AcquireBits_WithABitInCommon_OneAfterTheOther(uint first, uint second) => Explore(
        (ref ModelMachine<CortexA7> machine, int core) =>
        {
            uint bits = core == 0 ? first : second;
            machine.AcquireBits(ref _word, bits);
            uint seen = _guarded;
            machine.OrderMemory(); // another may come here
            _guarded = seen + 1;
            machine.ReleaseBits(ref _word, bits);
        },
        () => Assert.Equal((0u, 2u), (_word, _guarded)));

    [Fact]
    public void AcquireBits_WithNoneInCommon_LosesNoBitAndNoCount() => Explore(
        (ref ModelMachine<CortexA7> machine, int core) =>
        {
            machine.AcquireBits(ref _word, 1u << core);
            machine.OrderMemory();
            Assert.NotEqual(0u, _word & (1u << core));
            machine.ReleaseBitsAndCount(ref _word, 1u << core, ref _count);
        },
        () => Assert.Equal((0u, 2u), (_word, _count)));

    [Fact]
    public void AddBelow_OfTwoAtTheLimit_OnePassesIt() => Explore(
        (ref ModelMachine<CortexA7> machine, int core) =>
        {
            uint done = machine.AddBelow(ref _count, 1);
            _guarded += done;
        },
        () => Assert.Equal((1u, 1u), (_count, _guarded)));

    private delegate void Program(ref ModelMachine<CortexA7> machine, int core);

    private void Explore(Program program, Action atEnd)
    {
        (Machine, IReadOnlyList<Action>, Action?) Make()
        {
            (_word, _count, _guarded) = (0, 0, 0);
            Machine machine = Machine.Create<CortexA7>(new MachineOptions());
            void Run(int core)
            {
                ModelMachine<CortexA7> its = machine.GetCore<CortexA7>(core);
                program(ref its, core);
            }

            return (machine, [() => Run(0), () => Run(1)], atEnd);
        }

        using CoreScheduler scheduler = new();
        (_, bool isComplete) = scheduler.Explore(Make, PreemptionLimit, RunLimit);
        Assert.True(isComplete);
    }
}
