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

/// <summary>Two cores run one space: a fault of one against all by which the other changes the space.</summary>
public sealed class FaultsAgainstChangesUnderEveryScheduleTests
{
    // The range of the first word, and where it lies to the page that faults: that page, its MiB, a neighbour, all.
    public static TheoryData<uint, uint, bool> Ranges => new()
    {
        { 0, Page, true },
        { 0, Page, false },
        { 0, MiB, true },
        { 0, MiB, false },
        { Page, Page, true },
        { Page, Page, false },
        { MiB, MiB, false },
        { 0, Length, false },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Write_AgainstUnmap_ComesBeforeOrIsRefused(uint start, uint length, bool hasTable) => Explore(
        world => SetUp(world, hasTable),
        world => _ = world.Write(Base, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(Base + start, length, 1)),
        world =>
        {
            Assert.Contains(world.Outcomes[0], new[] { FaultOutcome.Resolved, FaultOutcome.NotMapped });
            if (start == 0)
            {
                Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 0));
            }
            else
            {
                Assert.Equal(2u, world.Read(Base));
            }
        });

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Write_AgainstProtect_ComesBeforeOrIsRefused(uint start, uint length, bool hasTable) => Explore(
        world => SetUp(world, hasTable),
        world => _ = world.Write(Base, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryProtect(Base + start, length, UserRights.Read, 1)),
        world =>
        {
            Assert.Contains(world.Outcomes[0], new[] { FaultOutcome.Resolved, FaultOutcome.Protection });
            Assert.Equal(start == 0 ? FaultOutcome.Protection : FaultOutcome.Resolved, world.Write(Base, 3, 0));
        });

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Write_AgainstDiscard_IsThereOrGone(uint start, uint length, bool hasTable) => Explore(
        world => SetUp(world, hasTable),
        world => world.Touch(Base, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryAdvise(Base + start, length, RangeAdvice.Discard, 1)),
        world =>
        {
            Assert.Equal(FaultOutcome.Resolved, world.Resolve(Base, FaultAccess.Read, FaultStatus.TranslationSecondLevel, 0));
            Assert.Contains(world.Read(Base), start == 0 ? (uint[])[0, 2] : [2]);
        });

    [Theory]
    [InlineData(0, Page)]
    [InlineData(0, MiB)]
    [InlineData(Page, Page)]
    public void Write_AgainstPopulation_IsThereOnce(uint start, uint length) => Explore(
        world => world.Touch(Base + (8 * Page), 1, 0),
        world => world.Touch(Base, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryAdvise(Base + start, length, RangeAdvice.Need, 1)),
        world => Assert.Equal(2u, world.Read(Base)));

    [Theory]
    [InlineData(0, 2 * Page, true)]
    [InlineData(0, 2 * MiB, false)]
    [InlineData(MiB, MiB, true)]
    public void Write_AgainstMove_GoesAlongOrIsRefused(uint start, uint length, bool hasTable) => Explore(
        world => SetUp(world, hasTable),
        world => _ = world.Write(Base, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryMove(Base + start, length, 1)),
        world =>
        {
            uint place = start == 0 ? world.Place.Value : Base;
            Assert.Equal(start == 0, world.System.FaultOf(Base, 0) != FaultCode.None);
            if (world.Outcomes[0] == FaultOutcome.Resolved)
            {
                Assert.Equal(2u, world.Read(place));
            }
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Writes_AgainstClone_AreInTheCloneOrNot(bool hasTable) => Explore(
        world => SetUp(world, hasTable),
        world =>
        {
            world.Touch(Base, 2, 0);
            world.Touch(Base + MiB, 3, 0);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryClone(1)),
        world =>
        {
            Assert.Equal((2u, 3u), (world.Read(Base), world.Read(Base + MiB)));
            world.System.Activate(world.Child, 1);
            uint[] words = [ReadClone(world, Base), ReadClone(world, Base + MiB)];
            Assert.Contains((words[0], words[1]), new[] { (0u, 0u), (2u, 0u), (2u, 3u) });
        });

    [Fact]
    public void Write_AgainstDestroy_TheSpaceStays() => Explore(
        world => world.System.Leave(1),
        world => world.Touch(Base, 2, 0),
        world => world.Status = world.System.TryDestroy(world.Space, 1),
        world =>
        {
            Assert.Equal(VmStatus.SpaceActive, world.Status);
            Assert.Equal(2u, world.Read(Base));
        });

    // A given page in a hole of the MiB: mapped beside a run, beside pages of a table, and as the first.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_AgainstAGivenPageInItsMib_BothAreThere(bool hasTable) => Explore(
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.TryUnmap(Base, Page, 0));
            SetUp(world, hasTable);
        },
        world => world.Touch(Base + Page, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryMapPage(Base, 1)),
        world =>
        {
            Assert.Equal((0u, 2u), (world.Read(Base), world.Read(Base + Page)));
            Assert.Equal(VmStatus.Ok, world.TryUnmapPage(Base, 0));
        });

    // The only page of a MiB goes, and its table, while a fault looks at it.
    [Fact]
    public void Fault_AgainstTheEndOfTheOnlyPage_FindsItOrNothing() => Explore(
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.TryUnmap(Base, MiB, 0));
            Assert.Equal(VmStatus.Ok, world.TryMapPage(Base, 0));
        },
        world => _ = world.Resolve(Base, FaultAccess.Write, FaultStatus.TranslationSecondLevel, 0),
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.TryUnmapPage(Base, 1));
            world.Touch(Base + MiB, 5, 1); // takes the table that became free
        },
        world =>
        {
            Assert.Contains(world.Outcomes[0], new[] { FaultOutcome.Resolved, FaultOutcome.NotMapped });
            Assert.Equal(5u, world.Read(Base + MiB));
        });

    // The run of a MiB becomes longer while a fault makes it a table.
    [Fact]
    public void FirstTouch_AgainstAReservationInItsMib_BothAreThere() => Explore(
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(Base + (16 * Page), MiB - (16 * Page), 0)),
        world => world.Touch(Base, 2, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryMap(Base + (16 * Page), 4 * Page, UserRights.ReadWrite, 1)),
        world =>
        {
            world.Touch(Base + (17 * Page), 3, 1);
            Assert.Equal((2u, 3u), (world.Read(Base), world.Read(Base + (17 * Page))));
        });

    // The search for a place sees that a page whose frame is exchanged is taken.
    [Fact]
    public void WriteOfASharedFrame_AgainstAReservationAnywhere_KeepsItsPage() => Explore(
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.TryUnmap(Base + Page, MiB - Page, 0));
            Assert.Equal(
                FaultOutcome.Resolved, world.Resolve(Base, FaultAccess.Read, FaultStatus.TranslationFirstLevel, 0));
        },
        world => world.Touch(Base, 2, 0),
        world =>
        {
            world.Status = world.TryMap(Base, Page, UserRights.ReadWrite, 1);
            Assert.Equal(VmStatus.AlreadyMapped, world.TryMapPage(Base, 1));
        },
        world =>
        {
            Assert.Equal(VmStatus.Occupied, world.Status);
            Assert.Equal(2u, world.Read(Base));
        });

    private static void SetUp(SharedSpaceWorld world, bool hasTable)
    {
        if (hasTable)
        {
            world.Touch(Base + (8 * Page), 1, 0);
        }
    }

    // What a clone's page holds; zero when nobody has touched it.
    private static uint ReadClone(SharedSpaceWorld world, uint address)
    {
        FaultReport report = new(FaultStatus.TranslationFirstLevel, FaultAccess.Read, new VirtualAddress(address), 1);
        Assert.Equal(
            FaultOutcome.Resolved, world.Child.Resolve(ref world.System.Cores[1], ref world.System.Memory.Frames, in report));
        return world.Read(address, 1);
    }
}
