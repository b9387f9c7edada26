using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Which pages become large ones and sections, and which never do.</summary>
public sealed class RangeBlocksJoinTests
{
    private const uint Page = 0x1000;
    private const uint Large = 0x1_0000;
    private const uint MiB = 0x10_0000;
    private const uint Start = 4 * MiB;

    private static readonly uint[] s_upward = [.. Enumerable.Range(0, 16).Select(page => (uint)page)];

    private readonly SpaceFixture _fixture = new();

    // Whatever 64 KiB the frames are of, they and one of these parts differ in the bit above.
    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(15u)]
    public void Resolve_FramesInARowForAnyPartOfAMib_BecomeALargePageThere(uint part)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, 7)); // the MiB has its table
        _fixture.OfferFrames(s_upward);
        for (uint page = 0; page < 16; page++)
        {
            Assert.Equal((0u, 0u), _fixture.BlocksOf(space));
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (part * Large) + (page * Page), page));
        }

        Assert.Equal((1u, 0u), _fixture.BlocksOf(space));
        Assert.True(IsLarge(space, part));
        Assert.Equal((7u, 0u, 15u), (_fixture.Read(space, Start), _fixture.Read(space, Start + (part * Large)), _fixture.Read(space, Start + (part * Large) + (15 * Page))));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    [InlineData(14u)]
    public void Resolve_AnyFrameOfTheRowIsAnothersToo_StaysSmall(uint shared)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + Large, 0));
        _fixture.OfferFrames(s_upward);
        for (uint page = 0; page < 15; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), 1));
        }

        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, Start + (shared * Page), out TableWalk walk));
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TrySharePage(ref _fixture.Machine, walk.Physical));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (15 * Page), 1));
        Assert.Equal((0u, 0u), _fixture.BlocksOf(space));
    }

    [Fact]
    public void Protect_ToAndFroOfAPageAndThenOfAPart_JoinsThePartAlone()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 3 * Large);
        foreach (uint part in new uint[] { 0, 1, 2 })
        {
            Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (part * Large) + Page, Page, UserRights.Read));
            Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (part * Large) + Page, Page, UserRights.ReadWrite));
            Assert.Equal(2 - part, _fixture.BlocksOf(space).LargePages);
        }

        // Each page may be written again only after a fault.
        for (uint page = 0; page < 48; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page));
        }

        uint joined = _fixture.BlocksOf(space).LargePages;
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + Large, Large, UserRights.Read));
        Assert.Equal((false, true, false), (IsLarge(space, 0), IsLarge(space, 1), IsLarge(space, 2)));
        Assert.Equal((joined + 1, 0u), _fixture.BlocksOf(space));
    }

    [Theory]
    [InlineData(1u, 15u)]
    [InlineData(0u, 15u)]
    [InlineData(1u, 16u)]
    public void Protect_OfLessThanAPart_JoinsNothing(uint firstPage, uint pageCount)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 2 * Large);

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + (firstPage * Page), pageCount * Page, UserRights.Read));
        Assert.Equal(firstPage + pageCount > 16 ? 0u : 1u, _fixture.BlocksOf(space).LargePages);
    }

    [Fact]
    public void Protect_OfAllButOnePartOfASection_IsLargePagesAndNoSection()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start + MiB - Page, Page));

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 15 * Large, UserRights.Read));
        Assert.Equal((15u, 0u), _fixture.BlocksOf(space));
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, Large, UserRights.None));
        Assert.Equal((15u, 0u), _fixture.BlocksOf(space));
        Assert.Equal(255u, _fixture.CountersOf(space).ResidentPages);
        Assert.Equal(FaultOutcome.NotMapped, _fixture.Write(space, Start + MiB - Page, 1));
    }

    [Fact]
    public void Populate_BesideAPartOfAnObject_StaysSmall()
    {
        MemoryObject memory = _fixture.CreateObject(1);
        AddressSpace space = _fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Start + MiB - Page),
            LengthInBytes = Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
        _fixture.Reserve(space, Start, 2 * Large);

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, 2 * Large, RangeAdvice.Need));
        Assert.Equal((0u, 0u), _fixture.BlocksOf(space));
        Assert.Equal(32u, _fixture.CountersOf(space).ResidentPages);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start + MiB - Page, Page));
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 2 * Large, UserRights.Read));
        Assert.Equal((2u, 0u), _fixture.BlocksOf(space));
    }

    [Fact]
    public void Populate_AroundGivenPages_LeavesThemSmall()
    {
        AddressSpace space = _fixture.Create();
        Assert.Equal(
            VmStatus.Ok, _fixture.Frames.TryAllocatePages(ref _fixture.Machine, FrameUse.LargeBlock, out PhysicalAddress run));
        Assert.Equal(VmStatus.Ok, _fixture.TryMapFrames(space, Start, run, 16));
        for (uint page = 0; page < 16; page++)
        {
            Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreePage(ref _fixture.Machine, run.Add(page * Page))); // the space's share is left
        }

        _fixture.Reserve(space, Start + Large, Large);
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, 2 * Large, RangeAdvice.Need));
        Assert.Equal((1u, 0u), _fixture.BlocksOf(space));
        Assert.Equal((false, true), (IsLarge(space, 0), IsLarge(space, 1)));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapRange(space, Start, 16));
        Assert.Equal(16u, _fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void Populate_AroundPagesThatAreWrittenAfterAFault_LeavesThemSmall()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, Large);
        _fixture.Reserve(space, Start + Large, Page);
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(_fixture.Clone(space)));
        Assert.Equal((0u, 0u), _fixture.BlocksOf(space));

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, Large + Page, RangeAdvice.Need));
        Assert.Equal((0u, 0u), _fixture.BlocksOf(space));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, 5));
        Assert.Equal((5u, 17u), (_fixture.Read(space, Start), _fixture.CountersOf(space).ResidentPages));
    }

    [Fact]
    public void Resolve_AMibOfFramesInARowThatBeginsInTheMiddleOfOne_IsLargePagesAndNoSection()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start, 0));
        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, Page, RangeAdvice.Discard)); // the MiB has its table
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TryAllocatePages(ref _fixture.Machine, FrameUse.SectionBlock, out PhysicalAddress one));
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TryAllocatePages(ref _fixture.Machine, FrameUse.SectionBlock, out PhysicalAddress other));
        Assert.Equal(MiB, one < other ? other.Value - one.Value : one.Value - other.Value);
        PhysicalAddress first = (one < other ? one : other).Add(Large);
        for (uint part = 0; part < 16; part++)
        {
            for (uint page = 16; page-- != 0;)
            {
                Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreePage(ref _fixture.Machine, first.Add((part * Large) + (page * Page))));
            }

            for (uint page = 0; page < 16; page++)
            {
                Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (part * Large) + (page * Page), page));
            }
        }

        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, Start + MiB - Page, out TableWalk walk));
        Assert.Equal(first.Add(MiB - Page), walk.Physical);
        Assert.Equal((16u, 0u), _fixture.BlocksOf(space));
    }

    private bool IsLarge(AddressSpace space, uint part)
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, Start + (part * Large), out TableWalk walk));
        return walk.SecondLevel.IsLarge;
    }
}
