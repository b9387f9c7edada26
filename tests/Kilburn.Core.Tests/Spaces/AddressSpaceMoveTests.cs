using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceMoveTests
{
    private const uint Base = 0x0040_0000;
    private const uint There = 0x2000_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint GiB = 0x4000_0000;

    private static AddressSpace Touched(SpaceFixture fixture, uint pageCount, uint start = Base)
    {
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, start, pageCount * Page);
        for (uint page = 0; page < pageCount; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, start + (page * Page), page + 1));
        }

        return space;
    }

    [Fact]
    public void Move_TouchedPages_TakesTheirFramesAlong()
    {
        SpaceFixture fixture = new();
        AddressSpace space = Touched(fixture, 3);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.Ok, fixture.TryMove(space, Base, 3 * Page, RangePlacement.Fixed, There + (7 * Page), out uint start));
        Assert.Equal((There + (7 * Page), held), (start, fixture.Held));
        Assert.Equal([1u, 2u, 3u], [fixture.Read(space, start), fixture.Read(space, start + Page), fixture.Read(space, start + (2 * Page))]);
        Assert.Equal([(start, 3 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 3u)], fixture.RegionsOf(space));
        Assert.Equal((3u, 3u, 1u), (fixture.CountersOf(space).ReservedPages, fixture.CountersOf(space).ResidentPages, fixture.CountersOf(space).Tables));
        Assert.False(fixture.IsMapped(space, Base));
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0x7000u, 0x3000u)]
    public void Move_AGigabyteUntouched_TakesNoMemory(uint raggedness, uint thereRaggedness)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base + raggedness, GiB / 4);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(
            VmStatus.Ok,
            fixture.TryMove(space, Base + raggedness, GiB / 4, RangePlacement.Fixed, There + thereRaggedness, out uint start));
        Assert.Equal(held, fixture.Held);
        Assert.Equal([(start, GiB / 4, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
    }

    // The end of the range and the start of its place lie in one MiB, which becomes a table before its own pages move on.
    [Fact]
    public void Move_ByLessThanAMib_OfUntouchedPages_IsTheSameRangeElsewhere()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        uint start = Base + MiB - (8 * Page);
        fixture.Reserve(space, start, 16 * Page);
        Assert.Equal(VmStatus.Ok, fixture.TryMove(space, start, 16 * Page, RangePlacement.Fixed, Base + (2 * MiB) - (8 * Page), out uint moved));
        Assert.Equal([(moved, 16 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
        Assert.Equal(VmStatus.Ok, fixture.TryMove(space, moved, 16 * Page, RangePlacement.Fixed, moved - (20 * Page), out moved));
        Assert.Equal([(moved, 16 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 0u)], fixture.RegionsOf(space));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, moved, 16 * Page));
        Assert.Equal(0u, fixture.CountersOf(space).Tables);
    }

    [Fact]
    public void Move_OfWhatACloneHas_LeavesTheClone()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 3);
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, fixture.TryMove(parent, Base, 2 * Page, RangePlacement.Anywhere, 0, out uint start));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, start, 10));
        Assert.Equal([1u, 2u, 3u], [fixture.Read(child, Base), fixture.Read(child, Base + Page), fixture.Read(child, Base + (2 * Page))]);
        Assert.Equal((10u, 2u, 3u), (fixture.Read(parent, start), fixture.Read(parent, start + Page), fixture.Read(parent, Base + (2 * Page))));
    }

    [Fact]
    public void Resize_OfAPartOfAnObject_GoesOnInTheObject()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = fixture.CreateObject(8);
        AddressSpace space = fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = 2 * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
            ObjectOffset = Page,
        };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 5));
        Assert.Equal(VmStatus.Ok, fixture.TryResize(space, Base, 2 * Page, 4 * Page, RangeStaying.InPlace, out _));
        fixture.Reserve(space, Base + (4 * Page), Page);
        Assert.Equal(VmStatus.Occupied, fixture.TryResize(space, Base, 4 * Page, 6 * Page, RangeStaying.InPlace, out _));
        Assert.Equal(VmStatus.Ok, fixture.TryResize(space, Base, 4 * Page, 6 * Page, RangeStaying.MayMove, out uint start));
        Assert.Equal(5u, fixture.Read(space, start));
        Assert.Equal(VmStatus.Ok, space.TryQuery(ref fixture.Machine, new VirtualAddress(start), out SpaceRegion region));
        Assert.Equal((6 * Page, RangeKind.Shared, Page), (region.LengthInBytes, region.Kind, region.ObjectOffset));
        Assert.Equal(VmStatus.Ok, fixture.TryResize(space, start, 6 * Page, Page, RangeStaying.InPlace, out _));
        Assert.Equal(2u, fixture.DescriptionOf(memory).References);
        Assert.Equal(VmStatus.OutOfRange, fixture.TryResize(space, start, Page, 0x7FFF_F000, RangeStaying.InPlace, out _));
    }

    [Fact]
    public void BadInput_IsRefusedAndChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace space = Touched(fixture, 3);
        _ = fixture.Map(space, Base + (8 * Page));
        List<(uint, uint, RangeKind, UserRights, uint)> regions = fixture.RegionsOf(space);
        foreach ((uint start, uint length, RangePlacement placement, uint there, VmStatus expected) in new[]
        {
            (Base, 0u, RangePlacement.Fixed, There, VmStatus.EmptyRange),
            (Base + 1, Page, RangePlacement.Fixed, There, VmStatus.Misaligned),
            (Base, Page, RangePlacement.Fixed, There + 1, VmStatus.Misaligned),
            (0xFFFF_F000u, 2 * Page, RangePlacement.Fixed, There, VmStatus.WrappedRange),
            (0x8000_0000u, Page, RangePlacement.Fixed, There, VmStatus.OutOfRange),
            (Base, Page, RangePlacement.Fixed, 0u, VmStatus.OutOfRange),
            (Base, 2 * Page, RangePlacement.Fixed, 0x7FFF_F000u, VmStatus.OutOfRange),
            (Base, Page, (RangePlacement)9, There, VmStatus.WrongKind),
            (Base, 4 * Page, RangePlacement.Fixed, There, VmStatus.NotMapped),
            (Base + (8 * Page), Page, RangePlacement.Fixed, There, VmStatus.WrongKind),
            (Base, 2 * Page, RangePlacement.Fixed, Base + Page, VmStatus.Occupied),
            (Base, 2 * Page, RangePlacement.Replacing, Base + Page, VmStatus.Occupied),
            (Base, Page, RangePlacement.Fixed, Base + (8 * Page), VmStatus.Occupied),
        })
        {
            Assert.Equal(expected, fixture.TryMove(space, start, length, placement, there, out uint moved));
            Assert.Equal(0u, moved);
        }

        Assert.Equal(VmStatus.EmptyRange, fixture.TryResize(space, Base, Page, 0, RangeStaying.MayMove, out _));
        Assert.Equal(VmStatus.Misaligned, fixture.TryResize(space, Base, Page, 1, RangeStaying.MayMove, out _));
        Assert.Equal(VmStatus.WrappedRange, fixture.TryResize(space, Base, Page, 0xFFFF_F000, RangeStaying.MayMove, out _));
        Assert.Equal(VmStatus.NoRoom, fixture.TryResize(space, Base, Page, 0x8000_0000, RangeStaying.MayMove, out _));
        Assert.Equal(VmStatus.WrongKind, fixture.TryResize(space, Base, Page, Page, (RangeStaying)9, out _));
        Assert.Equal(VmStatus.NotMapped, fixture.TryResize(space, Base + (3 * Page), Page, 2 * Page, RangeStaying.MayMove, out _));
        space.SetLimits(ref fixture.Machine, new SpaceLimits { ReservedPages = 3, ResidentPages = 3, Tables = 1 });
        Assert.Equal(VmStatus.LimitReached, fixture.TryResize(space, Base, 3 * Page, 4 * Page, RangeStaying.MayMove, out _));
        Assert.Equal(VmStatus.LimitReached, fixture.TryResize(space, Base, 2 * Page, 3 * Page, RangeStaying.MayMove, out _));
        Assert.Equal(VmStatus.LimitReached, fixture.TryMove(space, Base, Page, RangePlacement.Fixed, There, out _));
        Assert.Equal(regions, fixture.RegionsOf(space));
    }

    private static readonly Dictionary<string, Func<SpaceFixture, AddressSpace, VmStatus>> s_operations = new()
    {
        ["move"] = (fixture, space) => fixture.TryMove(space, Base, 17 * MiB, RangePlacement.Fixed, There + (7 * Page), out _),
        ["replace"] = (fixture, space) => fixture.TryMove(
            space, Base + (3 * Page), 4 * MiB, RangePlacement.Replacing, Base + (8 * MiB) + (9 * Page), out _),
        ["lengthen"] = (fixture, space) => fixture.TryResize(space, Base, 17 * MiB, 24 * MiB, RangeStaying.MayMove, out _),
        ["shorten"] = (fixture, space) => fixture.TryResize(space, Base, 17 * MiB, (16 * MiB) + Page, RangeStaying.MayMove, out _),
    };

    public static TheoryData<string> Operations => [.. s_operations.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_OnWhatACloneHas_OutOfMemoryAtEachAllocation_ChangesNothing(string name)
    {
        int failures = 0;
        for (uint free = 0; ; free++)
        {
            SpaceFixture fixture = new();
            AddressSpace space = fixture.Create();
            fixture.Reserve(space, Base, 17 * MiB);
            fixture.Reserve(space, Base + (18 * MiB), Page);
            for (uint mib = 0; mib < 17; mib++)
            {
                Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (mib * MiB), mib + 1));
            }

            AddressSpace child = fixture.Clone(space);
            fixture.LeaveFreeWithoutTables(free);
            (uint, uint, uint, uint) held = fixture.Held;
            List<(uint, uint, RangeKind, UserRights, uint)> regions = fixture.RegionsOf(space);
            VmStatus status = s_operations[name](fixture, space);
            Assert.Equal(regions, fixture.RegionsOf(child));
            if (status == VmStatus.Ok)
            {
                Assert.True(failures > 0);
                return;
            }

            failures++;
            Assert.Equal(VmStatus.OutOfFrames, status);
            Assert.Equal(held, fixture.Held);
            Assert.Equal(regions, fixture.RegionsOf(space));
            Assert.Equal((17u, 17u), (fixture.CountersOf(space).Tables, fixture.CountersOf(space).SharedTables));
        }
    }
}
