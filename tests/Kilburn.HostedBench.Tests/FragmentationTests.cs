using Kilburn.HostedBench.Allocators;
using Kilburn.HostedBench.Workloads;
using Xunit;

namespace Kilburn.HostedBench.Tests;

public sealed class FragmentationTests
{
    [Fact]
    public void Measure_ChurnAtHalfFill_LeavesThreeQuartersOfWhatAnIdealPackerWould()
    {
        Fragmentation left = Fragmentation.Measure<KilburnFrames>(rounds: 20);

        Assert.True(left.Share >= 0.75, $"{left.Found} of {left.Ideal}");
    }

    [Fact]
    public void Measure_Twice_GivesTheSame() =>
        Assert.Equal(Fragmentation.Measure<KilburnFrames>(rounds: 3), Fragmentation.Measure<KilburnFrames>(rounds: 3));
}
