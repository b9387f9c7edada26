using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Places that ranges leave are found by the next range that may lie anywhere: the lowest first, but none below the first that is chosen.</summary>
public sealed class RangeHolesTests
{
    private const uint First = AddressSpace.FirstChosenValue;
    private const uint Page = 0x1000;
    private const uint Length = 4 * Page;
    private const uint There = 0x2000_0000;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void Resize_Shorter_LeavesAHoleForTheNextRange()
    {
        AddressSpace space = WithThreeRanges();

        Shorten(space, First + Length, Page);
        Assert.Equal(First + Length + Page, MapAnywhere(space, 2 * Page));
        Assert.Equal(First + (3 * Length), MapAnywhere(space, 2 * Page)); // a page is left of the hole
        Assert.Equal(First + (3 * Length) + (2 * Page), MapAnywhere(space, Page));
    }

    [Fact]
    public void Resize_ShorterAboveAHole_LeavesTheSearchAtTheLowerOne()
    {
        AddressSpace space = WithThreeRanges();

        Shorten(space, First, Page);
        Shorten(space, First + Length, Page);
        Assert.Equal(First + Page, MapAnywhere(space, 3 * Page));
        Assert.Equal(First + Length + Page, MapAnywhere(space, 3 * Page));
        Assert.Equal(First + (3 * Length), MapAnywhere(space, Page));
    }

    [Fact]
    public void Resize_ShorterBelowWhatIsChosen_IsNoHole()
    {
        AddressSpace space = WithThreeRanges();
        _fixture.Reserve(space, First - Length, Length);

        Shorten(space, First - Length, Page);
        Assert.Equal(First + (3 * Length), MapAnywhere(space, Page));
    }

    [Fact]
    public void Unmap_OfTheFirstChosenPagesBesideOnesThatACloneHas_LeavesAHole()
    {
        AddressSpace space = WithThreeRanges();
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, First + Length, 1));
        _ = _fixture.Clone(space);

        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, First, Length));
        Assert.Equal(First, MapAnywhere(space, Length));
        Assert.Equal(First + (3 * Length), MapAnywhere(space, Length));
    }

    [Theory]
    [InlineData(First, First)]
    [InlineData(First + Length, First + Length)]
    [InlineData(First + (2 * Length), First + (2 * Length))]
    public void Move_ToAnotherPlace_LeavesAHoleWhereItWas(uint start, uint expected)
    {
        AddressSpace space = WithThreeRanges();

        Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, start, Length, RangePlacement.Fixed, There, out _));
        Assert.Equal(expected, MapAnywhere(space, Length));
        Assert.Equal(First + (3 * Length), MapAnywhere(space, Length));
    }

    [Fact]
    public void Move_FromAboveAHole_LeavesTheSearchAtTheLowerOne()
    {
        AddressSpace space = WithThreeRanges();

        Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, First, Length, RangePlacement.Fixed, There, out _));
        Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, First + (2 * Length), Length, RangePlacement.Fixed, There + Length, out _));
        Assert.Equal(First, MapAnywhere(space, Length));
        Assert.Equal(First + (2 * Length), MapAnywhere(space, Length));
    }

    [Fact]
    public void Move_FromBelowWhatIsChosen_LeavesNoHole()
    {
        AddressSpace space = WithThreeRanges();
        _fixture.Reserve(space, First - Length, Length);

        Assert.Equal(VmStatus.Ok, _fixture.TryMove(space, First - Length, Length, RangePlacement.Fixed, There, out _));
        Assert.Equal(First + (3 * Length), MapAnywhere(space, Length));
    }

    private AddressSpace WithThreeRanges()
    {
        AddressSpace space = _fixture.Create();
        for (uint range = 0; range < 3; range++)
        {
            Assert.Equal(First + (range * Length), MapAnywhere(space, Length));
        }

        return space;
    }

    private void Shorten(AddressSpace space, uint start, uint lengthInBytes)
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryResize(space, start, Length, lengthInBytes, RangeStaying.InPlace, out uint moved));
        Assert.Equal(start, moved);
    }

    private uint MapAnywhere(AddressSpace space, uint lengthInBytes)
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Anywhere,
            LengthInBytes = lengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out uint start));
        return start;
    }
}
