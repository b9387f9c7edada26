using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class RangeSearchTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;
    private const uint End = AddressSpace.EndValue;

    private readonly SpaceFixture _fixture = new();
    private readonly AddressSpace _space;

    public RangeSearchTests() => _space = _fixture.Create();

    private static RangeRequest Anywhere(uint lengthInBytes) => new()
    {
        Placement = RangePlacement.Anywhere,
        LengthInBytes = lengthInBytes,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    // A run of pages 8 to 11 of the MiB, or the same pages in a table; and the whole MiB behind the next.
    [Theory]
    [InlineData(0u, 8u, 8u)]
    [InlineData(0u, 9u, 8u)]
    [InlineData(2u, 300u, 8u)]
    [InlineData(8u, 9u, 8u)]
    [InlineData(9u, 20u, 9u)]
    [InlineData(11u, 12u, 11u)]
    [InlineData(12u, 256u, 256u)]
    [InlineData(12u, 512u, 512u)]
    [InlineData(12u, 513u, 512u)]
    [InlineData(200u, 1024u, 512u)]
    [InlineData(600u, 1024u, 600u)]
    [InlineData(768u, 2000u, 2000u)]
    public void SkipFree_FromAnyPage_StopsAtTheFirstThatIsNotFreeOrAtTheEnd(uint first, uint end, uint expected)
    {
        _fixture.Reserve(_space, Base + (8 * Page), 4 * Page);
        _fixture.Reserve(_space, Base + (2 * MiB), MiB);
        Assert.Equal(expected, SkipFree(first, end));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (9 * Page), 1));
        Assert.Equal(1u, _fixture.CountersOf(_space).Tables);
        Assert.Equal(expected, SkipFree(first, end));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryMap_NearWhatIsTaken_IsInTheFirstHoleThatIsLongEnough(bool isTouched)
    {
        foreach ((uint page, uint pages) in new[] { (0u, 3u), (4u, 2u), (8u, 248u), (258u, 2u) })
        {
            _fixture.Reserve(_space, Base + (page * Page), pages * Page);
            if (isTouched)
            {
                Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (page * Page), 1));
            }
        }

        Assert.Equal(Base + (3 * Page), MapNear(Base, Page));
        Assert.Equal(Base + (6 * Page), MapNear(Base + Page, 2 * Page));
        Assert.Equal(Base + (256 * Page), MapNear(Base, 2 * Page));
        Assert.Equal(Base + (260 * Page), MapNear(Base, Page));
    }

    [Theory]
    [InlineData(Base, 0u, Base)]
    [InlineData(Base, 2 * Page, Base)]
    [InlineData(Base + 7, 2 * Page, Base)]
    [InlineData(0u, 0u, MiB)]
    [InlineData(5 * Page, 0u, MiB)]
    [InlineData(5 * Page, 2 * Page, MiB + (2 * Page))]
    [InlineData(MiB - Page, 2 * Page, MiB + (2 * Page))]
    [InlineData(MiB + Page, 2 * Page, MiB + (2 * Page))]
    [InlineData(MiB + (2 * Page), 2 * Page, MiB + (2 * Page))]
    [InlineData(MiB + (3 * Page), 2 * Page, MiB + (3 * Page))]
    [InlineData(MiB, 2 * MiB, 3 * MiB)]
    [InlineData(End - Page, 0u, End - Page)]
    [InlineData(End, 0u, MiB)]
    [InlineData(End, Page, MiB + Page)]
    [InlineData(0xFFFF_F000u, Page, MiB + Page)]
    public void TryMap_NearAnyHint_HasItsFirstByteThereUnlessTheGuardWouldBeTooLow(uint hint, uint guard, uint expected) =>
        Assert.Equal(expected, MapNear(hint, Page, guard));

    [Theory]
    [InlineData(End - Page, 2 * Page)]
    [InlineData(End - MiB, MiB + Page)]
    [InlineData(End - (3 * Page), 16 * MiB)]
    public void TryMap_NearTheEnd_IsWhereItDoesNotPassTheEnd(uint hint, uint length)
    {
        // What lies behind the table looks like room.
        PhysicalAddress behind = _fixture.StateOf(_space).Table.Add(FirstLevelTable.UserLengthInBytes);
        Assert.NotEqual(_space.ControlPage, behind);
        _fixture.Machine.Clear(behind, 0x100);
        Assert.Equal(MiB, MapNear(hint, length));
    }

    [Fact]
    public void TryMap_Anywhere_GoesOnBehindTheLastThatWasAnywhere()
    {
        Assert.Equal(MiB, Map(Anywhere(Page)));
        Assert.Equal(2 * MiB, Map(Anywhere(Page) with { Alignment = MiB }));
        Assert.Equal((2 * MiB) + Page, Map(Anywhere(Page)));
        Assert.Equal((2 * MiB) + (16 * Page), Map(Anywhere(Page) with { Alignment = 16 * Page }));
        Assert.Equal((2 * MiB) + (18 * Page), Map(Anywhere(Page) with { GuardInBytes = Page }));
        _fixture.Reserve(_space, 8 * MiB, Page);
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, Fixed(9 * MiB) with { GuardInBytes = Page }, out _));
        Assert.Equal(10 * MiB, MapNear(10 * MiB, Page));
        Assert.Equal((2 * MiB) + (19 * Page), Map(Anywhere(Page)));
    }

    // Low places in turn, then drawn ones, then low ones again.
    [Fact]
    public void TryMap_AnywhereWithASeed_LeavesWhereLowPlacesGoOn()
    {
        Assert.Equal(MiB, Map(Anywhere(Page)));
        _space.SetPlacementSeed(ref _fixture.Machine, 0x1234_5678);
        uint drawn = Map(Anywhere(Page));
        Assert.True(drawn > 2 * MiB);
        Assert.Equal(drawn + MiB, Map(Fixed(drawn + MiB)));
        Assert.NotEqual(0u, _space.ReadPlacementSeed(ref _fixture.Machine));
        _space.SetPlacementSeed(ref _fixture.Machine, 0);
        Assert.Equal(0u, _space.ReadPlacementSeed(ref _fixture.Machine));
        Assert.Equal(MiB + Page, Map(Anywhere(Page)));
    }

    // The numbers of Marsaglia's generator from 1 on: George Marsaglia, "Xorshift RNGs", 2003, shifts 13, 17 and 5.
    [Fact]
    public void TryMap_AnywhereWithASeed_IsAtTheUpper31BitsOfEachNumber()
    {
        _space.SetPlacementSeed(ref _fixture.Machine, 1);
        List<(uint, uint)> drawn = [];
        for (int count = 0; count < 6; count++)
        {
            uint start = Map(Anywhere(Page));
            drawn.Add((start, _space.ReadPlacementSeed(ref _fixture.Machine)));
        }

        Assert.Equal(
            [
                (MiB, 270369), // too low to be chosen
                (0x0204_0000, 67634689),
                (0x4EE6_5000, 2647435461),
                (0x092A_C000, 307599695),
                (0x477C_8000, 2398689233),
                (0x1637_A000, 745495504),
            ],
            drawn);
    }

    private static RangeRequest Fixed(uint address) =>
        Anywhere(Page) with { Placement = RangePlacement.Fixed, Address = new VirtualAddress(address) };

    private uint SkipFree(uint first, uint end)
    {
        ref SpaceControl control = ref _fixture.Machine.Data<SpaceControl>(_space.ControlPage);
        VirtualAddress found = RangeSearch.SkipFree(
            ref _fixture.Machine, ref control, new VirtualAddress(Base + (first * Page)), new VirtualAddress(Base + (end * Page)));
        return (found.Value - Base) / Page;
    }

    private uint Map(RangeRequest request)
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out uint start));
        return start;
    }

    private uint MapNear(uint hint, uint lengthInBytes, uint guardInBytes = 0) => Map(
        Anywhere(lengthInBytes) with
        {
            Placement = RangePlacement.Near,
            Address = new VirtualAddress(hint),
            GuardInBytes = guardInBytes,
        });
}
