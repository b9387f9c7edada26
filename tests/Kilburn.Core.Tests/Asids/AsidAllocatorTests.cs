using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Tests.Machines;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Asids;

public sealed class AsidAllocatorTests
{
    private const uint SpaceLimit = 700;
    private const uint WalkAttributes = 0x6A;

    private sealed class Fixture<TAsids>
        where TAsids : struct, IAsidCount
    {
        private const uint OwnerStart = 0x1000;
        private const uint OwnerLength = 0x40;
        private const uint EmptyTable = 0x4000_0000;
        private const uint TableStart = 0x1000_0000;
        private const uint TableLength = 0x2000;

        private uint _nextTable = TableStart;
        private uint _nextOwner;
        public AsidAllocator Asids;
        public PlainMachine<TAsids>[] Cores;
        public PlainMemory Memory = new(OwnerStart + (SpaceLimit * OwnerLength));
        public SortedDictionary<uint, (PhysicalAddress Owner, uint Table)> Live = [];
        private readonly Queue<PhysicalAddress> _freeOwners = [];

        public Fixture()
        {
            Cores = [.. Enumerable.Range(0, PlainMemory.CoreCount).Select(core => new PlainMachine<TAsids>(Memory, (uint)core))];
            Asids.Start(ref Cores[0], new PhysicalAddress(EmptyTable));
        }

        public uint Attach(int core = 0)
        {
            PhysicalAddress owner = _freeOwners.Count > 0
                ? _freeOwners.Dequeue()
                : new PhysicalAddress(OwnerStart + (_nextOwner++ * OwnerLength));
            Memory.At(owner, OwnerLength).Clear();
            uint table = _nextTable;
            _nextTable += TableLength;
            Asids.Attach(ref Cores[core], owner, new PhysicalAddress(table), out uint id);
            Live.Add(id, (owner, table));
            return id;
        }

        public void Switch(uint id, int core = 0)
        {
            Assert.Equal(VmStatus.Ok, Asids.Switch(ref Cores[core], Live[id].Owner));
            Assert.Equal(Live[id].Table | WalkAttributes, Memory.TableBases[core]);
            AssertNoneShared();
        }

        public VmStatus Retire(uint id, int core = 0)
        {
            (PhysicalAddress owner, uint table) = Live[id];
            VmStatus status = Asids.TryRetire(ref Cores[core], owner);
            if (status == VmStatus.Ok)
            {
                Assert.False(Memory.IsReachable(table | WalkAttributes));
                _ = Live.Remove(id);
                _freeOwners.Enqueue(owner);
            }

            return status;
        }

        public void BeginGeneration(uint generation, int core = 0) =>
            Assert.Equal(VmStatus.Ok, Asids.TryBeginGeneration(ref Cores[core], generation));

        /// <summary>Lets another core act just before the next access of a kind, once.</summary>
        public void Before(string access, Action action) => Memory.BeforeSharedAccess = name =>
        {
            if (name == access)
            {
                Memory.BeforeSharedAccess = null;
                action();
            }
        };

        public uint AsidOf(uint id) => WordOf(id) & 0xFF;

        public uint WordOf(uint id) => Cores[0].Data<uint>(Live[id].Owner);

        public uint CoresOf(uint id) => Cores[0].Data<AsidOwner>(Live[id].Owner).Cores;

        public AsidState State()
        {
            Asids.ReadState(ref Cores[0], out AsidState state);
            return state;
        }

        public void AssertNoneShared()
        {
            uint generation = State().Generation;
            HashSet<uint> seen = [];
            foreach (uint id in Live.Keys)
            {
                uint word = WordOf(id);
                if (word >> 8 == generation)
                {
                    Assert.NotEqual(0u, word & 0xFF);
                    Assert.True((word & 0xFF) < TAsids.Count);
                    Assert.True(seen.Add(word), $"two spaces have ASID {word & 0xFF}");
                }
            }
        }
    }

    [Fact]
    public void Switch_NewSpace_GetsAnAsidThatIsNotZero()
    {
        Fixture<Asids256> fixture = new();
        fixture.Switch(fixture.Attach());
        Assert.Equal(1u, fixture.Memory.CurrentAsids[0]);
        Assert.Equal(1, fixture.State().UsedCount);
        Assert.Equal(255, fixture.State().Capacity);
        Assert.Equal(1, fixture.State().OwnerCount);
    }

