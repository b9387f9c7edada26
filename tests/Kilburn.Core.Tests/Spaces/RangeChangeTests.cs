using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>What changes of ranges take and leave, by the counts and by the limits.</summary>
public sealed class RangeChangeTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void Protect_OfPagesThatNobodyTouched_TakesNoTable()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base, 3 * MiB);
        (uint, uint, uint, uint) held = _fixture.Held;

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Base, 3 * MiB, UserRights.Read));
        Assert.Equal([(Base, 3 * MiB, RangeKind.Anonymous, UserRights.Read, 0u)], _fixture.RegionsOf(space));
        Assert.Equal(held, _fixture.Held);
        Assert.Equal((768u, 0u, 0u), CountsOf(space));
    }

    [Fact]
    public void Change_OfAGuard_IsRefused()
    {
        AddressSpace space = _fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = 4 * Page,
            Kind = RangeKind.Guard,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));

        Assert.Equal(VmStatus.WrongKind, _fixture.TryProtectBytes(space, Base, 4 * Page, UserRights.Read));
        Assert.Equal(VmStatus.WrongKind, _fixture.TryMove(space, Base, Page, RangePlacement.Fixed, Base + MiB, out _));
        Assert.Equal(VmStatus.NotMapped, _fixture.TryProtectBytes(space, Base, 5 * Page, UserRights.Read));
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Base, 4 * Page, RangeAdvice.Need));
        Assert.Equal([(Base, 4 * Page, RangeKind.Guard, UserRights.None, 0u)], _fixture.RegionsOf(space));
        Assert.Equal((0u, 0u, 0u), CountsOf(space));
    }

    [Fact]
    public void Populate_AroundPagesThatCanHaveNoFrame_FillsTheOthersUpToTheLast()
    {
        AddressSpace space = _fixture.Create();
        uint pages = _fixture.Held.Pages;
        uint start = Base + MiB - (4 * Page);
        _fixture.Reserve(space, start, 2 * Page);
        _fixture.Reserve(space, start + (2 * Page), 2 * Page, UserRights.None);
        _fixture.Reserve(space, Base + MiB, MiB, UserRights.None);
        _fixture.Reserve(space, Base + (2 * MiB), 3 * Page, UserRights.Read);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, start, 7));

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, start, MiB + (7 * Page), RangeAdvice.Need));
        Assert.Equal((263u, 5u, 2u), CountsOf(space));
        Assert.Equal(pages + 5, _fixture.Held.Pages);
        for (uint page = 0; page < 2; page++)
        {
            Assert.True(_fixture.IsMapped(space, start + (page * Page)));
            Assert.False(_fixture.IsMapped(space, start + ((page + 2) * Page)));
            Assert.True(_fixture.IsMapped(space, Base + (2 * MiB) + ((page + 1) * Page)));
        }

        Assert.Equal(7u, _fixture.Read(space, start));
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, start, MiB + (7 * Page), RangeAdvice.Need));
        Assert.Equal((263u, 5u, 2u), CountsOf(space));
    }

    [Fact]
    public void Populate_OverASectionAndAMibThatNobodyTouched_FillsTheRest()
    {
        AddressSpace space = _fixture.MapAtOnce(Base, MiB);
        _fixture.Reserve(space, Base + MiB, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (9 * Page), 9));

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Base, 2 * MiB, RangeAdvice.Need));
        Assert.Equal((512u, 512u), (CountsOf(space).Reserved, CountsOf(space).Resident));
        Assert.Equal((0u, 2u), _fixture.BlocksOf(space));
        Assert.Equal((9u, 0u), (_fixture.Read(space, Base + (9 * Page)), _fixture.Read(space, Base + MiB)));
    }

    [Theory]
    [InlineData(2u, 8u, VmStatus.Ok)]
    [InlineData(1u, 8u, VmStatus.LimitReached)]
    [InlineData(2u, 7u, VmStatus.LimitReached)]
    public void Populate_InTwoMibs_NeedsATableForEachAndAllPages(uint tables, uint residentPages, VmStatus expected)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base + MiB - (5 * Page), 8 * Page);
        (uint, uint, uint, uint) held = _fixture.Held;
        space.SetLimits(
            ref _fixture.Machine,
            new SpaceLimits { ReservedPages = SpaceLimits.None, ResidentPages = residentPages, Tables = tables });

        Assert.Equal(expected, _fixture.TryAdvise(space, Base + MiB - (5 * Page), 8 * Page, RangeAdvice.Need));
        Assert.Equal(expected == VmStatus.Ok ? (8u, 8u, 2u) : (8u, 0u, 0u), CountsOf(space));
        Assert.Equal(expected == VmStatus.Ok, held != _fixture.Held);
    }

    [Fact]
    public void Populate_WithoutMemory_CountsNothing()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base, 8 * Page);
        for (uint free = 0; free < 9; free++)
        {
            _fixture.LeaveFreeWithoutTables(free);
            (uint, uint, uint, uint) held = _fixture.Held;
            Assert.Equal(VmStatus.OutOfFrames, _fixture.TryAdvise(space, Base, 8 * Page, RangeAdvice.Need));
            Assert.Equal((8u, 0u, 0u), CountsOf(space));
            Assert.Equal(held, _fixture.Held);
            _fixture.GiveBack();
        }

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Base, 8 * Page, RangeAdvice.Need));
        Assert.Equal((8u, 8u, 1u), CountsOf(space));
    }

    // Eight pages are there, from the fourth on. What is replaced makes room for as many.
    [Theory]
    [InlineData(4u, 8u)]
    [InlineData(0u, 4u)]
    [InlineData(0u, 5u)]
    [InlineData(2u, 4u)]
    [InlineData(4u, 1u)]
    [InlineData(5u, 3u)]
    [InlineData(11u, 1u)]
    [InlineData(11u, 4u)]
    [InlineData(12u, 3u)]
    [InlineData(0u, 16u)]
    [InlineData(6u, 20u)]
    [InlineData(20u, 2u)]
    public void Map_ReplacingAPartOfAnUntouchedRange_NeedsNoMoreOfTheLimitThanIsNew(uint firstPage, uint pageCount)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base + (4 * Page), 8 * Page);
        uint expected = 8;
        for (uint page = firstPage; page < firstPage + pageCount; page++)
        {
            expected += page is >= 4 and < 12 ? 0u : 1u;
        }

        RangeRequest request = Replacing(Base + (firstPage * Page), pageCount * Page);
        _fixture.Limit(space, expected - 1, SpaceLimits.None);
        Assert.Equal(VmStatus.LimitReached, _fixture.TryMap(space, request, out _));
        Assert.Equal(8u, CountsOf(space).Reserved);
        _fixture.Limit(space, expected, SpaceLimits.None);
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
        Assert.Equal(expected, CountsOf(space).Reserved);
    }

    [Theory]
    [InlineData(true, 256u, VmStatus.Ok)]
    [InlineData(false, 256u, VmStatus.Ok)]
    [InlineData(false, 255u, VmStatus.LimitReached)]
    public void Map_ReplacingAMibAtOnce_NeedsNoMoreOfTheLimitThanIsNew(bool isSection, uint limit, VmStatus expected)
    {
        AddressSpace space = isSection ? _fixture.MapAtOnce(Base, MiB) : _fixture.Create();
        if (!isSection)
        {
            _fixture.Reserve(space, Base, MiB);
        }

        _fixture.Limit(space, 256, limit);
        RangeRequest request = Replacing(Base, MiB) with { Population = RangePopulation.AtOnce };
        Assert.Equal(expected, _fixture.TryMap(space, request, out _));
        Assert.Equal((256u, expected == VmStatus.Ok ? 256u : 0), (CountsOf(space).Reserved, CountsOf(space).Resident));
    }

    private static RangeRequest Replacing(uint start, uint lengthInBytes) => new()
    {
        Placement = RangePlacement.Replacing,
        Address = new VirtualAddress(start),
        LengthInBytes = lengthInBytes,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    private (uint Reserved, uint Resident, uint Tables) CountsOf(AddressSpace space)
    {
        SpaceCounters counters = _fixture.CountersOf(space);
        return (counters.ReservedPages, counters.ResidentPages, counters.Tables);
    }
}
