using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceObjectTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint GiB = 0x4000_0000;

    private static MemoryObject Create(SpaceFixture fixture, uint pageCount) => fixture.CreateObject(pageCount);

    private static RangeRequest Request(MemoryObject memory, uint address, uint lengthInBytes, RangeKind kind = RangeKind.Shared) => new()
    {
        Placement = RangePlacement.Fixed,
        Address = new VirtualAddress(address),
        LengthInBytes = lengthInBytes,
        Kind = kind,
        Rights = UserRights.ReadWrite,
        Object = memory,
    };

    private static void Map(SpaceFixture fixture, AddressSpace space, RangeRequest request) =>
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));

    private static FaultOutcome TryRead(SpaceFixture fixture, AddressSpace space, uint address)
    {
        uint word = 0;
        return fixture.Access(space, address, FaultAccess.Read, ref word);
    }

    [Fact]
    public void Shared_InTwoSpacesAtTwoAddressesWithTwoRights_IsOneMemory()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 8);
        AddressSpace writer = fixture.Create();
        AddressSpace reader = fixture.Create();
        Map(fixture, writer, Request(memory, Base, 8 * Page));
        Map(fixture, reader, Request(memory, 0x2000_3000, 4 * Page) with { Rights = UserRights.Read, ObjectOffset = 2 * Page });
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(writer, Base + (3 * Page), 7));
        Assert.Equal(7u, fixture.Read(reader, 0x2000_4000));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(writer, Base + (3 * Page), 8));
        Assert.Equal(8u, fixture.Read(reader, 0x2000_4000));
        Assert.Equal(FaultOutcome.Protection, fixture.Write(reader, 0x2000_4000, 9));
        Assert.Equal(VmStatus.RightsRefused, fixture.TryProtectBytes(reader, 0x2000_3000, 4 * Page, UserRights.ReadWrite));
        Assert.Equal((1u, 3u), (fixture.DescriptionOf(memory).ResidentPages, fixture.DescriptionOf(memory).References));
    }

    [Fact]
    public void Shared_AGigabyteUntouched_TakesThePageOfMappingsOnly()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, GiB / Page);
        AddressSpace space = fixture.Create();
        (uint free, uint pages, uint second, uint first) = fixture.Held;
        Map(fixture, space, Request(memory, Base + Page, GiB));
        Assert.Equal((free - 1, pages + 1, second, first), fixture.Held);
        Assert.True(space.TryQuery(ref fixture.Machine, new VirtualAddress(Base + MiB), out SpaceRegion region) == VmStatus.Ok);
        Assert.Equal(
            (Base + Page, GiB, RangeKind.Shared, memory.Page, 0u),
            (region.Start.Value, region.LengthInBytes, region.Kind, region.Object.Page, region.ObjectOffset));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base + MiB, GiB));
        Assert.Equal((free - 1, pages + 1, second, first), fixture.Held);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base, MiB));
        Assert.Equal((free, pages, second, first), fixture.Held);
        Map(fixture, space, Request(memory, Base, Page));
    }

    [Theory]
    [InlineData(RangeKind.Shared)]
    [InlineData(RangeKind.Private)]
    public void Populated_HasAllPagesWithoutAFault(RangeKind kind)
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 24);
        AddressSpace other = fixture.Create();
        Map(fixture, other, Request(memory, Base, 24 * Page));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(other, Base + (20 * Page), 7));
        AddressSpace space = fixture.Create();
        Map(fixture, space, Request(memory, Base + Page, 30 * Page, kind) with { Population = RangePopulation.AtOnce });
        SpaceCounters counters = fixture.CountersOf(space);
        Assert.Equal((24u, 0u, 0u), (counters.ResidentPages, counters.ObjectFills, counters.Neighbours)); // it goes on past the object's end
        Assert.Equal(24u, fixture.DescriptionOf(memory).ResidentPages);
        Assert.Equal(7u, fixture.Read(space, Base + (21 * Page)));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + Page, 8));
        Assert.Equal(kind == RangeKind.Shared ? 8u : 0u, fixture.Read(other, Base));
        Assert.Equal(0u, fixture.CountersOf(space).ObjectFills);
        Assert.Equal(FaultOutcome.PastEnd, TryRead(fixture, space, Base + (25 * Page)));
    }

    [Fact]
    public void Populated_LittleMemory_IsMappedAllTheSame()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 64);
        AddressSpace space = fixture.Create();
        fixture.LeaveFree(12);
        Map(fixture, space, Request(memory, Base, 64 * Page) with { Population = RangePopulation.AtOnce });
        Assert.InRange(fixture.CountersOf(space).ResidentPages, 1u, 12u);
        Assert.Equal(64u, fixture.CountersOf(space).ReservedPages);
        fixture.GiveBack();
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (63 * Page), 1));
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
    }

    [Fact]
    public void Populated_PagedObject_AsksNobody()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = fixture.CreateObject(4, ObjectKind.Paged);
        AddressSpace space = fixture.Create();
        Map(fixture, space, Request(memory, Base, 4 * Page) with { Population = RangePopulation.AtOnce });
        Assert.False(fixture.Spaces.Objects.TryTakeRequest(ref fixture.Machine, memory, out uint _));
        Assert.Equal(0u, fixture.CountersOf(space).ResidentPages);
        Assert.Equal(FaultOutcome.NeedsPager, TryRead(fixture, space, Base));
        Assert.True(fixture.Spaces.Objects.TryTakeRequest(ref fixture.Machine, memory, out uint _));
        Assert.Equal(
            VmStatus.Ok,
            fixture.Spaces.Objects.TrySupply(ref fixture.Machine, ref fixture.Frames, memory, 0, fixture.NewPage()));
        Map(fixture, space, Request(memory, Base + MiB, 4 * Page) with { Population = RangePopulation.AtOnce });
        Assert.Equal(1u, fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void Private_Written_IsTheSpacesAlone()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 4);
        AddressSpace space = fixture.Create();
        Map(fixture, space, Request(memory, Base, 4 * Page));
        Map(fixture, space, Request(memory, Base + MiB, 4 * Page, RangeKind.Private));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 1));
        Assert.Equal(1u, fixture.Read(space, Base + MiB));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + MiB, 2));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + MiB + Page, 3));
        Assert.Equal((1u, 0u), (fixture.Read(space, Base), fixture.Read(space, Base + Page)));
        Assert.Equal(VmStatus.Ok, fixture.TryAdvise(space, Base + MiB, 4 * Page, RangeAdvice.Discard));
        Assert.Equal((1u, 0u), (fixture.Read(space, Base + MiB), fixture.Read(space, Base + MiB + Page)));
    }

    [Fact]
    public void Clone_SharedIsSharedAndPrivateIsCopied()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 4);
        AddressSpace parent = fixture.Create();
        Map(fixture, parent, Request(memory, Base, 4 * Page));
        Map(fixture, parent, Request(memory, Base + (8 * Page), 4 * Page, RangeKind.Private));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 1));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base + (9 * Page), 2));
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(1u, fixture.CountersOf(child).SharedTables);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base, 10));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base + (9 * Page), 20));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base + Page, 30));
        Assert.Equal((10u, 2u, 30u), (fixture.Read(parent, Base), fixture.Read(parent, Base + (9 * Page)), fixture.Read(parent, Base + Page)));
        Assert.Equal(5u, fixture.DescriptionOf(memory).References);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(parent));
        Assert.Equal((10u, 20u), (fixture.Read(child, Base), fixture.Read(child, Base + (9 * Page))));
        Assert.Equal(3u, fixture.DescriptionOf(memory).References);
    }

    [Fact]
    public void Resize_Shorter_TakesThePagesOutEverywhere()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 4);
        AddressSpace parent = fixture.Create();
        AddressSpace other = fixture.Create();
        Map(fixture, parent, Request(memory, Base, 4 * Page));
        Map(fixture, other, Request(memory, Base, 2 * Page) with { ObjectOffset = 2 * Page });
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base + Page, 1));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base + (2 * Page), 2));
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(2u, fixture.Read(other, Base));
        Assert.Equal(VmStatus.Ok, fixture.Spaces.Objects.TryResize(ref fixture.Machine, ref fixture.Frames, memory, 2 * Page));
        Assert.Equal(FaultOutcome.PastEnd, TryRead(fixture, parent, Base + (2 * Page)));
        Assert.Equal(FaultOutcome.PastEnd, TryRead(fixture, child, Base + (2 * Page)));
        Assert.Equal(FaultOutcome.PastEnd, TryRead(fixture, other, Base));
        Assert.Equal((1u, 1u), (fixture.Read(child, Base + Page), fixture.DescriptionOf(memory).ResidentPages));
        Assert.Equal(VmStatus.Ok, fixture.Spaces.Objects.TryResize(ref fixture.Machine, ref fixture.Frames, memory, 3 * Page));
        Assert.Equal(0u, fixture.Read(other, Base));
        Assert.Equal(FaultOutcome.PastEnd, TryRead(fixture, other, Base + Page));
    }

    [Fact]
    public void Close_WithTheLastMapping_GivesAllBack()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        MemoryObject memory = Create(fixture, 2000);
        AddressSpace space = fixture.Create();
        Map(fixture, space, Request(memory, Base, 2000 * Page));
        fixture.Spaces.Objects.Close(ref fixture.Machine, ref fixture.Frames, memory);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 1));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (1999 * Page), 2));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base + (2 * Page), 1000 * Page));
        Assert.Equal((1u, 2u), (fixture.Read(space, Base), fixture.Read(space, Base + (1999 * Page))));
        Assert.Equal(2u, fixture.DescriptionOf(memory).References);
        uint id = uint.MaxValue;
        Assert.True(fixture.Spaces.Objects.TryFindNext(ref fixture.Machine, ref id, out _));
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        id = uint.MaxValue;
        Assert.False(fixture.Spaces.Objects.TryFindNext(ref fixture.Machine, ref id, out _));
        Assert.Equal(held, fixture.Held);
    }

    [Fact]
    public void TryFindNext_SeveralObjects_FindsEachDownward()
    {
        SpaceFixture fixture = new();
        MemoryObject[] objects = [Create(fixture, 1), Create(fixture, 2), Create(fixture, 3)];
        fixture.Spaces.Objects.Close(ref fixture.Machine, ref fixture.Frames, objects[1]);
        List<uint> lengths = [];
        for (uint id = uint.MaxValue; fixture.Spaces.Objects.TryFindNext(ref fixture.Machine, ref id, out ObjectDescription found);)
        {
            lengths.Add(found.LengthInBytes);
        }

        Assert.Equal([3 * Page, Page], lengths);
    }

    [Fact]
    public void BadInput_IsRefusedAndChangesNothing()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 4);
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        MemoryObjects objects = fixture.Spaces.Objects;
        Assert.Equal(VmStatus.Misaligned, objects.TryCreate(ref fixture.Machine, ref fixture.Frames, 1, ObjectKind.Anonymous, out _));
        Assert.Equal(
            VmStatus.OutOfRange, objects.TryCreate(ref fixture.Machine, ref fixture.Frames, 0x8000_1000, ObjectKind.Anonymous, out _));
        Assert.Equal(VmStatus.WrongKind, objects.TryCreate(ref fixture.Machine, ref fixture.Frames, Page, (ObjectKind)2, out _));
        Assert.Equal(VmStatus.Misaligned, objects.TryResize(ref fixture.Machine, ref fixture.Frames, memory, 1));
        Assert.Equal(VmStatus.OutOfRange, objects.TryResize(ref fixture.Machine, ref fixture.Frames, memory, 0xFFFF_F000));
        RangeRequest good = Request(memory, Base, Page);
        Assert.Equal(VmStatus.Misaligned, fixture.TryMap(space, good with { ObjectOffset = 1 }, out _));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMap(space, good with { ObjectOffset = 0x8000_0000 }, out _));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMap(space, good with { ObjectOffset = 0xFFFF_F000 }, out _));
        Assert.Equal(VmStatus.RightsRefused, fixture.TryMap(space, good with { MoreRights = (UserRights)8 }, out _));
        space.SetLimits(ref fixture.Machine, new SpaceLimits { ReservedPages = 0, ResidentPages = 0, Tables = 0 });
        Assert.Equal(VmStatus.LimitReached, fixture.TryMap(space, good, out _));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(1u, fixture.DescriptionOf(memory).References);
        space.SetLimits(ref fixture.Machine, new SpaceLimits { ReservedPages = 1, ResidentPages = 0, Tables = 1 });
        Map(fixture, space, good);
        Assert.Equal(FaultOutcome.LimitReached, TryRead(fixture, space, Base));
        space.SetLimits(ref fixture.Machine, new SpaceLimits { ReservedPages = 1, ResidentPages = 1, Tables = 0 });
        Assert.Equal(FaultOutcome.LimitReached, TryRead(fixture, space, Base));
    }

    [Fact]
    public void Map_MoreMappingsThanASpaceCanHave_IsRefusedAndChangesNothing()
    {
        SpaceFixture fixture = new();
        MemoryObject memory = Create(fixture, 4);
        AddressSpace space = fixture.Create();
        for (uint index = 0; index < 254; index++)
        {
            Map(fixture, space, Request(memory, Base + (index * 4 * Page), Page));
        }

        Map(fixture, space, Request(memory, Base + (254 * 4 * Page), 3 * Page));
        List<(uint, uint, RangeKind, UserRights, uint)> regions = fixture.RegionsOf(space);
        Assert.Equal(VmStatus.LimitReached, fixture.TryMap(space, Request(memory, 0x2000_0000, Page), out _));
        Assert.Equal(VmStatus.LimitReached, fixture.TryUnmapBytes(space, Base + (254 * 4 * Page) + Page, Page));
        Assert.Equal(
            VmStatus.LimitReached,
            fixture.TryMap(
                space,
                Request(memory, Base + (254 * 4 * Page) + Page, Page) with { Placement = RangePlacement.Replacing },
                out _));
        Assert.Equal(regions, fixture.RegionsOf(space));
        Assert.Equal(256u, fixture.DescriptionOf(memory).References);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base, Page));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(space, Base + (254 * 4 * Page) + Page, Page));
        Assert.Equal(256u, fixture.DescriptionOf(memory).References);
    }

    private static readonly Dictionary<string, Func<SpaceFixture, AddressSpace, MemoryObject, VmStatus>> s_operations = new()
    {
        ["map"] = (fixture, space, memory) => fixture.TryMap(space, Request(memory, Base + (8 * MiB) + Page, Page), out _),
        ["read"] = (fixture, space, _) => StatusOf(TryRead(fixture, space, Base + Page)),
        ["write"] = (fixture, space, _) => StatusOf(fixture.Write(space, Base + Page, 1)),
        ["write what a clone has"] = (fixture, space, _) => StatusOf(fixture.Write(space, Base, 1)),
        ["write of a copy"] = (fixture, space, _) => StatusOf(fixture.Write(space, Base + (2 * MiB), 1)),
        ["shorten"] = (fixture, _, memory) => fixture.Spaces.Objects.TryResize(ref fixture.Machine, ref fixture.Frames, memory, 0),
    };

    public static TheoryData<string> Operations => [.. s_operations.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_OutOfMemoryAtEachAllocation_ChangesNothing(string name)
    {
        int failures = 0;
        for (uint free = 0; ; free++)
        {
            SpaceFixture fixture = new();
            MemoryObject memory = Create(fixture, 2048);
            AddressSpace parent = fixture.Create();
            AddressSpace child = default;
            if (name != "map")
            {
                Map(fixture, parent, Request(memory, Base, 2 * MiB));
                Map(fixture, parent, Request(memory, Base + (2 * MiB), MiB, RangeKind.Private));
                Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 7));
                child = fixture.Clone(parent);
            }

            fixture.LeaveFreeWithoutTables(free);
            (uint, uint, uint, uint) held = fixture.Held;
            List<(uint, uint, RangeKind, UserRights, uint)> regions = fixture.RegionsOf(parent);
            VmStatus status = s_operations[name](fixture, parent, memory);
            if (status == VmStatus.Ok)
            {
                Assert.True(failures > 0);
                return;
            }

            failures++;
            Assert.Equal(VmStatus.OutOfFrames, status);
            Assert.Equal(held, fixture.Held);
            Assert.Equal(regions, fixture.RegionsOf(parent));
            Assert.Equal((name == "map" ? 1u : 5u, name == "map" ? 0u : 1u), (fixture.DescriptionOf(memory).References, fixture.DescriptionOf(memory).ResidentPages));
            Assert.True(name == "map" || fixture.Read(child, Base) == 7);
        }
    }

    private static VmStatus StatusOf(FaultOutcome outcome) =>
        outcome == FaultOutcome.Resolved ? VmStatus.Ok : outcome == FaultOutcome.OutOfMemory ? VmStatus.OutOfFrames : VmStatus.Denied;
}
