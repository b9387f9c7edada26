using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Pages that the kernel gives to a space, beside what the space has already; and what it says of memory that others spoiled.</summary>
public sealed class AddressSpaceGivenTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void TryMapNewPage_TableIsThereButNoMemory_ChangesNothing()
    {
        AddressSpace space = _fixture.Create();
        _ = _fixture.Map(space, Base);
        _fixture.LeaveFree(0);
        (uint, uint, uint, uint) held = _fixture.Held;

        Assert.Equal(VmStatus.OutOfFrames, _fixture.TryMap(space, Base + Page, out PhysicalAddress page));
        Assert.Equal((default, false), (page, _fixture.IsMapped(space, Base + Page)));
        Assert.Equal(held, _fixture.Held);
        _fixture.GiveBack();
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, Base + Page, out _));
    }

    // Of a run without a table, or in a table that a clone has as well: the first page may go, and the other stays.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryMapNewPage_BesideWhatIsThere_StaysWhenTheOtherGoes(bool isShared)
    {
        AddressSpace space = _fixture.Create();
        if (isShared)
        {
            _ = _fixture.Map(space, Base);
            _ = _fixture.Clone(space);
        }
        else
        {
            _fixture.Reserve(space, Base, Page);
        }

        _ = _fixture.Map(space, Base + Page);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Base, Page));
        Assert.Equal((false, true), (_fixture.IsMapped(space, Base), _fixture.IsMapped(space, Base + Page)));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + Page, 7));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Base + Page, Page));
        Assert.Equal(0u, _fixture.CountersOf(space).Tables);
    }

    [Theory]
    [InlineData(Base + MiB - Page, 1u, 1u)]
    [InlineData(Base + MiB - (2 * Page), 2u, 1u)]
    [InlineData(Base, 256u, 1u)]
    [InlineData(Base, 257u, 2u)]
    [InlineData(Base + MiB - Page, 2u, 2u)]
    public void TryMapFrames_UpToTheEndOfAMib_TakesTheTablesThatItNeeds(uint start, uint pageCount, uint tables)
    {
        AddressSpace space = _fixture.Create();
        uint held = _fixture.Held.Second;

        Assert.Equal(VmStatus.Ok, _fixture.TryMapFrames(space, start, new PhysicalAddress(0x4000_0000), pageCount, MemoryType.Device));
        Assert.Equal((held + tables, tables), (_fixture.Held.Second, _fixture.CountersOf(space).Tables));
        Assert.Equal(pageCount, _fixture.StateOf(space).PageCount);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapRange(space, start, pageCount));
        Assert.Equal(held, _fixture.Held.Second);
    }

    [Theory]
    [InlineData(0u, 256u)] // a section
    [InlineData(16u, 32u)] // large pages
    public void TryPublishCode_InABlock_CleansTheFramesThatAreThere(uint firstPage, uint pageCount)
    {
        AddressSpace space = _fixture.Create();
        space.SetRightsPolicy(ref _fixture.Machine, RightsPolicy.Any);
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base + (firstPage * Page)),
            LengthInBytes = pageCount * Page,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.All,
            Population = RangePopulation.AtOnce,
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
        Assert.True(_fixture.CountersOf(space).Sections + _fixture.CountersOf(space).LargePages > 0);
        for (uint page = firstPage; page < firstPage + pageCount; page += 7)
        {
            uint address = Base + (page * Page);
            Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, address, out TableWalk walk));
            _fixture.Memory.Maintenance = [];
            Assert.Equal(VmStatus.Ok, space.TryPublishCode(ref _fixture.Machine, new VirtualAddress(address + 8), 4));
            Assert.Equal(
                [(nameof(IMachine.CleanToUnification), walk.Physical.AlignDown(Page).Value, Page)], _fixture.Memory.Maintenance);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryDestroy_TableWithFewerPagesThanItsCountSays_IsReported(bool isOfRange)
    {
        Assert.SkipUnless(BuildChecks.Enabled, KernelHalf.NeedsChecks);
        AddressSpace space = _fixture.Create();
        if (isOfRange)
        {
            _fixture.Reserve(space, Base, Page);
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 1));
        }
        else
        {
            _ = _fixture.Map(space, Base);
            _ = _fixture.Map(space, Base + MiB); // in the table that follows, which is not looked at
        }

        SpaceLayout.CountOf(ref _fixture.Machine.Data<SpaceControl>(space.ControlPage), Base / MiB)++;
        AssertPanics("S1", Base, () => _fixture.TryDestroy(space));
    }

    [Fact]
    public void TryDestroy_PageThatAnotherFreed_IsReported()
    {
        AddressSpace space = _fixture.Create();
        PhysicalAddress page = _fixture.Map(space, Base);
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreePage(ref _fixture.Machine, page));
        AssertPanics("S3", page.Value, () => _fixture.TryDestroy(space));
    }

    [Fact]
    public void TryDestroy_TableThatAnotherFreed_IsReported()
    {
        AddressSpace space = _fixture.Create();
        _ = _fixture.Map(space, Base);
        FirstLevelEntry link = new(
            _fixture.Machine.ReadWord(FirstLevelTable.EntryOf(_fixture.StateOf(space).Table, new VirtualAddress(Base))));
        PhysicalAddress table = link.PageTable.Table;
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreeSecondLevelTable(ref _fixture.Machine, table));
        AssertPanics("S3", table.Value, () => _fixture.TryDestroy(space));
    }

    private static void AssertPanics(string invariant, uint value, System.Func<object> action)
    {
        PanicException panic = Assert.Throws<PanicException>(action);
        Assert.StartsWith(invariant, panic.Message);
        Assert.EndsWith($"(0x{value:x8})", panic.Message);
    }
}
