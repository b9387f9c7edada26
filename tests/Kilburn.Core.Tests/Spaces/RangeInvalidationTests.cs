using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>What an operation on ranges tells the TLBs, page by page: no less than what it changed, and no more.</summary>
public sealed class RangeInvalidationTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Start = (4 * MiB) + (17 * Page);
    private const uint There = 0x2000_0000;
    private const uint All = 0; // in place of a page: all of the space

    // Pages that wait are given back before one more might not fit.
    private const int WaitingLimit = InvalidationBatch.WaitingCapacity - 1;

    private readonly SpaceFixture _fixture = new();

    [Theory]
    [InlineData(1u, false)]
    [InlineData(InvalidationBatch.PageLimit, false)]
    [InlineData(InvalidationBatch.PageLimit + 1, true)]
    public void Protect_TouchedPages_InvalidatesThemOneByOneUpToALimit(uint pageCount, bool isAll)
    {
        AddressSpace space = Touched(Start, pageCount);
        List<uint> told = Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, pageCount * Page, UserRights.Read)));

        Assert.Equal(isAll ? [All] : Pages(Start, pageCount), told);
    }

    [Fact]
    public void Protect_PagesThatAreSoAlready_InvalidatesNothing()
    {
        AddressSpace space = Touched(Start, 3);

        Assert.Empty(Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 3 * Page, UserRights.ReadWrite))));
    }

    [Fact]
    public void Protect_OneTouchedPageAmongOthers_InvalidatesThatOne()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, 8 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (5 * Page), 1));

        Assert.Equal(
            [Start + (5 * Page)],
            Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 8 * Page, UserRights.Read))));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(InvalidationBatch.PageLimit)]
    [InlineData(InvalidationBatch.PageLimit + 1)]
    [InlineData(WaitingLimit)]
    [InlineData(WaitingLimit + 5)]
    public void Discard_TouchedPages_InvalidatesThemBeforeTheirFramesAreGivenBack(uint pageCount)
    {
        AddressSpace space = Touched(Start, pageCount);
        uint pages = _fixture.Statistics.Pages;
        List<uint> told = Watch(
            () => Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, pageCount * Page, RangeAdvice.Discard)));

        Assert.Equal(ExpectedOfWaiting(pageCount), told);
        Assert.Equal(pages - pageCount, _fixture.Statistics.Pages);
        Assert.Equal(0u, _fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void Discard_PagesOfZeroes_InvalidatesThem()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, Page, UserRights.Read);
        Assert.Equal(0u, _fixture.Read(space, Start));

        Assert.Equal([Start], Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, Page, RangeAdvice.Discard))));
        Assert.False(_fixture.IsMapped(space, Start));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(InvalidationBatch.PageLimit)]
    [InlineData(InvalidationBatch.PageLimit + 1)]
    [InlineData(WaitingLimit)]
    [InlineData(WaitingLimit + 5)]
    public void Unmap_TouchedPagesOfATableThatStays_InvalidatesThemBeforeTheirFramesAreGivenBack(uint pageCount)
    {
        AddressSpace space = Touched(Start, pageCount);
        _fixture.Reserve(space, Start + (pageCount * Page), Page);
        uint pages = _fixture.Statistics.Pages;
        List<uint> told = Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start, pageCount * Page)));

        Assert.Equal(ExpectedOfWaiting(pageCount), told);
        Assert.Equal(pages - pageCount, _fixture.Statistics.Pages);
        Assert.Equal((1u, 0u, 1u), CountsOf(space));
    }

    [Fact]
    public void Unmap_LastPageOfATable_InvalidatesTheWalkToItTooAndTakesTheLinkOut()
    {
        AddressSpace space = Touched(Start, 2);
        uint tables = _fixture.Statistics.SecondLevelTables;

        Assert.Equal(
            [Start, Start + Page, 4 * MiB],
            Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start, 2 * Page))));
        Assert.Equal(tables - 1, _fixture.Statistics.SecondLevelTables);
        Assert.Equal((0u, 0u, 0u), CountsOf(space));
        Assert.NotEqual(VmStatus.Ok, _fixture.TryTranslate(space, Start, out TableWalk walk));
        Assert.Equal(0u, walk.FirstLevel.Raw);
    }

    [Fact]
    public void Unmap_WholeTouchedMib_InvalidatesAllAtOnce()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, 4 * MiB, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, 1));

        Assert.Equal([All], Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, 4 * MiB, MiB))));
        Assert.Equal((0u, 0u, 0u), CountsOf(space));
    }

    [Fact]
    public void Unmap_UntouchedPages_InvalidatesNothing()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, 4 * MiB, 3 * MiB);

        Assert.Empty(Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, 4 * MiB, 3 * MiB))));
    }

    [Fact]
    public void Move_TouchedPages_InvalidatesTheirOldPlaceAndTheWalkToAnEmptyTable()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, 5 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + Page, 1));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (3 * Page), 3));

        Assert.Equal(
            [Start + Page],
            Watch(() => Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, Start, 2 * Page, RangePlacement.Fixed, There, out _))));
        Assert.Equal(
            [Start + (3 * Page), 4 * MiB],
            Watch(() => Assert.Equal(
                VmStatus.Ok, _fixture.TryMove(space, Start + (2 * Page), 3 * Page, RangePlacement.Fixed, There + (2 * Page), out _))));
        Assert.Equal((5u, 2u, 1u), CountsOf(space));
        Assert.Equal((1u, 3u), (_fixture.Read(space, There + Page), _fixture.Read(space, There + (3 * Page))));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(WaitingLimit - 1)]
    [InlineData(WaitingLimit)]
    [InlineData(WaitingLimit + 2)]
    public void Move_TablesOfWhichNothingStays_InvalidatesThemBeforeTheyAreGivenBack(int tableCount)
    {
        AddressSpace space = _fixture.Create();
        uint length = (uint)tableCount * MiB;
        _fixture.Reserve(space, 4 * MiB, length);
        for (uint offset = 0; offset < length; offset += MiB)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + offset, 7));
        }

        (uint, uint, uint, uint) held = _fixture.Held;
        List<uint> told = Watch(
            () => Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, 4 * MiB, length, RangePlacement.Fixed, There, out _)));

        List<uint> expected = tableCount >= WaitingLimit ? [All] : [];
        int left = tableCount % WaitingLimit;
        if (left * 2 > InvalidationBatch.PageLimit)
        {
            expected.Add(All);
        }
        else
        {
            for (int mib = tableCount - left; mib < tableCount; mib++)
            {
                expected.Add(Start + ((uint)mib * MiB));
                expected.Add((uint)(mib + 4) * MiB);
            }
        }

        Assert.Equal(expected, told);
        Assert.Equal(held.Item2, _fixture.Held.Pages);
        Assert.Equal((length / Page, (uint)tableCount, (uint)tableCount), CountsOf(space));
    }

    private static IEnumerable<uint> Pages(uint start, uint count) => Enumerable.Range(0, (int)count).Select(page => start + ((uint)page * Page));

    private static List<uint> ExpectedOfWaiting(uint pageCount)
    {
        List<uint> expected = [];
        uint first = 0;
        if (pageCount >= WaitingLimit)
        {
            expected.Add(All);
            first = WaitingLimit;
        }

        uint left = pageCount - first;
        expected.AddRange(left > InvalidationBatch.PageLimit ? [All] : Pages(Start + (first * Page), left));
        return expected;
    }

    private (uint Reserved, uint Resident, uint Tables) CountsOf(AddressSpace space)
    {
        SpaceCounters counters = _fixture.CountersOf(space);
        return (counters.ReservedPages, counters.ResidentPages, counters.Tables);
    }

    // From the last page down, so that their frames do not come to a large page.
    private AddressSpace Touched(uint start, uint pageCount)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, start, pageCount * Page);
        for (uint page = pageCount; page-- != 0;)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, start + (page * Page), page));
        }

        Assert.Equal(0u, _fixture.CountersOf(space).LargePages);
        return space;
    }

    // The pages in the order in which the TLBs are told.
    private List<uint> Watch(Action operation)
    {
        _fixture.Memory.Maintenance = [];
        operation();
        List<uint> told = [.. _fixture.Memory.Maintenance.Select(told => told.Item2)];
        _fixture.Memory.Maintenance = null;
        return told;
    }
}
