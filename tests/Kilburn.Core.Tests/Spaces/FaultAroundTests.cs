using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class FaultAroundTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint Block = 16 * Page;
    private const uint MiB = 0x10_0000;

    [Fact]
    public void Read_UntouchedRange_BringsZeroesForItsBlockAndNoFurther()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, MiB);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(0u, fixture.Read(space, Base + Block + (5 * Page)));

        Assert.Equal(16, CountMapped(fixture, space, Base + Block, 16));
        Assert.Equal(16, CountMapped(fixture, space, Base, 48));
        SpaceCounters counters = fixture.CountersOf(space);
        Assert.Equal((1u, 15u, 0u), (counters.ZeroReads, counters.Neighbours, counters.ResidentPages));
        Assert.Equal(held.Item2, fixture.Held.Pages);
        Assert.Equal(0u, fixture.Read(space, Base + (2 * Block) - Page));
        Assert.Equal(1u, fixture.CountersOf(space).ZeroReads);
    }

    [Fact]
    public void Read_NeighboursDiffer_BringsOnlyThoseThatAreAlike()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base + (2 * Page), 12 * Page);
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base + (4 * Page), Page, UserRights.Read));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(space, Base + (5 * Page), Page, UserRights.None));
        RangeRequest guard = new() { Placement = RangePlacement.Fixed, Address = new(Base), LengthInBytes = Page, Kind = RangeKind.Guard };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, guard, out _));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (6 * Page), 7));
        Assert.Equal(0u, fixture.Read(space, Base + (3 * Page)));

        int[] mapped = [.. Enumerable.Range(0, 16).Where(page => fixture.IsMapped(space, Base + ((uint)page * Page)))];
        Assert.Equal([2, 3, 6, 7, 8, 9, 10, 11, 12, 13], mapped);
        Assert.Equal(7u, fixture.Read(space, Base + (6 * Page)));
        Assert.Equal(FaultOutcome.Guard, fixture.Write(space, Base, 1));
        Assert.Equal(8u, fixture.CountersOf(space).Neighbours);
    }

    [Fact]
    public void Read_InATableThatAClonesShares_BringsTheSame()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base, MiB);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 7));
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(0u, fixture.Read(child, Base + (3 * Page)));

        Assert.Equal(16, CountMapped(fixture, child, Base, 32));
        Assert.Equal(1, CountMapped(fixture, parent, Base, 32));
        Assert.Equal((1u, 14u), (fixture.CountersOf(child).ZeroReads, fixture.CountersOf(child).Neighbours));
        Assert.Equal(7u, fixture.Read(child, Base));
    }

    [Fact]
    public void Write_AfterANeighboursRead_GivesThePageAFrameOfItsOwn()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, Block);
        Assert.Equal(0u, fixture.Read(space, Base));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + Page, 7));
        Assert.Equal((0u, 7u, 0u), (fixture.Read(space, Base), fixture.Read(space, Base + Page), fixture.Read(space, Base + (2 * Page))));
        Assert.Equal((1u, 1u, 0u), (fixture.CountersOf(space).ZeroReads, fixture.CountersOf(space).ZeroFills, fixture.CountersOf(space).Refused));
    }

    [Theory]
    [InlineData(RangeKind.Shared, FaultAccess.Read)]
    [InlineData(RangeKind.Shared, FaultAccess.Write)]
    [InlineData(RangeKind.Private, FaultAccess.Read)]
    public void Object_PagesAreThere_ComeAlong(RangeKind kind, FaultAccess access)
    {
        SpaceFixture fixture = new();
        (MemoryObject memory, AddressSpace _) = FilledObject(fixture, 8);
        AddressSpace other = fixture.Create();
        MapObject(fixture, other, memory, kind, Block);
        uint word = 103;
        Assert.Equal(FaultOutcome.Resolved, fixture.Access(other, Base + (3 * Page), access, ref word));

        Assert.Equal(8, CountMapped(fixture, other, Base, 16)); // as many as there are
        SpaceCounters counters = fixture.CountersOf(other);
        Assert.Equal((1u, 7u, 8u), (counters.ObjectFills, counters.Neighbours, counters.ResidentPages));
        for (uint page = 0; page < 8; page++)
        {
            Assert.Equal(100 + page, fixture.Read(other, Base + (page * Page)));
        }

        Assert.Equal(FaultOutcome.Resolved, fixture.Write(other, Base, 9));
        Assert.Equal(kind == RangeKind.Shared ? 0u : 1u, fixture.CountersOf(other).Copies);
        Assert.Equal(1u, fixture.CountersOf(other).ObjectFills);
    }

    [Fact]
    public void Object_PageIsNew_NothingComesAlong()
    {
        SpaceFixture fixture = new();
        (MemoryObject memory, AddressSpace space) = FilledObject(fixture, 2);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (4 * Page), 1));
        MapObject(fixture, space, memory, RangeKind.Shared, Block, Base + MiB);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + MiB + (7 * Page), 1));
        Assert.Equal(0u, fixture.CountersOf(space).Neighbours);
    }

    [Fact]
    public void Object_PrivateWrite_CopiesThePageAlone()
    {
        SpaceFixture fixture = new();
        (MemoryObject memory, AddressSpace space) = FilledObject(fixture, 8);
        MapObject(fixture, space, memory, RangeKind.Private, Block, Base + MiB);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + MiB, 1));
        Assert.Equal(1, CountMapped(fixture, space, Base + MiB, 16));
    }

    [Fact]
    public void Object_ResidentLimit_BringsAsManyAsItAllows()
    {
        SpaceFixture fixture = new();
        (MemoryObject memory, AddressSpace _) = FilledObject(fixture, 8);
        AddressSpace space = fixture.Create();
        MapObject(fixture, space, memory, RangeKind.Shared, Block);
        SpaceLimits limits = new()
        {
            ReservedPages = SpaceLimits.None,
            ResidentPages = 4,
            Tables = SpaceLimits.None,
        };
        space.SetLimits(ref fixture.Machine, in limits);
        Assert.Equal(107u, fixture.Read(space, Base + (7 * Page)));
        Assert.Equal((4u, 3u), (fixture.CountersOf(space).ResidentPages, fixture.CountersOf(space).Neighbours));
    }

    [Fact]
    public void Object_MappingEndsInTheBlock_NothingOfTheNextMappingComes()
    {
        SpaceFixture fixture = new();
        (MemoryObject memory, AddressSpace _) = FilledObject(fixture, 8);
        AddressSpace space = fixture.Create();
        MapObject(fixture, space, memory, RangeKind.Shared, 4 * Page);
        MapObject(fixture, space, memory, RangeKind.Shared, 4 * Page, Base + (4 * Page)); // the same first pages again
        Assert.Equal(101u, fixture.Read(space, Base + Page));
        Assert.Equal(4, CountMapped(fixture, space, Base, 16));
        Assert.Equal(100u, fixture.Read(space, Base + (4 * Page)));
    }

    [Fact]
    public void Object_Shortened_NeighboursGoWithTheRest()
    {
        SpaceFixture fixture = new();
        (MemoryObject memory, AddressSpace _) = FilledObject(fixture, 8);
        AddressSpace space = fixture.Create();
        MapObject(fixture, space, memory, RangeKind.Shared, Block);
        Assert.Equal(100u, fixture.Read(space, Base));
        Assert.Equal(VmStatus.Ok, fixture.Spaces.Objects.TryResize(ref fixture.Machine, ref fixture.Frames, memory, 2 * Page));
        Assert.Equal(2, CountMapped(fixture, space, Base, 16));
        Assert.Equal(2u, fixture.CountersOf(space).ResidentPages);
    }

    // An object whose first pages were written by a space that has it at Base.
    private static (MemoryObject Memory, AddressSpace Space) FilledObject(SpaceFixture fixture, uint filled)
    {
        MemoryObject memory = fixture.CreateObject(16);
        AddressSpace space = fixture.Create();
        MapObject(fixture, space, memory, RangeKind.Shared, Block);
        for (uint page = 0; page < filled; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (page * Page), 100 + page));
        }

        return (memory, space);
    }

    private static void MapObject(
        SpaceFixture fixture, AddressSpace space, MemoryObject memory, RangeKind kind, uint lengthInBytes, uint address = Base)
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Replacing,
            Address = new VirtualAddress(address),
            LengthInBytes = lengthInBytes,
            Kind = kind,
            Rights = UserRights.ReadWrite,
            Object = memory,
        };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));
    }

    private static int CountMapped(SpaceFixture fixture, AddressSpace space, uint start, uint pageCount) =>
        Enumerable.Range(0, (int)pageCount).Count(page => fixture.IsMapped(space, start + ((uint)page * Page)));
}
