using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Which pages of an object come along: those of the same 64 KiB, of the same mapping.</summary>
public sealed class FaultAroundObjectTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint Pages = 64;

    private readonly SpaceFixture _fixture = new();

    [Theory]
    [InlineData(0u, 64u, 20u, 16u, 16u)] // from before the block to behind it
    [InlineData(0u, 64u, 16u, 16u, 16u)]
    [InlineData(0u, 64u, 31u, 16u, 16u)]
    [InlineData(20u, 40u, 20u, 20u, 12u)] // begins in it
    [InlineData(20u, 40u, 31u, 20u, 12u)]
    [InlineData(16u, 48u, 20u, 16u, 16u)] // begins with it
    [InlineData(2u, 28u, 16u, 16u, 14u)] // ends in it
    [InlineData(2u, 30u, 20u, 16u, 16u)] // ends with it
    [InlineData(20u, 4u, 22u, 20u, 4u)] // lies in it
    [InlineData(31u, 8u, 31u, 31u, 1u)]
    public void Read_MappingAmongOthersOfTheObject_BringsItsPagesOfTheBlock(
        uint first, uint pageCount, uint page, uint expectedFirst, uint expectedCount)
    {
        MemoryObject memory = FilledObject();
        AddressSpace space = _fixture.Create();
        Map(space, memory, 0, first, 0);
        Map(space, memory, first, pageCount, 5);
        Map(space, memory, first + pageCount, Pages - (first + pageCount), 0);

        Assert.Equal(100 + 5 + page - first, _fixture.Read(space, Base + (page * Page)));
        List<uint> mapped =
            [.. Enumerable.Range(0, (int)Pages).Select(index => (uint)index).Where(index => _fixture.IsMapped(space, Base + (index * Page)))];
        Assert.Equal(Enumerable.Range((int)expectedFirst, (int)expectedCount).Select(index => (uint)index), mapped);
        Assert.All(mapped, index => Assert.Equal(100 + 5 + index - first, _fixture.Read(space, Base + (index * Page))));
        SpaceCounters counters = _fixture.CountersOf(space);
        Assert.Equal(
            (1u, expectedCount - 1, expectedCount), (counters.ObjectFills, counters.Neighbours, counters.ResidentPages));
    }

    // Page n has the word 100 + n.
    private MemoryObject FilledObject()
    {
        MemoryObject memory = _fixture.CreateObject(Pages + 5);
        AddressSpace space = _fixture.Create();
        Map(space, memory, 0, Pages + 5, 0);
        for (uint page = 0; page < Pages + 5; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + (page * Page), 100 + page));
        }

        return memory;
    }

    private void Map(AddressSpace space, MemoryObject memory, uint page, uint pageCount, uint firstPage)
    {
        if (pageCount == 0)
        {
            return;
        }

        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base + (page * Page)),
            LengthInBytes = pageCount * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
            ObjectOffset = firstPage * Page,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
    }
}
