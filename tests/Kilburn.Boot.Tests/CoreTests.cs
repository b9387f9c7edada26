using System;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed partial class CoreTests
{
    [Theory]
    [InlineData(0x8000u)]
    [InlineData(0x8_0000u)]
    [InlineData(0xF_0000u)]
    public void Cores_AfterStart_AreAllOnline(uint loadAddress)
    {
        Emulator run = Emulator.Boot(loadAddress == 0x8000 ? BuiltFiles.Kernel : BuiltFiles.KernelAt(loadAddress), "batch", "cores");

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
    public void RunThreads_FourCores_RunsOnMoreThanOne()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "pmm; run threads; run threads; pmm");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(2, run.Lines.Count(line => ThreadsLine().IsMatch(line)));
    }

    // Started, it is another core's: the monitor waits for nothing.
    [Fact]
    public void Kill_ProcessThatRunsOnAnotherCore_EndsAndGivesAllBack()
    {
        string looks = string.Concat(Enumerable.Repeat("cores; ps; ", 10));
        Emulator run = Emulator.Boot(
            BuiltFiles.Kernel, "batch", $"run hello; pmm; start endless; run threads; {looks}space 2; kill 2; ps; pmm");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains(run.Lines, line => CoreOfProcess().IsMatch(line));
        Assert.Contains(run.Lines, line => RowOfProcess().IsMatch(line));
        Assert.Equal("no processes", run.Lines[run.Lines.ToList().LastIndexOf("> ps") + 1]);
        Assert.Single(run.Lines.Where(line => line.StartsWith("free: ", StringComparison.Ordinal)).Select(line => line.Split(',')[0]).Distinct());
    }

    [Fact]
    public void Start_SeveralThatPrint_LinesStayWhole()
    {
        const int Count = 16;
        string starts = string.Concat(Enumerable.Repeat("start hello; ", Count));
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", $"{starts}run threads");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(Count, run.Lines.Count(line => HelloLine().IsMatch(line)));
        Assert.Equal(Count, run.Lines.Count(line => line == "> start hello"));
        Assert.Equal(Count, run.Lines.Count(line => StartedLine().IsMatch(line)));
    }

    [Fact]
    public void Test_WhileThereAreProcesses_IsRefused()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "start endless; test");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("test: there are processes, whose spaces it would end (ps, kill)", run.Lines);
    }

    [Fact]
    public void Stress_NoSecond_IsRefused() =>
        Assert.Equal(1, Emulator.Boot(BuiltFiles.Kernel, "batch", "stress 0").ExitCode);

    [GeneratedRegex("^core [0-3]: [1-9]\\d* operations$")]
    private static partial Regex CoreLine();

    [GeneratedRegex("^threads: 6 threads and those of a clone, on [2-4] cores, each preempted, nothing lost, ASID \\d+$")]
    private static partial Regex ThreadsLine();

    [GeneratedRegex("^core [1-3]: online, runs process 2, endless$")]
    private static partial Regex CoreOfProcess();

    [GeneratedRegex("^ +2 +0 +1 +\\d+  core [1-3]    endless$")]
    private static partial Regex RowOfProcess();

    [GeneratedRegex("^hello: hello world, from process \\d+, thread 1$")]
    private static partial Regex HelloLine();

    [GeneratedRegex("^hello: process \\d+$")]
    private static partial Regex StartedLine();

    [GeneratedRegex("^contention: \\d+ lock retries per thousand operations$")]
    private static partial Regex ContentionLine();

    [GeneratedRegex("^stress: [1-9]\\d* operations on 4 cores, seed (\\d+), 0 errors, 0 frames leaked$")]
    private static partial Regex StressLine();
}