    [Fact]
    public void Switch_SameGeneration_KeepsTheAsid()
    {
        Fixture<Asids256> fixture = new();
        uint first = fixture.Attach();
        uint second = fixture.Attach();
        fixture.Switch(first);
        uint asid = fixture.AsidOf(first);
        fixture.Switch(second);
        fixture.Switch(first);
        Assert.Equal(asid, fixture.AsidOf(first));
        Assert.NotEqual(fixture.AsidOf(first), fixture.AsidOf(second));
        Assert.Equal(0u, fixture.State().RolloverCount);
    }

    [Fact]
    public void Switch_SixHundredSpacesTwice_RollsOverAndFlushesOncePerGeneration()
    {
        Fixture<Asids256> fixture = new();
        uint[] ids = [.. Enumerable.Range(0, 600).Select(_ => fixture.Attach())];
        for (int round = 0; round < 2; round++)
        {
            foreach (uint id in ids)
            {
                fixture.Switch(id);
            }
        }

        AsidState state = fixture.State();
        Assert.True(state.RolloverCount >= 4);
        Assert.Equal(state.RolloverCount, state.FlushCount);
        Assert.Equal(1 + state.RolloverCount, state.Generation);
    }

    [Fact]
    public void Switch_AfterRollover_EachCoreFlushesOnceAtItsOwnNextSwitch()
    {
        Fixture<Asids8> fixture = new();
        uint[] ids = [.. Enumerable.Range(0, 9).Select(_ => fixture.Attach())];
        for (int core = 0; core < 4; core++)
        {
            fixture.Switch(ids[core], core);
        }

        uint[] kept = [.. ids[..4].Select(fixture.AsidOf)];
        foreach (uint id in ids[4..])
        {
            fixture.Switch(id, 0);
        }

        Assert.Equal(1u, fixture.State().RolloverCount);
        Assert.Equal([1, 0, 0, 0], fixture.Memory.LocalFlushes);
        for (int core = 1; core < 4; core++)
        {
            fixture.Switch(ids[core], core);
            fixture.Switch(ids[core], core);
            Assert.Equal(1, fixture.Memory.LocalFlushes[core]);
            Assert.Equal(kept[core], fixture.AsidOf(ids[core]));
        }
    }

    [Fact]
    public void Retire_NeverRun_FreesNothingAndSucceeds()
    {
        Fixture<Asids8> fixture = new();
        Assert.Equal(VmStatus.Ok, fixture.Retire(fixture.Attach()));
        Assert.Equal(0, fixture.State().OwnerCount);
    }

