using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Locks;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceLocksTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 63 * MiB;
    private const uint Start = Base + MiB - (2 * Page); // four pages over the border of two MiBs, and of two words of their locks
    private const uint Pages = 4;
    private const uint Reserved = Base + (8 * MiB) - (2 * Page);

    private static readonly Dictionary<string, (Func<SpaceFixture, AddressSpace, VmStatus> Do, uint[] Mibs)> s_operations = new()
    {
        ["map frames"] = (
            (fixture, space) => fixture.TryMapFrames(
                space, Start + (4 * MiB), new PhysicalAddress(0x3F00_0000), Pages, MemoryType.Device),
            [67, 68]),
        ["unmap pages"] = ((fixture, space) => fixture.TryUnmapRange(space, Start, Pages), [63, 64]),
        ["protect pages"] = ((fixture, space) => fixture.TryProtect(space, Start, Pages, AccessPermission.ReadWrite), [63, 64]),
        ["publish code"] = (
            (fixture, space) => space.TryPublishCode(ref fixture.Machine, new VirtualAddress(Start), Pages * Page), [63, 64]),
        ["protect"] = ((fixture, space) => fixture.TryProtectBytes(space, Reserved, Pages * Page, UserRights.Read), [70, 71]),
        ["discard"] = ((fixture, space) => fixture.TryAdvise(space, Reserved, Pages * Page, RangeAdvice.Discard), [70, 71]),
        ["unmap"] = ((fixture, space) => fixture.TryUnmapBytes(space, Reserved, Pages * Page), [70, 71]),
        ["shorten"] = (
            (fixture, space) => fixture.TryResize(space, Reserved, Pages * Page, Page, RangeStaying.InPlace, out _), [70, 71]),
        ["move"] = (
            (fixture, space) => fixture.TryMove(
                space, Reserved, Pages * Page, RangePlacement.Fixed, Base + (40 * MiB), out _),
            [70, 71, 103]),
    };

    public static TheoryData<string> Operations => [.. s_operations.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_OverTheBorderOfTwoMibs_HoldsBothAndNoOthers(string name)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        for (uint page = 0; page < Pages; page++)
        {
            _ = fixture.Map(space, Start + (page * Page));
        }

        fixture.Reserve(space, Reserved, Pages * Page);
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Reserved, 1));
        HashSet<uint> held = [];
        fixture.Memory.BeforeSharedAccess = _ => held.UnionWith(MibsHeld(fixture, space));
        Assert.Equal(VmStatus.Ok, s_operations[name].Do(fixture, space));
        fixture.Memory.BeforeSharedAccess = null;
        Assert.Equal(s_operations[name].Mibs, held.Order());
        Assert.Empty(MibsHeld(fixture, space));
        Assert.True(fixture.Memory.IsIdle(0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryDestroy_OfASpaceThatMapsAnObject_HoldsTheObjectsWhileItGivesBack(bool hasObject)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        AddressSpace child = fixture.Clone(space);
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = Page,
            Kind = hasObject ? RangeKind.Shared : RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
            Object = hasObject ? fixture.CreateObject(1) : default,
        };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 1));
        PhysicalAddress commons =
            SpaceLayout.AccountsOf(ref fixture.Machine.Data<SpaceControl>(space.ControlPage)).Commons;
        int held = 0;
        fixture.Memory.OnFrames = (_, _, _) =>
        {
            ref SpaceCommons guarded = ref fixture.Machine.Data<SpaceCommons>(commons);
            if (!guarded.Objects.TryAcquire(ref fixture.Other, LockRank.Objects))
            {
                held++;
                return;
            }

            guarded.Objects.Release(ref fixture.Other, LockRank.Objects);
        };
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        fixture.Memory.OnFrames = null;
        Assert.Equal(hasObject, held != 0);
        Assert.True(fixture.Memory.IsIdle(0));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.TryDestroy(space));
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(child));
    }

    private static List<uint> MibsHeld(SpaceFixture fixture, AddressSpace space)
    {
        ref SpaceControl control = ref fixture.Machine.Data<SpaceControl>(space.ControlPage);
        List<uint> held = [];
        for (uint mib = 0; mib < MibLocks.WordCount * 32; mib++)
        {
            if ((MibLocks.WordOf(ref control, mib) & MibLocks.BitOf(mib)) != 0)
            {
                held.Add(mib);
            }
        }

        return held;
    }
}
