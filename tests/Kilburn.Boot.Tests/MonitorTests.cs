using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed partial class MonitorTests
{
    [Fact]
    public void SelfTests_OnTheTarget_AllPassAndAllAreCounted()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "test");

        Assert.True(run.ExitCode == 0, run.Output);
        Match done = DoneLine().Match(run.Lines[^1]);
        Assert.True(done.Success, run.Output);
        Assert.Equal(int.Parse(done.Groups[1].Value, null), run.Lines.Count(line => PassedLine().IsMatch(line)));
        AssertModelGivesTheSameAnswers(run.Lines);
    }

    // The same seeded tables, translations and refused accesses on both: tally and digest of addresses, statuses, fault addresses.
    private static void AssertModelGivesTheSameAnswers(IReadOnlyList<string> target)
    {
        string number = target.Select(line => MmuTestLine().Match(line)).Single(match => match.Success).Groups[1].Value;
        Shell model = Shell.Run($"src/Kilburn.Hosted/bin/Debug/net10.0/Kilburn.Hosted --batch 'test {number}'");

        Assert.True(model.ExitCode == 0, model.Output + model.Errors);
        Assert.Contains(target, line => MmuDigestLine().IsMatch(line));
        Assert.Equal(target.Where(IsOfMmu), model.Output.Split('\n').Where(IsOfMmu));
    }

    private static bool IsOfMmu(string line) => line.StartsWith("mmu: ", StringComparison.Ordinal);

    [GeneratedRegex(@"^TEST (\d+)/\d+ mmu_agrees_with_the_walk ok$")]
    private static partial Regex MmuTestLine();

    [GeneratedRegex("^mmu: [1-9]\\d* accesses refused, answers 0x[0-9A-F]{8}$")]
    private static partial Regex MmuDigestLine();

    [Fact]
    public void MapAndDemo_OnTargetAndModel_PrintTheSame()
    {
        Emulator target = Emulator.Boot(BuiltFiles.Kernel, "batch", "map; demo");
        Shell model = Shell.Run("src/Kilburn.Hosted/bin/Debug/net10.0/Kilburn.Hosted --batch 'map; demo'");

        Assert.True(target.ExitCode == 0, target.Output);
        Assert.True(model.ExitCode == 0, model.Output + model.Errors);
        Assert.Equal(
            WithoutTheImage(model.Output.TrimEnd('\n').Split('\n')), WithoutTheImage(target.Lines));
    }

    [Fact]
    public void Batch_EverythingThatCanBeSeen_Succeeds()
    {
        Emulator run = Emulator.Boot(
            BuiltFiles.Kernel, "batch", "map; pmm; asid; heap; mmio; demo; walk 0x80008000; fault read 0x10");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal("fault read 0x00000010: translation, first level, survived", run.Lines[^1]);
    }

    [Fact]
    public void Demo_BetweenTwoLooks_LeavesTheFreeFramesAsTheyWere()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "pmm; demo; pmm");

        string[] free = [.. run.Lines.Where(line => line.StartsWith("free: ", StringComparison.Ordinal))];
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(2, free.Length);
        Assert.Equal(free[0], free[1]);
    }

    [Fact]
    public void HeapFree_OfAFreeBlock_NamesTheCodeThatAllocatedIt()
    {
        Shell run = Shell.Run("./run --batch 'heap allocate 64; heap free 0xC3000000; heap free 0xC3000000'");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("heap free: already free\nallocated by:\n  at 0x", run.Output, StringComparison.Ordinal);
        Assert.Contains("HeapCommand", run.Output.Split('\n')[^2], StringComparison.Ordinal);
    }

    /// <summary>Lines of the machine are left out; numbers of rows that show the image are masked.</summary>
    private static IEnumerable<string> WithoutTheImage(IEnumerable<string> lines) =>
        lines
            .Where(line => !line.StartsWith("machine:", StringComparison.Ordinal))
            .Select(line => ImageRow().IsMatch(line) ? Number().Replace(line, "#") : line);

    [GeneratedRegex(@"^DONE (\d+)$")]
    private static partial Regex DoneLine();

    [GeneratedRegex(@"^TEST \d+/\d+ \S+ ok\b")]
    private static partial Regex PassedLine();

    [GeneratedRegex(@"  (kernel|kernel text|kernel constants|kernel data, stacks.*|KERNEL END: physical memory manager)$")]
    private static partial Regex ImageRow();

    [GeneratedRegex(@" *(0x[0-9A-F]{8}|[0-9]+[KMG])")]
    private static partial Regex Number();
}
