using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;

    [Fact]
    public void MapNewPage_AnyByteOfThePage_MapsZeroesWithTheRightsAskedFor()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        VmStatus status = space.TryMapNewPage(
            ref fixture.Machine,
            ref fixture.Frames,
            new VirtualAddress(Base + 0x123),
            AccessPermission.Read,
            Execution.Allowed,
            out PhysicalAddress page);
        Assert.Equal(VmStatus.Ok, status);
        Assert.True(fixture.Memory.At(page, Page).ToArray().All(value => value == 0));
        Assert.Equal(VmStatus.Ok, fixture.TryTranslate(space, Base + 0xFFF, out TableWalk walk));
        Assert.Equal(page.Value + 0xFFF, walk.Physical.Value);
        Assert.Equal(AccessPermission.Read, walk.Mapping.Access);
        Assert.Equal(Execution.Allowed, walk.Mapping.Execution);
        Assert.Equal(MemoryType.Normal, walk.Mapping.Type);
        Assert.Equal(Scope.NotGlobal, walk.Mapping.Scope);
        Assert.Equal((uint)Domain.User, walk.Mapping.Domain);
        Assert.True(walk.Mapping.IsShareable);
        Assert.True(walk.Mapping.IsPrivilegedExecuteNever);
        Assert.Equal(VmStatus.NotMapped, fixture.TryTranslate(space, Base + Page, out _));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xC000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    public void MapNewPage_PageZeroOrKernelHalf_IsOutOfRange(uint address)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMap(space, address, out PhysicalAddress page));
        Assert.Equal(0u, page.Value);
        Assert.Equal(held, fixture.Held);
    }

    [Fact]
    public void MapNewPage_LastPageOfTheHalf_IsMapped()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, 0x7FFF_F000);
        Assert.True(fixture.IsMapped(space, 0x7FFF_FFFF));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, 0x7FFF_F000));
    }

    [Fact]
    public void MapNewNullPage_AskedForByName_MapsPageZero()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, space.TryMapNewNullPage(
            ref fixture.Machine, ref fixture.Frames, AccessPermission.Read, Execution.Never, out _));
        Assert.True(fixture.IsMapped(space, 0));
        Assert.Equal(VmStatus.AlreadyMapped, space.TryMapNewNullPage(
            ref fixture.Machine, ref fixture.Frames, AccessPermission.Read, Execution.Never, out _));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, 0));
    }

    // The C system's remap leaked the old page.
    [Fact]
    public void MapNewPage_AlreadyMapped_ChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        PhysicalAddress first = fixture.Map(space, Base);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.AlreadyMapped, fixture.TryMap(space, Base + 4, out _));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(VmStatus.Ok, fixture.TryTranslate(space, Base, out TableWalk walk));
        Assert.True(first == walk.Physical);
    }

    [Fact]
    public void UnmapPage_LastOfItsTable_GivesPageAndTableBack()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        _ = fixture.Map(space, Base);
        _ = fixture.Map(space, Base + Page);
        Assert.Equal(1u, fixture.StateOf(space).TableCount);
        Assert.Equal(2u, fixture.StateOf(space).PageCount);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base));
        Assert.Equal(1u, fixture.StateOf(space).TableCount);
        Assert.True(fixture.IsMapped(space, Base + Page));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base + Page));
        Assert.Equal(0u, fixture.StateOf(space).TableCount);
        Assert.Equal(0u, fixture.StateOf(space).PageCount);
        Assert.Equal(held, fixture.Held);
    }

    [Fact]
    public void UnmapPage_AllOfAMiB_CountsTo256()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        for (uint index = 0; index < 256; index++)
        {
            _ = fixture.Map(space, Base + (index * Page));
        }

        Assert.Equal(VmStatus.AlreadyMapped, fixture.TryMap(space, Base, out _));
        for (uint index = 0; index < 256; index++)
        {
            Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base + (index * Page)));
        }

        Assert.Equal(held, fixture.Held);
    }

    // The C system freed an unmapped page, and corrupted its allocator.
    [Fact]
    public void UnmapPage_NotMapped_ChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, Base);
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.NotMapped, fixture.TryUnmap(space, Base + Page));
        Assert.Equal(VmStatus.NotMapped, fixture.TryUnmap(space, Base + 0x10_0000));
        Assert.Equal(VmStatus.Misaligned, fixture.TryUnmap(space, Base + 1));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryUnmap(space, 0x8000_0000));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base));
        Assert.Equal(VmStatus.NotMapped, fixture.TryUnmap(space, Base));
    }

    [Fact]
    public void MapFrames_GivenPages_StayTheGiversAfterUnmap()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        PhysicalAddress page = fixture.NewPage();
        fixture.Machine.Data<uint>(page) = 0x1234_5678;
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(space, Base, page, 1));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base));
        Assert.Equal(0x1234_5678u, fixture.Machine.Data<uint>(page));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, page));
        Assert.Equal(VmStatus.AlreadyFree, fixture.Frames.TryFreePage(ref fixture.Machine, page));
    }

    [Fact]
    public void MapFrames_GiverFreesWhileMapped_PageStaysUntilTheLastMappingGoes()
    {
        SpaceFixture fixture = new();
        AddressSpace first = fixture.Create();
        AddressSpace second = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        PhysicalAddress page = fixture.NewPage();
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(first, Base, page, 1));
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(second, Base, page, 1));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, page));
        Assert.Equal(1u, fixture.Statistics.Pages - held.Item2);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(first, Base));
        Assert.Equal(1u, fixture.Statistics.Pages - held.Item2);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(second, Base));
        Assert.Equal(held, fixture.Held);
    }

    [Fact]
    public void MapFrames_Device_IsMappedWithoutAShare()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(
            VmStatus.Ok, fixture.TryMapFrames(space, Base, new PhysicalAddress(0x3F20_0000), 3, MemoryType.Device));
        Assert.Equal(VmStatus.Ok, fixture.TryTranslate(space, Base + 0x2004, out TableWalk walk));
        Assert.Equal(0x3F20_2004u, walk.Physical.Value);
        Assert.Equal(MemoryType.Device, walk.Mapping.Type);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapRange(space, Base, 3));
        Assert.Equal(held, fixture.Held);
    }

    [Fact]
    public void MapFrames_BadInput_IsRefusedAndChangesNothing()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        PhysicalAddress page = fixture.NewPage();
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryAllocateFirstLevelTable(ref fixture.Machine, out PhysicalAddress table));
        _ = fixture.Map(space, Base + (2 * Page));
        PhysicalAddress free = fixture.NewPage();
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, free));
        (uint, uint, uint, uint) held = fixture.Held;
        PhysicalAddress device = new(0x3F20_0000);
        Assert.Equal(VmStatus.Misaligned, fixture.TryMapFrames(space, Base + 4, page, 1));
        Assert.Equal(VmStatus.Misaligned, fixture.TryMapFrames(space, Base, page.Add(4), 1));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMapFrames(space, Base, page, 0));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMapFrames(space, 0, page, 1));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMapFrames(space, 0x8000_0000, page, 1));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMapFrames(space, 0x7FFF_F000, device, 2, MemoryType.Device));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMapFrames(space, Base, device, uint.MaxValue, MemoryType.Device));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryMapFrames(space, Base, new(0xFFFF_F000), 2, MemoryType.Device));
        Assert.Equal(VmStatus.AlreadyMapped, fixture.TryMapFrames(space, Base, device, 3, MemoryType.Device));
        Assert.Equal(VmStatus.AlreadyFree, fixture.TryMapFrames(space, Base, free, 1));
        Assert.Equal(VmStatus.WrongKind, fixture.TryMapFrames(space, Base, table, 1));
        Assert.Equal(VmStatus.MemoryConflict, fixture.TryMapFrames(space, Base, page, 1, MemoryType.Device));
        Assert.Equal(VmStatus.MemoryConflict, fixture.TryMapFrames(space, 0x10_0000, new(0xF000), 2));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(1u, fixture.StateOf(space).PageCount);
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, page));
        Assert.Equal(VmStatus.AlreadyFree, fixture.Frames.TryFreePage(ref fixture.Machine, page));
    }

    [Fact]
    public void MapFrames_RunOverThreeMiBs_LinksTwoNewTables()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, Base + 0x10_0000 + (200 * Page));
        (uint, uint, uint, uint) held = fixture.Held;
        uint start = Base + (250 * Page);
        Assert.Equal(VmStatus.AlreadyMapped, fixture.TryMapFrames(space, start, new(0x3F00_0000), 270, MemoryType.Device));
        Assert.Equal(held, fixture.Held);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmap(space, Base + 0x10_0000 + (200 * Page)));
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(space, start, new(0x3F00_0000), 270, MemoryType.Device));
        Assert.Equal(3u, fixture.StateOf(space).TableCount);
        for (uint index = 0; index < 270; index++)
        {
            Assert.Equal(VmStatus.Ok, fixture.TryTranslate(space, start + (index * Page), out TableWalk walk));
            Assert.Equal(0x3F00_0000u + (index * Page), walk.Physical.Value);
        }

        Assert.False(fixture.IsMapped(space, start - Page));
        Assert.False(fixture.IsMapped(space, start + (270 * Page)));
        Assert.Equal(VmStatus.NotMapped, fixture.TryUnmapRange(space, start, 271));
        Assert.Equal(270u, fixture.StateOf(space).PageCount);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapRange(space, start, 270));
        Assert.Equal(0u, fixture.StateOf(space).TableCount);
    }

    [Fact]
    public void Protect_Range_ChangesRightsOnly()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        PhysicalAddress page = fixture.Map(space, Base);
        _ = fixture.Map(space, Base + Page);
        Assert.Equal(VmStatus.NotMapped, fixture.TryProtect(space, Base, 3, AccessPermission.Read));
        Assert.Equal(VmStatus.Ok, fixture.TryTranslate(space, Base, out TableWalk walk));
        Assert.Equal(SpaceFixture.UserWrite, walk.Mapping.Access);
        Assert.Equal(VmStatus.Ok, fixture.TryProtect(space, Base, 2, AccessPermission.KernelRead, Execution.Allowed));
        Assert.Equal(VmStatus.Ok, fixture.TryTranslate(space, Base, out walk));
        Assert.Equal(AccessPermission.KernelRead, walk.Mapping.Access);
        Assert.Equal(Execution.Allowed, walk.Mapping.Execution);
        Assert.True(page == walk.Physical);
        Assert.Equal(VmStatus.Misaligned, fixture.TryProtect(space, Base + 1, 1, AccessPermission.Read));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryProtect(space, Base, 0, AccessPermission.Read));
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapRange(space, Base, 2));
        Assert.Equal(held.Item2 - 2, fixture.Statistics.Pages);
    }

    [Fact]
    public void GetMappings_MixedSpace_GivesRunsOfEqualAttributes()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        PhysicalAddress device = new(0x3F20_0000);
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(space, Base - (2 * Page), device, 4, MemoryType.Device));
        Assert.Equal(VmStatus.Ok, fixture.TryProtect(space, Base + Page, 1, AccessPermission.Read));
        _ = fixture.Map(space, 0x7FFF_F000);
        MappingRuns runs = space.GetMappings(ref fixture.Machine);
        List<(uint Start, uint Length, AccessPermission Access)> found = [];
        while (runs.TryNext(ref fixture.Machine, out MappingRun run))
        {
            found.Add((run.Start.Value, run.LengthInBytes, run.First.Access));
        }

        Assert.Equal(
            [
                (Base - (2 * Page), 3 * Page, AccessPermission.ReadWrite),
                (Base + Page, Page, AccessPermission.Read),
                (0x7FFF_F000, Page, AccessPermission.ReadWrite),
            ],
            found);
    }

    [Fact]
    public void PublishCode_UnmappedPageInTheRange_IsNotMapped()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, Base);
        Assert.Equal(VmStatus.Ok, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(Base + 4), Page - 4));
        Assert.Equal(VmStatus.NotMapped, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(Base + 4), Page - 3));
        Assert.Equal(VmStatus.OutOfRange, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(Base), 0));
        Assert.Equal(VmStatus.OutOfRange, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(0x7FFF_FFFF), 2));
    }

    [Theory]
    [InlineData(Base, 0xFFFF_FFFFu)]
    [InlineData(Base + 4, uint.MaxValue - Base + 1)]
    [InlineData(0x7FFF_FFFFu, 0x8000_0002u)]
    public void PublishCode_RangeThatWraps_IsOutOfRangeAndCleansNothing(uint start, uint lengthInBytes)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, Base);
        _ = fixture.Map(space, 0x7FFF_F000);
        fixture.Memory.Maintenance = [];
        Assert.Equal(VmStatus.OutOfRange, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(start), lengthInBytes));
        Assert.Empty(fixture.Memory.Maintenance);
    }

    [Fact]
    public void PublishCode_PartsOfThreePages_CleansEachPageOnce()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        uint[] pages = [.. Enumerable.Range(0, 4).Select(index => fixture.Map(space, Base + ((uint)index * Page)).Value)];
        fixture.Memory.Maintenance = [];
        Assert.Equal(VmStatus.Ok, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(Base + Page - 4), Page + 8));
        Assert.Equal(
            pages[..3].Select(page => (nameof(IMachine.CleanToUnification), page, Page)),
            fixture.Memory.Maintenance);
    }

    [Fact]
    public void PublishCode_UpToTheEndOfTheHalf_IsDone()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        _ = fixture.Map(space, 0x7FFF_F000);
        Assert.Equal(VmStatus.Ok, space.TryPublishCode(ref fixture.Machine, new VirtualAddress(0x7FFF_F000), Page));
    }

    [Fact]
    public void MapFrames_UpToTheEndOfTheHalfOrToAMappedPage_IsDone()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        PhysicalAddress device = new(0x3F20_0000);
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(space, 0x7FFF_E000, device, 2, MemoryType.Device));
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(space, 0x7FFF_C000, device, 2, MemoryType.Device));
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapRange(space, 0x7FFF_C000, 4));
    }

    [Fact]
    public void MapFrames_SeveralNewTables_AreEmptyButForTheRange()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(
            VmStatus.Ok, fixture.TryMapFrames(space, Base + (250 * Page), new(0x3F00_0000), 270, MemoryType.Device));
        _ = fixture.Map(space, Base);
        Assert.Equal(271u, fixture.StateOf(space).PageCount);
    }

    [Fact]
    public void MapFrames_LaterPageCannotBeShared_GivesTheSharesOfTheOthersBack()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Dictionary<uint, PhysicalAddress> pages = [];
        for (int count = 0; count < 64; count++)
        {
            PhysicalAddress page = fixture.NewPage();
            pages.Add(page.Value, page);
        }

        PhysicalAddress first = pages.Values.First(
            page => pages.ContainsKey(page.Value + Page) && pages.ContainsKey(page.Value + (2 * Page)));
        Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, first.Add(2 * Page)));
        Assert.Equal(VmStatus.AlreadyFree, fixture.TryMapFrames(space, Base, first, 3));
        foreach (PhysicalAddress page in new[] { first, first.Add(Page) })
        {
            Assert.Equal(VmStatus.Ok, fixture.Frames.TryFreePage(ref fixture.Machine, page));
            Assert.Equal(VmStatus.AlreadyFree, fixture.Frames.TryFreePage(ref fixture.Machine, page));
        }
    }

    [Fact]
    public void UnmapRange_MoreThanABatch_IsOneInvalidationByAsid()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, fixture.TryMapFrames(space, Base, new(0x3F00_0000), 40, MemoryType.Device));
        fixture.Memory.Maintenance = [];
        Assert.Equal(VmStatus.Misaligned, fixture.TryUnmapRange(space, Base + 1, 40));
        Assert.Equal(VmStatus.OutOfRange, fixture.TryUnmapRange(space, Base, 0));
        Assert.Empty(fixture.Memory.Maintenance);
        Assert.Equal(VmStatus.Ok, fixture.TryUnmapRange(space, Base, 40));
        Assert.Equal([(nameof(IMachine.InvalidateAsid), 0u, 0u)], fixture.Memory.Maintenance);
    }

    [Fact]
    public void Translate_KernelHalf_IsOutOfRange()
    {
        SpaceFixture fixture = new();
        Assert.Equal(VmStatus.OutOfRange, fixture.TryTranslate(fixture.Create(), 0x8000_0000, out _));
    }

    [Fact]
    public void MapNewPage_OutOfMemoryAtEachAllocation_ChangesNothing() => FailEach(
        space: fixture => fixture.Create(),
        operation: (fixture, space) => fixture.TryMap(space, Base, out _),
        undo: (fixture, space) => fixture.TryUnmap(space, Base));

    [Fact]
    public void MapFrames_OutOfMemoryAtEachAllocation_ChangesNothing()
    {
        PhysicalAddress device = new(0x3F00_0000);
        FailEach(
            space: fixture => fixture.Create(),
            operation: (fixture, space) => fixture.TryMapFrames(space, Base + Page, device, 2600, MemoryType.Device),
            undo: (fixture, space) => fixture.TryUnmapRange(space, Base + Page, 2600));
    }

    private static void FailEach(
        Func<SpaceFixture, AddressSpace> space,
        Func<SpaceFixture, AddressSpace, VmStatus> operation,
        Func<SpaceFixture, AddressSpace, VmStatus> undo)
    {
        int failures = 0;
        for (uint free = 0; ; free++)
        {
            SpaceFixture fixture = new();
            AddressSpace subject = space(fixture);
            fixture.LeaveFree(free);
            (uint, uint, uint, uint) held = fixture.Held;
            AddressSpaceState state = fixture.StateOf(subject);
            VmStatus status = operation(fixture, subject);
            if (status == VmStatus.Ok)
            {
                Assert.Equal(VmStatus.Ok, undo(fixture, subject));
                Assert.True(failures > 0);
            }
            else
            {
                Assert.Equal(VmStatus.OutOfFrames, status);
                failures++;
            }

            Assert.Equal(held, fixture.Held);
            Assert.Equal(state.PageCount, fixture.StateOf(subject).PageCount);
            Assert.Equal(state.TableCount, fixture.StateOf(subject).TableCount);
            if (status == VmStatus.Ok)
            {
                return;
            }
        }
    }

    // Against a dictionary: what is mapped, to what, with which rights, after any sequence.
    [Fact]
    public void AnySequence_AgreesWithADictionary()
    {
        Gen<(int Kind, uint Page, uint Count, int Rights)> step =
            Gen.Select(Gen.Int[0, 9], Gen.UInt[0, 700], Gen.UInt[1, 300], Gen.Int[0, 3]);
        step.Array[0, 60].Sample(
            steps =>
            {
                SpaceFixture fixture = new();
                (uint, uint, uint, uint) before = fixture.Held;
                AddressSpace space = fixture.Create();
                Dictionary<uint, (uint Frame, AccessPermission Access)> expected = [];
                AccessPermission[] rights =
                    [AccessPermission.Read, AccessPermission.ReadWrite, AccessPermission.KernelRead, AccessPermission.KernelReadWrite];
                foreach ((int kind, uint number, uint count, int right) in steps)
                {
                    uint start = number * Page;
                    uint[] pages = [.. Enumerable.Range(0, (int)count).Select(index => start + ((uint)index * Page))];
                    bool anyMapped = pages.Any(expected.ContainsKey);
                    bool allMapped = pages.All(expected.ContainsKey);
                    if (kind <= 2)
                    {
                        VmStatus status = space.TryMapNewPage(
                            ref fixture.Machine,
                            ref fixture.Frames,
                            new VirtualAddress(start + count),
                            rights[right],
                            Execution.Never,
                            out PhysicalAddress page);
                        Assert.Equal(
                            number == 0 ? VmStatus.OutOfRange
                            : expected.ContainsKey(start) ? VmStatus.AlreadyMapped
                            : VmStatus.Ok,
                            status);
                        if (status == VmStatus.Ok)
                        {
                            expected.Add(start, (page.Value, rights[right]));
                        }
                    }
                    else if (kind <= 4)
                    {
                        VmStatus status = space.TryMapFrames(
                            ref fixture.Machine,
                            ref fixture.Frames,
                            new VirtualAddress(start),
                            new PhysicalAddress(0x4000_0000 + start),
                            count,
                            rights[right],
                            Execution.Never,
                            MemoryType.Device);
                        Assert.Equal(
                            number == 0 ? VmStatus.OutOfRange : anyMapped ? VmStatus.AlreadyMapped : VmStatus.Ok, status);
                        if (status == VmStatus.Ok)
                        {
                            foreach (uint page in pages)
                            {
                                expected.Add(page, (0x4000_0000 + page, rights[right]));
                            }
                        }
                    }
                    else if (kind <= 6)
                    {
                        Assert.Equal(
                            expected.Remove(start) ? VmStatus.Ok : VmStatus.NotMapped, fixture.TryUnmap(space, start));
                    }
                    else if (kind == 7)
                    {
                        Assert.Equal(
                            allMapped ? VmStatus.Ok : VmStatus.NotMapped, fixture.TryUnmapRange(space, start, count));
                        if (allMapped)
                        {
                            Array.ForEach(pages, page => expected.Remove(page));
                        }
                    }
                    else
                    {
                        Assert.Equal(
                            allMapped ? VmStatus.Ok : VmStatus.NotMapped,
                            fixture.TryProtect(space, start, count, rights[right]));
                        if (allMapped)
                        {
                            Array.ForEach(pages, page => expected[page] = (expected[page].Frame, rights[right]));
                        }
                    }
                }

                for (uint number = 0; number < 1100; number++)
                {
                    bool isMapped = fixture.TryTranslate(space, number * Page, out TableWalk walk) == VmStatus.Ok;
                    Assert.Equal(expected.TryGetValue(number * Page, out (uint Frame, AccessPermission Access) mapping), isMapped);
                    if (isMapped)
                    {
                        Assert.Equal(mapping.Frame, walk.Physical.Value);
                        Assert.Equal(mapping.Access, walk.Mapping.Access);
                    }
                }

                AddressSpaceState state = fixture.StateOf(space);
                Assert.Equal((uint)expected.Count, state.PageCount);
                Assert.Equal((uint)expected.Keys.Select(page => page >> 20).Distinct().Count(), state.TableCount);
                Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
                Assert.Equal(before, fixture.Held);
            },
            iter: 60,
            threads: 1);
    }
}
