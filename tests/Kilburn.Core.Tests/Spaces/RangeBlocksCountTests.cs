using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Blocks that are changed in part or go as a whole: what is left of them, what is counted, and what TLBs are told.</summary>
public sealed class RangeBlocksCountTests
{
    private const uint Page = 0x1000;
    private const uint Large = 0x1_0000;
    private const uint MiB = 0x10_0000;
    private const uint Start = 4 * MiB;
    private const uint There = 64 * MiB;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void Unmap_OfAWholeSection_TakesItOffTheCounts()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 2 * MiB);
        (uint _, uint pages, uint tables, uint _) = _fixture.Held;

        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start, MiB));
        Assert.Equal((256u, 256u, 0u, 1u), CountsOf(space));
        Assert.Equal((pages - 256, tables - 1), (_fixture.Held.Pages, _fixture.Held.Second));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start + MiB, MiB));
        Assert.Equal((0u, 0u, 0u, 0u), CountsOf(space));
        Assert.Equal((pages - 512, tables - 2), (_fixture.Held.Pages, _fixture.Held.Second));
    }

    [Fact]
    public void Unmap_OfAMibWithLargePages_TakesThemOffTheCounts()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, (5 * Large) + (3 * Page));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start + (7 * Page), Page));
        Assert.Equal((82u, 82u, 4u, 0u), CountsOf(space));

        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start, MiB));
        Assert.Equal((0u, 0u, 0u, 0u), CountsOf(space));
    }

    // What is usual needs a space in which nothing is special.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MapUsual_AfterTheLastSectionIsGone_IsPossibleAgain(bool isWhole)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 2 * MiB);
        Assert.Equal(0u, MapUsual(space));
        for (uint mib = 0; mib < 2; mib++)
        {
            Assert.Equal(0u, MapUsual(space));
            Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start + (mib * MiB), isWhole ? MiB : Page));
        }

        Assert.Equal(There, MapUsual(space));
    }

    [Fact]
    public void MapUsual_AfterTheLastSharedTableIsTheSpacesOwn_IsPossibleAgain()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, 2 * MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, 1));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + MiB, 2));
        AddressSpace child = _fixture.Clone(space);
        Assert.Equal(0u, MapUsual(space));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, 3));
        Assert.Equal(0u, MapUsual(space));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start + MiB, MiB));
        Assert.Equal(There, MapUsual(space));
        Assert.Equal((1u, 2u, 3u), (_fixture.Read(child, Start), _fixture.Read(child, Start + MiB), _fixture.Read(space, Start)));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
        Assert.Equal((3u, FaultOutcome.NotMapped), (_fixture.Read(space, Start), _fixture.Write(space, Start + MiB, 1)));
    }

    // A part before is small already; the last page of the change is in one that is not.
    [Theory]
    [InlineData(1u, 15u)]
    [InlineData(5u, 40u)]
    [InlineData(15u, 1u)]
    [InlineData(0u, 1u)]
    public void Protect_FromASmallPageIntoLargeOnes_ChangesThosePagesAndNoOthers(uint firstPage, uint pageCount)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 4 * Large);
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, Page, UserRights.ReadWrite));
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start + (3 * Page), Page, RangeAdvice.Discard));

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (firstPage * Page), pageCount * Page, UserRights.Read));
        ExpectReadOnly(space, firstPage, pageCount, 64);
    }

    [Theory]
    [InlineData(0u, 257u)]
    [InlineData(1u, 255u)]
    [InlineData(1u, 511u)]
    [InlineData(255u, 2u)]
    [InlineData(0u, 511u)]
    [InlineData(256u, 256u)]
    public void Protect_OfAPartOfTwoSections_ChangesThosePagesAndNoOthers(uint firstPage, uint pageCount)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 2 * MiB);

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (firstPage * Page), pageCount * Page, UserRights.Read));
        ExpectReadOnly(space, firstPage, pageCount, 512);
        Assert.Equal((512u, 512u), (_fixture.CountersOf(space).ReservedPages, _fixture.CountersOf(space).ResidentPages));
    }

    [Fact]
    public void Protect_OfASectionAndAMibThatNobodyTouched_ChangesBoth()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        _fixture.Reserve(space, Start + MiB, MiB);

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 2 * MiB, UserRights.Read));
        Assert.Equal([(Start, 2 * MiB, RangeKind.Anonymous, UserRights.Read, 256u)], _fixture.RegionsOf(space));
        Assert.Equal(FaultOutcome.Protection, _fixture.Write(space, Start, 1));
        Assert.Equal(FaultOutcome.Protection, _fixture.Write(space, Start + MiB, 1));
        Assert.Equal((512u, 256u, 0u, 1u), CountsOf(space));
    }

    [Fact]
    public void Protect_OfWholeSections_InvalidatesOnce()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 2 * MiB);
        _fixture.Memory.Maintenance = [];

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 2 * MiB, UserRights.Read));
        Assert.Equal([nameof(IMachine.InvalidateAsid)], _fixture.Memory.Maintenance.Select(told => told.Member));
    }

    [Fact]
    public void Protect_OfASmallPageBesideLargeOnes_InvalidatesThatPageAlone()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, (2 * Large) + (4 * Page));
        _fixture.Memory.Maintenance = [];

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (2 * Large) + Page, 2 * Page, UserRights.Read));
        Assert.Equal([Start + (2 * Large) + Page, Start + (2 * Large) + (2 * Page)], _fixture.Memory.Maintenance.Select(told => told.Address));
        Assert.Equal((2u, 0u), _fixture.BlocksOf(space));
    }

    [Fact]
    public void Protect_OfSmallPagesInTwoPartsBesideALargeOne_InvalidatesThosePagesAlone()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, Large);
        _fixture.Reserve(space, Start + Large, 2 * Large);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (2 * Large), 1));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (2 * Large) - Page, 1));
        _fixture.Memory.Maintenance = [];

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (2 * Large) - Page, 2 * Page, UserRights.Read));
        Assert.Equal([Start + (2 * Large) - Page, Start + (2 * Large)], _fixture.Memory.Maintenance.Select(told => told.Address));
        Assert.Equal((1u, 0u), _fixture.BlocksOf(space));
    }

    // Tables are cut out of one frame, side by side.
    [Fact]
    public void Split_OfASection_LeavesTheTablesBesideIts()
    {
        AddressSpace before = Touched(1);
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        AddressSpace after = Touched(2);

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (15 * Large), Page, UserRights.Read));
        Assert.Equal((1u, 2u), (_fixture.Read(before, Start), _fixture.Read(after, Start)));
        ExpectReadOnly(space, 240, 1, 256);
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(before));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(after));
    }

    [Fact]
    public void Move_ReplacingAPartOfASection_LeavesTheRest()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        for (uint page = 0; page < 256; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page));
        }

        _fixture.Reserve(space, There, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, There, 1000));
        Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, There, 2 * Page, RangePlacement.Replacing, Start + (31 * Page), out _));
        Assert.Equal((256u, 255u, 14u, 0u), CountsOf(space));
        for (uint page = 0; page < 256; page++)
        {
            Assert.Equal(page == 31 ? 1000 : page == 32 ? 0 : page, _fixture.Read(space, Start + (page * Page)));
        }
    }

    [Theory]
    [InlineData(2u, 2u, 1u)]
    [InlineData(1u, 3u, 3u)]
    [InlineData(0u, 1u, 0u)]
    public void Age_OfSomeLargePages_IsNotedOfEachWhenItIsUsedAgain(uint firstPart, uint partCount, uint used)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, (4 * Large) + (2 * Page));
        for (uint page = 0; page < 66; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page));
        }

        VirtualRange parts = new(new VirtualAddress(Start + (firstPart * Large)), partCount * Large);
        Assert.Equal(VmStatus.Ok, space.TryAdvise(ref _fixture.Machine, ref _fixture.Frames, parts, RangeAdvice.Age));
        Assert.Equal(
            Enumerable.Range(0, 4).Select(part => part >= firstPart && part < firstPart + partCount ? 0u : 16u), AccessedOf(space));
        uint usedPart = used < firstPart ? firstPart : used;
        Assert.Equal((usedPart * 16) + 3, _fixture.Read(space, Start + (usedPart * Large) + (3 * Page)));
        Assert.Equal(
            Enumerable.Range(0, 4).Select(part => part >= firstPart && part < firstPart + partCount && part != usedPart ? 0u : 16u),
            AccessedOf(space));
        Assert.Equal((4u, 0u), _fixture.BlocksOf(space));
        for (uint page = 0; page < 66; page++)
        {
            Assert.Equal(page, _fixture.Read(space, Start + (page * Page)));
        }
    }

    private IEnumerable<uint> AccessedOf(AddressSpace space) => Enumerable.Range(0, 4).Select(part =>
    {
        VirtualRange range = new(new VirtualAddress(Start + ((uint)part * Large)), Large);
        Assert.Equal(VmStatus.Ok, space.TryReadUse(ref _fixture.Machine, range, out PageUse use));
        Assert.Equal(16u, use.MappedPages);
        return use.AccessedPages;
    });

    private (uint Reserved, uint Resident, uint LargePages, uint Sections) CountsOf(AddressSpace space)
    {
        SpaceCounters counters = _fixture.CountersOf(space);
        return (counters.ReservedPages, counters.ResidentPages, counters.LargePages, counters.Sections);
    }

    private uint MapUsual(AddressSpace space) => space.MapUsual(ref _fixture.Machine, There, Page, UserRights.ReadWrite);

    private AddressSpace Touched(uint word)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, word));
        return space;
    }

    private void ExpectReadOnly(AddressSpace space, uint firstPage, uint pageCount, uint length)
    {
        for (uint page = 0; page < length; page++)
        {
            Assert.Equal(
                page >= firstPage && page < firstPage + pageCount ? FaultOutcome.Protection : FaultOutcome.Resolved,
                _fixture.Write(space, Start + (page * Page), page));
        }
    }
}
