using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Frames;

public sealed class FrameAllocatorTests
{
    private const uint MiB = FrameWorld.MiB;

    private static readonly FrameUse[] s_uses =
    [
        FrameUse.Page, FrameUse.SecondLevelTable, FrameUse.FirstLevelTable, FrameUse.FullFirstLevelTable,
        FrameUse.LargeBlock, FrameUse.SectionBlock, FrameUse.SupersectionBlock,
    ];

    public static TheoryData<FrameUse> Uses => [.. s_uses];

    [Theory]
    [InlineData(8u)]
    [InlineData(64u)]
    [InlineData(960u)]
    [InlineData(1024u)]
    public void TryStart_OneBank_ManagesEveryFrameAboveTheKernel(uint mebibytes)
    {
        FrameWorld world = FrameWorld.Start(mebibytes * MiB);
        FrameStatistics statistics = world.Statistics;

        Assert.Equal(mebibytes << 8, statistics.TotalFrames);
        Assert.Equal(256u, statistics.ReservedFrames);
        Assert.Equal(statistics.TotalFrames - 256 - statistics.MetadataFrames, statistics.ManagedFrames);
        Assert.Equal(statistics.ManagedFrames, statistics.FreeFrames);
        Assert.Equal(0u, statistics.Pages);
        Assert.True(
            statistics.MetadataInBytes * 2 <= statistics.ManagedFrames * 9,
            $"{statistics.MetadataInBytes} bytes for {statistics.ManagedFrames} frames");
        Assert.Equal(FrameState.Metadata, world.Describe(MiB).State);
        Assert.Equal(FrameState.NotManaged, world.Describe(MiB - 1).State);
        Assert.Equal(FrameState.Free, world.Describe((mebibytes * MiB) - 1).State);
        Assert.Equal(FrameState.NotManaged, world.Describe(mebibytes * MiB).State);
    }

