using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tests.Machines;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpacesTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;

    [Fact]
    public void Create_AndDestroy_GivesAllBack()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        AddressSpace space = fixture.Create();
        Assert.NotEqual(held, fixture.Held);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        Assert.Equal(held, fixture.Held);
    }

    // The C system leaked the second-level tables at destruction.
    [Fact]
    public void Destroy_PagesInManyMiBs_GivesAllBack()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        AddressSpace space = fixture.Create();
        foreach (uint mib in new uint[] { 0, 1, 31, 32, 63, 64, 1023, 1024, 1025, 2046, 2047 })
        {
            _ = fixture.Map(space, (mib << 20) + Page);
            _ = fixture.Map(space, (mib << 20) + (255 * Page));
        }

        Assert.Equal(11u, fixture.StateOf(space).TableCount);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        Assert.Equal(held, fixture.Held);
    }

    // The C system freed twice when a page was unmapped before its space was destroyed.
    [Fact]
    public void Destroy_AfterUnmap_FreesNothingTwice()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, Base);
        _ = fixture.Map(space, Base + Page);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base));
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(0u, fixture.Statistics.AlreadyFreeFailures);
    }

    [Fact]
    public void Destroy_Twice_ReturnsNoSuchSpace()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.TryDestroy(space));
    }

    // The C system destroyed a space that TTBR0 still pointed to.
    [Fact]
    public void Destroy_ActiveSpace_IsRefusedOnEveryCore()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, Base);
        Assert.Equal(VmStatus.Ok, fixture.Spaces.TryActivate(ref fixture.Other, space));
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.SpaceActive, fixture.TryDestroy(space));
        Assert.Equal(held, fixture.Held);
        Assert.True(fixture.IsMapped(space, Base));
        fixture.Spaces.Leave(ref fixture.Other);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
    }

    // The first-level table of a destroyed space was handed out again with its contents.
    [Fact]
    public void Create_AfterDestroy_MapsNothing()
    {
        SpaceFixture fixture = new();
        for (int life = 0; life < 20; life++)
        {
            AddressSpace space = fixture.Create();
            for (uint mib = 0; mib < 20; mib++)
            {
                Assert.False(fixture.IsMapped(space, (mib << 20) + Page));
            }

            for (uint mib = 0; mib < 20; mib++)
            {
                _ = fixture.Map(space, (mib << 20) + Page);
            }

            Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        }
    }

    // The C system loaded TTBR0 with a virtual address.
    [Fact]
    public void Activate_Space_LoadsThePhysicalAddressOfItsTable()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, fixture.Spaces.TryActivate(ref fixture.Machine, space));
        Assert.Equal(fixture.StateOf(space).Table.Value | 0x6A, fixture.Memory.TableBases[0]);
        Assert.True(fixture.Spaces.TryGetActive(ref fixture.Machine, 0, out AddressSpace active));
        Assert.True(active.ControlPage == space.ControlPage);
        Assert.False(fixture.Spaces.TryGetActive(ref fixture.Machine, 1, out _));
        fixture.Spaces.Leave(ref fixture.Machine);
        Assert.False(fixture.Spaces.TryGetActive(ref fixture.Machine, 0, out _));
    }

    [Fact]
    public void Find_ByNumber_FindsLiveSpacesOnly()
    {
        SpaceFixture fixture = new();
        AddressSpace[] spaces = [.. Enumerable.Range(0, 5).Select(_ => fixture.Create())];
        uint id = fixture.StateOf(spaces[2]).Id;
        Assert.Equal(VmStatus.Ok, fixture.Spaces.TryFind(ref fixture.Machine, id, out AddressSpace found));
        Assert.True(found.ControlPage == spaces[2].ControlPage);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(spaces[2]));
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Spaces.TryFind(ref fixture.Machine, id, out found));
        Assert.Equal(0u, found.ControlPage.Value); // not that of the next one
        Assert.Equal(VmStatus.NoSuchSpace, fixture.Spaces.TryFind(ref fixture.Machine, 0, out _));
        List<uint> ids = [];
        uint next = 0;
        while (fixture.Spaces.TryFindNext(ref fixture.Machine, ref next, out AddressSpace space))
        {
            Assert.Equal(next, fixture.StateOf(space).Id);
            ids.Add(next);
        }

        Assert.Equal(4, ids.Count);
        Assert.DoesNotContain(id, ids);
    }

    [Fact]
    public void Create_WalksThatSeeTheCache_CleansNothing()
    {
        SpaceFixture fixture = new();
        fixture.Memory.Maintenance = [];
        _ = fixture.Create();
        Assert.Empty(fixture.Memory.Maintenance);
    }

    [Fact]
    public void Create_WalksThatMissTheCache_CleansTheWholeTable()
    {
        using ModelSpaces<IncoherentWalks> system = new();
        long before = system.Machine.Cores[0].CountOf(StepKind.CleanToUnification);
        _ = system.Create();
        Assert.True(system.Machine.Cores[0].CountOf(StepKind.CleanToUnification) > before);
    }

    [Fact]
    public void Use_AfterDestroy_StopsACheckedBuild()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        _ = Assert.Throws<PanicException>(() => fixture.TryMap(space, Base, out _));
        _ = Assert.Throws<PanicException>(() => fixture.TryMap(default, Base, out _));
    }

    [Fact]
    public void Create_OutOfMemoryAtEachAllocation_ChangesNothing()
    {
        int failures = 0;
        for (uint free = 0; ; free++)
        {
            SpaceFixture fixture = new();
            fixture.LeaveFree(free);
            (uint, uint, uint, uint) held = fixture.Held;
            VmStatus status = fixture.Spaces.TryCreate(ref fixture.Machine, ref fixture.Frames, out AddressSpace space);
            if (status == VmStatus.Ok)
            {
                Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
                Assert.Equal(held, fixture.Held);
                Assert.True(failures > 0);
                return;
            }

            Assert.Equal(VmStatus.OutOfFrames, status);
            Assert.Equal(0u, space.ControlPage.Value);
            Assert.Equal(held, fixture.Held);
            failures++;
        }
    }

    [Fact]
    public void ThousandsOfRandomLives_LeaveTheMemoryAsItWas()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        Random random = new(42);
        List<(AddressSpace Space, HashSet<uint> Pages)> live = [];
        for (int step = 0; step < 60_000; step++)
        {
            int kind = random.Next(100);
            if (live.Count == 0 || (kind < 6 && live.Count < 40))
            {
                if (fixture.Spaces.TryCreate(ref fixture.Machine, ref fixture.Frames, out AddressSpace space) == VmStatus.Ok)
                {
                    live.Add((space, []));
                }

                continue;
            }

            int which = random.Next(live.Count);
            (AddressSpace subject, HashSet<uint> pages) = live[which];
            uint address = ((uint)random.Next(1, 12) << 20) + ((uint)random.Next(8) * Page);
            if (kind < 50)
            {
                VmStatus status = fixture.TryMap(subject, address, out _);
                Assert.True(status is VmStatus.OutOfFrames || status == (pages.Contains(address) ? VmStatus.AlreadyMapped : VmStatus.Ok));
                if (status == VmStatus.Ok)
                {
                    _ = pages.Add(address);
                }
            }
            else if (kind < 80)
            {
                Assert.Equal(pages.Remove(address) ? VmStatus.Ok : VmStatus.NotMapped, fixture.TryUnmap(subject, address));
            }
            else if (kind < 94)
            {
                Assert.Equal(VmStatus.Ok, (kind & 1) == 0
                    ? fixture.Spaces.TryActivate(ref fixture.Machine, subject)
                    : fixture.Spaces.TryActivate(ref fixture.Other, subject));
            }
            else
            {
                VmStatus status = fixture.TryDestroy(subject);
                if (status == VmStatus.Ok)
                {
                    live.RemoveAt(which);
                }
                else
                {
                    Assert.Equal(VmStatus.SpaceActive, status);
                }
            }
        }

        fixture.Spaces.Leave(ref fixture.Machine);
        fixture.Spaces.Leave(ref fixture.Other);
        foreach ((AddressSpace space, _) in live)
        {
            Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        }

        Assert.Equal(held, fixture.Held);
        Assert.Equal(0u, fixture.Statistics.AlreadyFreeFailures);
    }
}
