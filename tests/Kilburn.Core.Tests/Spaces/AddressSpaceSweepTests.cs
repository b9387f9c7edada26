using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Pages that leave an object, or are to be told again when they are written, in spaces that map it in part, and have other memory around.</summary>
public sealed class AddressSpaceSweepTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 0x0040_0000;
    private const uint Around = 8; // pages of other memory before a part of an object, and behind it
    private const uint FirstPage = 2; // of the part
    private const uint Pages = 4;
    private const uint Part = Base + (Around * Page);

    private readonly SpaceFixture _fixture = new();

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(5u)]
    [InlineData(6u)]
    [InlineData(7u)]
    public void Shorten_ObjectMappedInPart_TakesOutItsPagesAndNoOthers(uint left)
    {
        MemoryObject memory = _fixture.CreateObject(8);
        MemoryObject other = _fixture.CreateObject(8);
        AddressSpace space = _fixture.Create();
        Map(space, other, Base - MiB, 8);
        MapPartInOtherMemory(space, memory);
        Map(space, memory, Base + MiB, 8);
        Map(space, memory, Base + (2 * MiB), 8, kind: RangeKind.Private);
        uint[] others = [Base - MiB, Base + (2 * MiB)];
        foreach (uint start in others.Append(Base + MiB))
        {
            WriteAll(space, start, 8);
        }

        WriteAll(space, Base, Around + Pages + Around);
        Assert.Equal(VmStatus.Ok, _fixture.Spaces.Objects.TryResize(ref _fixture.Machine, ref _fixture.Frames, memory, left * Page));

        uint leftOfPart = left < FirstPage ? 0 : uint.Min(left - FirstPage, Pages);
        Assert.Equal([.. Enumerable.Range(0, (int)left)], Mapped(space, Base + MiB, 8));
        Assert.Equal(
            [.. Enumerable.Range(0, (int)(Around + leftOfPart)), .. Enumerable.Range((int)(Around + Pages), (int)Around)],
            Mapped(space, Base, Around + Pages + Around));
        for (uint page = 0; page < 8; page++)
        {
            Assert.Equal(Base + (page * Page), _fixture.Read(space, Base + (page * Page)));
            uint behind = Part + ((Pages + page) * Page);
            Assert.Equal(behind, _fixture.Read(space, behind));
            Assert.All(others, start => Assert.Equal(start + (page * Page), _fixture.Read(space, start + (page * Page))));
        }

        Assert.Equal((2 * Around) + leftOfPart + 16 + left, _fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void Shorten_WhereAMappingWasBefore_LeavesWhatIsThereNow()
    {
        MemoryObject memory = _fixture.CreateObject(8);
        AddressSpace space = _fixture.Create();
        Map(space, memory, Base, 4);
        Map(space, memory, Base + MiB, 4);
        _fixture.Reserve(space, Base + (2 * MiB), Page);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Base + MiB, 4 * Page));
        _fixture.Reserve(space, Base + MiB, 4 * Page);
        WriteAll(space, Base, 4);
        WriteAll(space, Base + MiB, 4);
        AddressSpace child = _fixture.Clone(space);
        Assert.Equal(VmStatus.Ok, _fixture.Spaces.Objects.TryResize(ref _fixture.Machine, ref _fixture.Frames, memory, 0));

        Assert.Equal((1u, 1u), (_fixture.CountersOf(space).SharedTables, _fixture.CountersOf(child).SharedTables));
        Assert.Equal([0, 1, 2, 3], Mapped(space, Base + MiB, 4));
        Assert.Equal([0, 1, 2, 3], Mapped(child, Base + MiB, 4));
        Assert.Equal(Base + MiB, _fixture.Read(child, Base + MiB));
        Assert.Empty(Mapped(space, Base, 4));
    }

    [Fact]
    public void Shorten_TablesThatClonesShare_AreTheSpacesOwnAndNothingIsLeftOver()
    {
        (uint, uint, uint, uint) held = _fixture.Held;
        MemoryObject memory = _fixture.CreateObject(8);
        AddressSpace space = _fixture.Create();
        Map(space, memory, Base, 4);
        Map(space, memory, Base + MiB, 4, firstPage: 4);
        WriteAll(space, Base, 4);
        WriteAll(space, Base + MiB, 4);
        AddressSpace child = _fixture.Clone(space);
        (_, _, uint tables, _) = _fixture.Held;
        Assert.Equal(VmStatus.Ok, _fixture.Spaces.Objects.TryResize(ref _fixture.Machine, ref _fixture.Frames, memory, 5 * Page));

        Assert.Equal(tables + 1, _fixture.Held.Second);
        Assert.Equal((1u, 1u), (_fixture.CountersOf(space).SharedTables, _fixture.CountersOf(child).SharedTables));
        Assert.All((AddressSpace[])[space, child], each => Assert.Equal([0], Mapped(each, Base + MiB, 4)));
        Assert.All((AddressSpace[])[space, child], each => Assert.Equal([0, 1, 2, 3], Mapped(each, Base, 4)));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(space));
        _fixture.Spaces.Objects.Close(ref _fixture.Machine, ref _fixture.Frames, memory);
        Assert.Equal(held, _fixture.Held);
    }

    [Fact]
    public void TakeDirty_ObjectMappedInPartAndWhole_DefersWritesOfThePageAlone()
    {
        MemoryObject memory = PagedObject();
        AddressSpace space = _fixture.Create();
        MapPartInOtherMemory(space, memory);
        Map(space, memory, Base + MiB, 8);
        Map(space, memory, Base + (2 * MiB), 8);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Base + (2 * MiB), 8 * Page));
        _fixture.Reserve(space, Base + (2 * MiB), 8 * Page);
        WriteAll(space, Base, Around + Pages + Around);
        WriteAll(space, Base + MiB, 8);
        WriteAll(space, Base + (2 * MiB), 8);
        Assert.Empty(Deferred(space));

        List<uint> expected = [];
        for (uint taken = 0; taken < 8; taken++)
        {
            _fixture.Memory.Maintenance = [];
            uint page = TakeDirty(memory);
            List<uint> places = page is >= FirstPage and < FirstPage + Pages ? [Part + ((page - FirstPage) * Page)] : [];
            places.Add(Base + MiB + (page * Page));
            Assert.Equal(
                places,
                _fixture.Memory.Maintenance.Where(step => step.Member == nameof(IMachine.RemovePage)).Select(step => step.Address));
            expected.AddRange(places);
            Assert.Equal(expected.Order(), Deferred(space));
        }
    }

    private void MapPartInOtherMemory(AddressSpace space, MemoryObject memory)
    {
        _fixture.Reserve(space, Base, Around * Page);
        Map(space, memory, Part, Pages, FirstPage);
        _fixture.Reserve(space, Part + (Pages * Page), Around * Page);
    }

    private void Map(
        AddressSpace space, MemoryObject memory, uint address, uint pages, uint firstPage = 0, RangeKind kind = RangeKind.Shared)
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(address),
            LengthInBytes = pages * Page,
            Kind = kind,
            Rights = UserRights.ReadWrite,
            Object = memory,
            ObjectOffset = firstPage * Page,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
    }

    // Each page's first word is its address.
    private void WriteAll(AddressSpace space, uint start, uint pages)
    {
        for (uint address = start; address < start + (pages * Page); address += Page)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, address, address));
        }
    }

    private List<int> Mapped(AddressSpace space, uint start, uint pages) =>
        [.. Enumerable.Range(0, (int)pages).Where(page => _fixture.IsMapped(space, start + ((uint)page * Page)))];

    // Its pager has brought all pages.
    private MemoryObject PagedObject()
    {
        MemoryObject memory = _fixture.CreateObject(8, ObjectKind.Paged);
        AddressSpace space = _fixture.Create();
        Map(space, memory, Base, 8);
        PhysicalAddress contents = _fixture.NewPage();
        for (uint page = 0; page < 8; page++)
        {
            Assert.Equal(FaultOutcome.NeedsPager, _fixture.Write(space, Base + (page * Page), 0));
            Assert.True(_fixture.Spaces.Objects.TryTakeRequest(ref _fixture.Machine, memory, out uint offset));
            Assert.Equal(
                VmStatus.Ok, _fixture.Spaces.Objects.TrySupply(ref _fixture.Machine, ref _fixture.Frames, memory, offset, contents));
        }

        return memory;
    }

    private uint TakeDirty(MemoryObject memory)
    {
        Assert.Equal(
            VmStatus.Ok,
            _fixture.Spaces.Objects.TryTakeDirty(
                ref _fixture.Machine, ref _fixture.Frames, memory, out uint offset, out PhysicalAddress page));
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreePage(ref _fixture.Machine, page));
        return offset / Page;
    }

    // Pages that are there, and cannot be written without a fault.
    private List<uint> Deferred(AddressSpace space)
    {
        List<uint> deferred = [];
        for (uint address = Base; address < Base + (3 * MiB); address += Page)
        {
            if (_fixture.TryTranslate(space, address, out TableWalk walk) == VmStatus.Ok
                && walk.Check(TranslationAccess.UserWrite, DomainAccess.KernelAndUser) != FaultStatus.None)
            {
                deferred.Add(address);
            }
        }

        return deferred;
    }
}
