using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class RangeReserveTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;

    private readonly SpaceFixture _fixture = new();
    private readonly AddressSpace _space;

    public RangeReserveTests() => _space = _fixture.Create();

    private static RangeRequest At(uint page, uint pages, RangePlacement placement = RangePlacement.Fixed) => new()
    {
        Placement = placement,
        Address = new VirtualAddress(Base + (page * Page)),
        LengthInBytes = pages * Page,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    [Fact]
    public void TryMap_OfASecondRunWithoutMemory_ChangesNoCount()
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        _fixture.Reserve(_space, Base + MiB, Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + MiB, 1));
        _fixture.LeaveFreeWithoutTables(0);
        Assert.Equal(VmStatus.OutOfFrames, _fixture.TryMap(_space, At(5, 3), out _));
        Assert.Equal((3u, 1u, 1u), Counts());
        _fixture.GiveBack();
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, At(5, 3), out _));
        Assert.Equal((6u, 1u, 2u), Counts());
    }

    [Theory]
    [InlineData(UserRights.Execute, true)]
    [InlineData(UserRights.Read | UserRights.Execute, true)]
    [InlineData(UserRights.Read, false)]
    [InlineData(UserRights.ReadWrite, false)]
    public void TryMap_OfPagesAtOnce_CleansThoseThatAreCode(UserRights rights, bool isCode)
    {
        _fixture.Memory.Maintenance = [];
        Assert.Equal(
            VmStatus.Ok,
            _fixture.TryMap(_space, At(3, 3) with { Rights = rights, Population = RangePopulation.AtOnce }, out _));
        uint[] cleaned = [.. _fixture.Memory.Maintenance
            .Where(entry => entry.Member == nameof(IMachine.CleanToUnification))
            .Select(entry => entry.Address)];
        uint[] frames = [.. new uint[] { 3, 4, 5 }.Select(page => _fixture.FrameOf(_space, Base + (page * Page)).Value)];
        Assert.Equal(isCode ? frames : [], cleaned);
    }

    // Three pages of the range are there, and one elsewhere.
    [Theory]
    [InlineData(4u, VmStatus.Ok)]
    [InlineData(5u, VmStatus.LimitReached)]
    public void TryMap_ReplacingByPagesAtOnce_CountsThoseThatGoAgainstTheLimit(uint pages, VmStatus expected)
    {
        _fixture.Reserve(_space, Base, 10 * Page);
        foreach (uint page in new uint[] { 0, 1, 2, 9 })
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (page * Page), page + 1));
        }

        _fixture.Limit(_space, resident: 5);
        RangeRequest request = At(0, pages, RangePlacement.Replacing) with { Population = RangePopulation.AtOnce };
        Assert.Equal(expected, _fixture.TryMap(_space, request, out _));
        Assert.Equal((10u, expected == VmStatus.Ok ? 5u : 4u, 1u), Counts());
        Assert.Equal(expected == VmStatus.Ok ? 0u : 2u, _fixture.Read(_space, Base + Page));
        Assert.Equal(10u, _fixture.Read(_space, Base + (9 * Page)));
    }

    [Fact]
    public void TryMap_PastALimitOfTables_IsGoodWhereItNeedsNone()
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base, 1));
        _fixture.Limit(_space, tables: 0);
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, At(5, 3) with { GuardInBytes = Page }, out _));
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, At(256, 3), out _));
        Assert.Equal(VmStatus.LimitReached, _fixture.TryMap(_space, At(300, 3), out _));
        Assert.Equal((8u, 1u, 1u), Counts());
    }

    // A guard in one MiB and its range in the next, each with a run already.
    [Theory]
    [InlineData(1u, VmStatus.LimitReached)]
    [InlineData(2u, VmStatus.Ok)]
    public void TryMap_WithAGuardInAnotherMib_NeedsATableForEach(uint tables, VmStatus expected)
    {
        _fixture.Reserve(_space, Base, Page);
        _fixture.Reserve(_space, Base + MiB + (100 * Page), Page);
        _fixture.Limit(_space, tables: tables);
        Assert.Equal(expected, _fixture.TryMap(_space, At(256, 3) with { GuardInBytes = 2 * Page }, out _));
        Assert.Equal(expected == VmStatus.Ok ? (5u, 0u, 2u) : (2u, 0u, 0u), Counts());
        Assert.Equal(expected == VmStatus.Ok ? 4 : 2, _fixture.RegionsOf(_space).Count);
    }

    // The guard takes the upper pages of a run whose lower ones stay.
    [Theory]
    [InlineData(0u, VmStatus.LimitReached)]
    [InlineData(1u, VmStatus.Ok)]
    public void TryMap_ReplacingTheEndOfARunByAGuard_NeedsATable(uint tables, VmStatus expected)
    {
        _fixture.Reserve(_space, Base + (200 * Page), 56 * Page);
        _fixture.Limit(_space, tables: tables);
        RangeRequest request = At(256, 256, RangePlacement.Replacing) with { GuardInBytes = 10 * Page };
        Assert.Equal(expected, _fixture.TryMap(_space, request, out _));
        Assert.Equal(expected == VmStatus.Ok ? (46u + 256, 0u, 1u) : (56u, 0u, 0u), Counts());
    }

    [Theory]
    [InlineData(UserRights.ReadWrite)]
    [InlineData(UserRights.Read)]
    public void TryMap_ReplacingTheMiddleOfARun_NeedsATable(UserRights rights)
    {
        _fixture.Reserve(_space, Base, 20 * Page);
        RangeRequest request = At(5, 3, RangePlacement.Replacing) with { Rights = rights };
        _fixture.Limit(_space, tables: 0);
        Assert.Equal(VmStatus.LimitReached, _fixture.TryMap(_space, request, out _));
        _fixture.Limit(_space, tables: 1);
        _fixture.LeaveFreeWithoutTables(0);
        Assert.Equal(VmStatus.OutOfFrames, _fixture.TryMap(_space, request, out _));
        Assert.Equal((20u, 0u, 0u), Counts());
        Assert.Equal([(Base, 20 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], _fixture.RegionsOf(_space));
        _fixture.GiveBack();
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        Assert.Equal((20u, 0u, 1u), Counts());
        Assert.Equal(rights == UserRights.Read ? 3 : 1, _fixture.RegionsOf(_space).Count);
    }

    [Theory]
    [InlineData(100u, 56u)]
    [InlineData(128u, 128u)]
    [InlineData(0u, 255u)]
    [InlineData(1u, 255u)]
    public void TryMap_ReplacingAPartOfATableAtOnce_NeedsNoOther(uint page, uint pages)
    {
        _fixture.Reserve(_space, Base, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (110 * Page), 1));
        _fixture.Limit(_space, tables: 1);
        RangeRequest request = At(page, pages, RangePlacement.Replacing) with { Population = RangePopulation.AtOnce };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        uint others = page <= 110 && page + pages > 110 ? 0u : 1u;
        Assert.Equal((256u, pages + others, 1u), Counts());
        Assert.Equal(others, _fixture.Read(_space, Base + (110 * Page)));
    }

    [Theory]
    [InlineData(RangePopulation.OnDemand, 0u, 0u)]
    [InlineData(RangePopulation.AtOnce, 256u, 1u)]
    public void TryMap_ReplacingAWholeTable_GivesAllBackLater(RangePopulation population, uint resident, uint tables)
    {
        (uint, uint, uint, uint) held = _fixture.Held;
        _fixture.Reserve(_space, Base, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (110 * Page), 1));
        RangeRequest request = At(0, 256, RangePlacement.Replacing) with { Population = population };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        Assert.Equal((256u, resident, tables), Counts());
        Assert.Equal(0u, _fixture.Read(_space, Base + (110 * Page)));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(_space, Base, MiB));
        Assert.Equal((0u, 0u, 0u), Counts());
        Assert.Equal(held, _fixture.Held);
    }

    private (uint Reserved, uint Resident, uint Tables) Counts()
    {
        SpaceCounters counters = _fixture.CountersOf(_space);
        return (counters.ReservedPages, counters.ResidentPages, counters.Tables);
    }
}