    [Fact]
    public void TryStart_DirtyMemory_StartsAsOnCleanMemory()
    {
        PlainMemory memory = new(16 * MiB);
        memory.At(default, 16 * MiB).Fill(0xA5);
        FrameWorld world = new(memory);
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 16 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB));

        FrameStatistics clean = FrameWorld.Start(16 * MiB).Statistics;
        Assert.Equal(clean, world.Statistics);
        Assert.Equal(VmStatus.Ok, world.Allocate(FrameUse.Page, out uint page, FrameContents.Zeroed));
        Assert.True(world.Words(page, 4096).IndexOfAnyExcept(0u) < 0);
    }

    [Fact]
    public void TryStart_BanksWithHolesAndReservations_LeavesTheseOut()
    {
        PlainMemory memory = new(64 * MiB);
        FrameWorld world = new(memory);
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range((40 * MiB) + 100, (2 * MiB) + 5000)));
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 8 * MiB)));
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(8 * MiB, 20 * MiB)));
        Assert.Equal(VmStatus.Ok, map.TryReserve(FrameWorld.Range((10 * MiB) + 4095, 2)));
        Assert.Equal(VmStatus.Ok, map.TryReserve(FrameWorld.Range(27 * MiB, 4 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB + 1));

        Assert.Equal(FrameState.NotManaged, world.Describe(MiB).State);
        Assert.Equal(FrameState.Metadata, world.Describe(MiB + 4096).State);
        Assert.Equal(FrameState.NotManaged, world.Describe(10 * MiB).State);
        Assert.Equal(FrameState.NotManaged, world.Describe((10 * MiB) + 4096).State);
        Assert.Equal(FrameState.Free, world.Describe((10 * MiB) + 8192).State);
        Assert.Equal(FrameState.Free, world.Describe((27 * MiB) - 1).State);
        Assert.Equal(FrameState.NotManaged, world.Describe(27 * MiB).State);
        Assert.Equal(FrameState.NotManaged, world.Describe(40 * MiB).State);
        Assert.Equal(FrameState.Free, world.Describe((40 * MiB) + 4096).State);
        Assert.Equal(FrameState.NotManaged, world.Describe((42 * MiB) + 4096).State);

        // A block across the two banks that touch.
        Assert.Equal(VmStatus.Ok, world.Allocate(FrameUse.SectionBlock, out _));
        uint expected = (28 << 8) + 512;
        Assert.Equal(expected, world.Statistics.TotalFrames);
    }

    [Fact]
    public void TryStart_MemoryAboveOneGibibyte_IsCountedAndLeft()
    {
        FrameWorld world = new(new PlainMemory(1024 * MiB));
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(1000 * MiB, 2000 * MiB)));
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(4000u * MiB, 96 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB));

        FrameStatistics statistics = world.Statistics;
        Assert.Equal(24u << 8, statistics.TotalFrames);
        Assert.Equal((1976u + 96) << 8, statistics.FramesAbove);
        Assert.Equal(statistics.TotalFrames, statistics.ManagedFrames + statistics.MetadataFrames);
    }

    [Fact]
    public void TryStart_NoRoomForMetadata_WritesNothing()
    {
        PlainMemory memory = new(8 * MiB);
        memory.At(default, 8 * MiB).Fill(0xA5);
        FrameWorld world = new(memory);
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 8 * MiB)));
        Assert.Equal(VmStatus.Ok, map.TryReserve(FrameWorld.Range(0x4000, (8 * MiB) - 0x6000)));

        Assert.Equal(VmStatus.OutOfFrames, world.TryStart(map, 0x2000));
        Assert.Equal(VmStatus.OutOfFrames, world.TryStart(default, 0x1000));
        Assert.Equal(VmStatus.OutOfFrames, world.TryStart(map, 0xFFFF_FFFF));
        Assert.True(memory.At(default, 8 * MiB).IndexOfAnyExcept((byte)0xA5) < 0);
        Assert.Equal(VmStatus.Ok, world.TryStart(map, 0));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Allocate_AnyUse_IsAlignedDescribedAndComesBack(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        FrameStatistics before = world.Statistics;
        uint length = FrameWorld.LengthOf(use);

        uint address = world.Take(use);
        Assert.Equal(0u, address & (length - 1));
        FrameDescription description = world.Describe(address + length - 1);
        Assert.Equal(FrameState.Used, description.State);
        Assert.Equal(use, description.Use);
        Assert.Equal(address & ~4095u, description.Start.Value);
        Assert.Equal(1u, description.OwnerCount);
        uint frames = length < 4096 ? 1 : length >> 12;
        Assert.Equal(before.FreeFrames - frames, world.Statistics.FreeFrames);

        Assert.Equal(VmStatus.Ok, world.Free(use, address));
        Assert.Equal(FrameState.Free, world.Describe(address).State);
        world.DrainAll();
        Assert.Equal(before, world.Statistics);
    }

    [Theory]
    [InlineData(FrameUse.SecondLevelTable)]
    [InlineData(FrameUse.FirstLevelTable)]
    [InlineData(FrameUse.FullFirstLevelTable)]
    public void Allocate_Table_IsZeroedHoweverItWasLeft(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        for (int round = 0; round < 40; round++)
        {
            uint table = world.Take(use);
            Assert.True(world.Words(table, FrameWorld.LengthOf(use)).IndexOfAnyExcept(0u) < 0);
            world.Words(table, FrameWorld.LengthOf(use)).Fill(FrameWorld.Rubbish);
            if ((round & 1) != 0)
            {
                Assert.Equal(VmStatus.Ok, world.Free(use, table));
            }
        }
    }

    [Theory]
    [InlineData(FrameUse.Page)]
    [InlineData(FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock)]
    [InlineData(FrameUse.SupersectionBlock)]
    public void Allocate_Zeroed_IsZeroed(FrameUse use)
    {
        PlainMemory memory = new(64 * MiB);
        memory.At(default, 64 * MiB).Fill(0xA5);
        FrameWorld world = new(memory);
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 64 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB));

        Assert.Equal(VmStatus.Ok, world.Allocate(use, out uint block, FrameContents.Zeroed));
        Assert.True(world.Words(block, FrameWorld.LengthOf(use)).IndexOfAnyExcept(0u) < 0);
        Assert.Equal(VmStatus.Ok, world.Allocate(use, out block, FrameContents.AsLeft));
        Assert.True(world.Words(block, FrameWorld.LengthOf(use)).IndexOfAnyExcept(0xA5A5_A5A5u) < 0);
    }

    [Fact]
    public void Allocate_NoBlockUse_IsOutOfRange()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        Machine machine = world.Core(0);
        Assert.Equal(
            VmStatus.OutOfRange,
            world.Frames.TryAllocateBlock(ref machine, FrameUse.Page, FrameContents.AsLeft, out PhysicalAddress block));
        Assert.Equal(0u, block.Value);
        Assert.Equal(VmStatus.OutOfRange, world.Frames.TryFreeBlock(ref machine, FrameUse.FirstLevelTable, block));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Allocate_UntilNothingIsLeft_FailsAsAValueAndRecovers(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        FrameStatistics before = world.Statistics;
        List<uint> taken = [];
        while (world.Allocate(use, out uint address) == VmStatus.Ok)
        {
            taken.Add(address);
        }

        byte[] left = world.Memory.At(default, 33 * MiB).ToArray();
        Assert.Equal(VmStatus.OutOfFrames, world.Allocate(use, out uint none));
        Assert.Equal(0u, none);
        Assert.True(world.Memory.At(default, 33 * MiB).SequenceEqual(left));
        Assert.Equal(2u, world.Statistics.OutOfFramesFailures);
        if (FrameWorld.LengthOf(use) <= 4096)
        {
            Assert.Equal(0u, world.Statistics.FreeFrames);
            Assert.Equal(before.FreeFrames << 12, (uint)taken.Count * FrameWorld.LengthOf(use));
        }

        foreach (uint address in taken)
        {
            Assert.Equal(VmStatus.Ok, world.Free(use, address));
        }

        world.DrainAll();
        Assert.Equal(before with { OutOfFramesFailures = 2 }, world.Statistics);
        Assert.Equal(VmStatus.Ok, world.Allocate(use, out _));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Free_Twice_IsAlreadyFreeAndChangesNothing(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        _ = world.Take(FrameUse.SecondLevelTable); // so that a page of tables stays
        uint address = world.Take(use);
        Assert.Equal(VmStatus.Ok, world.Free(use, address));
        AssertRefused(world, use, address, VmStatus.AlreadyFree);
        world.DrainAll();
        AssertRefused(world, use, address, VmStatus.AlreadyFree);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Free_NeverGivenOut_IsAlreadyFree(FrameUse use) =>
        AssertRefused(FrameWorld.Start(33 * MiB), use, 16 * MiB, VmStatus.AlreadyFree);

    [Theory]
    [MemberData(nameof(Uses))]
    public void Free_ForeignReservedOrMetadata_IsNotManaged(FrameUse use)
    {
        FrameWorld world = new(new PlainMemory(48 * MiB));
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(0, 48 * MiB)));
        Assert.Equal(VmStatus.Ok, map.TryReserve(FrameWorld.Range(32 * MiB, 16 * MiB)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, 16 * MiB));

        AssertRefused(world, use, 0, VmStatus.NotManaged);
        AssertRefused(world, use, 16 * MiB, VmStatus.NotManaged);
        AssertRefused(world, use, 32 * MiB, VmStatus.NotManaged);
        AssertRefused(world, use, 48 * MiB, VmStatus.NotManaged);
        AssertRefused(world, use, 0xFF00_0000, VmStatus.NotManaged);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Free_Misaligned_IsMisaligned(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        uint address = world.Take(use);
        AssertRefused(world, use, address + 1, VmStatus.Misaligned);
        AssertRefused(world, use, address + (FrameWorld.LengthOf(use) >> 1), VmStatus.Misaligned);
        AssertRefused(world, use, 0x8000_0004, VmStatus.Misaligned);
    }

    [Fact]
    public void Free_AsAnotherUse_IsWrongKindAndChangesNothing()
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        foreach (FrameUse given in s_uses)
        {
            uint address = world.Take(given);
            foreach (FrameUse use in s_uses.Where(use => use != given))
            {
                bool isAligned = (address & (FrameWorld.LengthOf(use) - 1)) == 0;
                AssertRefused(world, use, address, isAligned ? VmStatus.WrongKind : VmStatus.Misaligned);
            }
        }
    }

    [Theory]
    [InlineData(FrameUse.FirstLevelTable)]
    [InlineData(FrameUse.FullFirstLevelTable)]
    [InlineData(FrameUse.LargeBlock)]
    [InlineData(FrameUse.SectionBlock)]
    [InlineData(FrameUse.SupersectionBlock)]
    public void Free_InnerPartOfABlock_IsWrongKind(FrameUse given)
    {
        FrameWorld world = FrameWorld.Start(33 * MiB);
        uint address = world.Take(given);
        foreach (FrameUse use in s_uses.Where(use => use < given))
        {
            AssertRefused(world, use, address + FrameWorld.LengthOf(given) - FrameWorld.LengthOf(use), VmStatus.WrongKind);
        }
    }

    [Fact]
    public void Share_Page_ComesBackWithItsLastOwner()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint page = world.Take(FrameUse.Page);
        Assert.Equal(VmStatus.Ok, world.Share(page));
        Assert.Equal(VmStatus.Ok, world.Share(page));
        Assert.Equal(3u, world.Describe(page).OwnerCount);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Equal(1u, world.Describe(page).OwnerCount);
        Assert.Single(world.Given);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Empty(world.Given);
        Assert.Equal(VmStatus.AlreadyFree, world.Free(FrameUse.Page, page));
    }

    [Fact]
    public void Share_NoPage_IsRefused()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint table = world.Take(FrameUse.SecondLevelTable);
        Assert.Equal(VmStatus.WrongKind, world.Share(table & ~4095u));
        Assert.Equal(VmStatus.Misaligned, world.Share((7 * MiB) + 8));
        Assert.Equal(VmStatus.AlreadyFree, world.Share(7 * MiB));
        Assert.Equal(VmStatus.NotManaged, world.Share(0));
        Assert.Equal(VmStatus.NotManaged, world.Share(8 * MiB));
    }

    [Fact]
    public void SecondLevelTables_FourToAPage_ShareIt()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint before = world.Statistics.FreeFrames;
        uint[] tables = [.. Enumerable.Range(0, 8).Select(_ => world.Take(FrameUse.SecondLevelTable))];
        Assert.Equal(before - 2, world.Statistics.FreeFrames);
        Assert.Equal(8u, world.Statistics.SecondLevelTables);
        Assert.Equal(4u, world.Describe(tables[0]).OwnerCount);

        // One of each page: the next two tables come from there, and no page is cut.
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, tables[0]));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.SecondLevelTable, tables[7]));
        uint[] again = [world.Take(FrameUse.SecondLevelTable), world.Take(FrameUse.SecondLevelTable)];
        Assert.Equal(new[] { tables[0], tables[7] }.Order(), again.Order());
        Assert.Equal(before - 2, world.Statistics.FreeFrames);
    }

    [Fact]
    public void Allocate_OnlyTheMagazineHasFrames_TakesThemForABlock()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        List<uint> pages = [];
        while (world.Allocate(FrameUse.Page, out uint page) == VmStatus.Ok)
        {
            pages.Add(page);
        }

        // Sixteen neighbours: all end in the magazine.
        uint block = pages.Order().First(page => (page & 0xFFFF) == 0);
        for (uint page = block; page < block + 0x1_0000; page += 4096)
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        }

        Assert.Equal(16u, world.Statistics.MagazineFrames);
        Assert.Equal(VmStatus.OutOfFrames, world.Allocate(FrameUse.LargeBlock, out _, FrameContents.AsLeft, 1));
        Assert.Equal(block, world.Take(FrameUse.LargeBlock));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.LargeBlock, block));

        // The same for pages that lie in the pool of first-level tables.
        uint table = world.Take(FrameUse.FirstLevelTable);
        Assert.Equal(14u, world.Statistics.PoolFrames);
        for (int page = 0; page < 14; page++)
        {
            _ = world.Take(FrameUse.Page);
        }

        Assert.Equal(VmStatus.OutOfFrames, world.Allocate(FrameUse.Page, out _));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.FirstLevelTable, table));
        _ = world.Take(FrameUse.Page);
    }

    [Fact]
    public void Allocate_RunsOfTwoAndFourWithoutAFreeUnit_AreFound()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        List<uint> pages = [];
        while (world.Allocate(FrameUse.Page, out uint page) == VmStatus.Ok)
        {
            pages.Add(page);
        }

        uint last = pages.Max() & ~0x3FFFu;
        foreach (uint page in pages.Where(page => page >= last))
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        }

        Assert.Equal(last, world.Take(FrameUse.FullFirstLevelTable));
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.FullFirstLevelTable, last));
        uint[] tables = [world.Take(FrameUse.FirstLevelTable), world.Take(FrameUse.FirstLevelTable)];
        Assert.Equal(new[] { last, last + 0x2000 }, tables.Order());
        Assert.Equal(VmStatus.OutOfFrames, world.Allocate(FrameUse.FirstLevelTable, out _));
    }

    [Fact]
    public void Free_AnotherCoresPage_ComesBackThere()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint page = world.Take(FrameUse.Page, 0);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page, 3));
        Assert.Equal(VmStatus.AlreadyFree, world.Free(FrameUse.Page, page, 0));
        Assert.Equal(page, world.Take(FrameUse.Page, 3));
    }

    [Fact]
    public void Failures_ByKind_AreCounted()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint table = world.Take(FrameUse.FirstLevelTable);
        Assert.Equal(VmStatus.WrongKind, world.Free(FrameUse.Page, table));
        Assert.Equal(VmStatus.Misaligned, world.Free(FrameUse.Page, table + 4));
        Assert.Equal(VmStatus.NotManaged, world.Free(FrameUse.LargeBlock, 0));
        Assert.Equal(VmStatus.AlreadyFree, world.Free(FrameUse.SecondLevelTable, 7 * MiB));
        Assert.Equal(VmStatus.OutOfFrames, world.Allocate(FrameUse.SupersectionBlock, out _));
        FrameStatistics statistics = world.Statistics;
        Assert.Equal(
            [1u, 1u, 1u, 1u, 1u],
            new[]
            {
                statistics.WrongKindFailures, statistics.MisalignedFailures, statistics.NotManagedFailures,
                statistics.AlreadyFreeFailures, statistics.OutOfFramesFailures,
            });
    }

    private static void AssertRefused(FrameWorld world, FrameUse use, uint address, VmStatus expected)
    {
        byte[] memory = Watch(world, address);
        FrameStatistics before = world.Statistics;
        Assert.Equal(expected, world.Free(use, address));
        Assert.Equal(memory, Watch(world, address));
        FrameStatistics after = world.Statistics with
        {
            AlreadyFreeFailures = before.AlreadyFreeFailures,
            NotManagedFailures = before.NotManagedFailures,
            WrongKindFailures = before.WrongKindFailures,
            MisalignedFailures = before.MisalignedFailures,
        };
        Assert.Equal(before, after);
    }

    // All that a wrong free could come to change: the metadata, the first bytes of every frame, and the frame itself.
    private static byte[] Watch(FrameWorld world, uint address)
    {
        const uint Start = 16; // what a list through free frames would need
        FrameStatistics statistics = world.Statistics;
        uint metadata = 0;
        while (world.Describe(metadata).State != FrameState.Metadata)
        {
            metadata += PageSize.Small;
        }

        List<byte> bytes = [.. world.Memory.At(new PhysicalAddress(metadata), statistics.MetadataFrames << PageSize.SmallShift)];
        for (uint frame = 0; frame < world.Memory.LengthInBytes; frame += PageSize.Small)
        {
            bytes.AddRange(world.Memory.At(new PhysicalAddress(frame), Start));
        }

        uint own = address & ~(PageSize.Small - 1);
        if (own < world.Memory.LengthInBytes)
        {
            bytes.AddRange(world.Memory.At(new PhysicalAddress(own), PageSize.Small));
        }

        return [.. bytes];
    }
}
