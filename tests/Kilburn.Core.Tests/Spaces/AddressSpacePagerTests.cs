using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpacePagerTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;

    /// <summary>A paged object of 8 pages, mapped whole into two spaces; the pager's page.</summary>
    private sealed class World
    {
        public readonly SpaceFixture Fixture = new();
        public readonly MemoryObject Memory;
        public readonly AddressSpace One;
        public readonly AddressSpace Other;
        private readonly PhysicalAddress _contents;

        public World(RangeKind kind = RangeKind.Shared)
        {
            Memory = Fixture.CreateObject(8, ObjectKind.Paged);
            One = Fixture.Create();
            Other = Fixture.Create();
            Map(One, kind);
            Map(Other, RangeKind.Shared);
            _contents = Fixture.NewPage();
        }

        public ObjectDescription Description => Fixture.DescriptionOf(Memory);

        public void Map(AddressSpace space, RangeKind kind) => Assert.Equal(
            VmStatus.Ok,
            Fixture.TryMap(
                space,
                new RangeRequest
                {
                    Placement = RangePlacement.Fixed,
                    Address = new VirtualAddress(Base),
                    LengthInBytes = 8 * Page,
                    Kind = kind,
                    Rights = UserRights.ReadWrite,
                    Object = Memory,
                },
                out _));

        public FaultOutcome TryRead(AddressSpace space, uint page)
        {
            uint word = 0;
            return Fixture.Access(space, Base + (page * Page), FaultAccess.Read, ref word);
        }

        public FaultOutcome Write(AddressSpace space, uint page, uint word) => Fixture.Write(space, Base + (page * Page), word);

        public uint Read(AddressSpace space, uint page) => Fixture.Read(space, Base + (page * Page));

        public uint? TakeRequest() =>
            Fixture.Spaces.Objects.TryTakeRequest(ref Fixture.Machine, Memory, out uint offset) ? offset / Page : null;

        public VmStatus TrySupply(uint page, uint word)
        {
            Fixture.Machine.Data<uint>(_contents) = word;
            return Fixture.Spaces.Objects.TrySupply(ref Fixture.Machine, ref Fixture.Frames, Memory, page * Page, _contents);
        }

        public VmStatus TryFail(uint page) => Fixture.Spaces.Objects.TryFail(ref Fixture.Machine, Memory, page * Page);

        public VmStatus TryAnswer(uint page, WriteBack result) =>
            Fixture.Spaces.Objects.TryAnswerWriteBack(ref Fixture.Machine, Memory, page * Page, result);

        public FaultOutcome Sync() => Fixture.Spaces.Objects.Sync(ref Fixture.Machine, Memory);

        public VmStatus TryResize(uint pages) =>
            Fixture.Spaces.Objects.TryResize(ref Fixture.Machine, ref Fixture.Frames, Memory, pages * Page);

        /// <summary>The page that was written, and the word in it.</summary>
        public (uint Page, uint Word)? TakeDirty()
        {
            VmStatus status = Fixture.Spaces.Objects.TryTakeDirty(
                ref Fixture.Machine, ref Fixture.Frames, Memory, out uint offset, out PhysicalAddress page);
            if (status != VmStatus.Ok)
            {
                Assert.Equal((VmStatus.NotMapped, 0u), (status, page.Value));
                return null;
            }

            uint word = Fixture.Machine.Data<uint>(page);
            Assert.Equal(VmStatus.Ok, Fixture.Frames.TryFreePage(ref Fixture.Machine, page));
            return (offset / Page, word);
        }

        public void Bring(uint page, uint word)
        {
            Assert.Equal(FaultOutcome.NeedsPager, TryRead(One, page));
            Assert.Equal(page, TakeRequest());
            Assert.Equal(VmStatus.Ok, TrySupply(page, word));
        }
    }

    [Fact]
    public void Touch_OfAPageThatIsNotThere_AsksThePagerOnce()
    {
        World world = new();
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 3));
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.Other, 3));
        Assert.Equal(FaultOutcome.NeedsPager, world.Write(world.One, 3, 1));
        Assert.Equal((1u, 0u), (world.Description.WaitingPages, world.Fixture.CountersOf(world.One).Refused));
        Assert.Equal(3u, world.TakeRequest());
        Assert.Null(world.TakeRequest());
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 3));
        Assert.Null(world.TakeRequest());
        Assert.Equal(VmStatus.Ok, world.TrySupply(3, 33));
        Assert.Equal((33u, 33u), (world.Read(world.One, 3), world.Read(world.Other, 3)));
        Assert.Equal(1u, world.Description.ResidentPages);
    }

    [Fact]
    public void Requests_OfSeveralPages_ComeInTheOrderOfTheTouches()
    {
        World world = new();
        foreach (uint page in new uint[] { 5, 0, 7, 2 })
        {
            Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, page));
        }

        Assert.Equal(5u, world.TakeRequest());
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 1));
        Assert.Equal([0u, 7u, 2u, 1u, null], new[] { world.TakeRequest(), world.TakeRequest(), world.TakeRequest(), world.TakeRequest(), world.TakeRequest() });
    }

    [Fact]
    public void Fail_ReachesAllWhoTouch_UntilTheObjectIsCut()
    {
        World world = new();
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 3));
        Assert.Equal(3u, world.TakeRequest());
        Assert.Equal(VmStatus.Ok, world.TryFail(3));
        Assert.Equal(FaultOutcome.PagerFailed, world.TryRead(world.One, 3));
        Assert.Equal(FaultOutcome.PagerFailed, world.Write(world.Other, 3, 1));
        Assert.Equal(VmStatus.NotMapped, world.TryFail(3));
        Assert.Equal((VmStatus.Ok, VmStatus.Ok), (world.TryResize(3), world.TryResize(8)));
        world.Bring(3, 4);
        Assert.Equal(4u, world.Read(world.Other, 3));
    }

    [Fact]
    public void Sync_WrittenPages_AreKeptWhenThePagerIsThroughWithThem()
    {
        World world = new();
        Assert.Equal(FaultOutcome.Resolved, world.Sync());
        world.Bring(3, 4);
        world.Bring(4, 5);
        Assert.Equal(FaultOutcome.Resolved, world.Sync());
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 3, 7));
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 4, 8));
        Assert.Equal(FaultOutcome.NeedsPager, world.Sync());
        Assert.Equal((3u, 7u), world.TakeDirty());
        Assert.Equal((4u, 8u), world.TakeDirty());
        Assert.Equal(FaultOutcome.NeedsPager, world.Sync()); // it has them, and is not through
        Assert.Equal(VmStatus.Ok, world.TryAnswer(3, WriteBack.Kept));
        Assert.Equal(FaultOutcome.NeedsPager, world.Sync());
        world.Fixture.Spaces.Objects.EndWriteBacks(ref world.Fixture.Machine, world.Memory);
        Assert.Equal(FaultOutcome.Resolved, world.Sync());
    }

    [Fact]
    public void Sync_PageThatCouldNotBeKept_IsToldOnceAndStaysDirty()
    {
        World world = new();
        world.Bring(3, 4);
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 3, 7));
        Assert.Equal((3u, 7u), world.TakeDirty());
        Assert.Equal(VmStatus.Ok, world.TryAnswer(3, WriteBack.Failed));
        Assert.Null(world.TakeDirty()); // not for ever again
        VirtualRange page = new(new VirtualAddress(Base + (3 * Page)), Page);
        Assert.Equal(VmStatus.Ok, world.One.TryReadUse(ref world.Fixture.Machine, page, out PageUse use));
        Assert.Equal(1u, use.DirtyPages);
        Assert.Equal(FaultOutcome.PagerFailed, world.Sync());
        Assert.Equal(FaultOutcome.Resolved, world.Sync());

        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 3, 8));
        Assert.Equal((3u, 8u), world.TakeDirty());
        Assert.Equal(VmStatus.Ok, world.TryAnswer(3, WriteBack.Kept));
        Assert.Equal(VmStatus.Ok, world.One.TryReadUse(ref world.Fixture.Machine, page, out use));
        Assert.Equal(0u, use.DirtyPages);
        Assert.Equal(FaultOutcome.Resolved, world.Sync());
    }

    [Fact]
    public void Sync_PagerGoneBeforeItKeptAll_IsFailed()
    {
        World world = new();
        world.Bring(3, 4);
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 3, 7));
        world.Fixture.Spaces.Objects.Abandon(ref world.Fixture.Machine, world.Memory);
        Assert.Equal(FaultOutcome.PagerFailed, world.Sync());
    }

    [Fact]
    public void AnswerWriteBack_NothingTaken_IsRefused()
    {
        World world = new();
        world.Bring(3, 4);
        Assert.Equal(VmStatus.NotMapped, world.TryAnswer(3, WriteBack.Failed));
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 3, 7));
        Assert.Equal((3u, 7u), world.TakeDirty());
        Assert.Equal(VmStatus.NotMapped, world.TryAnswer(4, WriteBack.Failed));
        Assert.Equal(VmStatus.OutOfRange, world.TryAnswer(8, WriteBack.Failed));
        Assert.Equal(
            VmStatus.Misaligned,
            world.Fixture.Spaces.Objects.TryAnswerWriteBack(ref world.Fixture.Machine, world.Memory, 1, WriteBack.Failed));
        Assert.Equal(VmStatus.Ok, world.TryAnswer(3, WriteBack.Failed));
        Assert.Equal(VmStatus.NotMapped, world.TryAnswer(3, WriteBack.Failed));
    }

    [Fact]
    public void Answer_ThatNobodyAskedFor_IsRefusedAndChangesNothing()
    {
        World world = new();
        (uint, uint, uint, uint) held = world.Fixture.Held;
        Assert.Equal(VmStatus.NotMapped, world.TrySupply(3, 1));
        Assert.Equal(VmStatus.NotMapped, world.TryFail(3));
        Assert.Equal(VmStatus.OutOfRange, world.TrySupply(8, 1));
        Assert.Equal(VmStatus.OutOfRange, world.TryFail(0xF_FFFF));
        Assert.Equal(
            VmStatus.Misaligned,
            world.Fixture.Spaces.Objects.TrySupply(ref world.Fixture.Machine, ref world.Fixture.Frames, world.Memory, 1, default));
        Assert.Equal(VmStatus.Misaligned, world.Fixture.Spaces.Objects.TryFail(ref world.Fixture.Machine, world.Memory, 1));
        Assert.Equal(held, world.Fixture.Held);
        world.Bring(2, 9);
        Assert.Equal(VmStatus.NotMapped, world.TrySupply(2, 1));
        Assert.Equal(9u, world.Read(world.One, 2));
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 3));
        Assert.Equal(VmStatus.NotMapped, world.TrySupply(3, 1)); // the pager was not told yet
    }

    [Fact]
    public void Supply_OutOfMemory_LeavesThePageAskedFor()
    {
        World world = new();
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 3));
        Assert.Equal(3u, world.TakeRequest());
        world.Fixture.LeaveFree(0);
        Assert.Equal(VmStatus.OutOfFrames, world.TrySupply(3, 1));
        world.Fixture.GiveBack();
        Assert.Equal(VmStatus.Ok, world.TrySupply(3, 1));
        Assert.Equal(1u, world.Read(world.One, 3));
    }

    [Fact]
    public void TakeDirty_EachWriteSinceTheLast_IsFoundOnce()
    {
        World world = new();
        for (uint page = 0; page < 4; page++)
        {
            world.Bring(page, page);
        }

        Assert.Null(world.TakeDirty());
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 1, 11));
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.Other, 1, 12));
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.Other, 3, 13));
        Assert.Equal(2u, world.Description.DirtyPages);
        Assert.Equal([(1u, 12u), (3u, 13u), null], new[] { world.TakeDirty(), world.TakeDirty(), world.TakeDirty() });
        Assert.Equal(12u, world.Read(world.One, 1));
        Assert.Null(world.TakeDirty());
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 1, 14));
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 0, 15));
        Assert.Equal([(0u, 15u), (1u, 14u), null], new[] { world.TakeDirty(), world.TakeDirty(), world.TakeDirty() });
    }

    [Fact]
    public void TakeDirty_WrittenByAClone_IsFound()
    {
        World world = new();
        world.Bring(2, 1);
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 2, 2));
        Assert.Equal((2u, 2u), world.TakeDirty());
        AddressSpace child = world.Fixture.Clone(world.One);
        Assert.Equal(FaultOutcome.Resolved, world.Write(child, 2, 3));
        Assert.Equal((2u, 3u), world.TakeDirty());
        Assert.Equal(3u, world.Read(world.One, 2));
    }

    [Fact]
    public void Resize_Shorter_ForgetsRequestsAndWritesBeyond()
    {
        World world = new();
        world.Bring(6, 1);
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 6, 2));
        foreach (uint page in new uint[] { 5, 1, 7, 2 })
        {
            Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, page));
        }

        Assert.Equal(VmStatus.Ok, world.TryResize(4));
        Assert.Equal((2u, 0u, 0u), (world.Description.WaitingPages, world.Description.DirtyPages, world.Description.ResidentPages));
        Assert.Null(world.TakeDirty());
        Assert.Equal([1u, 2u, null], new[] { world.TakeRequest(), world.TakeRequest(), world.TakeRequest() });
        Assert.Equal(FaultOutcome.PastEnd, world.TryRead(world.One, 6));
    }

    [Fact]
    public void Abandon_WhatIsThere_Stays()
    {
        World world = new();
        world.Bring(2, 7);
        Assert.Equal(FaultOutcome.NeedsPager, world.TryRead(world.One, 3));
        world.Fixture.Spaces.Objects.Abandon(ref world.Fixture.Machine, world.Memory);
        Assert.Equal(FaultOutcome.PagerFailed, world.TryRead(world.One, 3));
        Assert.Equal(FaultOutcome.PagerFailed, world.TryRead(world.One, 4));
        Assert.Equal(7u, world.Read(world.Other, 2));
    }

    [Fact]
    public void Private_Write_NeedsTheContentsAndIsNotTold()
    {
        World world = new(RangeKind.Private);
        Assert.Equal(FaultOutcome.NeedsPager, world.Write(world.One, 2, 5));
        Assert.Equal(2u, world.TakeRequest());
        Assert.Equal(VmStatus.Ok, world.TrySupply(2, 4));
        Assert.Equal(FaultOutcome.Resolved, world.Write(world.One, 2, 5));
        Assert.Equal((5u, 4u, 0u), (world.Read(world.One, 2), world.Read(world.Other, 2), world.Description.DirtyPages));
    }

    [Fact]
    public void Close_WithPagesInEveryState_GivesAllBack()
    {
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        MemoryObject memory = fixture.CreateObject(8, ObjectKind.Paged);
        AddressSpace space = fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = 8 * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
        };
        Assert.Equal(VmStatus.Ok, fixture.TryMap(space, request, out _));
        PhysicalAddress contents = fixture.NewPage();
        List<FaultOutcome> outcomes = [];
        for (uint page = 0; page < 4; page++)
        {
            outcomes.Add(fixture.Write(space, Base + (page * Page), 1));
        }

        Assert.All(outcomes, outcome => Assert.Equal(FaultOutcome.NeedsPager, outcome));
        for (uint page = 0; page < 3; page++)
        {
            Assert.True(fixture.Spaces.Objects.TryTakeRequest(ref fixture.Machine, memory, out _));
        }

        Assert.Equal(VmStatus.Ok, fixture.Spaces.Objects.TrySupply(ref fixture.Machine, ref fixture.Frames, memory, 0, contents));
        Assert.Equal(VmStatus.Ok, fixture.Spaces.Objects.TryFail(ref fixture.Machine, memory, Page));
        Assert.Equal(FaultOutcome.Resolved, fixture.Write(space, Base, 1));
        fixture.Spaces.Objects.Close(ref fixture.Machine, ref fixture.Frames, memory);
        Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, contents));
        Assert.Equal(held, fixture.Held);
    }
}
