using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class RangeUseTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;

    private static (uint Mapped, uint Accessed, uint Dirty) UseOf(SpaceFixture fixture, AddressSpace space, uint start, uint pageCount = 1)
    {
        Assert.Equal(
            VmStatus.Ok,
            space.TryReadUse(ref fixture.Machine, new VirtualRange(new VirtualAddress(start), pageCount * Page), out PageUse use));
        return (use.MappedPages, use.AccessedPages, use.DirtyPages);
    }

    private static void Age(SpaceFixture fixture, AddressSpace space, uint start, uint lengthInBytes) =>
        Assert.Equal(VmStatus.Ok, fixture.TryAdvise(space, start, lengthInBytes, RangeAdvice.Age));

    [Fact]
    public void Age_PagesThatAreUsedAgain_AreToldFromTheOthers()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 32 * Page);
        for (uint page = 0; page < 4; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (page * Page), page + 1));
        }

        Assert.Equal((4u, 4u, 4u), UseOf(fixture, space, Base, 32));
        Age(fixture, space, Base, 32 * Page);
        Assert.Equal((4u, 0u, 4u), UseOf(fixture, space, Base, 32));
        Assert.Equal(2u, fixture.Read(space, Base + Page));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (2 * Page), 33));
        Assert.Equal((1u, 0u, 1u), UseOf(fixture, space, Base));
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, space, Base + Page));
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, space, Base + (2 * Page)));
        Assert.Equal((0u, 0u, 0u), UseOf(fixture, space, Base + (20 * Page)));
        Assert.Equal(2u, fixture.CountersOf(space).Uses);
        Assert.Equal((1u, 33u), (fixture.Read(space, Base), fixture.Read(space, Base + (2 * Page))));
    }

    [Fact]
    public void Age_PagesOfZeroes_AreMappedAndNotDirty()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 16 * Page);
        Assert.Equal(0u, fixture.Read(space, Base));
        Assert.Equal((16u, 16u, 0u), UseOf(fixture, space, Base, 16));
        Age(fixture, space, Base, 16 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + Page, 1));
        Assert.Equal((16u, 1u, 1u), UseOf(fixture, space, Base, 16));
        Assert.Equal(1u, fixture.CountersOf(space).ZeroFills);
    }

    [Theory]
    [InlineData(RangeAdvice.Need)]
    [InlineData(RangeAdvice.Discard)]
    public void Age_ThenOtherAdvice_DoesAsEver(RangeAdvice advice)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        Age(fixture, space, Base, 4 * Page);
        Assert.Equal(VmStatus.Ok, fixture.TryAdvise(space, Base, 4 * Page, advice));
        Assert.Equal(advice == RangeAdvice.Need ? 7u : 0u, fixture.Read(space, Base));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 8));
        Assert.Equal(8u, fixture.Read(space, Base));
    }

    [Fact]
    public void Age_ThenProtect_KeepsRightsAndContents()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 4 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        Age(fixture, space, Base, 4 * Page);
        Assert.Equal([(Base, 4 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 1u)], fixture.RegionsOf(space));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, 4 * Page, UserRights.Read));
        Age(fixture, space, Base, 4 * Page);
        Assert.Equal(FaultOutcome.Protection, fixture.Write(space, Base, 8));
        Assert.Equal((1u, 0u, 1u), UseOf(fixture, space, Base)); // what is refused is no use
        Assert.Equal(7u, fixture.Read(space, Base));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base, 4 * Page, UserRights.ReadWrite));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 8));
        Assert.Equal((0u, 1u), (fixture.CountersOf(space).Copies, fixture.CountersOf(space).ZeroFills));
    }

    [Fact]
    public void Age_ThenClone_BothSidesHaveAllAndCopyOnWrite()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base, 16 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 7));
        Age(fixture, parent, Base, 16 * Page);
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, child, Base)); // U1
        Assert.Equal((7u, 7u), (fixture.Read(child, Base), fixture.Read(parent, Base)));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base, 8));
        Assert.Equal((8u, 7u), (fixture.Read(child, Base), fixture.Read(parent, Base)));
    }

    [Fact]
    public void Age_TableThatClonesShare_IsLeftAsItIs()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base, 16 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 7));
        AddressSpace child = fixture.Clone(parent);
        (uint, uint, uint, uint) held = fixture.Held;
        Age(fixture, parent, Base, 16 * Page);
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, parent, Base));
        Assert.Equal((1u, held), (fixture.CountersOf(child).SharedTables, fixture.Held));
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(child));
        Age(fixture, parent, Base, 16 * Page);
        Assert.Equal((1u, 0u, 1u), UseOf(fixture, parent, Base));
        Assert.Equal(7u, fixture.Read(parent, Base));
    }

    [Theory]
    [InlineData(64u, 16u)]
    [InlineData(2048u, 256u)]
    public void Age_Blocks_AreUsedAsAWhole(uint kibibytes, uint pagesOfBlock)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = kibibytes << 10,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
            Population = RangePopulation.AtOnce,
        };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));
        SpaceCounters before = fixture.CountersOf(space);
        uint pages = kibibytes / 4;
        Assert.Equal(pages / pagesOfBlock, pagesOfBlock == 16 ? before.LargePages : before.Sections);

        Age(fixture, space, Base, 5 * Page);
        Assert.Equal((pages, pages, pages), UseOf(fixture, space, Base, pages)); // a part of a block ages nothing
        Age(fixture, space, Base, pages * Page);
        Assert.Equal((pages, 0u, pages), UseOf(fixture, space, Base, pages));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (3 * Page), 9));
        Assert.Equal((pages, pagesOfBlock, pages), UseOf(fixture, space, Base, pages));
        SpaceCounters after = fixture.CountersOf(space);
        Assert.Equal((before.LargePages, before.Sections, 1u), (after.LargePages, after.Sections, after.Uses));
        Age(fixture, space, Base, pages * Page);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base, Page));
        Assert.Equal(9u, fixture.Read(space, Base + (3 * Page)));
        Assert.Equal((pages - 1, 1u, pages - 1), UseOf(fixture, space, Base, pages));
    }

    [Fact]
    public void ReadUse_PagedObject_IsDirtyUntilThePagerTakesItBack()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = fixture.CreateObject(2, ObjectKind.Paged);
        AddressSpace space = fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = 2 * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
        };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));
        uint word = 0;
        Assert.Equal(FaultOutcome.NeedsPager, fixture.Access(space, Base, FaultAccess.Read, ref word));
        Assert.True(fixture.Spaces.Objects.TryTakeRequest(ref fixture.Machine, memory, out uint _));
        PhysicalAddress contents = fixture.NewPage();
        Assert.Equal(VmStatus.Ok, fixture.Spaces.Objects.TrySupply(ref fixture.Machine, ref fixture.Frames, memory, 0, contents));
        Assert.Equal(0u, fixture.Read(space, Base));
        Assert.Equal((1u, 1u, 0u), UseOf(fixture, space, Base, 2));
        Age(fixture, space, Base, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 5));
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, space, Base, 2));

        Age(fixture, space, Base, 2 * Page);
        Assert.Equal(
            VmStatus.Ok,
            fixture.Spaces.Objects.TryTakeDirty(ref fixture.Machine, ref fixture.Frames, memory, out uint _, out PhysicalAddress taken));
        Assert.Equal((1u, 0u, 0u), UseOf(fixture, space, Base, 2));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 6)); // is told again
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, space, Base, 2));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, taken));
    }

    [Theory]
    [InlineData(Base, 0u, VmStatus.EmptyRange)]
    [InlineData(Base + 1, Page, VmStatus.Misaligned)]
    [InlineData(0xFFFF_F000u, 2 * Page, VmStatus.WrappedRange)]
    [InlineData(0x7FFF_F000u, 2 * Page, VmStatus.OutOfRange)]
    [InlineData(Base + MiB, Page, VmStatus.NotMapped)]
    [InlineData(Base, 2 * MiB, VmStatus.NotMapped)]
    public void Age_BadRange_IsRefused(uint start, uint lengthInBytes, VmStatus expected)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, 16 * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 7));
        Assert.Equal(expected, fixture.TryAdvise(space, start, lengthInBytes, RangeAdvice.Age));
        Assert.Equal(
            expected == VmStatus.NotMapped ? VmStatus.Ok : expected,
            space.TryReadUse(ref fixture.Machine, new VirtualRange(new VirtualAddress(start), lengthInBytes), out _));
        Assert.Equal((1u, 1u, 1u), UseOf(fixture, space, Base));
    }
}
