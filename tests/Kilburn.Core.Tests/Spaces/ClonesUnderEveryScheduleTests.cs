using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;
using FaultAccess = Kilburn.Core.Faults.FaultAccess;
using FaultOutcome = Kilburn.Core.Faults.FaultOutcome;
using FaultReport = Kilburn.Core.Faults.FaultReport;
using FaultStatus = Kilburn.Core.Faults.FaultStatus;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Two cores change spaces of one family, whose tables are shared, under every schedule with one preemption and drawn ones with more.</summary>
public sealed class ClonesUnderEveryScheduleTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;

    /// <summary>A space with three touched pages, whose words are 1, 2, 3, and its clone; each is run by a core.</summary>
    private sealed class World
    {
        public ModelSpaces<FewAsids> System = new(memoryInMiB: 4);
        public AddressSpace[] Spaces = new AddressSpace[3];
        public (uint Pages, uint Second, uint First) Empty;

        public World(int clones)
        {
            System.OpenUser();
            Empty = System.Held;
            Spaces[0] = System.Create();
            RangeRequest request = new()
            {
                Placement = RangePlacement.Fixed,
                Address = new VirtualAddress(Base),
                LengthInBytes = MiB,
                Kind = RangeKind.Anonymous,
                Rights = UserRights.ReadWrite,
            };
            Assert.Equal(VmStatus.Ok, Spaces[0].TryMap(ref System.Cores[0], ref System.Memory.Frames, in request, out _));
            System.Activate(Spaces[0], 0);
            for (uint page = 0; page < 3; page++)
            {
                Write(0, Base + (page * Page), page + 1, 0);
            }

            for (int clone = 1; clone <= clones; clone++)
            {
                Clone(0, clone, 0);
            }
        }

        public void Clone(int parent, int child, int core) => Assert.Equal(
            VmStatus.Ok,
            System.Memory.Spaces.TryClone(ref System.Cores[core], ref System.Memory.Frames, Spaces[parent], out Spaces[child]));

        public void RunBoth()
        {
            System.Activate(Spaces[0], 0);
            System.Activate(Spaces[1], 1);
        }

        public void RunAlone()
        {
            System.Activate(Spaces[0], 0);
            System.Activate(Spaces[0], 1);
        }

        public void Age(int core) => Assert.Equal(
            VmStatus.Ok,
            Spaces[0].TryAdvise(
                ref System.Cores[core],
                ref System.Memory.Frames,
                new VirtualRange(new VirtualAddress(Base), MiB),
                RangeAdvice.Age));

        // What was aged faults once.
        public void UseAll(int core)
        {
            for (uint page = 0; page < 3; page++)
            {
                VirtualAddress address = new(Base + (page * Page));
                if (System.FaultOf(address.Value, core) == FaultCode.AccessFlagSecondLevel)
                {
                    FaultReport report = new(FaultStatus.AccessFlagSecondLevel, FaultAccess.Read, address, 1);
                    Assert.Equal(
                        FaultOutcome.Resolved, Spaces[0].Resolve(ref System.Cores[core], ref System.Memory.Frames, in report));
                }
            }
        }

        public void Write(int space, uint address, uint word, int core) =>
            Assert.Equal(FaultOutcome.Resolved, System.Write(Spaces[space], address, word, core));

        public VmStatus TryUnmap(int space, uint length, int core) => Spaces[space].TryUnmap(
            ref System.Cores[core], ref System.Memory.Frames, new VirtualRange(new VirtualAddress(Base), length));

        public VmStatus TryDestroy(int space, int core) => System.TryDestroy(Spaces[space], core);

        public uint[] Words(int space, int core)
        {
            System.Activate(Spaces[space], core);
            return [System.Read(Base, core), System.Read(Base + Page, core), System.Read(Base + (2 * Page), core)];
        }

        public void EndAll(params int[] spaces)
        {
            System.Leave(0);
            System.Leave(1);
            foreach (int space in spaces)
            {
                Assert.Equal(VmStatus.Ok, TryDestroy(space, 0));
            }

            Assert.Equal(Empty, System.Held);
        }
    }

    private static void Explore(int clones, Action<World> setUp, Action<World> first, Action<World> second, Action<World> atEnd) =>
        Schedules.Explore(
            () => new World(clones), world => world.System.Machine, setUp, first, second, atEnd);

    [Fact]
    public void Write_InBothAtOnce_EachHasItsOwn() => Explore(
        clones: 1,
        world => world.RunBoth(),
        world => world.Write(0, Base, 10, 0),
        world => world.Write(1, Base, 20, 1),
        world =>
        {
            Assert.Equal([10u, 2u, 3u], world.Words(0, 0));
            Assert.Equal([20u, 2u, 3u], world.Words(1, 1));
            world.EndAll(0, 1);
        });

    [Fact]
    public void Age_AgainstAWrite_LosesNeitherTheWordNorTheUse() => Explore(
        clones: 0,
        world => world.RunAlone(),
        world => world.Age(0),
        world => world.Write(0, Base, 20, 1),
        world =>
        {
            world.UseAll(1);
            Assert.Equal([20u, 2u, 3u], world.Words(0, 1));
            world.EndAll(0);
        });

    [Fact]
    public void Age_AgainstAClone_LeavesNoFlagClearInASharedTable() => Explore(
        clones: 0,
        world => world.RunAlone(),
        world => world.Age(0),
        world => world.Clone(0, 1, 1),
        world =>
        {
            Assert.Equal([1u, 2u, 3u], world.Words(1, 1)); // U1
            world.Write(0, Base, 10, 0);
            world.Write(0, Base + Page, 2, 0);
            world.Write(0, Base + (2 * Page), 3, 0);
            Assert.Equal([10u, 2u, 3u], world.Words(0, 0));
            world.EndAll(1, 0);
        });

    [Fact]
    public void Write_AgainstWriteOfATableThatAThirdHasToo_EachHasItsOwn() => Explore(
        clones: 2,
        world => world.RunBoth(),
        world => world.Write(0, Base + (8 * Page), 10, 0),
        world => world.Write(1, Base + Page, 20, 1),
        world =>
        {
            Assert.Equal([1u, 2u, 3u], world.Words(0, 0));
            Assert.Equal([1u, 20u, 3u], world.Words(1, 1));
            Assert.Equal([1u, 2u, 3u], world.Words(2, 1));
            world.Write(2, Base, 30, 1);
            Assert.Equal(10u, world.System.Read(Base + (8 * Page), 0));
            world.EndAll(1, 0, 2);
        });

    [Fact]
    public void Write_AgainstDestroyOfTheOther_KeepsTheContents() => Explore(
        clones: 1,
        world =>
        {
            world.RunBoth();
            world.System.Leave(1);
        },
        world => world.Write(0, Base, 10, 0),
        world => Assert.Equal(VmStatus.Ok, world.TryDestroy(1, 1)),
        world =>
        {
            Assert.Equal([10u, 2u, 3u], world.Words(0, 0));
            world.EndAll(0);
        });

    [Fact]
    public void Write_AgainstUnmapOfTheOthersWholeMib_KeepsTheContents() => Explore(
        clones: 1,
        world => world.RunBoth(),
        world =>
        {
            world.Write(0, Base, 10, 0);
            world.Write(0, Base + Page, 11, 0);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(1, MiB, 1)),
        world =>
        {
            Assert.Equal([10u, 11u, 3u], world.Words(0, 0));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 1));
            world.EndAll(0, 1);
        });

    [Fact]
    public void Destroy_OfBothAtOnce_GivesAllBackOnce() => Explore(
        clones: 2,
        world =>
        {
            world.RunBoth();
            world.System.Leave(0);
            world.System.Leave(1);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryDestroy(0, 0)),
        world => Assert.Equal(VmStatus.Ok, world.TryDestroy(1, 1)),
        world =>
        {
            Assert.Equal([1u, 2u, 3u], world.Words(2, 0));
            world.EndAll(2);
        });

    [Fact]
    public void Unmap_OfPartsInBothAtOnce_EachHasItsOwn() => Explore(
        clones: 1,
        world => world.RunBoth(),
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(0, Page, 0)),
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(1, 2 * Page, 1)),
        world =>
        {
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base, 0));
            Assert.Equal((2u, 3u), (world.System.Read(Base + Page, 0), world.System.Read(Base + (2 * Page), 1)));
            world.EndAll(0, 1);
        });

    [Fact]
    public void Clone_AgainstAProgramThatWrites_HasWhatWasThereAtOneMoment() => Explore(
        clones: 0,
        world => world.System.Activate(world.Spaces[0], 1),
        world => world.Clone(0, 1, 0),
        world =>
        {
            world.Write(0, Base, 11, 1);
            world.Write(0, Base + Page, 12, 1);
        },
        world =>
        {
            Assert.Equal([11u, 12u, 3u], world.Words(0, 1));
            uint[] words = world.Words(1, 0);
            Assert.Contains((words[0], words[1]), new[] { (1u, 2u), (11u, 2u), (11u, 12u) });
            world.Write(0, Base + (2 * Page), 13, 1);
            Assert.Equal(3u, world.System.Read(Base + (2 * Page), 0));
            world.EndAll(0, 1);
        });

    [Fact]
    public void Clone_OfBothAtOnce_AllShareOneTable() => Explore(
        clones: 1,
        world => world.RunBoth(),
        world => world.Clone(0, 2, 0),
        world => world.Write(1, Base, 20, 1),
        world =>
        {
            Assert.Equal([20u, 2u, 3u], world.Words(1, 1));
            Assert.Equal([1u, 2u, 3u], world.Words(2, 1));
            world.Write(0, Base, 10, 0);
            Assert.Equal([1u, 2u, 3u], world.Words(2, 1));
            world.EndAll(0, 1, 2);
        });

    // Both sides run on one table when the ASIDs are given out anew.
    [Fact]
    public void Write_AgainstRollover_LeavesNothingOfTheSharedTable() => Explore(
        clones: 2,
        world => world.RunBoth(),
        world => world.Write(0, Base, 10, 0),
        world =>
        {
            Assert.Equal([1u, 2u, 3u], world.Words(2, 1));
            world.System.Activate(world.Spaces[1], 1);
            world.System.Activate(world.Spaces[0], 1);
        },
        world =>
        {
            Assert.Equal([10u, 2u, 3u], world.Words(0, 1));
            Assert.Equal([1u, 2u, 3u], world.Words(1, 0));
            world.EndAll(2, 0, 1);
        });
}
