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

/// <summary>Shares in frames that clones and their tables take, and give back when there is no more memory; and what TLBs are told of it.</summary>
public sealed class AddressSpaceCloneSharesTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;

    private readonly SpaceFixture _fixture = new();

    // A share too many, or one too few, shows when all is given back.
    [Theory]
    [InlineData(0u)]
    [InlineData(8u)]
    [InlineData(255u)]
    public void Clone_OutOfMemoryAfterAnyTable_GivesBackTheSharesOfTheOthers(uint page)
    {
        const uint Mibs = 9;
        uint firstLevelTables = _fixture.Held.First;
        AddressSpace parent = _fixture.Create();
        for (uint mib = 0; mib < Mibs; mib++)
        {
            _ = _fixture.Map(parent, Base + (mib * MiB) + (page * Page));
            _ = _fixture.Map(parent, Base + (mib * MiB) + (100 * Page));
        }

        int failures = 0;
        VmStatus status;
        for (uint free = 0; ; free++)
        {
            _fixture.LeaveFreeWithoutTables(free);
            status = _fixture.TryClone(parent, out AddressSpace child);
            if (status == VmStatus.Ok)
            {
                Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
                break;
            }

            Assert.Equal(VmStatus.OutOfFrames, status);
            failures++;
            _fixture.GiveBack();
        }

        Assert.True(failures > 3);
        _fixture.GiveBack();
        uint pages = _fixture.Statistics.Pages;
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(parent));
        Assert.Equal(pages - (2 * Mibs) - 1, _fixture.Statistics.Pages); // and the control page
        Assert.Equal(firstLevelTables, _fixture.Held.First);
    }

    [Fact]
    public void Clone_WithMappingsOfAnObjectOutOfMemoryAtEachAllocation_ChangesNothing()
    {
        MemoryObject memory = _fixture.CreateObject(2);
        AddressSpace parent = _fixture.Create();
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(parent, Shared(memory), out _));
        for (uint mib = 0; mib < 6; mib++)
        {
            _ = _fixture.Map(parent, Base + ((mib + 1) * MiB));
        }

        int failures = 0;
        for (uint free = 0; ; free++)
        {
            _fixture.LeaveFreeWithoutTables(free);
            (uint, uint, uint, uint) held = _fixture.Held;
            VmStatus status = _fixture.TryClone(parent, out AddressSpace child);
            if (status == VmStatus.Ok)
            {
                Assert.Equal(3u, _fixture.DescriptionOf(memory).References);
                Assert.Equal(FaultOutcome.Resolved, _fixture.Resolve(parent, FaultStatus.TranslationSecondLevel, FaultAccess.Read, Base + MiB));
                Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
                Assert.Equal(held, _fixture.Held);
                break;
            }

            failures++;
            Assert.Equal((VmStatus.OutOfFrames, held, 2u), (status, _fixture.Held, _fixture.DescriptionOf(memory).References));
            _fixture.GiveBack();
        }

        Assert.True(failures > 3);
    }

    // The table that is given back lies beside those of other spaces, in which nothing is given back.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Change_OfASharedTableOneOfWhoseFramesHasTooManyOwners_TakesNoShareInTheOthers(int freed)
    {
        AddressSpace parent = _fixture.Create();
        _fixture.Reserve(parent, Base, 3 * Page);
        for (uint page = 0; page < 3; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base + (page * Page), page));
        }

        AddressSpace[] others = [_fixture.Create(), _fixture.Create(), _fixture.Create()];
        foreach (AddressSpace other in others)
        {
            _fixture.Reserve(other, Base, Page);
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(other, Base, 1));
        }

        AddressSpace child = _fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(others[freed]));
        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(parent, Base + (2 * Page), out TableWalk walk));
        uint added = 0;
        while (_fixture.Frames.TrySharePage(ref _fixture.Machine, walk.Physical) == VmStatus.Ok)
        {
            added++;
        }

        (uint, uint, uint, uint) held = _fixture.Held;
        Assert.Equal(VmStatus.Overflow, _fixture.TryProtectBytes(child, Base, Page, UserRights.Read));
        Assert.Equal(FaultOutcome.OutOfMemory, _fixture.Write(child, Base, 9));
        Assert.Equal(held, _fixture.Held);
        for (; added != 0; added--)
        {
            Assert.Equal(VmStatus.Ok, _fixture.Frames.TryFreePage(ref _fixture.Machine, walk.Physical));
        }

        uint pages = _fixture.Statistics.Pages;
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
        Assert.Equal(pages - 1, _fixture.Statistics.Pages);
        Assert.Equal([0u, 1u, 2u], Enumerable.Range(0, 3).Select(page => _fixture.Read(parent, Base + ((uint)page * Page))));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(parent));
        Assert.Equal(pages - 5, _fixture.Statistics.Pages);
    }

    // Nobody has a share in them: they are no memory.
    [Fact]
    public void Clone_WithPagesOfADevice_GivesThemToBoth()
    {
        PhysicalAddress device = new(0x9000_0000);
        AddressSpace parent = _fixture.Create();
        Assert.Equal(VmStatus.Ok, _fixture.TryMapFrames(parent, Base, device, 2, MemoryType.Device));

        AddressSpace child = _fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(child, Base + Page, out TableWalk walk));
        Assert.Equal(device.Add(Page), walk.Physical);
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapRange(child, Base, 2));
        Assert.True(_fixture.IsMapped(parent, Base));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(parent));
    }

    [Fact]
    public void Clone_InvalidatesOnceForPagesThatCouldBeWritten()
    {
        AddressSpace parent = _fixture.Create();
        _fixture.Reserve(parent, Base, 2 * MiB);
        Assert.Empty(ToldBy(() => _fixture.Clone(parent)));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base, 1));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base + MiB, 1));
        Assert.Equal([nameof(IMachine.InvalidateAsid)], ToldBy(() => _fixture.Clone(parent)));
        Assert.Empty(ToldBy(() => _fixture.Clone(parent)));
    }

    [Fact]
    public void Clone_OfPagesThatAreRead_InvalidatesNothing()
    {
        AddressSpace parent = _fixture.Create();
        _fixture.Reserve(parent, Base, 2 * Page, UserRights.Read);
        Assert.Equal(0u, _fixture.Read(parent, Base));
        Assert.Empty(ToldBy(() => _fixture.Clone(parent)));
    }

    [Fact]
    public void Unmap_OfAWholeSharedMib_InvalidatesOnce()
    {
        AddressSpace parent = _fixture.Create();
        _fixture.Reserve(parent, Base, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base, 1));
        AddressSpace child = _fixture.Clone(parent);
        Assert.Equal(
            [nameof(IMachine.InvalidateAsid)],
            ToldBy(() => Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(child, Base, MiB))));
        Assert.Equal((0u, 0u), (_fixture.CountersOf(child).ReservedPages, _fixture.CountersOf(child).ResidentPages));
        Assert.Equal(1u, _fixture.Read(parent, Base));
    }

    private static RangeRequest Shared(MemoryObject memory) => new()
    {
        Placement = RangePlacement.Fixed,
        Address = new VirtualAddress(Base),
        LengthInBytes = 2 * Page,
        Kind = RangeKind.Shared,
        Rights = UserRights.ReadWrite,
        Object = memory,
    };

    private string[] ToldBy(System.Action operation)
    {
        _fixture.Memory.Maintenance = [];
        operation();
        return [.. _fixture.Memory.Maintenance.Select(told => told.Member)];
    }
}
