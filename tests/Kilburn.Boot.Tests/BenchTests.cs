using System;
using System.Linq;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class BenchTests
{
    [Fact]
    public void Bench_CountingInstructions_MeasuresEveryOperationOnceAndKeepsNoFrame()
    {
        Emulator run = Emulator.BootCounting(BuiltFiles.Kernel, "bench");

        Assert.True(run.ExitCode == 0, run.Output);
        string[] names = [.. run.Lines
            .Where(line => line.StartsWith("BENCH ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1])
            .Where(name => name.Contains('.', StringComparison.Ordinal))];
        Assert.Equal(names.Distinct(), names);
        Assert.Equal($"BENCH DONE {names.Length}", run.Lines[^1]);
        Assert.Contains("BENCH NOTE a loop of 2048 instructions counts 2048", run.Lines);
    }

    [Fact]
    public void Bench_TimeThatIsNoCount_FailsAndSaysSo()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "bench");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("BENCH FAILED ", run.Lines[^1], StringComparison.Ordinal);
    }
}
