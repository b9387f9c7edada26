using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>What a move takes before it changes anything: second-level tables, reserved pages, and room for mappings of objects.</summary>
public sealed class RangeMoveTablesTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;
    private const uint There = 64 * MiB;
    private const uint LastPages = MiB - (4 * Page);

    private static readonly Dictionary<string, (uint Tables, Func<SpaceFixture, AddressSpace, VmStatus> Prepare, Func<SpaceFixture, AddressSpace, VmStatus> Do)> s_moves = new()
    {
        ["end of a run"] = (0, Reserve(Base, 16), Move(Base + (12 * Page), 4, There)),
        ["middle of a run"] = (1, Reserve(Base, 16), Move(Base + (4 * Page), 4, There)),
        ["middle of a run into touched pages' table"] = (
            1, Both(Reserve(Base, 16), Touch(There, 2)), Move(Base + (4 * Page), 4, There + (8 * Page))),
        ["middle of a run beside another"] = (
            2, Both(Reserve(Base, 16), Reserve(There, 2, UserRights.Read)), Move(Base + (4 * Page), 4, There + (2 * Page))),
        ["run beside one like it"] = (0, Both(Reserve(Base, 16), Reserve(There, 2)), Move(Base, 16, There + (2 * Page))),
        ["run far from one like it"] = (1, Both(Reserve(Base, 16), Reserve(There, 2)), Move(Base, 16, There + (3 * Page))),
        ["run beside one with other rights"] = (
            1, Both(Reserve(Base, 16), Reserve(There, 2, UserRights.Read)), Move(Base, 16, There + (2 * Page))),
        ["touched"] = (1, Touch(Base, 4), Move(Base, 4, There)),
        ["touched into the first MiB"] = (1, Touch(Base, 4), Move(Base, 4, 8 * Page)),
        ["touched into two MiBs"] = (2, Touch(Base, 8), Move(Base, 8, There + LastPages)),
        ["touched from two MiBs into one"] = (1, Touch(Base + LastPages, 8), Move(Base + LastPages, 8, There)),
        ["touched into a table"] = (0, Both(Touch(Base, 4), Touch(There, 2)), Move(Base, 4, There + (2 * Page))),
        ["touched into a table and a MiB of nothing"] = (
            1, Both(Touch(Base, 8), Touch(There, 2)), Move(Base, 8, There + LastPages)),
        ["replacing the middle of a run"] = (1, Both(Reserve(Base, 4), Reserve(There, 16)), Replace(Base, 4, There + (4 * Page))),
        ["replacing the middle of a run by touched pages"] = (
            1, Both(Touch(Base, 4), Reserve(There, 16)), Replace(Base, 4, There + (4 * Page))),
        ["replacing the end of a run with other rights"] = (
            1, Both(Reserve(Base, 4), Reserve(There, 16, UserRights.Read)), Replace(Base, 4, There + (12 * Page))),
        ["replacing a run"] = (0, Both(Reserve(Base, 16), Reserve(There, 16, UserRights.Read)), Replace(Base, 16, There)),
        ["replacing a part of a table by touched pages"] = (0, Both(Touch(Base, 4), Touch(There, 16)), Replace(Base, 4, There + (4 * Page))),
        ["replacing a part of a table by a run"] = (0, Both(Reserve(Base, 4), Touch(There, 16)), Replace(Base, 4, There + (4 * Page))),
        ["replacing a whole table by a run"] = (0, Both(Reserve(Base, 256), Touch(There, 2)), Replace(Base, 256, There)),
        ["replacing a whole table by touched pages"] = (
            1, Both(Both(Touch(Base, 2), Reserve(Base + (2 * Page), 254)), Touch(There, 2)), Replace(Base, 256, There)),
        ["within a MiB, untouched"] = (1, Reserve(Base, 4), Move(Base, 4, Base + (8 * Page))),
        ["within a MiB, touched"] = (0, Touch(Base, 4), Move(Base, 4, Base + (8 * Page))),
        ["lengthened beside one like it"] = (0, GapAfter(UserRights.ReadWrite, Reserve(Base, 4)), Lengthen(Base, 4, 8)),
        ["lengthened beside one with other rights"] = (1, GapAfter(UserRights.Read, Reserve(Base, 4)), Lengthen(Base, 4, 8)),
        ["lengthened, touched, beside one with other rights"] = (1, GapAfter(UserRights.Read, Touch(Base, 4)), Lengthen(Base, 4, 8)),
        ["lengthened up to one with other rights in the next MiB"] = (
            1, Both(GapAfter(UserRights.ReadWrite, Reserve(Base, 4)), Reserve(2 * MiB, 8, UserRights.Read, 4)), Lengthen(Base, 4, 60)),
        ["lengthened up to one like it in the next MiB"] = (
            0, Both(GapAfter(UserRights.ReadWrite, Reserve(Base, 4)), Reserve(2 * MiB, 8, UserRights.ReadWrite, 4)), Lengthen(Base, 4, 60)),
        ["lengthened, touched, over two MiBs with others"] = (
            2, Both(GapAfter(UserRights.Read, Touch(Base, 4)), Reserve(2 * MiB, 8, UserRights.Read, 4)), Lengthen(Base, 4, 60)),
        ["lengthened into a table in the next MiB"] = (
            0, Both(GapAfter(UserRights.ReadWrite, Reserve(Base, 4)), Touch((2 * MiB) + (4 * Page), 2)), Lengthen(Base, 4, 60)),
    };

    public static TheoryData<string> Moves => [.. s_moves.Keys];

    [Theory]
    [MemberData(nameof(Moves))]
    public void Move_WithALimitOfTables_NeedsAsManyAsItTakesAndNoMore(string name)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint tables, Func<SpaceFixture, AddressSpace, VmStatus> prepare, Func<SpaceFixture, AddressSpace, VmStatus> move) = s_moves[name];
        Assert.Equal(VmStatus.Ok, prepare(fixture, space));
        uint present = fixture.CountersOf(space).Tables;
        List<(uint Start, uint Length, RangeKind Kind, UserRights Rights, uint Mapped)> regions = fixture.RegionsOf(space);
        (uint, uint, uint, uint) held = fixture.Held;
        if (tables != 0)
        {
            LimitTables(fixture, space, present + tables - 1);
            Assert.Equal(VmStatus.LimitReached, move(fixture, space));
            Assert.Equal(regions, fixture.RegionsOf(space));
            Assert.Equal(held, fixture.Held);
        }

        LimitTables(fixture, space, present + tables);
        uint reserved = fixture.CountersOf(space).ReservedPages;
        Assert.Equal(VmStatus.Ok, move(fixture, space));
        SpaceCounters counters = fixture.CountersOf(space);
        Assert.Equal(fixture.Held.Second - held.Item3, unchecked(counters.Tables - present));
        Assert.Equal(
            (counters.ReservedPages, counters.ResidentPages),
            ((uint)fixture.RegionsOf(space).Sum(region => region.Length) / Page, (uint)fixture.RegionsOf(space).Sum(region => region.Mapped)));
        Assert.Equal(fixture.Held.Pages - held.Item2, unchecked(counters.ResidentPages - (uint)regions.Sum(region => region.Mapped)));
        Assert.True(reserved <= counters.ReservedPages || name.StartsWith("replacing", StringComparison.Ordinal));
    }

    [Fact]
    public void Move_OfARunWithoutAFrameLeft_NeedsNone()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 16 * Page);
        fixture.LeaveFreeWithoutTables(0);

        Assert.Equal(VmStatus.Ok, fixture.TryMove(space, Base, 16 * Page, RangePlacement.Fixed, There, out _));
        Assert.Equal(VmStatus.OutOfFrames, fixture.TryMove(space, There + Page, Page, RangePlacement.Fixed, Base, out _));
        Assert.Equal([(There, 16 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
    }

    [Theory]
    [InlineData(0u, 8u)]
    [InlineData(252u, 100u)]
    [InlineData(100u, 252u)]
    public void Move_SomeOfTouchedPages_LeavesTheirNeighboursHereAndThere(uint firstPage, uint firstPageThere)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        uint start = Base + (firstPage * Page);
        uint place = There + (firstPageThere * Page);
        Assert.Equal(VmStatus.Ok, Touch(start - Page, 6)(fixture, space));
        Assert.Equal(VmStatus.Ok, Touch(place - Page, 1)(fixture, space));
        Assert.Equal(VmStatus.Ok, Touch(place + (4 * Page), 1)(fixture, space));
        (uint, uint, uint, uint) held = fixture.Held;

        Assert.Equal(VmStatus.Ok, fixture.TryMove(space, start, 4 * Page, RangePlacement.Fixed, place, out uint moved));
        Assert.Equal(place, moved);
        Assert.Equal(held.Item2, fixture.Held.Pages);
        for (uint page = 0; page < 4; page++)
        {
            Assert.Equal(start + (page * Page), fixture.Read(space, place + (page * Page)));
            Assert.False(fixture.IsMapped(space, start + (page * Page)));
        }

        foreach (uint neighbour in new[] { start - Page, start + (4 * Page), place - Page, place + (4 * Page) })
        {
            Assert.Equal(neighbour, fixture.Read(space, neighbour));
        }
    }

    [Theory]
    [InlineData(0u, VmStatus.Ok)]
    [InlineData(1u, VmStatus.LimitReached)]
    public void Resize_ToAnotherPlace_CountsWhatIsAdded(uint tooMany, VmStatus expected)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 4 * Page);
        fixture.Reserve(space, Base + (4 * Page), Page, UserRights.Read);
        space.SetLimits(
            ref fixture.Machine,
            new SpaceLimits { ReservedPages = 5 + 6 - tooMany, ResidentPages = SpaceLimits.None, Tables = SpaceLimits.None });

        Assert.Equal(expected, fixture.TryResize(space, Base, 4 * Page, 10 * Page, RangeStaying.MayMove, out uint start));
        Assert.Equal(expected == VmStatus.Ok ? 11u : 5u, fixture.CountersOf(space).ReservedPages);
        Assert.Equal(expected == VmStatus.Ok, start != 0);
    }

    // The mapping falls into three; and pages that are no object's need no room.
    [Theory]
    [InlineData(3u, VmStatus.Ok)]
    [InlineData(1u, VmStatus.LimitReached)]
    [InlineData(0u, VmStatus.LimitReached)]
    public void Move_OfTheMiddleOfAMapping_NeedsRoomForItsParts(uint room, VmStatus expected)
    {
        SpaceFixture fixture = new();
        MemoryObject memory = fixture.CreateObject(3);
        AddressSpace space = fixture.Create();
        uint count = 0;
        uint end = There;
        while (TryMapObject(fixture, space, memory, end) == VmStatus.Ok)
        {
            count++;
            end += 4 * Page;
        }

        for (uint freed = 0; freed < room; freed++)
        {
            end -= 4 * Page;
            Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, end, 3 * Page));
        }

        fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(VmStatus.Ok, fixture.TryMove(space, Base, 4 * Page, RangePlacement.Fixed, Base + MiB, out _));
        Assert.Equal(expected, fixture.TryMove(space, There + Page, Page, RangePlacement.Fixed, Base, out _));
        Assert.Equal(count - room + (expected == VmStatus.Ok ? 3u : 1u), fixture.DescriptionOf(memory).References);
    }

    private static VmStatus TryMapObject(SpaceFixture fixture, AddressSpace space, MemoryObject memory, uint start) => fixture.TryMap(
        space,
        new RangeRequest
        {
            Placement = RangePlacement.Fixed,
            Address = new(start),
            LengthInBytes = 3 * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
        },
        out _);

    private static void LimitTables(SpaceFixture fixture, AddressSpace space, uint tables) => space.SetLimits(
        ref fixture.Machine,
        new SpaceLimits { ReservedPages = SpaceLimits.None, ResidentPages = SpaceLimits.None, Tables = tables });

    private static Func<SpaceFixture, AddressSpace, VmStatus> Both(
        Func<SpaceFixture, AddressSpace, VmStatus> first, Func<SpaceFixture, AddressSpace, VmStatus> second) =>
        (fixture, space) => first(fixture, space) == VmStatus.Ok ? second(fixture, space) : VmStatus.WrongKind;

    private static Func<SpaceFixture, AddressSpace, VmStatus> Reserve(
        uint start, uint pageCount, UserRights rights = UserRights.ReadWrite, uint firstPage = 0) => (fixture, space) =>
        {
            fixture.Reserve(space, start + (firstPage * Page), pageCount * Page, rights);
            return VmStatus.Ok;
        };

    // Each page has its own address in it.
    private static Func<SpaceFixture, AddressSpace, VmStatus> Touch(uint start, uint pageCount) => (fixture, space) =>
    {
        fixture.Reserve(space, start, pageCount * Page);
        for (uint page = pageCount; page-- != 0;)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, start + (page * Page), start + (page * Page)));
        }

        return VmStatus.Ok;
    };

    // The range cannot grow where it is, and the first place that is free is behind one in the first MiB that is chosen.
    private static Func<SpaceFixture, AddressSpace, VmStatus> GapAfter(
        UserRights rights, Func<SpaceFixture, AddressSpace, VmStatus> range) =>
        Both(Both(range, Reserve(Base + (4 * Page), 1)), Reserve(MiB, 200, rights));

    private static Func<SpaceFixture, AddressSpace, VmStatus> Move(uint start, uint pageCount, uint place) =>
        (fixture, space) => fixture.TryMove(space, start, pageCount * Page, RangePlacement.Fixed, place, out _);

    private static Func<SpaceFixture, AddressSpace, VmStatus> Replace(uint start, uint pageCount, uint place) =>
        (fixture, space) => fixture.TryMove(space, start, pageCount * Page, RangePlacement.Replacing, place, out _);

    private static Func<SpaceFixture, AddressSpace, VmStatus> Lengthen(uint start, uint pageCount, uint newPageCount) =>
        (fixture, space) =>
        {
            VmStatus status = fixture.TryResize(space, start, pageCount * Page, newPageCount * Page, RangeStaying.MayMove, out uint moved);
            Assert.Equal(status == VmStatus.Ok ? MiB + (200 * Page) : 0, moved);
            return status;
        };
}
