using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class UntouchedRangeInTablesTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = UntouchedRanges.Base;

    private readonly UntouchedRanges _ranges = new();
    private readonly SpaceFixture _fixture;
    private readonly AddressSpace _space;

    public UntouchedRangeInTablesTests()
    {
        _fixture = _ranges.Fixture;
        _space = _ranges.Space;
    }

    // Pages of a table as Shape tells them: the first has a frame.
    [Theory]
    [InlineData(1u, 2u, "w..wrrwwg.ww")]
    [InlineData(1u, 3u, "w...rrwwg.ww")]
    [InlineData(2u, 4u, "ww....wwg.ww")]
    [InlineData(4u, 3u, "wwww...wg.ww")]
    [InlineData(7u, 2u, "wwwwrrw...ww")]
    [InlineData(8u, 1u, "wwwwrrww..ww")]
    [InlineData(9u, 1u, "wwwwrrwwg.ww")]
    [InlineData(8u, 3u, "wwwwrrww...w")]
    [InlineData(2u, 10u, "ww..........")]
    [InlineData(10u, 2u, "wwwwrrwwg...")]
    public void Release_OfPagesInATable_LeavesWhatIsBesideThem(uint page, uint pages, string expected)
    {
        MapMixed();
        Assert.Equal(Base + ((page + pages) * Page), _ranges.Release(page, pages));
        AssertShapeAndUnmap(expected);
    }

    [Theory]
    [InlineData(2u, 11u, "wwwwrrwwg.ww")] // more than the table can have beside the one that is there
    [InlineData(0u, 2u, "wwwwrrwwg.ww")]
    public void Release_OfPagesInATableThatAreNotUntouched_ChangesNothing(uint page, uint pages, string expected)
    {
        MapMixed();
        Assert.Equal(Base + (page * Page), _ranges.Release(page, pages));
        AssertShapeAndUnmap(expected);
    }

    [Fact]
    public void Release_UpToAPageThatIsThere_LeavesThatPageToBeGivenBack()
    {
        MapMixed();
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (7 * Page), 1));
        Assert.Equal(Base + (2 * Page), _ranges.Release(2, 8));
        AssertShapeAndUnmap("ww.....wg.ww");
    }

    [Fact]
    public void Release_OfMibsUpToATableWithAPageThatIsThere_StopsAtTheTable()
    {
        _fixture.Reserve(_space, Base - (2 * MiB), (2 * MiB) + (4 * Page));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base, 1));
        Assert.Equal(
            Base, UntouchedRange.Release(ref _fixture.Machine, ref _ranges.Control, Base - (2 * MiB), Base + (2 * Page)));
        AssertShapeAndUnmap("wwww........");
    }

    // Another core's fault comes between the look at the run and its lock.
    [Fact]
    public void TryReserve_WhileAFaultMakesATableOfTheRun_IsInTheTable()
    {
        _fixture.Reserve(_space, Base, 3 * Page);
        FaultReport report = new(FaultStatus.TranslationFirstLevel, FaultAccess.Write, new VirtualAddress(Base), (uint)Domain.User);
        _fixture.Memory.BeforeSharedAccess = _ =>
        {
            _fixture.Memory.BeforeSharedAccess = null;
            Assert.Equal(FaultOutcome.Resolved, _space.Resolve(ref _fixture.Other, ref _fixture.Frames, in report));
        };
        Assert.True(_ranges.TryReserve(3, 2));
        Assert.Equal(0u, MibLocks.WordOf(ref _ranges.Control, Base / MiB));
        Assert.True(_fixture.Memory.IsIdle(0));
        Assert.Equal(1u, _fixture.CountersOf(_space).ResidentPages);
        AssertShapeAndUnmap("wwwww.......");
    }

    private void MapMixed()
    {
        _ranges.Touch(0, 8);
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(_space, Base + (4 * Page), 2 * Page, UserRights.Read));
        Assert.True(_ranges.TryReserve(8, 1, ReservedPages.Page(ReservedKind.Guard, UserRights.None)));
        Assert.True(_ranges.TryReserve(10, 2));
        Assert.Equal("wwwwrrwwg.ww", Shape());
    }

    // Twelve pages: to write, to read, a guard, or nothing.
    private string Shape()
    {
        char[] shape = "............".ToCharArray();
        foreach ((uint start, uint length, RangeKind kind, UserRights rights, _) in _fixture.RegionsOf(_space))
        {
            char sign = kind == RangeKind.Guard ? 'g' : rights == UserRights.Read ? 'r' : 'w';
            shape.AsSpan((int)((start - Base) / Page), (int)(length / Page)).Fill(sign);
        }

        return new string(shape);
    }

    private void AssertShapeAndUnmap(string expected)
    {
        Assert.Equal(expected, Shape());
        Assert.Equal(
            ((uint)expected.AsSpan().Count('w') + (uint)expected.AsSpan().Count('r'), 1u),
            (_fixture.CountersOf(_space).ReservedPages, _fixture.CountersOf(_space).Tables));
        for (uint page = 0; page < 12; page++)
        {
            Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(_space, Base + (page * Page), Page));
        }

        SpaceCounters counters = _fixture.CountersOf(_space);
        Assert.Equal((0u, 0u, 0u), (counters.ReservedPages, counters.ResidentPages, counters.Tables));
    }
}
