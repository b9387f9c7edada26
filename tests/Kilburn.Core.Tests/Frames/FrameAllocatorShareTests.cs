using Kilburn.Core.Frames;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>How much cores and the depot keep at hand of a memory.</summary>
public sealed class FrameAllocatorShareTests
{
    [Theory]
    [InlineData(1u, 75u, 28u, 16u)]
    [InlineData(2u << 8, 75u, 28u, 16u)]
    [InlineData(75u << 8, 75u, 37u, 16u)]
    [InlineData(76u << 8, 76u, 38u, 16u)]
    [InlineData(160u << 8, 160u, 80u, 20u)]
    [InlineData(512u << 8, 512u, 256u, 64u)]
    [InlineData(514u << 8, 514u, 256u, 64u)]
    [InlineData(1719u << 8, 1719u, 256u, 64u)]
    [InlineData(2048u << 8, 1719u, 256u, 64u)]
    public void Clear_ACoresCache_HoldsAShareWithinItsBounds(uint frameCount, uint pages, uint quarters, uint pairs)
    {
        FrameCache[] cache = new FrameCache[1];
        cache[0].Clear(frameCount);
        Assert.Equal((pages, quarters, pairs), (cache[0].Pages.Capacity, cache[0].Quarters.Capacity, cache[0].Pairs.Capacity));
        Assert.Equal((0u, 0u, 0u), (cache[0].Pages.Count, cache[0].Quarters.Count, cache[0].Pairs.Count));
    }

    [Theory]
    [InlineData(255u, 0u, 0u, 0u)]
    [InlineData(256u, 1u, 0u, 0u)]
    [InlineData(0x8000u, 128u, 16u, 16u)]
    [InlineData(0x1F800u, 504u, 63u, 63u)]
    [InlineData(0x20000u, 512u, 64u, 64u)]
    [InlineData(0x20800u, 520u, 64u, 64u)]
    [InlineData(0x3FF00u, 1023u, 64u, 64u)]
    [InlineData(0x40000u, 1024u, 64u, 64u)]
    [InlineData(0x40100u, 1024u, 64u, 64u)]
    public void Clear_TheDepot_HoldsAShareUpToItsRoom(uint frameCount, uint each, uint units, uint sections)
    {
        FrameDepot[] depot = new FrameDepot[1];
        depot[0].Clear(frameCount);
        Assert.Equal((each, each, each), (depot[0].Pages.Capacity, depot[0].Quarters.Capacity, depot[0].Pairs.Capacity));
        Assert.Equal((units, sections), (depot[0].Units.Capacity, depot[0].Sections.Capacity));
        Assert.Equal((0u, 0u), (depot[0].Pages.Count, depot[0].Units.Count));
    }
}
