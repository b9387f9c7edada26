using System;
using System.Linq;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Model.Tests.Scheduling;

public sealed class KernelOnSeveralCoresTests
{
    private const int Seeds = 40;
    private const int Operations = 40;

    [Fact]
    public void Run_FewAsidsTwoCores_HoldsUnderRandomSchedules() => RunSeeds<FewAsids>();

    [Fact]
    public void Run_FourCores_HoldsUnderRandomSchedules() => RunSeeds<CortexA7>();

    [Fact]
    public void Run_IncoherentWalks_HoldsUnderRandomSchedules() => RunSeeds<IncoherentWalks>();

    private static void RunSeeds<TProfile>()
        where TProfile : struct, IProcessorProfile
    {
        using CoreScheduler scheduler = new();
        int lived = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            using KernelWorld<TProfile> world = new();
            Action[] programs = [.. Enumerable.Range(0, TProfile.CoreCount)
                .Select(core => (Action)(() => world.Run(core, (seed * TProfile.CoreCount) + core, Operations)))];
            scheduler.Run(world.Machine, new RandomPolicy((ulong)seed, 5), programs);
            lived += world.Checked;
        }

        Assert.InRange(lived, Seeds, int.MaxValue);
    }
}
