using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Two cores run two spaces that map one object, and change both, under every schedule with one preemption and drawn ones with more.</summary>
public sealed class ObjectsUnderEveryScheduleTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint Length = 4 * Page;

    private sealed class World
    {
        public ModelSpaces<FewAsids> System = new(memoryInMiB: 4);
        public AddressSpace[] Spaces = new AddressSpace[2];
        public (uint Pages, uint Second, uint First) Empty;
        public MemoryObject Memory;
        public FaultOutcome[] Outcomes = new FaultOutcome[2];
        public VmStatus Status;
        public uint Taken;

        public World(ObjectKind kind)
        {
            System.OpenUser();
            Empty = System.Held;
            Assert.Equal(
                VmStatus.Ok,
                System.Memory.Spaces.Objects.TryCreate(ref System.Cores[0], ref System.Memory.Frames, Length, kind, out Memory));
            for (int index = 0; index < Spaces.Length; index++)
            {
                Spaces[index] = System.Create();
                Map(index, 0);
                System.Activate(Spaces[index], index);
            }
        }

        public void Map(int space, int core)
        {
            RangeRequest request = new()
            {
                Placement = RangePlacement.Fixed,
                Address = new VirtualAddress(Base),
                LengthInBytes = Length,
                Kind = RangeKind.Shared,
                Rights = UserRights.ReadWrite,
                Object = Memory,
            };
            Assert.Equal(VmStatus.Ok, Spaces[space].TryMap(ref System.Cores[core], ref System.Memory.Frames, in request, out _));
        }

        public void Write(int space, uint page, uint word) =>
            Outcomes[space] = System.Write(Spaces[space], Base + (page * Page), word, space);

        public VmStatus TryResize(uint pages, int core) => System.Memory.Spaces.Objects.TryResize(
            ref System.Cores[core], ref System.Memory.Frames, Memory, pages * Page);

        public void Close(int core) => System.Memory.Spaces.Objects.Close(ref System.Cores[core], ref System.Memory.Frames, Memory);

        public VmStatus TryUnmap(int space, int core) => Spaces[space].TryUnmap(
            ref System.Cores[core], ref System.Memory.Frames, new VirtualRange(new VirtualAddress(Base), Length));

        public void TakeDirty(int core)
        {
            Taken = 0;
            Status = System.Memory.Spaces.Objects.TryTakeDirty(
                ref System.Cores[core], ref System.Memory.Frames, Memory, out _, out PhysicalAddress page);
            if (Status == VmStatus.Ok)
            {
                Taken = System.Machine.Memory.Read(page);
                Assert.Equal(VmStatus.Ok, System.Memory.Frames.TryFreePage(ref System.Cores[core], page));
            }
        }

        // Brings page 0 with the word 1.
        public void Bring()
        {
            Write(0, 0, 1);
            Assert.Equal(FaultOutcome.NeedsPager, Outcomes[0]);
            MemoryObjects objects = System.Memory.Spaces.Objects;
            Assert.True(objects.TryTakeRequest(ref System.Cores[0], Memory, out uint offset));
            Assert.Equal(
                VmStatus.Ok, System.Memory.Frames.TryAllocatePage(ref System.Cores[0], FrameContents.Zeroed, out PhysicalAddress page));
            Assert.Equal(VmStatus.Ok, objects.TrySupply(ref System.Cores[0], ref System.Memory.Frames, Memory, offset, page));
            Assert.Equal(VmStatus.Ok, System.Memory.Frames.TryFreePage(ref System.Cores[0], page));
            Write(0, 0, 1);
        }

        public void EndAll(bool isOpen)
        {
            System.Leave(0);
            System.Leave(1);
            foreach (AddressSpace space in Spaces)
            {
                Assert.Equal(VmStatus.Ok, System.TryDestroy(space, 0));
            }

            if (isOpen)
            {
                Close(0);
            }

            Assert.Equal(Empty, System.Held);
        }
    }

    private static void Explore(
        ObjectKind kind, Action<World> setUp, Action<World> first, Action<World> second, Action<World> atEnd) =>
        Schedules.Explore(() => new World(kind), world => world.System.Machine, setUp, first, second, atEnd);

    [Fact]
    public void Write_OfTheSamePageInBoth_IsOneMemory() => Explore(
        ObjectKind.Anonymous,
        world => { },
        world => world.Write(0, 1, 10),
        world => world.Write(1, 1, 20),
        world =>
        {
            Assert.Equal(world.System.Read(Base + Page, 0), world.System.Read(Base + Page, 1));
            world.EndAll(isOpen: true);
        });

    [Fact]
    public void Write_AgainstCuttingTheObject_FaultsOrIsGone() => Explore(
        ObjectKind.Anonymous,
        world => world.Write(1, 3, 5),
        world => Assert.Equal(VmStatus.Ok, world.TryResize(2, 0)),
        world =>
        {
            world.Write(1, 3, 6);
            world.Write(1, 2, 7);
        },
        world =>
        {
            Assert.Contains(world.Outcomes[1], new[] { FaultOutcome.Resolved, FaultOutcome.PastEnd });
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base + (3 * Page), 1));
            Assert.NotEqual(FaultCode.None, world.System.FaultOf(Base + (2 * Page), 1));
            world.Write(1, 3, 8);
            Assert.Equal(FaultOutcome.PastEnd, world.Outcomes[1]);
            Assert.Equal(VmStatus.Ok, world.TryResize(4, 0));
            world.Write(0, 2, 8);
            Assert.Equal(0u, world.System.Read(Base + (2 * Page) + 8, 0));
            world.EndAll(isOpen: true);
        });

    [Fact]
    public void Unmap_OfTheLastMappings_AgainstClose_EndsTheObjectOnce() => Explore(
        ObjectKind.Anonymous,
        world =>
        {
            world.Write(0, 0, 1);
            world.Write(1, 3, 1);
            Assert.Equal(VmStatus.Ok, world.TryUnmap(1, 0));
        },
        world => Assert.Equal(VmStatus.Ok, world.TryUnmap(0, 0)),
        world => world.Close(1),
        world => world.EndAll(isOpen: false));

    [Fact]
    public void Destroy_AgainstCuttingTheObject_GivesAllBack() => Explore(
        ObjectKind.Anonymous,
        world =>
        {
            world.Write(0, 3, 1);
            world.Write(1, 3, 1);
            world.System.Leave(1);
        },
        world => Assert.Equal(VmStatus.Ok, world.TryResize(1, 0)),
        world =>
        {
            Assert.Equal(VmStatus.Ok, world.System.TryDestroy(world.Spaces[1], 1));
            world.Spaces[1] = world.System.Create(1);
        },
        world => world.EndAll(isOpen: true));

    // A write that the pager did not get is told again.
    [Fact]
    public void Write_AgainstTheTakingOfTheDirtyPage_IsTakenOrTold() => Explore(
        ObjectKind.Paged,
        world => world.Bring(),
        world => world.TakeDirty(0),
        world =>
        {
            world.Write(1, 0, 2);
            world.Write(1, 0, 3);
        },
        world =>
        {
            Assert.Equal((VmStatus.Ok, FaultOutcome.Resolved), (world.Status, world.Outcomes[1]));
            uint taken = world.Taken;
            world.TakeDirty(0);
            Assert.True(taken == 3 || world.Taken == 3, $"taken {taken}, then {world.Taken}");
            world.TakeDirty(0);
            Assert.Equal(VmStatus.NotMapped, world.Status);
            world.EndAll(isOpen: true);
        });
}
