using System.Linq;
using System.Numerics;
using Kilburn.Core.Frames;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>The word of a frame.</summary>
public sealed class FrameAllocatorInfoTests
{
    private static readonly FrameUse[] s_runs =
    [
        FrameUse.FirstLevelTable, FrameUse.FullFirstLevelTable, FrameUse.LargeBlock, FrameUse.SectionBlock, FrameUse.SupersectionBlock,
    ];

    public static TheoryData<FrameUse> Uses => new(s_runs);

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(129u)]
    [InlineData(130u)]
    [InlineData(257u)]
    [InlineData(258u)]
    [InlineData(8193u)]
    [InlineData(FrameInfo.OwnerLimit)]
    public void Page_AnyOwners_TellsThemAndIsNothingElse(uint owners)
    {
        uint info = FrameInfo.Page(owners);
        Assert.Equal(owners, FrameInfo.OwnersOf(info));
        Assert.Equal(owners == 1, info == FrameInfo.SolePage);
        Assert.Equal(owners == 2, info == FrameInfo.TwoOwners);
        Assert.Equal(FrameUse.Page, FrameInfo.UseOf(info));
        Assert.True(FrameInfo.IsUsed(info));
        Assert.False(FrameInfo.IsCut(info));
        Assert.Equal(0u, info & (s_runs.Aggregate(0u, (bits, use) => bits | FrameInfo.Used(use)) | FrameInfo.GivenBits));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Used_TableOrBlock_TellsItsUse(FrameUse use)
    {
        uint info = FrameInfo.Used(use);
        Assert.Equal(use, FrameInfo.UseOf(info));
        Assert.True(FrameInfo.IsUsed(info));
        Assert.False(FrameInfo.IsCut(info));
        Assert.Equal(0u, FrameInfo.OwnersOf(info));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Used_TableOrBlock_HasABitThatNothingElseHas(FrameUse use)
    {
        uint info = FrameInfo.Used(use);
        Assert.Equal(1, BitOperations.PopCount(info));
        Assert.All(s_runs, other => Assert.Equal(other == use, (FrameInfo.Used(other) & info) != 0));
        Assert.Equal(0u, info & (FrameInfo.Cut | FrameInfo.GivenBits | FrameInfo.KeptBits));
        Assert.Equal(0u, info & (FrameInfo.SolePage | FrameInfo.Page(FrameInfo.OwnerLimit)));
    }

    [Theory]
    [InlineData(FrameUse.Page, 1)]
    [InlineData(FrameUse.SecondLevelTable, 1)]
    [InlineData(FrameUse.FirstLevelTable, 2)]
    [InlineData(FrameUse.FullFirstLevelTable, 4)]
    [InlineData(FrameUse.LargeBlock, 16)]
    [InlineData(FrameUse.SectionBlock, 256)]
    [InlineData(FrameUse.SupersectionBlock, 4096)]
    public void FrameShiftOf_AnyUse_IsThatOfItsFrames(FrameUse use, int frames) =>
        Assert.Equal(frames, 1 << FrameInfo.FrameShiftOf(use));

    [Theory]
    [InlineData(FrameInfo.Cut, false)]
    [InlineData(FrameInfo.Cut | FrameInfo.KeptBits, false)]
    [InlineData(0x0303_0303u, true)]
    [InlineData(0x0202_0203u, true)]
    [InlineData(0x0302_0206u, true)]
    [InlineData(0x0303_0306u, true)]
    [InlineData(0x0306_0606u, true)]
    public void UseOf_CutPage_IsSecondLevelTableWhateverItsQuartersAre(uint info, bool isUsed)
    {
        Assert.True(FrameInfo.IsCut(info));
        Assert.Equal(FrameUse.SecondLevelTable, FrameInfo.UseOf(info));
        Assert.Equal(isUsed, FrameInfo.IsUsed(info));
        Assert.Equal(0u, FrameInfo.OwnersOf(info));
    }
}
