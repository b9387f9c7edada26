using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Memory in banks that share a section, follow each other closely, or lie far apart.</summary>
public sealed class FrameAllocatorBankTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint Page = 0x1000;
    private const uint PagesInTwoRows = 64;

    /// <summary>Banks in order of address.</summary>
    public static TheoryData<uint[]> Maps =>
    [
        new([MiB, MiB + (2 * Page), 64 * MiB, 68 * MiB]),
        new([MiB, 5 * MiB, 16 * MiB, 17 * MiB]),
        new([MiB, 0x14_0000, 0x18_0000, 5 * MiB]),
        new([MiB, 0x44_0000, 0x48_0000, 5 * MiB]),
        new([MiB, 0x14_0000, 0x18_0000, 0x44_0000, 0x48_0000, 5 * MiB]),
        new([MiB, 0x38_0000, 4 * MiB, 5 * MiB]),
        new([MiB, 0x14_0000, 0x18_0000, 0x48_0000, 5 * MiB, 6 * MiB]),
        new([MiB, 0x12_0000, 0x14_0000, 0x1C_0000, 0x1E_0000, 2 * MiB]),
        new([MiB, 0x12_0000, 0x14_0000, 0x1C_0000, 0x1E_0000, 0x1F_0000, 2 * MiB, 0x24_0000]),
        new([4 * MiB, 0x64_0000, 0x68_0000, 7 * MiB]),
        new([4 * MiB, 0x4C_0000, 0x4E_0000, 7 * MiB, 33 * MiB, 34 * MiB]),
        new([36 * MiB, 0x254_0000, 0x258_0000, 0x2FC_0000, 0x2FE_0000, 50 * MiB]),
        new([MiB, 0x11_0000, 2 * MiB, 0x21_0000, 3 * MiB, 0x31_0000, 4 * MiB, 0x41_0000,
            5 * MiB, 0x58_0000, 6 * MiB, 0x61_0000, 7 * MiB, 0x71_0000, 8 * MiB, 0x81_0000]),
    ];

    [Theory]
    [MemberData(nameof(Maps))]
    public void TryStart_Banks_ManagesTheirFramesButTheMetadata(uint[] banks)
    {
        FrameWorld world = FrameMaps.Start(banks);
        FrameStatistics statistics = world.Statistics;
        uint frames = FramesOf(banks);
        Assert.Equal(frames, statistics.TotalFrames);
        Assert.Equal(0u, statistics.ReservedFrames);
        Assert.Equal(frames - statistics.MetadataFrames, statistics.FreeFrames);
        Assert.Equal(frames - statistics.MetadataFrames, statistics.ManagedFrames);
        Assert.Equal(FrameState.Metadata, world.Describe(banks[0]).State);
        for (int index = 0; index < banks.Length; index += 2)
        {
            bool isMetadata = index == 0 && banks[1] - banks[0] == 2 * Page;
            Assert.Equal(isMetadata ? FrameState.Metadata : FrameState.Free, world.Describe(banks[index + 1] - Page).State);
            AssertNotManaged(world, banks[index] - Page);
            AssertNotManaged(world, banks[index + 1]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(MemoryMap.BankCapacity)]
    public void TryStart_Banks_WritesNothingButTheMetadata(int count)
    {
        const byte Dirt = 0xA5;
        uint[] banks = [.. Enumerable.Range(1, count).SelectMany(bank => (uint[])[(uint)bank * MiB, ((uint)bank * MiB) + 0x8_0000])];
        PlainMemory memory = new(9 * MiB);
        memory.At(default, 9 * MiB).Fill(Dirt);
        FrameWorld world = new(memory);
        Assert.Equal(VmStatus.Ok, world.TryStart(FrameMaps.MapOf(banks, [0, 0x1_0000, 2 * MiB, 3 * MiB]), MiB));
        uint end = MiB + world.Statistics.MetadataInBytes;
        Assert.True(memory.At(default, MiB).IndexOfAnyExcept(Dirt) < 0);
        Assert.True(memory.At(new PhysicalAddress(end), (9 * MiB) - end).IndexOfAnyExcept(Dirt) < 0);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void Allocate_EveryPage_KeepsAtHandOnlyWhatIsOfTheLongestBankAlone(uint[] banks)
    {
        FrameWorld world = FrameMaps.Start(banks);
        FrameStatistics before = world.Statistics;
        int longest = LongestOf(banks);
        List<uint> pages = [];
        uint atHand = 0;
        while (world.Allocate(FrameUse.Page, out uint page) == VmStatus.Ok)
        {
            pages.Add(page);
            FrameStatistics statistics = world.Statistics;
            Assert.Equal((uint)pages.Count, statistics.Pages);
            if (atHand == 0)
            {
                bool isPrivate = SectionOf(banks, longest, page) && Others(banks, longest).All(bank => !SectionOf(banks, bank, page));
                Assert.Equal(isPrivate, statistics.MagazineFrames != 0);
                Assert.True(statistics.MagazineFrames < PagesInTwoRows);
            }

            atHand = statistics.MagazineFrames;
        }

        Assert.Equal((int)before.FreeFrames, pages.Count);
        Assert.All(pages, page => Assert.Equal((FrameState.Used, page), (world.Describe(page).State, world.Describe(page).Start.Value)));
        Assert.All(pages, page => Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page)));
        world.DrainAll();
        Assert.Equal(before with { OutOfFramesFailures = 1 }, world.Statistics);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void Allocate_PagesFreedFromTheLastOn_AreAllThereAgain(uint[] banks)
    {
        FrameWorld world = FrameMaps.Start(banks);
        List<uint> pages = world.TakeAll(FrameUse.Page);
        foreach (uint page in pages.OrderDescending())
        {
            Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
            Assert.Equal(FrameState.Free, world.Describe(page).State);
        }

        Assert.Equal(pages.Order(), world.TakeAll(FrameUse.Page).Order());
        Assert.Equal(0u, world.Statistics.FreeFrames);
    }

    private static void AssertNotManaged(FrameWorld world, uint address)
    {
        Assert.Equal(FrameState.NotManaged, world.Describe(address).State);
        Assert.Equal(VmStatus.NotManaged, world.Free(FrameUse.Page, address));
        Assert.Equal(VmStatus.NotManaged, world.Free(FrameUse.SecondLevelTable, address));
        Assert.Equal(VmStatus.NotManaged, world.Share(address));
    }

    private static uint FramesOf(uint[] banks)
    {
        uint frames = 0;
        for (int index = 0; index < banks.Length; index += 2)
        {
            frames += (banks[index + 1] - banks[index]) / Page;
        }

        return frames;
    }

    private static int LongestOf(uint[] banks) =>
        Enumerable.Range(0, banks.Length / 2).MaxBy(bank => banks[(2 * bank) + 1] - banks[2 * bank]);

    private static IEnumerable<int> Others(uint[] banks, int bank) =>
        Enumerable.Range(0, banks.Length / 2).Where(other => other != bank);

    // True when a bank has frames of the section of a page.
    private static bool SectionOf(uint[] banks, int bank, uint page) =>
        page / MiB >= banks[2 * bank] / MiB && page / MiB <= (banks[(2 * bank) + 1] - 1) / MiB;
}
