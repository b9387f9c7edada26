using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Model.Scheduling;
using Kilburn.Model.Translation;
using Xunit;
using static Kilburn.Core.Tests.Spaces.SharedSpaceWorld;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Two cores run one space: faults against faults.</summary>
public sealed class FaultsUnderEveryScheduleTests
{
    private const uint OtherWord = 32 * MiB; // its lock and its mark lie in other words of the bitmaps

    // What the second core does while the first one is stopped, wherever that is in its program: it never has to wait for it.
    private static bool Waits(Action<SharedSpaceWorld> setUp, Action<SharedSpaceWorld> first, Action<SharedSpaceWorld> second)
    {
        using CoreScheduler scheduler = new();
        bool waits = false;
        for (int steps = 1; ; steps++)
        {
            SharedSpaceWorld world = new();
            using (world.System.Machine)
            {
                setUp(world);
                HoldPolicy policy = new(steps);
                scheduler.Run(world.System.Machine, policy, () => first(world), () =>
                {
                    second(world);
                    policy.IsSecondOver = true;
                });
                waits |= policy.HasWaited;
                world.End();
                if (!policy.HasStopped)
                {
                    return waits;
                }
            }
        }
    }

    public static TheoryData<uint, uint> Neighbours => new() { { 0, MiB }, { 0, OtherWord }, { MiB - Page, MiB } };

    [Theory]
    [MemberData(nameof(Neighbours))]
    public void FirstWrites_InTwoMibs_NeverMeet(uint one, uint other) => Assert.False(Waits(
        world =>
        {
            world.Touch(Base + (one & ~(MiB - 1)) + (8 * Page), 1, 0);
            world.Touch(Base + (other & ~(MiB - 1)) + (8 * Page), 1, 1);
        },
        world => world.Touch(Base + one, 2, 0),
        world => world.Touch(Base + other, 3, 1)));

    [Theory]
    [MemberData(nameof(Neighbours))]
    public void FirstTouches_OfTwoMibs_NeverMeet(uint one, uint other) => Assert.False(Waits(
        _ => { },
        world => world.Touch(Base + one, 2, 0),
        world => world.Touch(Base + other, 3, 1)));

    [Theory]
    [MemberData(nameof(Neighbours))]
    public void FirstReads_InTwoMibs_NeverMeet(uint one, uint other) => Assert.False(Waits(
        _ => { },
        world => Assert.Equal(FaultOutcome.Resolved, world.Resolve(Base + one, FaultAccess.Read, FaultStatus.TranslationFirstLevel, 0)),
        world => Assert.Equal(FaultOutcome.Resolved, world.Resolve(Base + other, FaultAccess.Read, FaultStatus.TranslationFirstLevel, 1))));

    // After a clone that has ended, in tables that are the space's own again.
    [Theory]
    [MemberData(nameof(Neighbours))]
    public void WritesInPlace_InTwoMibs_NeverMeet(uint one, uint other) => Assert.False(Waits(
        world =>
        {
            foreach (uint address in (uint[])[one, other])
            {
                world.Touch(Base + address, 1, 0);
                world.Touch(Base + (address ^ (16 * Page)), 1, 0);
            }

            Assert.Equal(VmStatus.Ok, world.TryClone(0));
            Assert.Equal(VmStatus.Ok, world.System.TryDestroy(world.Child));
            world.Child = default;
            world.Touch(Base + (one ^ (16 * Page)), 2, 0); // takes the tables over
            world.Touch(Base + (other ^ (16 * Page)), 2, 1);
        },
        world => world.Touch(Base + one, 2, 0),
        world => world.Touch(Base + other, 3, 1)));

    [Fact]
    public void FirstWrites_InOneMib_WaitForEachOther() => Assert.True(Waits(
        world => world.Touch(Base + (8 * Page), 1, 0),
        world => world.Touch(Base, 2, 0),
        world => world.Touch(Base + Page, 3, 1)));

    [Fact]
    public void FirstWrite_WhileARangeElsewhereChanges_NeverMeetsIt() => Assert.False(Waits(
        world =>
        {
            world.Touch(Base, 1, 0);
            world.Touch(Base + MiB, 1, 1);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(Base, MiB, 0)),
        world => world.Touch(Base + MiB + Page, 3, 1)));

    [Fact]
    public void FirstWrite_WhileTheRangeGoes_WaitsForIt() => Assert.True(Waits(
        world => world.Touch(Base, 1, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(Base, MiB, 0)),
        world => _ = world.Write(Base + Page, 3, 1)));

    public static TheoryData<uint, uint, bool> Pairs => new()
    {
        { 0, 0, false },
        { 0, 0, true },
        { 0, Page, false },
        { 0, Page, true },
        { 0, MiB, false },
        { 0, MiB, true },
        { 0, OtherWord, false },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void FirstWrites_AtOnce_EachIsThereAndCounted(uint one, uint other, bool hasTables)
    {
        SpaceCounters before = default;
        Explore(
            world =>
            {
                if (hasTables)
                {
                    world.Touch(Base + one + (8 * Page), 1, 0);
                    world.Touch(Base + other + (8 * Page), 1, 1);
                }

                before = world.Counters;
            },
            world => world.Touch(Base + one, 2, 0),
            world => world.Touch(Base + other + 4, 3, 1),
            world =>
            {
                Assert.Equal((2u, 3u), (world.Read(Base + one), world.Read(Base + other + 4)));
                SpaceCounters after = world.Counters;
                uint pages = one == other ? 1u : 2;
                Assert.Equal(pages, after.ResidentPages - before.ResidentPages);
                Assert.Equal(pages, after.ZeroFills - before.ZeroFills);
            });
    }

    [Theory]
    [InlineData(Page)]
    [InlineData(MiB)]
    public void FirstWrites_AtTheLimitOfPages_OnePassesIt(uint other) => Explore(
        world =>
        {
            world.Touch(Base + (8 * Page), 1, 0);
            world.Touch(Base + MiB + (8 * Page), 1, 1);
            world.Limit(residentPages: world.Counters.ResidentPages + 1);
        },
        world => _ = world.Write(Base, 2, 0),
        world => _ = world.Write(Base + other, 3, 1),
        world =>
        {
            Assert.Contains(FaultOutcome.Resolved, world.Outcomes);
            Assert.Contains(FaultOutcome.LimitReached, world.Outcomes);
            Assert.Equal(1u, world.Counters.Refused);
        });

    [Fact]
    public void FirstTouches_AtTheLimitOfTables_OnePassesIt() => Explore(
        world => world.Limit(tables: world.Counters.Tables + 1),
        world => _ = world.Write(Base, 2, 0),
        world => _ = world.Write(Base + MiB, 3, 1),
        world =>
        {
            Assert.Contains(FaultOutcome.Resolved, world.Outcomes);
            Assert.Contains(FaultOutcome.LimitReached, world.Outcomes);
        });

    [Fact]
    public void FirstWrite_AgainstPopulationAtTheLimit_TheTwoNeverPassIt() => Explore(
        world =>
        {
            world.Touch(Base + (8 * Page), 1, 0);
            world.Limit(residentPages: world.Counters.ResidentPages + 2);
        },
        world => _ = world.Write(Base, 2, 0),
        world => world.Status = world.TryAdvise(Base + MiB, 2 * Page, RangeAdvice.Need, 1),
        world => Assert.True(
            (world.Outcomes[0], world.Status) is (FaultOutcome.Resolved, VmStatus.LimitReached)
                or (FaultOutcome.LimitReached, VmStatus.Ok)));
}
