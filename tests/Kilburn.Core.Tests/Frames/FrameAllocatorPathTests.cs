using Kilburn.Core.Frames;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Which addresses are of the longest region, and what they may be the first byte of.</summary>
public sealed class FrameAllocatorPathTests
{
    private const uint Page = 0x1000;
    private const uint Quarter = 0x400;

    [Theory]
    [InlineData(0x100u, 0x40u)]
    [InlineData(0x101u, 0x40u)]
    [InlineData(0x101u, 0x41u)]
    [InlineData(0x100u, 0x41u)]
    [InlineData(1u, 2u)]
    [InlineData(1u, 3u)]
    [InlineData(7u, 1u)]
    [InlineData(1u, 0x3FFFFu)]
    public void IsUnit_AtTheBordersOfARegion_HoldsInside(uint firstFrame, uint frameCount)
    {
        FrameRegion region = new() { FirstFrame = firstFrame, FrameCount = frameCount };
        FramePath path = new(region);
        uint start = firstFrame * Page;
        uint end = start + (frameCount * Page);

        Assert.True(path.IsPage(start));
        Assert.True(path.IsPage(end - Page));
        Assert.False(path.IsPage(start - Page));
        Assert.False(path.IsPage(end));
        Assert.False(path.IsPage(start + Quarter));
        Assert.False(path.IsPage(start + 1));

        Assert.True(path.IsQuarter(start));
        Assert.True(path.IsQuarter(start + Quarter));
        Assert.True(path.IsQuarter(end - Quarter));
        Assert.False(path.IsQuarter(start - Quarter));
        Assert.False(path.IsQuarter(end));
        Assert.False(path.IsQuarter(start + (Quarter / 2)));
        Assert.False(path.IsQuarter(start + 1));
    }

    [Fact]
    public void InfoOf_PageAndQuarter_IsTheWordOfTheRegionAndItsByte()
    {
        FrameRegion region = new() { FirstFrame = 0x105, FrameCount = 0x40, InfoBase = 0x0020_0000 };
        FramePath path = new(region);
        for (uint frame = 0x105; frame < 0x145; frame++)
        {
            uint word = region.InfoOf(frame).Value;
            Assert.Equal(word, path.InfoOfPage(frame * Page).Value);
            for (uint quarter = 0; quarter < 4; quarter++)
            {
                uint address = (frame * Page) + (quarter * Quarter);
                Assert.Equal(word, path.InfoOfQuarter(address).Value);
                Assert.Equal(word + quarter, path.ByteOfQuarter(address).Value);
            }
        }
    }
}
