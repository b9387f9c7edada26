using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>
/// Two cores, three ASIDs, and TLBs that hold all that they may: each pair of operations under every schedule with one preemption,
/// and under many drawn ones with more.
/// </summary>
public sealed class SpacesUnderEveryScheduleTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;

    /// <summary>Five spaces with a page each, at the same address, with the number of the space in it.</summary>
    private sealed class World
    {
        public ModelSpaces<FewAsids> System = new(memoryInMiB: 4);
        public AddressSpace[] Spaces = new AddressSpace[5];
        public VmStatus[] Status = new VmStatus[2];

        public World()
        {
            System.OpenUser();
            for (uint index = 0; index < Spaces.Length; index++)
            {
                Spaces[index] = System.Create();
                _ = System.Map(Spaces[index], Base, index);
            }
        }

        public void Activate(int space, int core) => System.Activate(Spaces[space], core);

        public VmStatus TryActivate(int space, int core) =>
            System.Memory.Spaces.TryActivate(ref System.Cores[core], Spaces[space]);

        public void Enter(int space, int core)
        {
            Activate(space, core);
            Assert.Equal((uint)space, System.Read(Base, core));
        }

        public void LastGeneration() => Assert.Equal(VmStatus.Ok, System.Memory.Spaces.Asids.TryBeginGeneration(
            ref System.Cores[0], AsidWord.LastGeneration));

        public VmStatus TryDestroy(int space, int core) => System.TryDestroy(Spaces[space], core);

        public VmStatus TryUnmap(int space, int core, uint page = Base) =>
            Spaces[space].TryUnmapPage(ref System.Cores[core], ref System.Memory.Frames, new VirtualAddress(page));

        public VmStatus TryMap(int space, int core, uint page) => Spaces[space].TryMapNewPage(
            ref System.Cores[core],
            ref System.Memory.Frames,
            new VirtualAddress(page),
            AccessPermission.ReadWrite,
            Execution.Never,
            out _);
    }

    private static void Explore(
        Action<World> setUp, Action<World> first, Action<World> second, Action<World> atEnd) =>
        Schedules.Explore(() => new World(), world => world.System.Machine, setUp, first, second, atEnd);

    // The race that the TLA+ model of Linux's algorithm found. With and without another page, whose table then stays.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unmap_AgainstRolloverAndANewAsid_LeavesNothing(bool isTableKept) => Explore(
        world =>
        {
            Assert.Equal(VmStatus.Ok, isTableKept ? world.TryMap(0, 0, Base + (8 * Page)) : VmStatus.Ok);
            world.Enter(0, 1);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(0, 0)),
        MoveToAnotherAsid,
        world =>
        {
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 1));
            world.Activate(0, 0);
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 0));
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void UnmapRange_AgainstRolloverAndANewAsid_LeavesNothing(bool isTableKept) => Explore(
        world =>
        {
            Assert.Equal(VmStatus.Ok, isTableKept ? world.TryMap(0, 0, Base + (8 * Page)) : VmStatus.Ok);
            Assert.Equal(VmStatus.Ok, world.TryMap(0, 0, Base + Page));
            world.Enter(0, 1);
        },
        world => Assert.Equal(VmStatus.Ok, world.Spaces[0].TryUnmapRange(
            ref world.System.Cores[0], ref world.System.Memory.Frames, new VirtualAddress(Base), 2)),
        MoveToAnotherAsid,
        world =>
        {
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 1));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base + Page, 1));
        });

    [Fact]
    public void Protect_AgainstRolloverAndANewAsid_HoldsEverywhere() => Explore(
        world => world.Enter(0, 1),
        world => Assert.Equal(VmStatus.Ok, world.Spaces[0].TryProtect(
            ref world.System.Cores[0], new VirtualAddress(Base), 1, AccessPermission.Read, Execution.Never)),
        MoveToAnotherAsid,
        world => Assert.Equal(FaultCode.PermissionSecondLevel, world.System.WriteFaultOf(Base, 1)));

    [Fact]
    public void Destroy_AgainstActivation_OneOfTheTwoIsRefused() => Explore(
        world => world.Enter(1, 1),
        world => world.Status[0] = world.TryDestroy(0, 0),
        world => world.Status[1] = world.TryActivate(0, 1),
        CheckDestroyedOrActive);

    [Fact]
    public void Destroy_AgainstActivationOfASpaceThatRanBefore_OneOfTheTwoIsRefused() => Explore(
        world =>
        {
            world.Enter(0, 1);
            world.Enter(1, 1);
        },
        world => world.Status[0] = world.TryDestroy(0, 0),
        world => world.Status[1] = world.TryActivate(0, 1),
        CheckDestroyedOrActive);

    [Fact]
    public void Destroy_AgainstActivationAndRollover_OneOfTheTwoIsRefused() => Explore(
        world =>
        {
            world.Enter(0, 1);
            world.Enter(1, 1);
        },
        world =>
        {
            world.Enter(2, 0);
            world.Enter(3, 0);
            world.Status[0] = world.TryDestroy(0, 0);
        },
        world => world.Status[1] = world.TryActivate(0, 1),
        CheckDestroyedOrActive);

    [Fact]
    public void Destroy_AgainstSwitchAway_WaitsForTheTable() => Explore(
        world => world.Enter(0, 1),
        world => world.Status[0] = world.TryDestroy(0, 0),
        world => world.Enter(1, 1),
        world =>
        {
            Assert.Contains(world.Status[0], new[] { VmStatus.Ok, VmStatus.SpaceActive });
            Assert.Equal(1u, world.System.Read(Base, 1));
            Assert.Equal(world.Status[0] == VmStatus.Ok ? VmStatus.NoSuchSpace : VmStatus.Ok, world.TryDestroy(0, 0));
        });

    [Fact]
    public void Destroy_AgainstLeave_WaitsForTheTable() => Explore(
        world => world.Enter(0, 1),
        world => world.Status[0] = world.TryDestroy(0, 0),
        world => world.System.Leave(1),
        world =>
        {
            Assert.Contains(world.Status[0], new[] { VmStatus.Ok, VmStatus.SpaceActive });
            Assert.Equal(FaultCode.TranslationFirstLevel, world.System.FaultOf(Base, 1));
            Assert.Equal(world.Status[0] == VmStatus.Ok ? VmStatus.NoSuchSpace : VmStatus.Ok, world.TryDestroy(0, 0));
        });

    [Fact]
    public void Leave_AgainstRollover_LetsTheSpaceBeDestroyed() => Explore(
        world => world.Enter(0, 1),
        world =>
        {
            world.Enter(1, 0);
            world.Enter(2, 0);
            world.Enter(3, 0);
        },
        world => world.System.Leave(1),
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.TryDestroy(0, 0));
            Assert.Equal(3u, world.System.Read(Base, 0));
        });

    [Fact]
    public void Switches_AgainstRollovers_EachReadsItsOwn() => Explore(
        world => world.Enter(0, 1),
        world =>
        {
            world.Enter(1, 0);
            world.Enter(2, 0);
            world.Enter(3, 0);
            world.Enter(0, 0);
        },
        world =>
        {
            world.Enter(4, 1);
            world.Enter(0, 1);
            world.Enter(1, 1);
        },
        world =>
        {
            Assert.Equal(0u, world.System.Read(Base, 0));
            Assert.Equal(1u, world.System.Read(Base, 1));
        });

    // A core that took the fast path too late would run the space under a number that is no longer its.
    [Fact]
    public void Switch_AgainstRolloversAndTheSameSpaceElsewhere_RunsUnderTheSpacesAsid() => Explore(
        world =>
        {
            world.Enter(0, 1);
            world.Enter(1, 1);
        },
        world =>
        {
            world.Enter(2, 0);
            world.Enter(3, 0);
            world.Enter(0, 0);
        },
        world => world.Activate(0, 1),
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.TryUnmap(0, 0));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 0));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 1));
        });

    // The generation begins between the core's word and its registers: what the registers hold is not kept, and its number is
    // another's at once. Nothing of it may be walked after the flush.
    [Fact]
    public void Switch_AgainstRolloverThatKeepsTheNextSpaceOnly_LeavesNothingOfTheOneBefore() => Explore(
        world =>
        {
            world.Enter(0, 1);
            world.Enter(1, 1);
        },
        world =>
        {
            world.Enter(2, 0);
            world.Enter(3, 0);
        },
        world =>
        {
            world.Enter(0, 1);
            world.Enter(3, 1);
        },
        world => Assert.Equal(3u, world.System.Read(Base, 1)));

    [Fact]
    public void Switches_AgainstTheWrapOfGenerations_EachReadsItsOwn() => Explore(
        world =>
        {
            world.LastGeneration();
            world.Enter(0, 1);
        },
        world =>
        {
            world.Enter(1, 0);
            world.Enter(2, 0);
            world.Enter(3, 0);
        },
        world =>
        {
            world.Enter(0, 1);
            world.Enter(4, 1);
            world.Enter(0, 1);
        },
        world =>
        {
            Assert.Equal(3u, world.System.Read(Base, 0));
            Assert.Equal(0u, world.System.Read(Base, 1));
            world.System.Memory.Spaces.Asids.ReadState(ref world.System.Cores[0], out AsidState state);
            Assert.Equal(1u, state.WrapCount);
        });

    [Fact]
    public void Map_TheSamePageTwice_OneIsRefusedAndNothingLeaks() => Explore(
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(0, 0)),
        world => world.Status[0] = world.TryMap(0, 0, Base),
        world => world.Status[1] = world.TryMap(0, 1, Base),
        world =>
        {
            Assert.Equal(VmStatus.AlreadyMapped, world.Status[0] == VmStatus.Ok ? world.Status[1] : world.Status[0]);
            Assert.Contains(VmStatus.Ok, world.Status);
            (uint pages, uint second, _) = world.System.Held;
            Assert.Equal(VmStatus.Ok, world.TryUnmap(0, 0));
            Assert.Equal((pages - 1, second - 1), (world.System.Held.Pages, world.System.Held.Second));
        });

    [Fact]
    public void UnmapOfTheLastPage_AgainstMapInTheSameMiB_KeepsTheTableRight() => Explore(
        world =>
        {
            world.Enter(0, 0);
            world.Enter(0, 1);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(0, 0)),
        world => Assert.Equal(VmStatus.Ok, world.TryMap(0, 1, Base + Page)),
        world =>
        {
            Assert.Equal(0u, world.System.Read(Base + Page, 0));
            Assert.Equal(0u, world.System.Read(Base + Page, 1));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 1));
        });

    [Fact]
    public void CreateAndDestroy_OnBothCores_GivesAllBack()
    {
        (uint, uint, uint) held = default;
        void Life(World world, int core)
        {
            AddressSpace space = world.System.Create(core);
            _ = world.System.Map(space, Base, 0x90u + (uint)core, core);
            world.System.Activate(space, core);
            Assert.Equal(0x90u + (uint)core, world.System.Read(Base, core));
            world.System.Leave(core);
            Assert.Equal(VmStatus.Ok, world.System.TryDestroy(space, core));
        }

        Explore(
            world => held = world.System.Held,
            world => Life(world, 0),
            world => Life(world, 1),
            world => Assert.Equal(held, world.System.Held));
    }

    private static void MoveToAnotherAsid(World world)
    {
        world.Enter(1, 1);
        world.Enter(2, 1);
        world.Enter(3, 1);
        world.Activate(0, 1);
    }

    private static void CheckDestroyedOrActive(World world)
    {
        if (world.Status[0] == VmStatus.Ok)
        {
            Assert.Equal(VmStatus.NoSuchSpace, world.Status[1]);
            Assert.Equal(1u, world.System.Read(Base, 1));
            Assert.Equal(VmStatus.SpaceActive, world.TryDestroy(1, 0));

            // What the core went on to run keeps its ASID through a generation, or an unmap elsewhere would not reach it.
            world.Enter(2, 0);
            world.Enter(3, 0);
            world.Enter(4, 0);
            world.Enter(1, 0);
            Assert.Equal(VmStatus.Ok, world.TryUnmap(1, 0));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 1));
        }
        else
        {
            Assert.Equal(VmStatus.SpaceActive, world.Status[0]);
            Assert.Equal(VmStatus.Ok, world.Status[1]);
            Assert.Equal(0u, world.System.Read(Base, 1));
        }

        world.System.Leave(1);
        world.Enter(2, 1);
    }
}
