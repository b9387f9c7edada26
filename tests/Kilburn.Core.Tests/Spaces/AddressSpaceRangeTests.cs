using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceRangeTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint GiB = 0x4000_0000;

    private static RangeRequest Anonymous(uint address, uint lengthInBytes) => new()
    {
        Placement = RangePlacement.Fixed,
        Address = new VirtualAddress(address),
        LengthInBytes = lengthInBytes,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    [Fact]
    public void IsUsualBytes_EdgesOfAllThatIs_IsTrueWhereCheckBytesFindsNothing()
    {
        uint[] edges = [0, Page, MiB, GiB, 2 * GiB, (2 * GiB) + Page, 3 * GiB, uint.MaxValue - MiB + 1, uint.MaxValue - Page + 1];
        foreach (uint start in edges.SelectMany(edge => new[] { edge, edge + 1, edge - 1, edge - Page }))
        {
            foreach (uint length in edges.SelectMany(edge => new[] { edge, edge + 1, edge - 1, edge - start, edge - Page - start }))
            {
                VmStatus status = AddressSpace.CheckBytes(new VirtualRange(new VirtualAddress(start), length));
                Assert.Equal(status == VmStatus.Ok, AddressSpace.IsUsualBytes(start, length));
            }
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x7000u)]
    public void Map_AGigabyteUntouched_TakesNoMemory(uint raggedness)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        fixture.Reserve(space, Base + raggedness, GiB);
        Assert.Equal(held, fixture.Held);
        Assert.Equal([(Base + raggedness, GiB, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + raggedness + (GiB / 2), 1));
        Assert.Equal(1u, fixture.CountersOf(space).Tables);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base + raggedness, GiB));
        Assert.Equal(held, fixture.Held);
    }

    [Theory]
    [InlineData(Base, 0u, VmStatus.EmptyRange)]
    [InlineData(Base + 1, Page, VmStatus.Misaligned)]
    [InlineData(Base, Page + 1, VmStatus.Misaligned)]
    [InlineData(0u, Page, VmStatus.OutOfRange)]
    [InlineData(0x7FFF_F000u, 2 * Page, VmStatus.OutOfRange)]
    [InlineData(0x8000_0000u, Page, VmStatus.OutOfRange)]
    [InlineData(0xFFFF_F000u, Page, VmStatus.OutOfRange)]
    [InlineData(0xFFFF_F000u, 2 * Page, VmStatus.WrappedRange)]
    [InlineData(Base, 0xFFFF_F000u, VmStatus.WrappedRange)]
    public void Map_BadPlace_HasAStatusOfItsOwnAndChangesNothing(uint address, uint lengthInBytes, VmStatus expected)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(expected, fixture.TryMap(space, Anonymous(address, lengthInBytes), out uint start));
        Assert.Equal(0u, start);
        Assert.Equal(held, fixture.Held);
        Assert.Empty(fixture.RegionsOf(space));
        if (address != 0)
        {
            Assert.Equal(0u, space.MapUsual(ref fixture.Machine, address, lengthInBytes, UserRights.Read));
            Assert.Equal(expected, fixture.TryUnmapBytes(space, address, lengthInBytes));
            Assert.Equal(expected, fixture.TryProtectBytes(space, address, lengthInBytes, UserRights.Read));
            Assert.Equal(expected, fixture.TryAdvise(space, address, lengthInBytes, RangeAdvice.Need));
        }
    }

    [Fact]
    public void Map_BadRequest_HasAStatusOfItsOwn()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        RangeRequest good = Anonymous(Base, Page);
        Assert.Equal(VmStatus.Misaligned, fixture.TryMap(space, good with { GuardInBytes = 1 }, out _));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMap(space, good with { GuardInBytes = Base }, out _));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMap(space, good with { GuardInBytes = 0xFFFF_F000 }, out _));
        Assert.Equal(VmStatus.Misaligned, fixture.TryMap(space, good with { Alignment = 0x3000 }, out _));
        Assert.Equal(VmStatus.Misaligned, fixture.TryMap(space, good with { Alignment = 0x800 }, out _));
        Assert.Equal(VmStatus.Misaligned, fixture.TryMap(space, good with { Alignment = 0x8000_0000 }, out _));
        Assert.Equal(VmStatus.Misaligned, fixture.TryMap(space, good with { Alignment = 0x80_0000 }, out _));
        Assert.Equal(VmStatus.WrongKind, fixture.TryMap(space, good with { Kind = RangeKind.Given }, out _));
        Assert.Equal(VmStatus.WrongKind, fixture.TryMap(space, good with { Kind = RangeKind.StackGuard }, out _));
        Assert.Equal(VmStatus.WrongKind, fixture.TryMap(space, good with { Kind = RangeKind.Guard }, out _));
        Assert.Equal(VmStatus.WrongKind, fixture.TryMap(space, good with { Placement = (RangePlacement)9 }, out _));
        Assert.Equal(VmStatus.WrongKind, fixture.TryMap(space, good with { Population = (RangePopulation)9 }, out _));
        Assert.Equal(VmStatus.RightsRefused, fixture.TryMap(space, good with { Rights = (UserRights)8 }, out _));
        Assert.Equal(VmStatus.RightsRefused, fixture.TryMap(space, good with { Rights = UserRights.All }, out _));
        Assert.Equal(
            VmStatus.OutOfRange,
            fixture.TryMap(space, good with { Placement = RangePlacement.Anywhere, LengthInBytes = 0xFFFF_F000 }, out _));
        Assert.Equal(
            VmStatus.NoRoom,
            fixture.TryMap(space, good with { Placement = RangePlacement.Anywhere, LengthInBytes = 0x8000_0000 }, out _));
        Assert.Empty(fixture.RegionsOf(space));
    }

    [Fact]
    public void MapUsual_WhatMayBeRefusedOrTakesMemory_IsLeftToTryMap()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, Base, Page, UserRights.All));
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, Base, Page, UserRights.All + 1));
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, 0, 0, UserRights.Read));
        Assert.Equal(Base, space.MapUsual(ref fixture.Machine, Base, 2 * Page, UserRights.Write));
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, Base + Page, Page, UserRights.Read));
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, Base + (3 * Page), Page, UserRights.Read)); // a second run
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, Base - MiB, 2 * MiB, UserRights.Read));
        Assert.Equal([(Base, 2 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
        uint anywhere = space.MapUsual(ref fixture.Machine, 0, 2 * MiB, UserRights.Read);
        Assert.Equal(anywhere + (2 * MiB), space.MapUsual(ref fixture.Machine, 0, Page, UserRights.Read));
        SpaceLimits limits = new()
        {
            ReservedPages = fixture.CountersOf(space).ReservedPages + 1,
            ResidentPages = SpaceLimits.None,
            Tables = SpaceLimits.None,
        };
        space.SetLimits(ref fixture.Machine, in limits);
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, 0, 2 * Page, UserRights.Read));
        space.SetPlacementSeed(ref fixture.Machine, 1);
        Assert.Equal(0u, space.MapUsual(ref fixture.Machine, 0, Page, UserRights.Read));
    }

    [Fact]
    public void RightsPolicy_WriteWithExecute_OnlyWhereItIsAllowed()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, Page);
        Assert.Equal(VmStatus.RightsRefused, fixture.TryProtectBytes(space, Base, Page, UserRights.All));
        Assert.Equal(
            VmStatus.RightsRefused, fixture.TryProtectBytes(space, Base, Page, UserRights.Write | UserRights.Execute));
        space.SetRightsPolicy(ref fixture.Machine, RightsPolicy.Any);
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, Page, UserRights.All));
        uint word = 5;
        Assert.Equal(FaultOutcome.Resolved, fixture.Access(space, Base, FaultAccess.Write, ref word));
        Assert.Equal(FaultOutcome.Resolved, fixture.Access(space, Base, FaultAccess.Execute, ref word));
    }

    [Fact]
    public void Map_WriteAlone_BringsReadAlong()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, Page, UserRights.Write);
        Assert.Equal([(Base, Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
    }

    [Fact]
    public void Map_Anywhere_GoesUpFromTheFirstMibAndComesBackToHoles()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        RangeRequest request = Anonymous(0, 3 * Page) with { Placement = RangePlacement.Anywhere };
        uint[] starts = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out uint start));
            return start;
        })];
        Assert.Equal([MiB, MiB + (3 * Page), MiB + (6 * Page), MiB + (9 * Page)], starts);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[1], 3 * Page));
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out uint again));
        Assert.Equal(starts[1], again);
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request with { Alignment = 16 * Page, GuardInBytes = Page }, out uint aligned));
        Assert.Equal(MiB + (16 * Page), aligned);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(5 * Page)]
    [InlineData(MiB - Page)]
    [InlineData((3 * MiB) - Page)]
    public void Map_NearPagesOfFullMibs_TakesTheFirstPlaceBehindThem(uint offset)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 3 * MiB);
        uint word = 1;
        for (uint mib = 0; mib < 3; mib++)
        {
            // A page that is there: the MiB has a table.
            Assert.Equal(FaultOutcome.Resolved, fixture.Access(space, Base + (mib * MiB) + Page, FaultAccess.Write, ref word));
        }

        RangeRequest request = Anonymous(Base + offset, Page) with { Placement = RangePlacement.Near };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out uint start));
        Assert.Equal(Base + (3 * MiB), start);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(MiB - Page)]
    [InlineData((2 * MiB) - Page)]
    public void Map_NearAHoleOfOneClone_FillsItInThatOneAlone(uint hole)
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base, 2 * MiB);
        uint word = 1;
        Assert.Equal(FaultOutcome.Resolved, fixture.Access(parent, Base + Page, FaultAccess.Write, ref word));
        Assert.Equal(FaultOutcome.Resolved, fixture.Access(parent, Base + MiB + Page, FaultAccess.Write, ref word));
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(child, Base + hole, Page));

        RangeRequest request = Anonymous(Base, Page) with { Placement = RangePlacement.Near };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(child, request, out uint inChild));
        Assert.Equal(VmStatus.Ok, fixture.TryMap(parent, request, out uint inParent));
        Assert.Equal((Base + hole, Base + (2 * MiB)), (inChild, inParent));
        Assert.Equal(VmStatus.Ok, fixture.TryMap(child, request, out inChild));
        Assert.Equal(Base + (2 * MiB), inChild);
    }

    [Fact]
    public void Map_LargeAfterALowPageWentAway_TakesThePlaceOfALargeOneThatWasTouched()
    {
        const uint Length = 16 * Page;
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        RangeRequest page = Anonymous(0, Page) with { Placement = RangePlacement.Anywhere };
        RangeRequest large = Anonymous(0, Length) with { Placement = RangePlacement.Anywhere };
        uint[] starts = [.. new[] { page, page, large, large, large }.Select(request => MapAt(fixture, space, request))];
        uint word = 1;
        Assert.Equal(FaultOutcome.Resolved, fixture.Access(space, starts[2], FaultAccess.Write, ref word));

        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[0], Page));
        uint last = MapAt(fixture, space, large); // passes the gap, and is the last that is known
        Assert.Equal(starts[4] + Length, last);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[2], Length));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[1], Page));
        fixture.Reserve(space, starts[0], Page);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[0], Page));
        fixture.Reserve(space, starts[1], Page);

        Assert.Equal(starts[2], MapAt(fixture, space, large));
        Assert.Equal(starts[0], MapAt(fixture, space, Anonymous(0, Page) with { Placement = RangePlacement.Near, Address = new(MiB) }));
    }

    [Fact]
    public void Map_LargeWithNoRoomAboveTheLastLargeOne_TakesWhatWasPassedOver()
    {
        const uint Length = 16 * Page;
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        RangeRequest page = Anonymous(0, Page) with { Placement = RangePlacement.Anywhere };
        RangeRequest large = Anonymous(0, Length) with { Placement = RangePlacement.Anywhere };
        uint[] starts = [.. new[] { page, page, large, large }.Select(request => MapAt(fixture, space, request))];
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[0], Page));
        uint last = MapAt(fixture, space, large);
        fixture.Reserve(space, last + Length, AddressSpace.EndValue - last - Length);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[2], Length));
        fixture.Reserve(space, starts[0], Page);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, starts[0], Page));

        Assert.Equal(starts[2], MapAt(fixture, space, large));
        Assert.Equal(VmStatus.NoRoom, fixture.TryMap(space, large, out _));
        Assert.Equal(starts[0], MapAt(fixture, space, page));
    }

    private static uint MapAt(SpaceFixture fixture, AddressSpace space, RangeRequest request)
    {
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out uint start));
        return start;
    }

    [Fact]
    public void Map_NearSomething_TakesTheNextFreePlaceAbove()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 2 * Page);
        RangeRequest request = Anonymous(Base, Page) with { Placement = RangePlacement.Near };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out uint start));
        Assert.Equal(Base + (2 * Page), start);
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request with { Address = new VirtualAddress(0xFFFF_FFFF) }, out start));
        Assert.Equal(MiB, start);
    }

    [Fact]
    public void Map_WithASeed_IsRepeatableAndSpread()
    {
        uint[] Draw(uint seed)
        {
            SpaceFixture fixture = new();
            AddressSpace space = fixture.Create();
            space.SetPlacementSeed(ref fixture.Machine, seed);
            return [.. Enumerable.Range(0, 20).Select(_ =>
            {
                Assert.Equal(
                    VmStatus.Ok,
                    fixture.TryMap(space, Anonymous(0, Page) with { Placement = RangePlacement.Anywhere }, out uint start));
                return start;
            })];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.True(Draw(3).Select(start => start >> 27).Distinct().Count() > 6);
    }

    [Fact]
    public void Map_NoPlaceLeft_IsNoRoomAndTheLastPageCanBeHad()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, MiB, AddressSpace.EndValue - MiB - Page);
        RangeRequest request = Anonymous(0, 2 * Page) with { Placement = RangePlacement.Anywhere };
        Assert.Equal(VmStatus.NoRoom, fixture.TryMap(space, request, out _));
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request with { LengthInBytes = Page }, out uint start));
        Assert.Equal(AddressSpace.EndValue - Page, start);
    }

    [Fact]
    public void Stack_ThatGrowsDown_EndsInItsGuard()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, Anonymous(Base, 8 * Page) with { GuardInBytes = 2 * Page }, out _));
        for (uint address = Base + (8 * Page) - 4; address >= Base; address -= Page)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, address, address));
        }

        Assert.Equal(FaultOutcome.StackOverflow, fixture.Write(space, Base - 4, 0));
        Assert.Equal(FaultOutcome.StackOverflow, fixture.Write(space, Base - (2 * Page), 0));
        Assert.Equal(FaultOutcome.NotMapped, fixture.Write(space, Base - (2 * Page) - 4, 0));
        Assert.Equal(8u, fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void Resolve_ReadThenWrite_ShowsZeroesAndThenAPageOfItsOwn()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, MiB);
        (uint Free, uint Pages, uint Second, uint First) held = fixture.Held;
        Assert.Equal(0u, fixture.Read(space, Base + Page + 4));
        Assert.Equal(0u, fixture.Read(space, Base + (200 * Page)));
        Assert.Equal(held.Pages, fixture.Held.Pages);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (200 * Page), 7));
        Assert.Equal(held.Pages + 1, fixture.Held.Pages);
        Assert.Equal(7u, fixture.Read(space, Base + (200 * Page)));
        Assert.Equal(0u, fixture.Read(space, Base + Page));
        SpaceCounters counters = fixture.CountersOf(space);
        Assert.Equal((256u, 1u, 1u), (counters.ReservedPages, counters.ResidentPages, counters.Tables));
        Assert.Equal((2u, 1u, 0u), (counters.ZeroReads, counters.ZeroFills, counters.Refused));
    }

    [Fact]
    public void Protect_OnePage_IsWrittenWithoutAFaultWhenItIsTheSpacesAlone()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        Assert.Equal(0u, fixture.Read(space, Base + Page));
        foreach (UserRights rights in new[] { UserRights.Read, UserRights.ReadWrite })
        {
            Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, Page, rights));
            Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base + Page, Page, rights));
        }

        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 8));
        Assert.Equal((0u, 1u), (fixture.CountersOf(space).Reuses, fixture.CountersOf(space).ZeroFills));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + Page, 9)); // no zeroes of all spaces
        Assert.Equal((0u, 2u), (fixture.CountersOf(space).Reuses, fixture.CountersOf(space).ZeroFills));
        Assert.Equal([8u, 9u], [fixture.Read(space, Base), fixture.Read(space, Base + Page)]);
    }

    [Fact]
    public void Protect_BackAndForth_KeepsContentsAndLetsThePageBeReused()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, Page, UserRights.Read));
        Assert.Equal(FaultOutcome.Protection, fixture.Write(space, Base, 8));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, Page, UserRights.None));
        uint word = 0;
        Assert.Equal(FaultOutcome.Protection, fixture.Access(space, Base, FaultAccess.Read, ref word));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, 2 * Page, UserRights.ReadWrite));
        Assert.Equal(7u, fixture.Read(space, Base));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 9));
        Assert.Equal(9u, fixture.Read(space, Base));
        Assert.Equal((1u, 1u), (fixture.CountersOf(space).Reuses, fixture.CountersOf(space).ResidentPages));
        Assert.Equal([(Base, 2 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 1u)], fixture.RegionsOf(space));
    }

    [Fact]
    public void Resolve_SharedFrame_IsCopiedByWhoWrites()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        _ = fixture.TryTranslate(space, Base, out TableWalk walk);
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, Page, UserRights.Read));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TrySharePage(ref fixture.Machine, walk.Mapping.Frame));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, Page, UserRights.ReadWrite));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + 4, 8));
        Assert.Equal(7u, fixture.Read(space, Base));
        Assert.Equal(0u, fixture.Machine.Data<uint>(walk.Mapping.Frame.Add(4)));
        Assert.Equal((1u, 1u), (fixture.CountersOf(space).Copies, fixture.CountersOf(space).ResidentPages));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, walk.Mapping.Frame));
        Assert.Equal(VmStatus.AlreadyFree, fixture.Frames.TryFreePage(ref fixture.Machine, walk.Mapping.Frame));
    }

    [Theory]
    [InlineData(FaultStatus.Alignment, Base, FaultOutcome.Alignment)]
    [InlineData(FaultStatus.External, Base, FaultOutcome.External)]
    [InlineData(FaultStatus.AsynchronousExternal, Base, FaultOutcome.External)]
    [InlineData(FaultStatus.WalkSecondLevel, Base, FaultOutcome.External)]
    [InlineData(FaultStatus.DomainSecondLevel, Base, FaultOutcome.Forbidden)]
    [InlineData(FaultStatus.TranslationFirstLevel, 0x8000_0000u, FaultOutcome.Forbidden)]
    [InlineData(FaultStatus.PermissionFirstLevel, 0xC000_0000u, FaultOutcome.Forbidden)]
    [InlineData(FaultStatus.Debug, Base, FaultOutcome.Unexpected)]
    [InlineData(FaultStatus.TlbConflict, Base, FaultOutcome.Unexpected)]
    [InlineData(FaultStatus.TranslationFirstLevel, 0u, FaultOutcome.NotMapped)]
    [InlineData(FaultStatus.TranslationFirstLevel, 0x7FFF_FFFFu, FaultOutcome.NotMapped)]
    public void Resolve_WhatCannotBe_HasItsReason(FaultStatus status, uint address, FaultOutcome expected)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, Page);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(expected, fixture.Resolve(space, status, FaultAccess.Write, address));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(1u, fixture.CountersOf(space).Refused);
    }

    [Fact]
    public void Resolve_ResolvedMeanwhile_IsSpurious()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, Page);
        _ = fixture.Map(space, Base + Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        foreach (uint address in new[] { Base, Base + Page })
        {
            Assert.Equal(
                FaultOutcome.Resolved, fixture.Resolve(space, FaultStatus.TranslationSecondLevel, FaultAccess.Write, address));
        }

        Assert.Equal(2u, fixture.CountersOf(space).Spurious);
        Assert.Equal(7u, fixture.Read(space, Base));
    }

    [Fact]
    public void Limits_EachOfThem_RefusesAndChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        SpaceLimits limits = new() { ReservedPages = 4, ResidentPages = 2, Tables = 1 };
        space.SetLimits(ref fixture.Machine, in limits);
        fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(VmStatus.LimitReached, fixture.TryMap(space, Anonymous(Base + MiB, Page), out _));
        Assert.Equal(
            VmStatus.LimitReached,
            fixture.TryMap(space, Anonymous(Base, 5 * Page) with { Placement = RangePlacement.Replacing }, out _));
        Assert.Equal(
            VmStatus.Ok, fixture.TryMap(space, Anonymous(Base, 4 * Page) with { Placement = RangePlacement.Replacing }, out _));
        Assert.Equal(VmStatus.LimitReached, fixture.TryAdvise(space, Base, 4 * Page, RangeAdvice.Need));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 1));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + Page, 1));
        Assert.Equal(FaultOutcome.LimitReached, fixture.Write(space, Base + (2 * Page), 1));
        Assert.Equal(0u, fixture.Read(space, Base + (2 * Page)));
        Assert.Equal(FaultOutcome.LimitReached, fixture.Write(space, Base + (2 * Page), 1));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base + Page, Page));
        fixture.Reserve(space, Base + MiB, Page);
        Assert.Equal(FaultOutcome.LimitReached, fixture.Write(space, Base + MiB, 1));
        Assert.Equal(1u, fixture.CountersOf(space).Tables);
    }

    [Fact]
    public void Resolve_OutOfMemory_IsTheProgramsFailure()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 2 * MiB);
        fixture.LeaveFree(0);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(FaultOutcome.OutOfMemory, fixture.Write(space, Base + MiB, 1));
        Assert.Equal(held, fixture.Held);
        fixture.GiveBack();
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + MiB, 1));
    }

    [Fact]
    public void GivenPages_AndRangesInOneMib_AreRefusedByEachOthersMembers()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(VmStatus.AlreadyMapped, fixture.TryMap(space, Base + Page, out _));
        _ = fixture.Map(space, Base + (4 * Page));
        Assert.Equal(VmStatus.AlreadyMapped, fixture.TryMapFrames(space, Base + Page, new PhysicalAddress(0x3F00_0000), 1, MemoryType.Device));
        Assert.Equal(VmStatus.NotMapped, fixture.TryUnmap(space, Base));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        Assert.Equal(VmStatus.WrongKind, fixture.TryUnmap(space, Base));
        Assert.Equal(VmStatus.WrongKind, fixture.TryUnmapRange(space, Base, 1));
        Assert.Equal(VmStatus.WrongKind, fixture.TryProtect(space, Base, 1, AccessPermission.ReadWrite));
        Assert.Equal(VmStatus.WrongKind, fixture.TryProtectBytes(space, Base, 5 * Page, UserRights.Read));
        Assert.Equal(VmStatus.Occupied, fixture.TryMap(space, Anonymous(Base + (4 * Page), Page), out _));
        Assert.Equal(VmStatus.Ok, fixture.TryAdvise(space, Base, 5 * Page, RangeAdvice.Discard));
        Assert.Equal(0u, fixture.Read(space, Base));
        Assert.True(fixture.IsMapped(space, Base + (4 * Page)));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base, 5 * Page));
        Assert.Empty(fixture.RegionsOf(space));
    }

    [Fact]
    public void Query_AnyByte_TellsTheRangeWithItsNeighbours()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base - (3 * Page), MiB);
        fixture.Reserve(space, Base + MiB - (3 * Page), 2 * MiB);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + MiB, 7));
        Assert.Equal(VmStatus.Ok, space.TryQuery(ref fixture.Machine, new VirtualAddress(Base + MiB + 5), out SpaceRegion region));
        Assert.Equal((Base - (3 * Page), 3 * MiB, 1u), (region.Start.Value, region.LengthInBytes, region.MappedPages));
        Assert.Equal((RangeKind.Anonymous, UserRights.ReadWrite), (region.Kind, region.Rights));
        Assert.Equal(VmStatus.NotMapped, space.TryQuery(ref fixture.Machine, new VirtualAddress(Base - (4 * Page)), out _));
        Assert.Equal(VmStatus.OutOfRange, space.TryQuery(ref fixture.Machine, new VirtualAddress(0x8000_0000), out _));
    }

    [Fact]
    public void Destroy_WithRangesOfEveryKind_GivesAllBack()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) before = fixture.Held;
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, GiB);
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, Anonymous(Base, MiB + Page) with { Placement = RangePlacement.Replacing, Population = RangePopulation.AtOnce }, out _));
        Assert.Equal(0u, fixture.Read(space, Base + (2 * MiB)));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base + (4 * MiB) + Page, Page));
        _ = fixture.Map(space, Base + (4 * MiB) + Page);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        Assert.Equal(before, fixture.Held);
    }
}
