using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
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
}
