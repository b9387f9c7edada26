using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;
using Kilburn.Model.Checking;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class SpacesOnHostileMachineTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;

    [Fact]
    public void Switch_TwoSpacesWithTheSameAddresses_ReadTheirOwnContents()
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace first = system.Create();
        AddressSpace second = system.Create();
        _ = system.Map(first, Base, 0x1111);
        _ = system.Map(second, Base, 0x2222);
        for (int round = 0; round < 50; round++)
        {
            int core = round & 3;
            system.Activate(first, core);
            Assert.Equal(0x1111u, system.Read(Base, core));
            system.Activate(second, core);
            Assert.Equal(0x2222u, system.Read(Base, core));
        }
    }

    [Fact]
    public void Unmap_WhileOtherCoresRunTheSpace_FaultsOnAllAtOnce()
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace space = system.Create();
        for (int core = 0; core < 4; core++)
        {
            system.Activate(space, core);
        }

        for (int round = 0; round < 8; round++)
        {
            _ = system.Map(space, Base, 0x77, round & 3);
            _ = system.Map(space, Base + Page, 0x78, round & 3);
            for (int core = 0; core < 4; core++)
            {
                Assert.Equal(0x77u, system.Read(Base, core));
                Assert.Equal(0x78u, system.Read(Base + Page, core));
            }

            system.Unmap(space, Base, (round + 1) & 3);
            system.Unmap(space, Base + Page, (round + 1) & 3);
            for (int core = 0; core < 4; core++)
            {
                Assert.Equal(FaultCode.TranslationFirstLevel, system.FaultOf(Base, core));
            }
        }
    }

    [Fact]
    public void Protect_WhileOtherCoresRunTheSpace_HoldsOnAllAtOnce()
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace space = system.Create();
        for (uint index = 0; index < 20; index++)
        {
            _ = system.Map(space, Base + (index * Page), index);
        }

        system.Activate(space, 0);
        system.Activate(space, 1);
        foreach (uint count in new uint[] { 1, 16, 17, 20 })
        {
            Assert.Equal(FaultCode.None, system.WriteFaultOf(Base, 1));
            Assert.Equal(VmStatus.Ok, space.TryProtect(
                ref system.Cores[0], new VirtualAddress(Base), count, AccessPermission.Read, Execution.Never));
            Assert.Equal(FaultCode.PermissionSecondLevel, system.WriteFaultOf(Base, 1));
            Assert.Equal(FaultCode.PermissionSecondLevel, system.WriteFaultOf(Base + ((count - 1) * Page), 1));
            Assert.Equal(VmStatus.Ok, space.TryProtect(
                ref system.Cores[0], new VirtualAddress(Base), count, AccessPermission.ReadWrite, Execution.Never));
        }
    }

    [Fact]
    public void UnmapRange_AroundTheLimits_LeavesNothingReachable()
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace space = system.Create();
        system.Activate(space, 0);
        system.Activate(space, 3);
        (uint, uint, uint) held = system.Held;
        foreach (uint count in new uint[] { 1, 15, 16, 17, 62, 63, 64, 65, 300 })
        {
            uint start = Base + (200 * Page);
            for (uint index = 0; index < count; index++)
            {
                _ = system.Map(space, start + (index * Page), index + 1);
                Assert.Equal(index + 1, system.Read(start + (index * Page), 3));
            }

            Assert.Equal(VmStatus.Ok, space.TryUnmapRange(
                ref system.Cores[0], ref system.Memory.Frames, new VirtualAddress(start), count));
            Assert.NotEqual(FaultCode.None, system.FaultOf(start, 3));
            Assert.NotEqual(FaultCode.None, system.FaultOf(start + ((count - 1) * Page), 3));
            Assert.Equal(held, system.Held);
        }
    }

    [Fact]
    public void Destroy_LeftOnEveryCore_ItsTablesCanBeAnothersAtOnce()
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        (uint, uint, uint) held = system.Held;
        for (uint life = 1; life <= 30; life++)
        {
            AddressSpace space = system.Create();
            _ = system.Map(space, Base, life);
            for (int core = 0; core < 4; core++)
            {
                system.Activate(space, core);
                Assert.Equal(life, system.Read(Base, core));
            }

            for (int core = 0; core < 4; core++)
            {
                Assert.Equal(VmStatus.SpaceActive, system.TryDestroy(space));
                system.Leave(core);
                Assert.Equal(FaultCode.TranslationFirstLevel, system.FaultOf(Base, core));
            }

            Assert.Equal(VmStatus.Ok, system.TryDestroy(space, (int)(life & 3)));
            Assert.Equal(held, system.Held);
        }
    }

    // 255 lives and one more: the public bug of an ASID that is freed and never invalidated.
    [Fact]
    public void Lives_MoreThanThereAreAsids_NeverReadAnothersPage()
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        for (uint life = 1; life <= 600; life++)
        {
            AddressSpace space = system.Create();
            _ = system.Map(space, Base, life);
            system.Activate(space, (int)(life & 1));
            Assert.Equal(life, system.Read(Base, (int)(life & 1)));
            system.Leave((int)(life & 1));
            Assert.Equal(VmStatus.Ok, system.TryDestroy(space));
        }
    }

    // Every other life runs other code at the same address, and 255 is odd: an ASID comes again with the other code. Nothing but the
    // end of a space says so to the branch predictors, as the code was published long before.
    [Fact]
    public void Lives_MoreThanThereAreAsids_NeverBranchAsAnothersCodeDid()
    {
        using ModelSpaces<IncoherentWalks> system = new();
        system.OpenUser();
        AddressSpace library = system.Create();
        PhysicalAddress[] code = [system.MapCode(library, Base, 0x1111), system.MapCode(library, Base + Page, 0x2222)];
        for (uint life = 1; life <= 600; life++)
        {
            AddressSpace space = system.Create();
            VmStatus status = space.TryMapFrames(
                ref system.Cores[0], ref system.Memory.Frames, new VirtualAddress(Base), code[life & 1], 1, AccessPermission.Read,
                Execution.Allowed, MemoryType.Normal);
            Assert.Equal(VmStatus.Ok, status);
            system.Activate(space);
            Assert.Equal((life & 1) == 0 ? 0x1111u : 0x2222u, system.Fetch(Base));
            system.Leave();
            Assert.Equal(VmStatus.Ok, system.TryDestroy(space));
        }
    }

    [Fact]
    public void Switch_ManyMoreSpacesThanAsids_EachReadsItsOwnThroughRolloversAndTheWrap()
    {
        using ModelSpaces<FewAsids> system = new();
        system.OpenUser();
        AddressSpace[] spaces = [.. Enumerable.Range(0, 9).Select(_ => system.Create())];
        for (uint index = 0; index < 9; index++)
        {
            _ = system.Map(spaces[index], Base, index + 1);
        }

        Assert.Equal(VmStatus.Ok, system.Memory.Spaces.Asids.TryBeginGeneration(ref system.Cores[0], AsidWord.LastGeneration - 3));
        Random random = new(5);
        for (int step = 0; step < 2000; step++)
        {
            uint which = (uint)random.Next(9);
            int core = random.Next(2);
            system.Activate(spaces[which], core);
            Assert.Equal(which + 1, system.Read(Base, core));
            if (step % 10 == 0)
            {
                system.Unmap(spaces[which], Base, random.Next(2));
                Assert.NotEqual(FaultCode.None, system.FaultOf(Base, core));
                _ = system.Map(spaces[which], Base, which + 1, random.Next(2));
            }
        }

        system.Memory.Spaces.Asids.ReadState(ref system.Cores[0], out AsidState state);
        Assert.Equal(1u, state.WrapCount);
        Assert.True(state.RolloverCount > 100);
    }

    // A space whose number changed may have entries left under the old one, on a core that has not flushed: nothing may use them,
    // and the old number's new owner reads its own there.
    [Fact]
    public void Unmap_AfterTheSpaceGotAnotherAsid_LeavesNothingThatCanBeUsed()
    {
        using ModelSpaces<FewAsids> system = new();
        system.OpenUser();
        AddressSpace[] spaces = [.. Enumerable.Range(0, 4).Select(_ => system.Create())];
        _ = system.Map(spaces[0], Base, 0x55);
        system.Activate(spaces[0], 0);
        Assert.Equal(0x55u, system.Read(Base, 0));
        uint old = system.AsidWordOf(spaces[0]) & 0xFF;
        system.Activate(spaces[1], 0);
        system.Activate(spaces[2], 1);
        system.Activate(spaces[3], 1);
        system.Activate(spaces[0], 1);
        Assert.NotEqual(old, system.AsidWordOf(spaces[0]) & 0xFF);
        Assert.Equal(0x55u, system.Read(Base, 1));
        system.Unmap(spaces[0], Base, 1);
        Assert.NotEqual(FaultCode.None, system.FaultOf(Base, 1));
        AddressSpace owner = Assert.Single(spaces[1..], space => (system.AsidWordOf(space) & 0xFF) == old);
        _ = system.Map(owner, Base, 0x66);
        system.Activate(owner, 0);
        Assert.Equal(0x66u, system.Read(Base, 0));
        system.Activate(spaces[0], 0);
        Assert.NotEqual(FaultCode.None, system.FaultOf(Base, 0));
    }

    [Fact]
    public void Map_OnAMachineWhoseWalksMissTheCache_IsSeenByTheWalker()
    {
        using ModelSpaces<IncoherentWalks> system = new(ViolationHandling.Collect);
        system.OpenUser();
        int before = system.Machine.Violations.Count;
        AddressSpace space = system.Create();
        system.Activate(space, 1);
        for (uint index = 0; index < 40; index++)
        {
            uint address = Base + (index * 0x2_1000);
            _ = system.Map(space, address, index);
            Assert.Equal(index, system.Read(address, 1));
        }

        for (uint index = 0; index < 40; index++)
        {
            uint address = Base + (index * 0x2_1000);
            system.Unmap(space, address);
            Assert.NotEqual(FaultCode.None, system.FaultOf(address, 1));
        }

        Assert.Equal([], system.Machine.Violations.Skip(before));
    }

    [Fact]
    public void PublishCode_WrittenThroughTheLinearMap_IsWhatEveryCoreFetches()
    {
        using ModelSpaces<IncoherentWalks> system = new(ViolationHandling.Collect);
        system.OpenUser();
        int before = system.Machine.Violations.Count;
        AddressSpace space = system.Create();
        VmStatus status = space.TryMapNewPage(
            ref system.Cores[0],
            ref system.Memory.Frames,
            new VirtualAddress(Base),
            AccessPermission.Read,
            Execution.Allowed,
            out PhysicalAddress page);
        Assert.Equal(VmStatus.Ok, status);
        system.Activate(space, 0);
        for (uint word = 1; word < 5; word++)
        {
            system.Cores[0].Data<uint>(page) = word;
            Assert.Equal(VmStatus.Ok, space.TryPublishCode(ref system.Cores[0], new VirtualAddress(Base), 4));
            AccessResult fetched = system.Machine.Cores[0].Fetch(new VirtualAddress(Base), Privilege.User);
            Assert.Equal(word, fetched.Value);
        }

        Assert.Equal([], system.Machine.Violations.Skip(before));
    }
}
