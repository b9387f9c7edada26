using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Where the metadata lies, how long it is, and which region is the longest.</summary>
public sealed class FrameAllocatorStartTests
{
    private const uint MiB = FrameWorld.MiB;
    private const uint Page = 0x1000;

    [Theory]
    [InlineData(new uint[] { MiB, 4 * MiB }, MiB)]
    [InlineData(new uint[] { MiB, 4 * MiB, 5 * MiB, 7 * MiB, 8 * MiB, 9 * MiB }, MiB)]
    [InlineData(new uint[] { MiB, 2 * MiB, 5 * MiB, 8 * MiB, 9 * MiB, 11 * MiB }, 5 * MiB)]
    [InlineData(new uint[] { MiB, 2 * MiB, 3 * MiB, 5 * MiB, 6 * MiB, 9 * MiB }, 6 * MiB)]
    [InlineData(new uint[] { MiB, 3 * MiB, 5 * MiB, 7 * MiB }, MiB)]
    [InlineData(new uint[] { MiB, 2 * MiB, 4 * MiB, 6 * MiB, 8 * MiB, 10 * MiB }, 4 * MiB)]
    public void TryStart_Banks_PutsTheLongestFirst(uint[] banks, uint longest)
    {
        Assert.Equal(VmStatus.Ok, TryStart(banks, [], MiB, out FrameIndex index, out _));
        Assert.Equal(longest / Page, index.Longest.FirstFrame);
        Assert.Equal(0, index.FindRegion(longest / Page));
        for (int bank = 0; bank < banks.Length; bank += 2)
        {
            int region = index.FindRegion(banks[bank] / Page);
            Assert.InRange(region, 0, (banks.Length / 2) - 1);
            Assert.Equal(banks[bank] / Page, index.Region(region).FirstFrame);
            Assert.Equal((banks[bank + 1] - banks[bank]) / Page, index.Region(region).FrameCount);
            Assert.Equal(-1, index.FindRegion(banks[bank + 1] / Page));
        }
    }

    [Theory]
    [InlineData(new uint[] { MiB, 6 * MiB }, 5u, 1u)]
    [InlineData(new uint[] { 900 * MiB, 904 * MiB }, 4u, 1u)]
    [InlineData(new uint[] { MiB, 2 * MiB, 900 * MiB, 904 * MiB }, 5u, 1u)]
    [InlineData(new uint[] { MiB, 2 * MiB, 15 * MiB, 16 * MiB, 900 * MiB, 916 * MiB }, 18u, 2u)]
    [InlineData(new uint[] { MiB, 2 * MiB, 4 * MiB, 5 * MiB, 20 * MiB, 32 * MiB }, 14u, 1u)]
    [InlineData(new uint[] { MiB, 0x14_0000, 0x18_0000, 5 * MiB }, 4u, 1u)]
    [InlineData(new uint[] { MiB, 0x180_0000, 28 * MiB, 40 * MiB }, 35u, 2u)]
    [InlineData(new uint[] { MiB, 1024 * MiB }, 1023u, 32u)]
    public void TryStart_Metadata_IsAWordPerFrameAndALittlePerSection(uint[] banks, uint sections, uint wordsOfAList)
    {
        const uint Lists = 11;
        const uint RowsPerSection = 8;
        uint frames = 0;
        for (int bank = 0; bank < banks.Length; bank += 2)
        {
            frames += (banks[bank + 1] - banks[bank]) / Page;
        }

        uint words = frames + (sections * ((2 * RowsPerSection) + 1)) + (Lists * wordsOfAList);
        Assert.Equal(VmStatus.Ok, TryStart(banks, [], banks[0], out _, out FrameSurvey survey));
        Assert.Equal(((words * 4) + 63) / 64 * 64, survey.MetadataInBytes);
        Assert.Equal(frames, survey.TotalFrames);
        Assert.Equal(frames - survey.MetadataFrames, survey.ManagedFrames);
    }

    [Theory]
    [InlineData(new uint[] { MiB, MiB + Page, 16 * MiB, 17 * MiB }, new uint[0], MiB)]
    [InlineData(new uint[] { MiB, MiB + Page, 16 * MiB, 32 * MiB }, new uint[0], 16 * MiB)]
    [InlineData(new uint[] { MiB, 2 * MiB }, new uint[] { MiB, MiB + 0x3000 }, MiB + 0x3000)]
    [InlineData(new uint[] { 0, 8 * MiB }, new uint[] { 0, MiB, MiB + Page, MiB + 0x3000 }, MiB + 0x3000)]
    [InlineData(new uint[] { 0, 8 * MiB }, new uint[] { MiB + Page, MiB + 0x3000, 0, MiB }, MiB + 0x3000)]
    [InlineData(new uint[] { 0, 8 * MiB }, new uint[] { 2 * MiB, 3 * MiB, MiB, MiB + 0x3000 }, MiB + 0x3000)]
    [InlineData(new uint[] { MiB, 2 * MiB, 16 * MiB, 17 * MiB }, new uint[] { MiB, 3 * MiB }, 16 * MiB)]
    [InlineData(new uint[] { MiB, 2 * MiB, 16 * MiB, 32 * MiB }, new uint[] { MiB + Page, 2 * MiB }, 16 * MiB)]
    public void TryStart_Metadata_LiesInTheLowestRoom(uint[] banks, uint[] reserved, uint metadata)
    {
        Assert.Equal(VmStatus.Ok, TryStart(banks, reserved, MiB, out FrameIndex index, out FrameSurvey survey));
        Assert.Equal(metadata, survey.Metadata.Value);
        Assert.False(survey.IsMetadata((metadata / Page) - 1));
        Assert.True(survey.IsMetadata(metadata / Page));
        Assert.False(survey.IsMetadata((metadata / Page) + survey.MetadataFrames));
        Assert.True(index.FindRegion(metadata / Page) >= 0);
    }

