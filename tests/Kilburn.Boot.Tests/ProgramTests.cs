using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Kilburn.Boot.Tests.Inspector;
using Xunit;

namespace Kilburn.Boot.Tests;

/// <summary>The programs of the boot image, all in one boot.</summary>
public sealed class ProgramTests
{
    private const string Manifest = "src/Kilburn.Programs/manifest";

    [Fact]
    public void Run_EveryProgram_EndsAsTheManifestSaysAndGivesAllMemoryBack()
    {
        List<(string Name, string Outcome)> expected = [.. File.ReadLines(Path.Combine(BuiltFiles.Root, Manifest))
            .Where(line => line.Length != 0 && line[0] != '#')
            .Select(line => line.Split(": ", 2))
            .Select(parts => (parts[0].Split(' ')[0], parts[1]))];
        string runs = string.Join("; ", expected.Select(program => $"run {program.Name}"));
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", $"run hello; pmm; {runs}; ps; pmm");

        Assert.True(run.ExitCode == 0, run.Output);
        foreach ((string name, string outcome) in expected)
        {
            int start = run.Lines.ToList().LastIndexOf($"> run {name}");
            string end = run.Lines.Skip(start + 1).First(line => line.StartsWith($"{name}: exited", StringComparison.Ordinal)
                || line.StartsWith($"{name}: ended", StringComparison.Ordinal));
            Assert.StartsWith($"{name}: {outcome}", end, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(run.Lines, line => line.Contains("wrong: ", StringComparison.Ordinal));
        Assert.Contains("no processes", run.Lines);

        // Frames that cores keep at hand may lie in the largest block.
        string[] free = [.. run.Lines.Where(line => line.StartsWith("free: ", StringComparison.Ordinal)).Select(line => line.Split(',')[0])];
        Assert.Equal(2, free.Length);
        Assert.Equal(free[0], free[1]);
    }

    [Theory]
    [InlineData("1", "300")]
    [InlineData("4294967295", "300")]
    [InlineData("12345", "300")]
    public void RunMapStorm_AnySeed_FindsNoMismatch(string seed, string operations)
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", $"run map-storm {seed} {operations}");

        Assert.True(run.ExitCode == 0, run.Output);
        string line = run.LineOf("map-storm: seed");
        Assert.StartsWith($"map-storm: seed {seed}, {operations} operations, ", line, StringComparison.Ordinal);
        Assert.EndsWith(" 0 mismatches", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run nothing-like-it")]
    [InlineData("run manifest")]
    [InlineData("run")]
    public void Run_WhatIsNoProgram_FailsAndTheKernelGoesOn(string command)
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", command);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Run_PlacesDrawnAtRandom_EveryProgramEndsAsTheManifestSays()
    {
        string names = string.Join("; ", File.ReadLines(Path.Combine(BuiltFiles.Root, Manifest))
            .Where(line => line.Length != 0 && line[0] != '#')
            .Select(line => "run " + line.Split(':')[0].Split(' ')[0]));
        Emulator run = Emulator.Boot(
            BuiltFiles.Kernel, "batch", $"start endless; space 1; kill 1; places random; start endless; space 2; kill 2; {names}");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("places: low, in turn", run.Lines);
        Assert.Contains("places: drawn at random", run.Lines);
        Assert.DoesNotContain(run.Lines, line => line.Contains("wrong: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("endless")]
    [InlineData("endless sleep")]
    [InlineData("endless call")]
    public void ControlC_WhileAProgramRuns_EndsItAndTheMonitorGoesOn(string program)
    {
        using RunningGuest guest = RunningGuest.BootKilburn();
        guest.Type("pmm", "free: ");
        guest.Type("start endless", "endless: process 1");
        guest.Type($"run {program}", program); // the echo
        Thread.Sleep(100);
        guest.Press('\x03', "endless: ended, interrupted");
        guest.Type("ps", "endless"); // the other one
        guest.Type("kill 1; run hello", "hello: exited 0");
    }
}
