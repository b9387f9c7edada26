using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceResizeTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;

    private readonly SpaceFixture _fixture = new();
    private readonly AddressSpace _space;

    public AddressSpaceResizeTests() => _space = _fixture.Create();

    private static RangeRequest At(uint address, uint lengthInBytes) => new()
    {
        Placement = RangePlacement.Fixed,
        Address = new VirtualAddress(address),
        LengthInBytes = lengthInBytes,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    [Theory]
    [InlineData(RangeStaying.InPlace)]
    [InlineData(RangeStaying.MayMove)]
    public void TryResize_ToTheLengthThatItHas_ChangesNothing(RangeStaying staying)
    {
        _fixture.Reserve(_space, Base, 4 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base, 1));
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, 4 * Page, 4 * Page, staying, out uint start));
        Assert.Equal(Base, start);
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, 2 * Page, 2 * Page, staying, out start));
        Assert.Equal(Base, start);
        Assert.Equal([(Base, 4 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 1u)], _fixture.RegionsOf(_space));
        Assert.Equal((4u, 1u), (_fixture.CountersOf(_space).ReservedPages, _fixture.CountersOf(_space).ResidentPages));
    }

    [Fact]
    public void TryResize_OfAnObjectToTheLengthThatItHas_TakesNoReference()
    {
        MemoryObject memory = _fixture.CreateObject(4);
        RangeRequest request = At(Base, 4 * Page) with { Kind = RangeKind.Shared, Object = memory };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, 4 * Page, 4 * Page, RangeStaying.InPlace, out uint start));
        Assert.Equal((Base, 2u), (start, _fixture.DescriptionOf(memory).References));
        Assert.Equal([(Base, 4 * Page, RangeKind.Shared, UserRights.ReadWrite, 0u)], _fixture.RegionsOf(_space));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(_space, Base, 4 * Page));
        Assert.Equal(1u, _fixture.DescriptionOf(memory).References);
    }

    [Fact]
    public void TryResize_ToLess_GivesBackTheEndAndNoMore()
    {
        _fixture.Reserve(_space, Base, 8 * Page);
        Assert.Equal(VmStatus.NotMapped, _fixture.TryResize(_space, Base + (7 * Page), 2 * Page, Page, RangeStaying.MayMove, out uint start));
        Assert.Equal(0u, start);
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base + Page, 7 * Page, 2 * Page, RangeStaying.InPlace, out start));
        Assert.Equal(Base + Page, start);
        Assert.Equal([(Base, 3 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], _fixture.RegionsOf(_space));
        Assert.Equal(3u, _fixture.CountersOf(_space).ReservedPages);
    }

    [Fact]
    public void TryResize_OfASection_KeepsWhatIsLeftOfIt()
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, At(Base, MiB) with { Population = RangePopulation.AtOnce }, out _));
        Assert.Equal(1u, _fixture.CountersOf(_space).Sections);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (99 * Page), 7));
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, MiB, 100 * Page, RangeStaying.InPlace, out uint start));
        Assert.Equal((Base, 7u), (start, _fixture.Read(_space, Base + (99 * Page))));
        Assert.Equal([(Base, 100 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 100u)], _fixture.RegionsOf(_space));
        SpaceCounters counters = _fixture.CountersOf(_space);
        Assert.Equal((100u, 100u, 0u), (counters.ReservedPages, counters.ResidentPages, counters.Sections));
    }

    [Fact]
    public void TryMove_OfAPartOfASection_TakesThatPartAlong()
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, At(Base, MiB) with { Population = RangePopulation.AtOnce }, out _));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (99 * Page), 7));
        Assert.Equal(
            VmStatus.Ok,
            _fixture.TryMove(_space, Base + (90 * Page), 20 * Page, RangePlacement.Fixed, Base + (8 * MiB), out uint start));
        Assert.Equal(7u, _fixture.Read(_space, start + (9 * Page)));
        Assert.Equal(
            [
                (Base, 90 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 90u),
                (Base + (110 * Page), 146 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 146u),
                (start, 20 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 20u),
            ],
            _fixture.RegionsOf(_space));
    }

    [Theory]
    [InlineData(2u, VmStatus.Ok)]
    [InlineData(1u, VmStatus.Occupied)]
    [InlineData(0u, VmStatus.Occupied)]
    public void TryMove_ReplacingWhatIsBeside_IsGoodWhereTheTwoDoNotMeet(uint pages, VmStatus expected)
    {
        _fixture.Reserve(_space, Base, 8 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (4 * Page), 7));
        uint start = Base + (4 * Page);
        Assert.Equal(
            expected,
            _fixture.TryMove(_space, start, 2 * Page, RangePlacement.Replacing, start + (pages * Page), out uint moved));
        Assert.Equal(expected == VmStatus.Ok ? start + (2 * Page) : 0, moved);
        start = expected == VmStatus.Ok ? moved : start;
        Assert.Equal(
            expected,
            _fixture.TryMove(_space, start, 2 * Page, RangePlacement.Replacing, start - (pages * Page), out moved));
        Assert.Equal(7u, _fixture.Read(_space, Base + (4 * Page)));
        Assert.Equal(expected == VmStatus.Ok ? 6u : 8u, _fixture.CountersOf(_space).ReservedPages);
    }

    [Fact]
    public void TryResize_OfAPartAtTheLimitOfObjects_IsOutOfRangeBehindIt()
    {
        RangeRequest request = At(Base, Page) with
        {
            Kind = RangeKind.Shared,
            Object = _fixture.CreateObject(1),
            ObjectOffset = MemoryObject.LengthLimit - (3 * Page),
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        Assert.Equal(VmStatus.OutOfRange, _fixture.TryResize(_space, Base, Page, 4 * Page, RangeStaying.MayMove, out uint start));
        Assert.Equal(0u, start);
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, Page, 3 * Page, RangeStaying.InPlace, out start));
        Assert.Equal(VmStatus.OutOfRange, _fixture.TryResize(_space, Base, 3 * Page, 4 * Page, RangeStaying.MayMove, out _));
        Assert.Equal([(Base, 3 * Page, RangeKind.Shared, UserRights.ReadWrite, 0u)], _fixture.RegionsOf(_space));
    }

    [Theory]
    [InlineData(RangeKind.Anonymous, 0u, 0u)]
    [InlineData(RangeKind.Shared, 11u, 12u)]
    public void TryResize_ToMoreInPlace_IsFilledAsTheRangeIs(RangeKind kind, uint second, uint third)
    {
        MemoryObject memory = _fixture.CreateObject(3);
        RangeRequest request = At(Base + (16 * MiB), 3 * Page) with { Kind = RangeKind.Shared, Object = memory };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (16 * MiB) + Page, 11));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (16 * MiB) + (2 * Page), 12));
        request = At(Base, Page) with { Kind = kind, Object = kind == RangeKind.Shared ? memory : default };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, Page, 3 * Page, RangeStaying.InPlace, out uint start));
        Assert.Equal((Base, second, third), (start, _fixture.Read(_space, Base + Page), _fixture.Read(_space, Base + (2 * Page))));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + Page, 21));
        Assert.Equal(kind == RangeKind.Shared ? 21u : 11u, _fixture.Read(_space, Base + (16 * MiB) + Page));
        Assert.Equal(6u, _fixture.CountersOf(_space).ReservedPages);
        Assert.Equal(2, _fixture.RegionsOf(_space).Count);
    }

    [Fact]
    public void TryResize_ThatFails_HasNoStart()
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        Assert.Equal(VmStatus.OutOfRange, _fixture.TryResize(_space, Base, 2 * Page, 0x8000_1000, RangeStaying.MayMove, out uint start));
        Assert.Equal(0u, start);
        SpaceLimits limits = new() { ReservedPages = 3, ResidentPages = SpaceLimits.None, Tables = SpaceLimits.None };
        _space.SetLimits(ref _fixture.Machine, in limits);
        Assert.Equal(VmStatus.LimitReached, _fixture.TryResize(_space, Base, 2 * Page, 4 * Page, RangeStaying.InPlace, out start));
        Assert.Equal(0u, start);
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(_space, Base, 2 * Page, 3 * Page, RangeStaying.InPlace, out start));
        Assert.Equal((Base, 3u), (start, _fixture.CountersOf(_space).ReservedPages));
    }
}
