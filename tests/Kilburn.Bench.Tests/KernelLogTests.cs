using Xunit;

namespace Kilburn.Bench.Tests;

public sealed class KernelLogTests
{
    [Fact]
    public void Parse_WholeRun_GivesOperationsAndNotes()
    {
        KernelLog log = KernelLog.Parse(
        [
            "Kilburn",
            "> bench",
            "BENCH NOTE clear: 4096 bytes 161",
            "BENCH page.allocate 38.4 112 1024",
            "BENCH page.free 52.0 60 1024",
            "BENCH MEMORY frame 900 200",
            "BENCH GROWTH size.allocate 16 43.1",
            "BENCH DONE 2",
            "> ",
        ]);

        Assert.Equal(
            [new Measurement("page.allocate", 38.4m, 112, 1024), new Measurement("page.free", 52.0m, 60, 1024)],
            log.Measurements);
        Assert.Equal(["clear: 4096 bytes 161"], log.Notes);
        Assert.Equal([new MemoryUse("frame", 4.5m)], log.MemoryUses);
        Assert.Equal([new GrowthPoint("size.allocate", 16, 43.1m)], log.GrowthPoints);
    }

    [Theory]
    [InlineData("BENCH page.free 52.0 60", "not a measurement: BENCH page.free 52.0 60")]
    [InlineData("BENCH page.free 52,0 60 1024", "not a measurement: BENCH page.free 52,0 60 1024")]
    [InlineData("BENCH page.free 52.0 -1 1024", "not a measurement: BENCH page.free 52.0 -1 1024")]
    [InlineData("BENCH MEMORY frame 900 0", "not a use of memory: BENCH MEMORY frame 900 0")]
    [InlineData("BENCH GROWTH size.allocate 16", "not a point of a curve: BENCH GROWTH size.allocate 16")]
    [InlineData("BENCH MEMORY frame 900", "not a use of memory: BENCH MEMORY frame 900")]
    [InlineData("BENCH FAILED the loop counts 3000", "the kernel gave up: the loop counts 3000")]
    [InlineData("BENCH DONE 7", "lines were lost: 0 read, the kernel says DONE 7")]
    [InlineData("PANIC I7", "the run broke off: no line BENCH DONE")]
    public void Parse_UnusableRun_SaysWhy(string line, string reason)
    {
        BenchException failure = Assert.Throws<BenchException>(() => KernelLog.Parse(["Kilburn", line]));

        Assert.Equal(reason, failure.Message);
    }

    [Fact]
    public void Parse_OperationTwice_IsRefused()
    {
        BenchException failure = Assert.Throws<BenchException>(
            () => KernelLog.Parse(["BENCH a 1.0 1 1", "BENCH a 1.0 1 1", "BENCH DONE 2"]));

        Assert.Equal("measured twice: a", failure.Message);
    }

    [Theory]
    [InlineData("BENCH DONE 3", true)]
    [InlineData("BENCH FAILED no memory", true)]
    [InlineData("BENCH page.free 52.0 60 1024", false)]
    [InlineData("> bench", false)]
    public void IsLast_Line_IsTrueForTheEndOfTheRun(string line, bool expected) =>
        Assert.Equal(expected, KernelLog.IsLast(line));

    [Fact]
    public void ParsePart_BrokenOffRun_GivesWhatThereIs()
    {
        KernelLog log = KernelLog.ParsePart(["> bench", "BENCH NOTE an empty sample counts 5", "BENCH a 1.0 1 1"]);

        Assert.Equal([new Measurement("a", 1.0m, 1, 1)], log.Measurements);
        Assert.Single(log.Notes);
    }

    [Theory]
    [InlineData("BENCH page.free 52.0 60 1024", true)]
    [InlineData("BENCH page.free_all 52.0 60 1024", false)]
    [InlineData("page.free 52.0 60 1024", false)]
    public void IsRow_Line_IsTrueForTheOperationItself(string line, bool expected) =>
        Assert.Equal(expected, KernelLog.IsRow(line, "page.free"));
}
