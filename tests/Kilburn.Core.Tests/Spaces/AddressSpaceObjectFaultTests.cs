using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Faults in mappings of objects: whose frame is there afterwards, who has a share in it, and what stays when one is refused.</summary>
public sealed class AddressSpaceObjectFaultTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Last = Page - sizeof(uint); // the last word of a page
    private const uint Absent = 64; // a page of the objects that nobody has touched
    private const uint Pages = 256;
    private const uint OwnerLimit = 16385;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void PrivateWrite_PageThatIsThere_CopiesAllOfIt()
    {
        MemoryObject memory = FilledObject(out AddressSpace owner);
        AddressSpace space = _fixture.Create();
        Map(space, memory, kind: RangeKind.Private);
        PhysicalAddress frame = _fixture.FrameOf(owner, Base);
        uint pages = _fixture.Held.Pages;

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 9));
        Assert.Equal((9u, 8u), (_fixture.Read(space, Base), _fixture.Read(space, Base + Last)));
        Assert.Equal((7u, 2u), (_fixture.Read(owner, Base), _fixture.OwnersOf(frame)));
        AssertCounters(space, resident: 1, objectFills: 1);
        Assert.Equal(pages + 1, _fixture.Held.Pages);
    }

    [Fact]
    public void PrivateWrite_PageThatIsAbsent_IsZeroesOfTheSpacesOwn()
    {
        MemoryObject memory = FilledObject(out _);
        AddressSpace space = _fixture.Create();
        Map(space, memory, kind: RangeKind.Private);

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (Absent * Page), 9));
        for (uint offset = sizeof(uint); offset < Page; offset += sizeof(uint))
        {
            Assert.Equal(0u, _fixture.Read(space, Base + (Absent * Page) + offset));
        }

        Assert.Equal(2u, _fixture.DescriptionOf(memory).ResidentPages);
        AssertCounters(space, resident: 1, objectFills: 1);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(Absent)]
    public void PrivateWrite_TableIsThereButNoMemory_ChangesNothing(uint page)
    {
        MemoryObject memory = FilledObject(out AddressSpace owner);
        AddressSpace space = _fixture.Create();
        Map(space, memory, kind: RangeKind.Private);
        Assert.Equal(7u, _fixture.Read(space, Base + (128 * Page)));
        _fixture.LeaveFree(0);

        Assert.Equal(FaultOutcome.OutOfMemory, _fixture.Write(space, Base + (page * Page), 9));
        Assert.False(_fixture.IsMapped(space, Base + (page * Page)));
        Assert.Equal((2u, 1u), (_fixture.OwnersOf(_fixture.FrameOf(owner, Base)), _fixture.CountersOf(space).ResidentPages));
        _fixture.GiveBack();
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (page * Page), 9));
    }

    [Fact]
    public void SharedRead_OfAnonymousObject_MayBeWrittenAtOnceAndSoMayItsNeighbours()
    {
        MemoryObject memory = FilledObject(out _);
        AddressSpace owner = _fixture.Create();
        Map(owner, memory, address: Base);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(owner, Base + Page, 17));
        AddressSpace space = _fixture.Create();
        Map(space, memory);

        Assert.Equal(7u, _fixture.Read(space, Base));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 9));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + Page, 19));
        Assert.Equal((9u, 19u), (_fixture.Read(owner, Base), _fixture.Read(owner, Base + Page)));
        AssertCounters(space, resident: 2, objectFills: 1);
    }

    [Theory]
    [InlineData(RangeKind.Shared, true, 0u, 0u)]
    [InlineData(RangeKind.Shared, false, 1u, 0u)]
    [InlineData(RangeKind.Private, true, 0u, 0u)]
    [InlineData(RangeKind.Private, false, 0u, 1u)]
    public void Write_OfPagedObject_TakesAnotherFaultAfterARead(RangeKind kind, bool isWrittenFirst, uint reuses, uint copies)
    {
        MemoryObject memory = _fixture.CreateObject(Pages, ObjectKind.Paged);
        AddressSpace space = _fixture.Create();
        Map(space, memory, kind: kind);
        Bring(memory, space);
        _fixture.Memory.Maintenance = [];
        if (!isWrittenFirst)
        {
            Assert.Equal(0u, _fixture.Read(space, Base));
        }

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 9));
        AssertCounters(space, resident: 1, objectFills: 1, reuses, copies);
        Assert.Equal(isWrittenFirst ? [] : [Base], _fixture.Removed);
        Assert.Equal(kind == RangeKind.Shared ? 2u : 1u, _fixture.OwnersOf(_fixture.FrameOf(space, Base)));
        Assert.Equal(kind == RangeKind.Shared ? 1u : 0u, _fixture.DescriptionOf(memory).DirtyPages);
    }

    [Theory]
    [InlineData(RangeKind.Shared, UserRights.ReadWrite)]
    [InlineData(RangeKind.Shared, UserRights.ReadExecute)]
    [InlineData(RangeKind.Private, UserRights.ReadExecute)]
    public void Read_OfAPage_IsCleanedIfItIsCodeAndThenComesAlone(RangeKind kind, UserRights rights)
    {
        MemoryObject memory = FilledObject(out AddressSpace owner);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(owner, Base + Page, 17));
        AddressSpace space = _fixture.Create();
        Map(space, memory, kind: kind, rights: rights);
        _fixture.Memory.Maintenance = [];

        Assert.Equal(7u, _fixture.Read(space, Base));
        bool isCode = rights == UserRights.ReadExecute;
        Assert.Equal(isCode ? [(_fixture.FrameOf(owner, Base).Value, Page)] : [], _fixture.Cleaned);
        Assert.Equal((!isCode, isCode ? 0u : 1u), (_fixture.IsMapped(space, Base + Page), _fixture.CountersOf(space).Neighbours));
    }

    [Fact]
    public void Write_InATableThatACloneShares_GivesTheTableAndNoPage()
    {
        MemoryObject memory = FilledObject(out AddressSpace parent);
        AddressSpace child = _fixture.Clone(parent);
        PhysicalAddress frame = _fixture.FrameOf(parent, Base);
        PhysicalAddress beside = _fixture.FrameOf(parent, Base + (128 * Page));
        (_, uint pages, uint tables, _) = _fixture.Held;
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, Base, 9));
        Assert.Equal((pages, tables + 1), (_fixture.Held.Pages, _fixture.Held.Second));
        Assert.Equal((3u, 3u), (_fixture.OwnersOf(frame), _fixture.OwnersOf(beside)));
        AssertCounters(child, resident: 2, objectFills: 0, reuses: 1);

        _fixture.Memory.Maintenance = [];
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, Base + (128 * Page), 9)); // a table of its own by now
        Assert.Equal([Base + (128 * Page)], _fixture.Removed);
        Assert.Equal((3u, 3u), (_fixture.OwnersOf(frame), _fixture.OwnersOf(beside)));
        AssertCounters(child, resident: 2, objectFills: 0, reuses: 2);
        Assert.Equal((9u, 9u), (_fixture.Read(parent, Base), _fixture.Read(parent, Base + (128 * Page))));
        Assert.Equal(2u, _fixture.DescriptionOf(memory).ResidentPages);
    }

    [Fact]
    public void Fill_InATableThatACloneShares_GivesTheTableAndAShare()
    {
        MemoryObject memory = FilledObject(out AddressSpace parent);
        AddressSpace child = _fixture.Clone(parent);
        (_, uint pages, uint tables, _) = _fixture.Held;
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, Base + (Absent * Page), 9));
        Assert.Equal((pages + 1, tables + 1), (_fixture.Held.Pages, _fixture.Held.Second));
        Assert.Equal((2u, 3u), (_fixture.OwnersOf(_fixture.FrameOf(child, Base + (Absent * Page))), _fixture.OwnersOf(_fixture.FrameOf(child, Base))));
        AssertCounters(child, resident: 3, objectFills: 1);
        Assert.False(_fixture.IsMapped(parent, Base + (Absent * Page)));
        Assert.Equal(3u, _fixture.DescriptionOf(memory).ResidentPages);
    }

    [Theory]
    [InlineData(0u, false)] // may not be written, as a clone has it
    [InlineData(0u, true)] // has itself as many owners as can be
    [InlineData(Absent, false)]
    public void Write_InATableThatCannotBeCopied_ChangesNothing(uint page, bool isItself)
    {
        MemoryObject memory = FilledObject(out AddressSpace parent);
        PhysicalAddress frame = _fixture.FrameOf(parent, Base);
        PhysicalAddress full = isItself ? frame : _fixture.FrameOf(parent, Base + (128 * Page));
        while (_fixture.OwnersOf(full) < OwnerLimit)
        {
            Assert.Equal(VmStatus.Ok, _fixture.Frames.TrySharePage(ref _fixture.Machine, full));
        }

        AddressSpace child = _fixture.Clone(parent);
        (_, _, uint tables, _) = _fixture.Held;
        uint owners = _fixture.OwnersOf(frame);
        Assert.Equal(FaultOutcome.OutOfMemory, _fixture.Write(child, Base + (page * Page), 9));
        Assert.Equal((tables, owners, 1u), (_fixture.Held.Second, _fixture.OwnersOf(frame), _fixture.CountersOf(child).SharedTables));
        AssertCounters(child, resident: 2, objectFills: 0);
        if (page == Absent)
        {
            // The object has the page, and nobody else.
            AddressSpace other = _fixture.Create();
            Map(other, memory);
            Assert.Equal(0u, _fixture.Read(other, Base + (page * Page)));
            Assert.Equal(2u, _fixture.OwnersOf(_fixture.FrameOf(other, Base + (page * Page))));
        }
    }

    [Fact]
    public void Fill_AsManyTablesAsTheSpaceMayHave_NeedsNoMore()
    {
        MemoryObject memory = FilledObject(out AddressSpace space);
        _fixture.Limit(space, tables: 1);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (Absent * Page), 9));
        Map(space, memory, address: Base + MiB);
        Assert.Equal(FaultOutcome.LimitReached, _fixture.Write(space, Base + MiB, 9));
        AssertCounters(space, resident: 3, objectFills: 3);
    }

    [Theory]
    [InlineData(SpaceLimits.None)]
    [InlineData(2u)]
    public void Populate_MappingOfAWholeObject_BringsItAndEndsThere(uint tables)
    {
        MemoryObject memory = FilledObject(out _);
        AddressSpace space = _fixture.Create();
        _fixture.Limit(space, tables: tables);
        Map(space, memory, address: Base + (16 * Page), population: RangePopulation.AtOnce);
        AssertCounters(space, resident: Pages, objectFills: 0);
        Assert.Equal(2u, _fixture.CountersOf(space).Tables);
        Assert.Equal(
            (false, true, true, false),
            (_fixture.IsMapped(space, Base + (15 * Page)), _fixture.IsMapped(space, Base + (16 * Page)),
                _fixture.IsMapped(space, Base + (271 * Page)), _fixture.IsMapped(space, Base + (272 * Page))));
    }

    [Fact]
    public void Fill_PageOfAnObjectThatLiesInNoMapping_IsReported()
    {
        _ = FilledObject(out AddressSpace space);
        SpaceMappings.Cut(
            ref _fixture.Machine,
            ref _fixture.Frames,
            ref SpaceLayout.AccountsOf(ref _fixture.Machine.Data<SpaceControl>(space.ControlPage)),
            new VirtualAddress(Base + (Absent * Page)),
            new VirtualAddress(Base + ((Absent + 1) * Page)));
        PanicException panic = Assert.Throws<PanicException>(() => _fixture.Write(space, Base + (Absent * Page), 1));
        Assert.StartsWith("O3", panic.Message);
    }

    // An object whose first page has 7 in its first word and 8 in its last; and page 128 has 7, too.
    private MemoryObject FilledObject(out AddressSpace space)
    {
        MemoryObject memory = _fixture.CreateObject(Pages);
        space = _fixture.Create();
        Map(space, memory);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 7));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + Last, 8));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (128 * Page), 7));
        return memory;
    }

    private void Map(
        AddressSpace space,
        MemoryObject memory,
        uint address = Base,
        RangeKind kind = RangeKind.Shared,
        UserRights rights = UserRights.ReadWrite,
        RangePopulation population = RangePopulation.OnDemand)
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(address),
            LengthInBytes = Pages * Page,
            Kind = kind,
            Rights = rights,
            Object = memory,
            Population = population,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
    }

    // The pager brings the first page.
    private void Bring(MemoryObject memory, AddressSpace space)
    {
        Assert.Equal(FaultOutcome.NeedsPager, _fixture.Write(space, Base, 0));
        Assert.True(_fixture.Spaces.Objects.TryTakeRequest(ref _fixture.Machine, memory, out uint offset));
        Assert.Equal(
            VmStatus.Ok,
            _fixture.Spaces.Objects.TrySupply(ref _fixture.Machine, ref _fixture.Frames, memory, offset, _fixture.NewPage()));
    }

    private void AssertCounters(AddressSpace space, uint resident, uint objectFills, uint reuses = 0, uint copies = 0)
    {
        SpaceCounters counters = _fixture.CountersOf(space);
        Assert.Equal(
            (resident, objectFills, reuses, copies),
            (counters.ResidentPages, counters.ObjectFills, counters.Reuses, counters.Copies));
    }
}
