using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceCloneTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint OwnerLimit = 16385;

    private static AddressSpace Touched(SpaceFixture fixture, uint pageCount)
    {
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, pageCount * Page);
        for (uint page = 0; page < pageCount; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (page * Page), page + 1));
        }

        return space;
    }

    [Fact]
    public void Clone_BothWrite_NeitherSeesTheOther()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 3);
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 10));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base + Page, 20));
        Assert.Equal([10u, 2u, 3u], [fixture.Read(parent, Base), fixture.Read(parent, Base + Page), fixture.Read(parent, Base + (2 * Page))]);
        Assert.Equal([1u, 20u, 3u], [fixture.Read(child, Base), fixture.Read(child, Base + Page), fixture.Read(child, Base + (2 * Page))]);
        Assert.Equal(1u, fixture.CountersOf(parent).Copies);
        Assert.Equal(1u, fixture.CountersOf(child).Copies);
    }

    [Fact]
    public void Clone_OtherSideEnded_WritesInPlace()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 2);
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(child));
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 10));
        Assert.Equal(held, fixture.Held);
        Assert.Equal((0u, 1u), (fixture.CountersOf(parent).Copies, fixture.CountersOf(parent).Reuses));
    }

    [Fact]
    public void Protect_OnePageThatACloneHasToo_IsCopiedWhenItIsWritten()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 3);
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base, 10)); // which takes a table of its own
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 20)); // and leaves this one the other
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(parent, Base + Page, Page, UserRights.Read));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(parent, Base + Page, Page, UserRights.ReadWrite));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base + Page, 21));
        Assert.Equal([10u, 2u], [fixture.Read(child, Base), fixture.Read(child, Base + Page)]);
        Assert.Equal([20u, 21u], [fixture.Read(parent, Base), fixture.Read(parent, Base + Page)]);
    }

    [Fact]
    public void Clone_UntouchedRanges_AreReservedAndCostNoTable()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base + (3 * Page), 0x4000_0000);
        (_, _, uint tables, _) = fixture.Held;
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(tables, fixture.Held.Second);
        Assert.Equal(fixture.RegionsOf(parent), fixture.RegionsOf(child));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base + MiB, 1));
        Assert.Equal(0u, fixture.Read(parent, Base + MiB));
    }

    [Fact]
    public void Clone_GivenPages_AreTheSameOnBothSides()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        PhysicalAddress page = fixture.Map(parent, Base);
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base, 7));
        Assert.Equal(7u, fixture.Read(parent, Base));
        fixture.Frames.Describe(ref fixture.Machine, page, out FrameDescription description);
        Assert.Equal(2u, description.OwnerCount);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(parent, Base));
        Assert.Equal(7u, fixture.Read(child, Base));
    }

    [Fact]
    public void Clone_CountersLimitsAndPolicy_AreTheParentsAndFaultsAreCountedAnew()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 3);
        parent.SetLimits(ref fixture.Machine, new SpaceLimits { ReservedPages = 4, ResidentPages = 3, Tables = 1 });
        parent.SetRightsPolicy(ref fixture.Machine, RightsPolicy.Any);
        AddressSpace child = fixture.Clone(parent);
        SpaceCounters counters = fixture.CountersOf(child);
        Assert.Equal((3u, 3u, 1u, 0u), (counters.ReservedPages, counters.ResidentPages, counters.Tables, counters.ZeroFills));
        Assert.Equal(VmStatus.Ok, fixture.TryProtectBytes(child, Base, Page, UserRights.All));
        Assert.Equal(VmStatus.LimitReached, fixture.TryMap(
            child,
            new RangeRequest { LengthInBytes = 2 * Page, Kind = RangeKind.Anonymous, Rights = UserRights.Read },
            out _));
        Assert.NotEqual(fixture.StateOf(parent).Id, fixture.StateOf(child).Id);
        Assert.Equal(0u, fixture.StateOf(child).AsidWord);
    }

    [Fact]
    public void Clone_OutOfMemoryAtEachAllocation_ChangesNothing()
    {
        const uint Mibs = 40;
        int failures = 0;
        for (uint free = 0; ; free++)
        {
            SpaceFixture fixture = new();
            AddressSpace parent = Touched(fixture, 2);
            for (uint mib = 0; mib < Mibs; mib++)
            {
                _ = fixture.Map(parent, Base + (mib * MiB) + (8 * Page));
            }

            fixture.LeaveFree(free);
            (uint, uint, uint, uint) held = fixture.Held;
            VmStatus status = fixture.TryClone(parent, out AddressSpace child);
            if (status == VmStatus.Ok)
            {
                Assert.Equal(VmStatus.Ok, fixture.TryDestroy(child));
                Assert.Equal(held, fixture.Held);
                Assert.True(failures > 3);
                return;
            }

            failures++;
            Assert.Equal(VmStatus.OutOfFrames, status);
            Assert.Equal(default, child.ControlPage);
            Assert.Equal(held, fixture.Held);
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 9));
            Assert.Equal((0u, 2u), (fixture.CountersOf(parent).Copies, fixture.Read(parent, Base + Page)));
        }
    }

    [Fact]
    public void Clone_PageWithTooManyOwners_IsRefusedAndChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        _ = fixture.Map(parent, Base);
        PhysicalAddress page = fixture.Map(parent, Base + Page);
        for (uint owners = 1; owners < OwnerLimit; owners++)
        {
            Assert.Equal(VmStatus.Ok, fixture.Frames.TrySharePage(ref fixture.Machine, page));
        }

        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.Overflow, fixture.TryClone(parent, out _));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, page));
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(child));
        Assert.Equal(held, fixture.Held);
    }

    [Fact]
    public void Clone_SixteenTouchedMibs_CostsNoTable()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base, 16 * MiB);
        for (uint mib = 0; mib < 16; mib++)
        {
            for (uint page = 0; page < 16; page++)
            {
                Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base + (mib * MiB) + (page * Page), mib + 1));
            }
        }

        (uint free, uint pages, uint second, uint first) = fixture.Held;
        AddressSpace child = fixture.Clone(parent);
        Assert.Equal((free - 3, pages + 1, second, first + 1), fixture.Held);
        Assert.Equal((16u, 16u), TablesOf(fixture, child));
        Assert.Equal((16u, 16u), TablesOf(fixture, parent));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base, 99));
        Assert.Equal((pages + 2, second + 1), (fixture.Held.Pages, fixture.Held.Second));
        Assert.Equal((16u, 15u), TablesOf(fixture, child));
        Assert.Equal((16u, 15u), TablesOf(fixture, parent));
        Assert.Equal((1u, 16u), (fixture.Read(parent, Base), fixture.Read(child, Base + (15 * MiB))));
    }

    [Fact]
    public void Clone_OfAClone_SharesTheSameTables()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 2);
        AddressSpace child = fixture.Clone(parent);
        AddressSpace grandchild = fixture.Clone(child);
        uint tables = fixture.Held.Second;
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(child));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 10));
        Assert.Equal(tables + 1, fixture.Held.Second);
        Assert.Equal((1u, 2u), (fixture.Read(grandchild, Base), fixture.Read(grandchild, Base + Page)));
        Assert.Equal((1u, 0u), TablesOf(fixture, grandchild));

        // The grandchild is the last owner of the table, and of one of the pages.
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(grandchild, Base, 30));
        Assert.Equal((0u, 1u), (fixture.CountersOf(grandchild).Copies, fixture.CountersOf(grandchild).Reuses));
        Assert.Equal(tables + 1, fixture.Held.Second);
    }

    [Fact]
    public void Unmap_OfAWholeSharedMib_DropsTheReferenceAlone()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = fixture.Create();
        fixture.Reserve(parent, Base, 2 * MiB);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base, 1));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(parent, Base + MiB, 2));
        AddressSpace child = fixture.Clone(parent);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(child, Base, MiB));
        Assert.Equal(held, fixture.Held);
        Assert.Equal((256u, 1u), (fixture.CountersOf(child).ReservedPages, fixture.CountersOf(child).ResidentPages));
        Assert.Equal(1u, fixture.Read(parent, Base));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(parent, Base, MiB));
        Assert.Equal(held.Item3 - 1, fixture.Held.Second);
        Assert.Equal(2u, fixture.Read(child, Base + MiB));
    }

    private static readonly Dictionary<string, Func<SpaceFixture, AddressSpace, VmStatus>> s_changes = new()
    {
        ["write"] = (fixture, space) => StatusOf(fixture.Write(space, Base, 1)),
        ["first write"] = (fixture, space) => StatusOf(fixture.Write(space, Base + (9 * Page), 1)),
        ["first read"] = (fixture, space) => StatusOf(fixture.Resolve(
            space, FaultStatus.TranslationSecondLevel, FaultAccess.Read, Base + (9 * Page))),
        ["protect"] = (fixture, space) => fixture.TryProtectBytes(space, Base, 17 * MiB, UserRights.Read),
        ["need"] = (fixture, space) => fixture.TryAdvise(space, Base, 4 * Page, RangeAdvice.Need),
        ["discard"] = (fixture, space) => fixture.TryAdvise(space, Base, 17 * MiB, RangeAdvice.Discard),
        ["unmap"] = (fixture, space) => fixture.TryUnmapBytes(space, Base + Page, (16 * MiB) + Page),
        ["map"] = (fixture, space) => fixture.TryMap(
            space,
            new RangeRequest
            {
                Placement = RangePlacement.Replacing,
                Address = new VirtualAddress(Base + Page),
                LengthInBytes = (16 * MiB) + Page,
                Kind = RangeKind.Anonymous,
                Rights = UserRights.Read,
                GuardInBytes = Page,
            },
            out _),
        ["given page"] = (fixture, space) => fixture.TryMap(space, Base + (17 * MiB) + (8 * Page), out _),
        ["given frames"] = (fixture, space) => fixture.TryMapFrames(
            space, Base + (17 * MiB) + (8 * Page), new PhysicalAddress(0x3F00_0000), 2, MemoryType.Device),
    };

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    // 18 MiBs with a touched page and untouched ones; the last is touched in part only.
    private static AddressSpace Spread(SpaceFixture fixture)
    {
        AddressSpace space = fixture.Create();
        fixture.Reserve(space, Base, (17 * MiB) + (8 * Page));
        for (uint mib = 0; mib < 18; mib++)
        {
            Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base + (mib * MiB), mib + 1));
        }

        return space;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_OfSharedTables_OutOfMemoryAtEachAllocation_ChangesNothing(string name)
    {
        int failures = 0;
        for (uint free = 0; ; free++)
        {
            SpaceFixture fixture = new();
            AddressSpace parent = Spread(fixture);
            AddressSpace child = fixture.Clone(parent);
            fixture.LeaveFreeWithoutTables(free);
            (uint, uint, uint, uint) held = fixture.Held;
            List<(uint, uint, RangeKind, UserRights, uint)> regions = fixture.RegionsOf(child);
            VmStatus status = s_changes[name](fixture, child);
            if (status == VmStatus.Ok)
            {
                Assert.True(failures > 0);
                Assert.Equal(regions, fixture.RegionsOf(parent));
                for (uint mib = 0; mib < 18; mib++)
                {
                    Assert.Equal(mib + 1, fixture.Read(parent, Base + (mib * MiB)));
                }

                return;
            }

            failures++;
            Assert.Equal(VmStatus.OutOfFrames, status);
            Assert.Equal(held, fixture.Held);
            Assert.Equal(regions, fixture.RegionsOf(child));
            Assert.Equal((18u, 18u), TablesOf(fixture, child));
        }
    }

    [Fact]
    public void Change_OfASharedTable_PageWithTooManyOwners_IsRefusedAndChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace parent = Touched(fixture, 3);
        PhysicalAddress page = fixture.TryTranslate(parent, Base + Page, out TableWalk walk) == VmStatus.Ok ? walk.Physical : default;
        for (uint owners = 1; owners < OwnerLimit; owners++)
        {
            Assert.Equal(VmStatus.Ok, fixture.Frames.TrySharePage(ref fixture.Machine, page));
        }

        AddressSpace child = fixture.Clone(parent);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(FaultOutcome.OutOfMemory, fixture.Write(child, Base, 9));
        Assert.Equal(VmStatus.Overflow, fixture.TryProtectBytes(child, Base, Page, UserRights.Read));
        Assert.Equal(VmStatus.Overflow, fixture.TryUnmapBytes(child, Base, Page));
        Assert.Equal(VmStatus.Overflow, fixture.TryMap(child, Base + (8 * Page), out _));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(child, Base + Page, 9)); // a page that is copied anyway
        Assert.Equal((1u, 9u, 2u), (fixture.Read(child, Base), fixture.Read(child, Base + Page), fixture.Read(parent, Base + Page)));
    }

    private static VmStatus StatusOf(FaultOutcome outcome) =>
        outcome == FaultOutcome.Resolved ? VmStatus.Ok : outcome == FaultOutcome.OutOfMemory ? VmStatus.OutOfFrames : VmStatus.Denied;

    private static (uint All, uint Shared) TablesOf(SpaceFixture fixture, AddressSpace space)
    {
        SpaceCounters counters = fixture.CountersOf(space);
        return (counters.Tables, counters.SharedTables);
    }
}