    [Fact]
    public void TryStart_EverythingUsable_LeavesFrameZero()
    {
        Assert.Equal(VmStatus.Ok, TryStart([0, 8 * MiB], [], 0, out FrameIndex index, out FrameSurvey survey));
        Assert.Equal(-1, index.FindRegion(0));
        Assert.Equal(0, index.FindRegion(1));
        Assert.Equal(Page, survey.Metadata.Value);
        Assert.Equal(2048u, survey.TotalFrames);
        Assert.Equal(2047u - survey.MetadataFrames, survey.ManagedFrames);
    }

    [Fact]
    public void TryStart_BankThatEndsWhereUsableMemoryBegins_CountsAndTakesNoRoom()
    {
        const uint FirstUsable = 0x18_0000;
        Assert.Equal(VmStatus.Ok, TryStart([2 * MiB, 8 * MiB], [], FirstUsable, out _, out FrameSurvey alone));
        Assert.Equal(
            VmStatus.Ok, TryStart([0, FirstUsable, 2 * MiB, 8 * MiB], [], FirstUsable, out FrameIndex index, out FrameSurvey survey));
        Assert.Equal(alone.MetadataInBytes, survey.MetadataInBytes);
        Assert.Equal(alone.ManagedFrames, survey.ManagedFrames);
        Assert.Equal(alone.TotalFrames + (FirstUsable / Page), survey.TotalFrames);
        Assert.Equal(0, index.FindRegion(2 * MiB / Page));
        Assert.Equal(-1, index.FindRegion((FirstUsable / Page) - 1));
    }

    [Theory]
    [InlineData(Page)]
    [InlineData(2 * Page)]
    [InlineData(31 * Page)]
    [InlineData(32 * Page)]
    [InlineData(33 * Page)]
    public void TryStart_BankThatEndsWithinASection_CountsItsLastFrames(uint missing)
    {
        Assert.Equal(VmStatus.Ok, TryStart([MiB, (4 * MiB) - missing], [], MiB, out _, out FrameSurvey survey));
        Assert.Equal((3 * 256) - (missing / Page), survey.TotalFrames);
        Assert.Equal(survey.TotalFrames - survey.MetadataFrames, survey.ManagedFrames);
    }

    [Theory]
    [InlineData(1024u, 64u, 64u)]
    [InlineData(1025u, 1u, 1u)]
    [InlineData(2000u, 64u, 64u)]
    [InlineData(4000u, 95u, 95u)]
    [InlineData(1020u, 10u, 6u)]
    public void TryStart_BankBeyondOneGibibyte_IsOnlyCounted(uint start, uint length, uint above)
    {
        uint[] banks = [MiB, 4 * MiB, start * MiB, (start + length) * MiB];
        Assert.Equal(VmStatus.Ok, TryStart(banks, [], MiB, out FrameIndex index, out FrameSurvey survey));
        Assert.Equal(above << 8, survey.FramesAbove);
        Assert.Equal((3 + length - above) << 8, survey.TotalFrames);
        Assert.Equal(survey.TotalFrames - survey.MetadataFrames, survey.ManagedFrames);
        Assert.Equal(-1, index.FindRegion(1024 * MiB / Page));
        Assert.Equal(start < 1024, index.FindRegion(start * MiB / Page) >= 0);
    }

    [Theory]
    [InlineData(0u, 1u, 0u, 1u)]
    [InlineData(0xFFFu, 2u, 0u, 2u)]
    [InlineData(0x3FFF_F000u, 0x1000u, 0x3FFFFu, 0x40000u)]
    [InlineData(0x3FFF_F000u, 0x1001u, 0x3FFFFu, 0x40000u)]
    [InlineData(0x3FFF_E000u, 0x1000u, 0x3FFFEu, 0x3FFFFu)]
    [InlineData(0x3FFF_0000u, 0x8000_0000u, 0x3FFF0u, 0x40000u)]
    public void FramesOf_ARange_AreAllThatItTouchesBelowOneGibibyte(uint start, uint length, uint first, uint end)
    {
        FrameSurvey.FramesOf(FrameWorld.Range(start, length), out uint actualFirst, out uint actualEnd);
        Assert.Equal((first, end), (actualFirst, actualEnd));
    }

    private static VmStatus TryStart(uint[] banks, uint[] reserved, uint firstUsable, out FrameIndex index, out FrameSurvey survey)
    {
        // Only the metadata is written.
        Machine machine = new(new PlainMemory(banks[0] + (24 * MiB)), 0);
        return FrameIndex.TryStart(
            ref machine, FrameMaps.MapOf(banks, reserved), new PhysicalAddress(firstUsable), out index, out survey);
    }
}
