using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class UntouchedRangeTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = UntouchedRanges.Base;
    private const uint Far = 64 * MiB;

    private readonly UntouchedRanges _ranges = new();
    private readonly SpaceFixture _fixture;
    private readonly AddressSpace _space;

    public UntouchedRangeTests()
    {
        _fixture = _ranges.Fixture;
        _space = _ranges.Space;
    }

    private ref SpaceControl Control => ref _ranges.Control;

    // Page of the start, and pages: within a MiB, up to its end, over its end, over whole MiBs.
    public static TheoryData<uint, uint> Places => new()
    {
        { 0, 1 },
        { 5, 7 },
        { 250, 6 },
        { 0, 256 },
        { 250, 7 },
        { 200, 100 },
        { 100, 200 },
        { 0, 257 },
        { 255, 257 },
        { 0, 1024 },
        { 7, 1024 },
        { 250, 518 },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void TryReserve_WhereNothingIs_IsTheRangeAndNoMore(uint page, uint pages)
    {
        (uint, uint, uint, uint) held = _fixture.Held;
        Assert.True(TryReserve(page, pages));
        AssertRegions((page, pages));
        Assert.Equal(pages, _fixture.CountersOf(_space).ReservedPages);
        Assert.Equal(held, _fixture.Held);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void TryReserve_OfAGuard_CountsNoPages(uint page, uint pages)
    {
        Assert.True(TryReserve(page, pages, ReservedPages.Page(ReservedKind.Guard, UserRights.None)));
        Assert.Equal([(Base + (page * Page), pages * Page, RangeKind.Guard, UserRights.None, 0u)], _fixture.RegionsOf(_space));
        Assert.Equal(0u, _fixture.CountersOf(_space).ReservedPages);
    }

    // What is there ends where the new range begins, or begins where it ends, or both.
    [Theory]
    [InlineData(250u, 26u, true, false)]
    [InlineData(250u, 26u, false, true)]
    [InlineData(250u, 26u, true, true)]
    [InlineData(250u, 538u, true, true)]
    [InlineData(5u, 7u, true, false)]
    [InlineData(5u, 7u, false, true)]
    [InlineData(100u, 200u, true, true)]
    public void TryReserve_BesideRangesThatAreAlike_MakesThemLonger(uint page, uint pages, bool hasBelow, bool hasAbove)
    {
        uint first = hasBelow ? page - 3 : page;
        uint end = page + pages + (hasAbove ? 5u : 0);
        if (hasBelow)
        {
            _fixture.Reserve(_space, Base + (first * Page), 3 * Page);
        }

        if (hasAbove)
        {
            _fixture.Reserve(_space, Base + ((page + pages) * Page), 5 * Page);
        }

        Assert.True(TryReserve(page, pages));
        AssertRegions((first, end - first));
        Assert.Equal(end - first, _fixture.CountersOf(_space).ReservedPages);
        Assert.Equal(0u, _fixture.CountersOf(_space).Tables);
    }

    // Tables in the first MiB, in the last, or in both, each with a page that is there.
    [Theory]
    [InlineData(250u, 26u, true, false)]
    [InlineData(250u, 26u, false, true)]
    [InlineData(250u, 26u, true, true)]
    [InlineData(250u, 538u, true, true)]
    [InlineData(5u, 251u, true, false)]
    public void TryReserve_WhereTablesHaveRoom_IsInTheTables(uint page, uint pages, bool hasBelow, bool hasAbove)
    {
        List<(uint, uint)> expected = [(page, pages)];
        uint others = 0;
        if (hasBelow)
        {
            _ranges.Touch(1, 3);
            expected.Insert(0, (1, 3));
            others += 3;
        }

        uint above = ((page + pages) | 0xFF) - 9;
        if (hasAbove)
        {
            _ranges.Touch(above, 4);
            expected.Add((above, 4));
            others += 4;
        }

        uint tables = _fixture.CountersOf(_space).Tables;
        Assert.True(TryReserve(page, pages));
        AssertRegions([.. expected]);
        Assert.Equal((others + pages, tables), (_fixture.CountersOf(_space).ReservedPages, _fixture.CountersOf(_space).Tables));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(_space, Base, 8 * MiB));
        Assert.Equal((0u, 0u), (_fixture.CountersOf(_space).ReservedPages, _fixture.CountersOf(_space).Tables));
    }

    // The range that is asked for, and what stands in its way: reserved, or touched in a table.
    [Theory]
    [InlineData(5u, 7u, 5u)]
    [InlineData(5u, 7u, 11u)]
    [InlineData(5u, 7u, 13u)]
    [InlineData(250u, 10u, 255u)]
    [InlineData(250u, 10u, 248u)]
    [InlineData(250u, 10u, 256u)]
    [InlineData(250u, 10u, 259u)]
    [InlineData(250u, 10u, 261u)]
    [InlineData(250u, 600u, 255u)]
    [InlineData(250u, 600u, 256u)]
    [InlineData(250u, 600u, 767u)]
    [InlineData(250u, 600u, 768u)]
    [InlineData(250u, 600u, 849u)]
    [InlineData(0u, 512u, 511u)]
    public void TryReserve_WhereItWouldTakeMemoryOrSomethingIs_ChangesNothing(uint page, uint pages, uint other)
    {
        _fixture.Reserve(_space, Base + (other * Page), Page);
        Assert.False(TryReserve(page, pages));
        AssertRegions((other, 1));
        bool isWithin = other >= page && other < page + pages;
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (other * Page), 1));
        bool isWhole = page % 256 == 0;
        Assert.Equal(!isWithin && !isWhole, TryReserve(page, pages));
        Assert.Equal(isWithin ? 1 : pages + 1, _fixture.CountersOf(_space).ReservedPages);
        Assert.Equal(1u, _fixture.CountersOf(_space).Tables);
    }

    [Theory]
    [InlineData(3u, true)]
    [InlineData(2u, false)]
    public void TryReserve_AtTheLimit_IsAllThatTheLimitAllows(uint more, bool expected)
    {
        _fixture.Reserve(_space, Far, 4 * Page);
        _space.SetLimits(
            ref _fixture.Machine,
            new SpaceLimits { ReservedPages = 4 + more, ResidentPages = SpaceLimits.None, Tables = SpaceLimits.None });
        Assert.Equal(expected, TryReserve(0, 3));
        Assert.Equal(expected ? 7u : 4u, _fixture.CountersOf(_space).ReservedPages);
        Assert.True(TryReserve(300, 3, ReservedPages.Page(ReservedKind.Guard, UserRights.None)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Release_InTheMiddleOfWholeMibs_StopsAtItsBorders(uint page, uint pages)
    {
        // The range goes on below and above where that leaves one run in each MiB.
        uint first = page % 256 == 0 ? page : page & ~0xFFu;
        uint end = (page + pages) % 256 == 0 || (page % 256) + pages > 256 ? (page + pages + 255) & ~0xFFu : page + pages;
        _fixture.Reserve(_space, Base + (first * Page), (end - first) * Page);
        _fixture.Reserve(_space, Base + (8 * MiB), MiB);
        (uint, uint, uint, uint) held = _fixture.Held;
        Assert.Equal(Base + ((page + pages) * Page), Release(page, pages));
        List<(uint, uint)> expected = [(8 * 256, 256)];
        if (end != page + pages)
        {
            expected.Insert(0, (page + pages, end - page - pages));
        }

        if (first != page)
        {
            expected.Insert(0, (first, page - first));
        }

        AssertRegions([.. expected]);
        Assert.Equal(end - first - pages + 256, _fixture.CountersOf(_space).ReservedPages);
        Assert.Equal(held, _fixture.Held);
    }

    [Theory]
    [InlineData(256u, 256u)]
    [InlineData(256u, 512u)]
    [InlineData(200u, 312u)]
    [InlineData(200u, 400u)]
    public void Release_OfMibsThatGoOnBehind_LeavesThose(uint page, uint pages)
    {
        _fixture.Reserve(_space, Base, 16 * MiB);
        Assert.Equal(Base + ((page + pages) * Page), Release(page, pages));
        AssertRegions((0, page), (page + pages, (16 * 256) - page - pages));
        Assert.Equal((16 * 256) - pages, _fixture.CountersOf(_space).ReservedPages);
    }

    [Fact]
    public void Release_OfMibsOfSeveralKindsAndHoles_IsAllOfThem()
    {
        Assert.True(TryReserve(0, 512, ReservedPages.Page(ReservedKind.Anonymous, UserRights.Read)));
        Assert.True(TryReserve(512, 256));
        Assert.True(TryReserve(1024, 256, ReservedPages.Page(ReservedKind.Guard, UserRights.None)));
        Assert.True(TryReserve(1536, 130));
        Assert.Equal(Base + (1600 * Page), Release(0, 1600));
        AssertRegions((1600, 66));
        Assert.Equal(66u, _fixture.CountersOf(_space).ReservedPages);
    }

    [Theory]
    [InlineData(ReservedKind.Guard)]
    [InlineData(ReservedKind.StackGuard)]
    public void Release_OfAPartOfAGuard_CountsNoPages(ReservedKind kind)
    {
        Assert.True(TryReserve(3, 20, ReservedPages.Page(kind, UserRights.None)));
        _fixture.Reserve(_space, Far, 2 * Page);
        Assert.Equal(Base + (10 * Page), Release(3, 7));
        (uint start, uint length, _, _, _) = _fixture.RegionsOf(_space)[0];
        Assert.Equal((Base + (10 * Page), 13 * Page), (start, length));
        Assert.Equal(Base + (30 * Page), Release(3, 27));
        Assert.Equal([(Far, 2 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], _fixture.RegionsOf(_space));
        Assert.Equal(2u, _fixture.CountersOf(_space).ReservedPages);
    }

    [Fact]
    public void Release_ThatWouldLeaveTwoRuns_ChangesNothing()
    {
        _fixture.Reserve(_space, Base, 20 * Page);
        Assert.Equal(Base + (3 * Page), Release(3, 7));
        AssertRegions((0, 20));
        Assert.Equal(20u, _fixture.CountersOf(_space).ReservedPages);
    }

    [Fact]
    public void Release_OfRunsOfAnObject_ChangesNothing()
    {
        Assert.True(TryReserve(0, 20, ReservedPages.Page(ReservedKind.Object, UserRights.Read)));
        Assert.Equal(Base, Release(0, 7));
        Assert.Equal(Base, Release(0, 20));
        Assert.Equal(ReservedPages.Page(ReservedKind.Object, UserRights.Read).Run(0, 19).Raw, FirstWordOf(Base));
    }

    [Theory]
    [InlineData(Base + (10 * Page), Base, Base)]
    [InlineData(Base, Base, Base)]
    [InlineData(Base - Page, Base, Base - Page)]
    [InlineData(Base, MiB, MiB)]
    [InlineData(Base, MiB - (2 * Page), Base)]
    public void Release_BelowWhereTheNextPlaceIsSought_BringsThatDown(uint before, uint start, uint expected)
    {
        _fixture.Reserve(_space, start, 2 * Page);
        SpaceLayout.AccountsOf(ref Control).SearchStart = new VirtualAddress(before);
        Assert.Equal(
            start + (2 * Page), UntouchedRange.Release(ref _fixture.Machine, ref Control, start, start + (2 * Page)));
        Assert.Equal(expected, SpaceLayout.AccountsOf(ref Control).SearchStart.Value);
    }

    [Fact]
    public void Release_InASpaceWithAnObject_IsForHereWhereTheObjectIsNot()
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base + (20 * MiB)),
            LengthInBytes = 4 * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.Read,
            Object = _fixture.CreateObject(4),
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        _fixture.Reserve(_space, Base, 4 * Page);
        Assert.Equal(Base + (4 * Page), Release(0, 4));
        AssertRegions((20 * 256, 4));
        Assert.Equal(Base + (20 * MiB), Release(20 * 256, 2));
        Assert.Equal(Base + (19 * MiB), Release(19 * 256, 512));
        AssertRegions((20 * 256, 4));
    }

    [Fact]
    public void TryReserveAndRelease_InASpaceWithASection_AreLeftToOthers()
    {
        _fixture.Reserve(_space, Base, 7 * Page);
        _fixture.Reserve(_space, Far, MiB);
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(_space, Far, MiB, RangeAdvice.Need));
        Assert.Equal(1u, _fixture.CountersOf(_space).Sections);
        Assert.False(TryReserve(7, 7));
        Assert.Equal(Base, Release(0, 7));
        Assert.Equal(7u + 256, _fixture.CountersOf(_space).ReservedPages);
    }

    private uint FirstWordOf(uint address) =>
        _fixture.Machine.ReadWord(Control.Table.Add(address / MiB * sizeof(uint)));

    private bool TryReserve(uint page, uint pages) => _ranges.TryReserve(page, pages);

    private bool TryReserve(uint page, uint pages, ReservedPages state) => _ranges.TryReserve(page, pages, state);

    private uint Release(uint page, uint pages) => _ranges.Release(page, pages);

    private void AssertRegions(params (uint Page, uint Pages)[] expected) => Assert.Equal(
        Array.ConvertAll(expected, range => (Base + (range.Page * Page), range.Pages * Page)),
        _fixture.RegionsOf(_space).ConvertAll(region => (region.Start, region.Length)));
}
