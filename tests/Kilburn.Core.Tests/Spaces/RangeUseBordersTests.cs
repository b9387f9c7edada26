using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Access flags are cleared of a range's own pages that are there, and of nothing beside them.</summary>
public sealed class RangeUseBordersTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;
    private const UserRights Code = UserRights.Read | UserRights.Execute;

    private readonly SpaceFixture _fixture = new();

    [Theory]
    [InlineData(0u, 4u, VmStatus.Ok)]
    [InlineData(0u, 5u, VmStatus.NotMapped)]
    [InlineData(3u, 2u, VmStatus.NotMapped)]
    [InlineData(4u, 1u, VmStatus.NotMapped)]
    [InlineData(4u, 3u, VmStatus.NotMapped)]
    [InlineData(5u, 3u, VmStatus.Ok)]
    [InlineData(0u, 8u, VmStatus.NotMapped)]
    [InlineData(7u, 2u, VmStatus.NotMapped)]
    public void Age_OfARangeWithAHole_IsRefusedWhereverTheHoleIs(uint firstPage, uint pageCount, VmStatus expected)
    {
        AddressSpace touched = _fixture.Create();
        Touch(touched, Base, 4);
        Touch(touched, Base + (5 * Page), 3);
        Assert.Equal(expected, _fixture.TryAdvise(touched, Base + (firstPage * Page), pageCount * Page, RangeAdvice.Age));
        Assert.Equal(expected == VmStatus.Ok ? 7 - pageCount : 7, AccessedOf(touched, Base, 8));
    }

    [Theory]
    [InlineData(0u, 4u, VmStatus.Ok)]
    [InlineData(0u, 5u, VmStatus.NotMapped)]
    [InlineData(3u, 2u, VmStatus.NotMapped)]
    [InlineData(4u, 1u, VmStatus.NotMapped)]
    public void Age_OfPagesThatNobodyTouchedAndAHole_IsRefused(uint firstPage, uint pageCount, VmStatus expected)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(expected, _fixture.TryAdvise(space, Base + (firstPage * Page), pageCount * Page, RangeAdvice.Age));
        Assert.Equal(VmStatus.NotMapped, _fixture.TryAdvise(space, Base - Page, 2 * Page, RangeAdvice.Age));
    }

    [Fact]
    public void Age_OfTouchedPages_InvalidatesThoseWhoseFlagItClears()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + Page, 1));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (3 * Page), 3));

        Assert.Equal([Base + Page], InvalidatedByAge(space, Base, 3 * Page));
        Assert.Equal([Base + (3 * Page)], InvalidatedByAge(space, Base, 4 * Page));
        Assert.Empty(InvalidatedByAge(space, Base, 4 * Page));
    }

    [Fact]
    public void Age_OverGivenPagesAndOnesThatAreNotThere_LeavesThemAsTheyAre()
    {
        AddressSpace space = _fixture.Create();
        _ = _fixture.Map(space, Base);
        _fixture.Reserve(space, Base + Page, 2 * Page, Code);
        Touch(space, Base + (3 * Page), 1);
        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, Base, out TableWalk before));
        List<(uint, uint, RangeKind, UserRights, uint)> regions = [.. _fixture.RegionsOf(space)];

        Assert.Equal([Base + (3 * Page)], InvalidatedByAge(space, Base, 4 * Page));
        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, Base, out TableWalk after));
        Assert.Equal(before.SecondLevel.Raw, after.SecondLevel.Raw);
        Assert.Equal(regions, _fixture.RegionsOf(space));
        Assert.Equal(0u, AccessedOf(space, Base, 4));
    }

    [Fact]
    public void Clone_AfterAge_LeavesPagesThatAreNotThereAsTheyAre()
    {
        AddressSpace space = _fixture.Create();
        Touch(space, Base, 2);
        _fixture.Reserve(space, Base + (2 * Page), 2 * Page, UserRights.Read);
        _fixture.Reserve(space, Base + (4 * Page), 2 * Page, UserRights.None);
        List<(uint, uint, RangeKind, UserRights, uint)> regions = [.. _fixture.RegionsOf(space)];
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Base, 6 * Page, RangeAdvice.Age));

        AddressSpace child = _fixture.Clone(space);
        Assert.Equal(regions, _fixture.RegionsOf(space));
        Assert.Equal(regions, _fixture.RegionsOf(child));
        Assert.Equal((2u, 2u), (AccessedOf(space, Base, 6), AccessedOf(child, Base, 6)));
    }

    // Tables are cut out of one frame, side by side.
    [Fact]
    public void Clone_AfterAge_LeavesTheFlagsOfOtherSpaces()
    {
        AddressSpace[] spaces = [.. Enumerable.Range(0, 4).Select(_ => _fixture.Create())];
        foreach (AddressSpace space in spaces)
        {
            Touch(space, Base, 1);
            Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Base, Page, RangeAdvice.Age));
        }

        for (int cloned = 0; cloned < spaces.Length; cloned++)
        {
            _ = _fixture.Clone(spaces[cloned]);
            Assert.Equal(
                Enumerable.Range(0, spaces.Length).Select(index => index <= cloned ? 1u : 0u),
                spaces.Select(space => AccessedOf(space, Base, 1)));
        }
    }

    private void Touch(AddressSpace space, uint start, uint pageCount)
    {
        _fixture.Reserve(space, start, pageCount * Page);
        for (uint page = 0; page < pageCount; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, start + (page * Page), page));
        }
    }

    private uint AccessedOf(AddressSpace space, uint start, uint pageCount)
    {
        VirtualRange range = new(new VirtualAddress(start), pageCount * Page);
        Assert.Equal(VmStatus.Ok, space.TryReadUse(ref _fixture.Machine, range, out PageUse use));
        return use.AccessedPages;
    }

    private IEnumerable<uint> InvalidatedByAge(AddressSpace space, uint start, uint lengthInBytes)
    {
        _fixture.Memory.Maintenance = [];
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, start, lengthInBytes, RangeAdvice.Age));
        return _fixture.Memory.Maintenance.Select(told => told.Address);
    }
}
