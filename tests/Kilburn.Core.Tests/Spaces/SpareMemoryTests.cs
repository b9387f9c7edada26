using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class SpareMemoryTests
{
    private const uint Page = 0x1000;
    private const uint Large = 0x1_0000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 0x0040_0000;

    private readonly SpaceFixture _fixture = new();

    [Theory]
    [InlineData(0u, 1u, 0)]
    [InlineData(1u, 15u, 5)]
    [InlineData(0u, 16u, 3)]
    [InlineData(0u, 16u, 16)]
    [InlineData(5u, 33u, 20)]
    [InlineData(1u, 256u, 100)]
    [InlineData(2u, 291u, 0)]
    [InlineData(0u, 291u, 17)]
    [InlineData(0u, 291u, 291)]
    public void Free_AfterSomeWereTaken_GivesBackTheRest(uint tables, uint pages, int taken)
    {
        (uint free, uint heldPages, uint second, uint first) = _fixture.Held;
        SpareMemory spares = default;
        Assert.Equal(VmStatus.Ok, spares.TryTake(ref _fixture.Machine, ref _fixture.Frames, tables, pages));
        Assert.Equal(second + tables, _fixture.Held.Second);

        List<PhysicalAddress> found = [];
        for (int index = 0; index < taken; index++)
        {
            found.Add(spares.TakePage(ref _fixture.Machine));
            Assert.All(Enumerable.Range(0, (int)Page / 4), word => Assert.Equal(0u, WordOf(found[^1], (uint)word)));
        }

        spares.Free(ref _fixture.Machine, ref _fixture.Frames);
        Assert.Equal(taken, found.Distinct().Count());
        foreach (PhysicalAddress page in found)
        {
            Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreePage(ref _fixture.Machine, page));
        }

        Assert.Equal((heldPages, second, first), (_fixture.Held.Pages, _fixture.Held.Second, _fixture.Held.First));
        Assert.InRange(_fixture.Held.Free, free - 2, free); // a frame that was cut into tables may stay so
    }

    // Spares are one run of 256 pages, one of 16, and a page.
    [Theory]
    [InlineData(Base, MiB, 0u, MiB)] // the whole of a MiB
    [InlineData(Base, MiB, 1u, Page)]
    [InlineData(Base, MiB, 16u, Large)]
    [InlineData(Base, MiB - Page, 0u, Large)] // not the whole
    [InlineData(Base, Large, 0u, Large)] // as long as the run
    [InlineData(Base, Large - Page, 0u, Page)]
    [InlineData(Base + Large, Large, 16u, Large)]
    [InlineData(Base + Page, MiB - Page, 1u, Page)]
    [InlineData(Base + Page, MiB - Page, 240u, Large)]
    public void TakePage_ForAPlace_IsOfARunThatThePlaceCanBe(uint start, uint lengthInBytes, uint page, uint expectedRun)
    {
        SpareMemory spares = default;
        Assert.Equal(VmStatus.Ok, spares.TryTake(ref _fixture.Machine, ref _fixture.Frames, tables: 0, pages: 256 + 16 + 1));
        MibParts parts = new(new VirtualAddress(start), new VirtualAddress(start + lengthInBytes));
        Assert.True(parts.TryNext());

        PhysicalAddress first = spares.TakePage(ref _fixture.Machine, in parts, page);
        uint length = 1;
        PhysicalAddress next = spares.TakePage(ref _fixture.Machine);
        for (; next == first.Add(length * Page) && length < 256; length++)
        {
            next = spares.TakePage(ref _fixture.Machine);
        }

        Assert.Equal(expectedRun, expectedRun == Page ? Page : length * Page);
        Assert.Equal(expectedRun != Page, first.Value % expectedRun == 0 && length > 1);
    }

    private uint WordOf(PhysicalAddress page, uint word) => _fixture.Machine.ReadWord(page.Add(word * sizeof(uint)));
}