    [Fact]
    public void Retire_RunningHereOrElsewhere_IsRefusedAndChangesNothing()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id, 2);
        uint word = fixture.WordOf(id);
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(id, 0));
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(id, 2));
        Assert.Equal(word, fixture.WordOf(id));
        fixture.Asids.Leave(ref fixture.Cores[2]);
        Assert.Equal(VmStatus.Ok, fixture.Retire(id, 0));
    }

    [Fact]
    public void Retire_RunningSinceAnEarlierGeneration_IsRefusedUntilTheCoreLeaves()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id, 3);
        for (int count = 0; count < 20; count++)
        {
            fixture.Switch(fixture.Attach(), 0);
        }

        Assert.True(fixture.State().RolloverCount > 1);
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(id, 0));
        fixture.Asids.Leave(ref fixture.Cores[3]);
        Assert.Equal(VmStatus.Ok, fixture.Retire(id, 0));
    }

    [Fact]
    public void Retire_Twice_ReturnsNoSuchSpace()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        PhysicalAddress owner = fixture.Live[id].Owner;
        Assert.Equal(VmStatus.Ok, fixture.Retire(id));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Asids.TryRetire(ref fixture.Cores[0], owner));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Asids.Switch(ref fixture.Cores[0], owner));
    }

    [Fact]
    public void Switch_RetiredSpace_LeavesTheRunningOneRunning()
    {
        Fixture<Asids8> fixture = new();
        uint running = fixture.Attach();
        uint dead = fixture.Attach();
        fixture.Switch(running);
        PhysicalAddress owner = fixture.Live[dead].Owner;
        Assert.Equal(VmStatus.Ok, fixture.Retire(dead));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Asids.Switch(ref fixture.Cores[0], owner));
        Assert.Equal(fixture.AsidOf(running), fixture.Memory.CurrentAsids[0]);
        Assert.True(fixture.Asids.TryGetActive(ref fixture.Cores[0], 0, out PhysicalAddress active));
        Assert.True(active == fixture.Live[running].Owner);
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(running));
    }

    // The C system never returned an ASID; Zephyr gave a freed one out unflushed (zephyr#113559).
    [Fact]
    public void Switch_ThousandLivesOneAfterTheOther_NeedNoRolloverAndReadNothingOld()
    {
        Fixture<Asids8> fixture = new();
        for (int life = 0; life < 1000; life++)
        {
            uint id = fixture.Attach();
            fixture.Switch(id, life & 3);
            fixture.Asids.Leave(ref fixture.Cores[life & 3]);
            Assert.Equal(VmStatus.Ok, fixture.Retire(id));
        }

        Assert.Equal(0u, fixture.State().RolloverCount);
        Assert.Equal(0, fixture.State().UsedCount);
    }

    // The C system's 8-bit generation wrapped, and a stale page showed.
    [Fact]
    public void Switch_GenerationsWrap_EveryWordIsResetAndRunningSpacesKeepTheirs()
    {
        Fixture<Asids8> fixture = new();
        uint running = fixture.Attach();
        uint old = fixture.Attach();
        fixture.Switch(old, 1);
        fixture.Switch(running, 1);
        uint kept = fixture.AsidOf(running);
        Assert.Equal(AsidWord.FirstGeneration, fixture.WordOf(old) >> AsidWord.GenerationShift);
        Assert.Equal(VmStatus.Ok, fixture.Asids.TryBeginGeneration(ref fixture.Cores[0], AsidWord.LastGeneration));
        for (int count = 0; count < 8; count++)
        {
            fixture.Switch(fixture.Attach(), 0);
        }

        Assert.Equal(1u, fixture.State().WrapCount);
        Assert.Equal(AsidWord.FirstGeneration, fixture.State().Generation);
        Assert.Equal(0u, fixture.WordOf(old) >> AsidWord.GenerationShift);
        Assert.Equal(AsidWord.Of(AsidWord.FirstGeneration, kept), fixture.WordOf(running));
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(running));
        fixture.Switch(old, 2);
        fixture.AssertNoneShared();
    }

    [Fact]
    public void BeginGeneration_NotAbove_IsOutOfRange()
    {
        Fixture<Asids8> fixture = new();
        Assert.Equal(VmStatus.OutOfRange, fixture.Asids.TryBeginGeneration(ref fixture.Cores[0], AsidWord.FirstGeneration));
        Assert.Equal(
            VmStatus.OutOfRange, fixture.Asids.TryBeginGeneration(ref fixture.Cores[0], AsidWord.LastGeneration + 1));
        Assert.Equal(0u, fixture.State().RolloverCount);
    }

    [Fact]
    public void FindOwner_GoesThroughLiveSpacesInOrderOfTheirNumbers()
    {
        Fixture<Asids8> fixture = new();
        uint[] ids = [.. Enumerable.Range(0, 5).Select(_ => fixture.Attach())];
        Assert.Equal(VmStatus.Ok, fixture.Retire(ids[0]));
        Assert.Equal(VmStatus.Ok, fixture.Retire(ids[2]));
        Assert.Equal(VmStatus.Ok, fixture.Retire(ids[4]));
        List<uint> found = [];
        uint next = 0;
        while (fixture.Asids.TryFindOwner(ref fixture.Cores[0], next, out _, out uint id))
        {
            found.Add(id);
            next = id + 1;
        }

        Assert.Equal([ids[1], ids[3]], found);
    }

    [Fact]
    public void Start_OneAsidForEachCoreAndNoneMore_Panics()
    {
        PanicException panic = Assert.Throws<PanicException>(() => new Fixture<Asids5>());
        Assert.StartsWith("A5", panic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_WithoutASwitch_GivesTheAsidAndKeepsTheSpaceFromBeingRetired()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        PhysicalAddress owner = fixture.Live[id].Owner;
        Assert.Equal(VmStatus.Ok, fixture.Asids.Request(ref fixture.Cores[2], owner, out Asid first));
        Assert.Equal(VmStatus.Ok, fixture.Asids.Request(ref fixture.Cores[2], owner, out Asid second));
        Assert.Equal((1u, 1u), (first.Value, second.Value));
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(id, 0));
        fixture.BeginGeneration(2);
        Assert.Equal(VmStatus.SpaceActive, fixture.Retire(id, 0)); // kept for core 2, which may be on its way
        fixture.Asids.Leave(ref fixture.Cores[2]);
        Assert.Equal(VmStatus.Ok, fixture.Retire(id, 0));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Asids.Request(ref fixture.Cores[2], owner, out Asid none));
        Assert.Equal(0u, none.Value);
    }

    [Fact]
    public void Switch_AfterTheGenerationEnded_KeepsANumberThatIsStillFree()
    {
        Fixture<Asids8> fixture = new();
        uint[] ids = [fixture.Attach(), fixture.Attach(), fixture.Attach()];
        foreach (uint id in ids)
        {
            fixture.Switch(id);
        }

        fixture.Asids.Leave(ref fixture.Cores[0]);
        fixture.BeginGeneration(2);
        fixture.Switch(ids[1]);
        Assert.Equal(2u, fixture.AsidOf(ids[1]));
        fixture.Switch(fixture.Attach());
        fixture.Switch(ids[0]);
        Assert.Equal(3u, fixture.AsidOf(ids[0])); // its own went to the new space
    }

    [Fact]
    public void Switch_GenerationBeginsOnTheWay_RunsUnderAWordOfTheNewOne()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id);
        fixture.Before(nameof(IMachine.OrderMemory), () => fixture.BeginGeneration(2, core: 1));
        fixture.Switch(id);
        Assert.Equal(AsidWord.Of(2, 1), fixture.WordOf(id));
        Assert.Equal([1, 0, 0, 0], fixture.Memory.LocalFlushes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Switch_SpaceRetiredOnTheWay_TheRunningOneKeepsItsNumber(bool generationBegins)
    {
        Fixture<Asids8> fixture = new();
        uint running = fixture.Attach();
        uint dying = fixture.Attach();
        fixture.Switch(dying);
        fixture.Switch(running);
        PhysicalAddress owner = fixture.Live[dying].Owner;
        fixture.Before(nameof(IMachine.Store), () =>
        {
            Assert.Equal(VmStatus.Ok, fixture.Retire(dying, 1));
            if (generationBegins)
            {
                fixture.Before(nameof(IMachine.OrderMemory), () => fixture.BeginGeneration(2, core: 1));
            }
        });
        VmStatus status = fixture.Asids.Switch(ref fixture.Cores[0], owner);
        Assert.Equal(VmStatus.NoSuchSpace, status);
        Assert.Equal(fixture.Live[running].Table | WalkAttributes, fixture.Memory.TableBases[0]);
        Assert.Equal(fixture.AsidOf(running), fixture.Memory.CurrentAsids[0]);
        Assert.Equal(fixture.State().Generation, fixture.WordOf(running) >> AsidWord.GenerationShift);
        uint kept = fixture.AsidOf(running);
        for (int count = 0; count < 20; count++)
        {
            fixture.Switch(fixture.Attach(), 1); // through all numbers: that of the running one is not given out
        }

        fixture.Switch(running);
        Assert.Equal(kept, fixture.AsidOf(running));
    }

    [Fact]
    public void Switch_SpaceRetiredOnTheWayOfACoreThatRunsNone_KeepsNoNumber()
    {
        Fixture<Asids8> fixture = new();
        uint dying = fixture.Attach();
        fixture.Switch(dying);
        fixture.Asids.Leave(ref fixture.Cores[0]);
        PhysicalAddress owner = fixture.Live[dying].Owner;
        fixture.Before(nameof(IMachine.Store), () => Assert.Equal(VmStatus.Ok, fixture.Retire(dying, 1)));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Asids.Switch(ref fixture.Cores[0], owner));
        Assert.Equal(0u, fixture.Memory.CurrentAsids[0]);
        fixture.BeginGeneration(2);
        Assert.Equal(0, fixture.State().UsedCount);
    }

    [Fact]
    public void Switch_OneCoreAfterAnother_AreInTheSetOfTheSpace()
    {
        Fixture<Asids256> fixture = new();
        uint id = fixture.Attach();
        Assert.Equal(0u, fixture.CoresOf(id));
        fixture.Switch(id, 2);
        Assert.Equal(0b100u, fixture.CoresOf(id));
        fixture.Switch(fixture.Attach(), 2);
        fixture.Switch(id, 0);
        fixture.Switch(id, 2);
        Assert.Equal(0b101u, fixture.CoresOf(id)); // that it runs on one of them no more leaves entries there
    }

    [Fact]
    public void Switch_SpaceOfAnEarlierGeneration_ForgetsTheCoresThatHaveFlushed()
    {
        Fixture<Asids256> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id, 1);
        fixture.Switch(id, 2);
        fixture.Switch(fixture.Attach(), 1);
        fixture.Switch(fixture.Attach(), 2);
        fixture.BeginGeneration(2);
        fixture.Switch(fixture.Attach(), 2);
        Assert.Equal(0b110u, fixture.CoresOf(id));
        fixture.Switch(id, 3);
        Assert.Equal(0b1010u, fixture.CoresOf(id)); // core 1 has flushed nothing, and may hold entries of the number that is kept
        fixture.Switch(id, 1);
        Assert.Equal(0b1010u, fixture.CoresOf(id));
    }

    [Fact]
    public void Switch_SpaceThatRunsSinceAnEarlierGeneration_KeepsItsCores()
    {
        Fixture<Asids256> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id, 1);
        fixture.BeginGeneration(2);
        fixture.Switch(id, 3);
        Assert.Equal(0b1010u, fixture.CoresOf(id)); // core 1 runs it still, and has flushed nothing
    }

    [Theory]
    [InlineData(0, nameof(IMachine.InvalidateAsid) + PlainMemory.Locally)]
    [InlineData(1, nameof(IMachine.InvalidateAsid))]
    public void Retire_SpaceOfOneCore_TellsOthersOnlyWhenTheyMayHoldSomething(int core, string told)
    {
        Fixture<Asids256> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id, core);
        uint asid = fixture.AsidOf(id);
        fixture.Asids.Leave(ref fixture.Cores[core]);
        fixture.Memory.Maintenance = [];
        Assert.Equal(VmStatus.Ok, fixture.Retire(id, 0));
        Assert.Equal([(told, 0u, asid)], fixture.Memory.Maintenance);
    }

    [Fact]
    public void Switch_GenerationsWrapTwice_NoCoreSkipsItsFlushAndWhatRunsKeepsItsNumber()
    {
        Fixture<Asids8> fixture = new();
        uint running = fixture.Attach();
        fixture.BeginGeneration(AsidWord.LastGeneration);
        fixture.Switch(fixture.Attach(), 0);
        fixture.Switch(running, 1);
        fixture.Switch(running, 3);
        uint kept = fixture.AsidOf(running);
        while (fixture.State().WrapCount == 0)
        {
            fixture.Switch(fixture.Attach(), 0);
        }

        Assert.Equal(AsidWord.Of(AsidWord.FirstGeneration, kept), fixture.WordOf(running)); // on two cores at once
        fixture.BeginGeneration(2);
        fixture.Switch(running, 2);
        Assert.Equal(kept, fixture.AsidOf(running));

        fixture.BeginGeneration(AsidWord.LastGeneration);
        uint other = fixture.Attach();
        fixture.Switch(other, 0);
        int flushes = fixture.Memory.LocalFlushes[1];
        fixture.Switch(other, 1);
        Assert.Equal(flushes + 1, fixture.Memory.LocalFlushes[1]);
    }

    [Fact]
    public void Retire_LeftSinceTheGenerationBegan_GivesItsKeptNumberBack()
    {
        Fixture<Asids8> fixture = new();
        uint kept = fixture.Attach();
        fixture.Switch(kept);
        fixture.BeginGeneration(2);
        Assert.Equal(1, fixture.State().UsedCount);
        fixture.Switch(fixture.Attach());
        Assert.Equal(2, fixture.State().UsedCount);
        Assert.Equal(VmStatus.Ok, fixture.Retire(kept));
        Assert.Equal(1, fixture.State().UsedCount);
    }

    [Fact]
    public void Retire_WhileItsCoreLeavesAfterARollover_IsRefused()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        fixture.Switch(id);
        fixture.BeginGeneration(2);
        fixture.Before(nameof(IMachine.OrderMemory), () => Assert.Equal(VmStatus.SpaceActive, fixture.Retire(id, 1)));
        fixture.Asids.Leave(ref fixture.Cores[0]);
        Assert.Equal(VmStatus.Ok, fixture.Retire(id, 1));
    }

    [Fact]
    public void Switch_NumbersThatCameBack_AreGivenOutOnlyWhenTheSearchIsRound()
    {
        Fixture<Asids256> fixture = new();
        uint[] ids = [.. Enumerable.Range(0, 40).Select(_ => fixture.Attach())];
        foreach (uint id in ids)
        {
            fixture.Switch(id);
        }

        fixture.Asids.Leave(ref fixture.Cores[0]);
        Assert.Equal(VmStatus.Ok, fixture.Retire(ids[19]));
        Assert.Equal(VmStatus.Ok, fixture.Retire(ids[34]));
        for (uint expected = 41; expected < 256; expected++)
        {
            uint id = fixture.Attach();
            fixture.Switch(id);
            Assert.Equal(expected, fixture.AsidOf(id));
        }

        uint[] last = [fixture.Attach(), fixture.Attach()];
        fixture.Switch(last[0]);
        fixture.Switch(last[1]);
        Assert.Equal((20u, 35u), (fixture.AsidOf(last[0]), fixture.AsidOf(last[1])));
        Assert.Equal(0u, fixture.State().RolloverCount);
    }

    [Fact]
    public void FindOwner_TheNumberItself_IsFound()
    {
        Fixture<Asids8> fixture = new();
        uint id = fixture.Attach();
        Assert.True(fixture.Asids.TryFindOwner(ref fixture.Cores[0], id, out PhysicalAddress owner, out uint found));
        Assert.Equal((id, fixture.Live[id].Owner.Value), (found, owner.Value));
        Assert.False(fixture.Asids.TryFindOwner(ref fixture.Cores[0], id + 1, out owner, out found));
        Assert.Equal((0u, 0u), (found, owner.Value));
    }

    [Fact]
    public void Attach_NumbersWrap_SkipsThoseInUse()
    {
        Fixture<Asids8> fixture = new();
        Assert.Equal((1u, 2u), (fixture.Attach(), fixture.Attach()));
        object boxed = fixture.Asids;
        FieldInfo lastId = typeof(AsidAllocator).GetField("_lastId", BindingFlags.Instance | BindingFlags.NonPublic)!;
        lastId.SetValue(boxed, uint.MaxValue - 1);
        fixture.Asids = (AsidAllocator)boxed;
        Assert.Equal((uint.MaxValue, 3u, 4u), (fixture.Attach(), fixture.Attach(), fixture.Attach()));
    }

    [Fact]
    [Trait("Machine", "Named")]
    public void AnySequence_SixAsids_NeverSharesAndNeverReadsOld() => RunAnySequence<Asids6, FewAsids>();

    [Fact]
    [Trait("Machine", "Named")]
    public void AnySequence_EightAsids_NeverSharesAndNeverReadsOld() => RunAnySequence<Asids8, CortexA7>();

    // The profile is of the model, where the environment names it: its TLBs tell the spaces apart by what they hold.
    private static void RunAnySequence<TAsids, TProfile>()
        where TAsids : struct, IAsidCount
        where TProfile : struct, IProcessorProfile
    {
        Gen<(int Kind, int Core, int Which)> step = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 3], Gen.Int[0, 1000]);
        step.Array[0, 300].Sample(
            steps =>
            {
                if (NamedMachine.IsHostile)
                {
                    ModelAsids<TProfile>.Run(steps);
                    return;
                }

                Fixture<TAsids> fixture = new();
                foreach ((int kind, int core, int which) in steps)
                {
                    uint id = fixture.Live.Count == 0 ? 0 : fixture.Live.Keys.ElementAt(which % fixture.Live.Count);
                    if (kind <= 1 || id == 0)
                    {
                        _ = fixture.Live.Count < 40 ? fixture.Attach(core) : 0;
                    }
                    else if (kind <= 8)
                    {
                        fixture.Switch(id, core);
                    }
                    else if (kind == 9)
                    {
                        bool isRunning = Enumerable.Range(0, 4).Any(
                            other => fixture.Memory.TableBases[other] == (fixture.Live[id].Table | WalkAttributes)
                                && fixture.Memory.CurrentAsids[other] != 0);
                        Assert.Equal(isRunning ? VmStatus.SpaceActive : VmStatus.Ok, fixture.Retire(id, core));
                    }
                    else if (kind == 10)
                    {
                        fixture.Asids.Leave(ref fixture.Cores[core]);
                    }
                    else if (which % 20 == 0)
                    {
                        _ = fixture.Asids.TryBeginGeneration(ref fixture.Cores[core], AsidWord.LastGeneration);
                    }
                }

                fixture.AssertNoneShared();
            },
            iter: 500 / NamedMachine.SampleDivisor,
            threads: 1);
    }
}
