using System;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed partial class CoreTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cores_AfterStart_AreAllOnline(bool isAt80000)
    {
        Emulator run = Emulator.Boot(isAt80000 ? BuiltFiles.KernelAt80000 : BuiltFiles.Kernel, "batch", "cores");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(
            ["core 0: online, serves the console", "core 1: online, idle", "core 2: online, idle", "core 3: online, idle"],
            run.Lines.Where(line => line.StartsWith("core ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Stress_TwoRuns_EveryCoreWorksAndNothingIsWrongOrLeaked()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "pmm; stress 1; stress 1 77; pmm; spaces");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(8, run.Lines.Count(line => CoreLine().IsMatch(line)));
        Assert.Equal(["1", "77"], run.Lines.Select(line => StressLine().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value));
        Assert.Equal(2, run.Lines.Count(line => ContentionLine().IsMatch(line)));
        Assert.Single(run.Lines.Where(line => line.StartsWith("free: ", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public void Stress_NoSecond_IsRefused() =>
        Assert.Equal(1, Emulator.Boot(BuiltFiles.Kernel, "batch", "stress 0").ExitCode);

    [GeneratedRegex("^core [0-3]: [1-9]\\d* operations$")]
    private static partial Regex CoreLine();

    [GeneratedRegex("^contention: \\d+ lock retries per thousand operations$")]
    private static partial Regex ContentionLine();

    [GeneratedRegex("^stress: [1-9]\\d* operations on 4 cores, seed (\\d+), 0 errors, 0 frames leaked$")]
    private static partial Regex StressLine();
}
