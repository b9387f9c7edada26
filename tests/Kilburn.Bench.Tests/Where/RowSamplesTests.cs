using System.Collections.Generic;
using System.Linq;
using Kilburn.Bench.Where;
using Xunit;

namespace Kilburn.Bench.Tests.Where;

public sealed class RowSamplesTests
{
    private const uint Read = 0x8000_0100; // two instructions
    private const uint Loop = 0x8000_0200;
    private const uint Work = 0x8000_0300;
    private const uint Report = 0x8000_0400;
    private const uint DataAbort = 0xFFFF_0010;
    private const int Overhead = 3;

    private static readonly CodeSymbol[] s_symbols =
    [
        new("arm_read_cycle_counter", Read, 8),
        new("Kilburn_Loop__Run", Loop, 0x80),
        new("Kilburn_Work__Do", Work, 0x100),
        new("Kilburn_Kernel_Benchmarks_BenchmarkRun_2<A>__Report", Report, 0x80),
        new("user_count", 0x0001_0000, 8),
        new("Kilburn_Programs_Figures_Samples__Report", 0x0001_0100, 0x80),
    ];

    private readonly CodeMap _map = new(s_symbols);
    private readonly SampleRecorder _recorder;

    public RowSamplesTests() => _recorder = new SampleRecorder(_map, new SampleMarks(s_symbols, 1));

    [Fact]
    public void Find_TwoRowsMeasuredTogether_TellsThemApartByMeanAndMax()
    {
        Sample(Loop, workInstructions: 10);
        Sample(Loop + 0x40, workInstructions: 20);
        Sample(Loop, workInstructions: 12);
        Sample(Loop + 0x40, workInstructions: 20);
        Run(Report);

        // read 2, work, and the loop's 2 before the second read; an empty sample counts 3 of that.
        RowSamples? first = RowSamples.Find(_recorder, new("first", 12.0m, 13, 2), Overhead);
        RowSamples? second = RowSamples.Find(_recorder, new("second", 16.0m, 16, 2), Overhead);

        Assert.Equal(22, InstructionsOf(first, "Work.Do"));
        Assert.Equal((2, 3, 0), (first!.Operations, first.Overhead, first.LeftOut));
        Assert.Equal(40, InstructionsOf(second, "Work.Do"));
        Assert.Equal(5, second!.LeftOut);
        Assert.Equal(2, CallsOf(second, "Work.Do"));
    }

    [Fact]
    public void Find_OperationsCountedTogether_DividesBySamples()
    {
        Sample(Loop, workInstructions: 63);
        Run(Report);

        RowSamples? samples = RowSamples.Find(_recorder, new("many", 8.0m, 8, 8), Overhead);

        Assert.Equal(8, samples!.Operations);
        Assert.Equal(0.375m, samples.Overhead);
    }

    [Fact]
    public void Find_NothingThatFits_IsNull()
    {
        Sample(Loop, workInstructions: 10);
        Run(Report);

        Assert.Null(RowSamples.Find(_recorder, new("other", 40.0m, 40, 1), Overhead));
        Assert.Null(RowSamples.Find(_recorder, new("other", 11.0m, 11, 2), Overhead));
    }

    [Fact]
    public void Add_AccessThatFaults_IsNotCounted()
    {
        Run(Loop, Read, Read + 4, Loop + 4, Work, DataAbort, Work, Loop + 8, Read, Report);

        CounterRead[] reads = [.. _recorder.Reads];
        Assert.Equal(6, reads[1].Position - reads[0].Position);
    }

    [Fact]
    public void Find_AccessThatFaultsInItsFirstInstruction_CountsItsMethodOnce()
    {
        Run(Loop, Read, Read + 4, Loop + 4, Work, DataAbort, Work, Work + 4, Loop + 8, Read, Report);

        RowSamples? samples = RowSamples.Find(_recorder, new("fault", 4.0m, 4, 1), Overhead);

        Assert.Equal((2, 1), (InstructionsOf(samples, "Work.Do"), CallsOf(samples, "Work.Do")));
    }

    [Fact]
    public void Add_AfterTheLastReport_CountsNothing()
    {
        Run(Report, Loop, Read);

        Assert.True(_recorder.IsDone);
        Assert.Empty(_recorder.Reads);
    }

    private void Sample(uint loop, int workInstructions)
    {
        Run(loop, Read, Read + 4, loop + 4);
        Run([.. Enumerable.Range(0, workInstructions).Select(index => Work + (uint)(index * 4))]);
        Run(loop + 8, Read, Read + 4, loop + 12);
    }

    private void Run(params IEnumerable<uint> addresses)
    {
        foreach (uint address in addresses)
        {
            _recorder.Add(new LogLine(LogLineKind.Run, 0, address));
        }
    }

    private long InstructionsOf(RowSamples? samples, string name) => samples!.Counts.InstructionsOf(_map.Names.ToList().IndexOf(name));

    private long CallsOf(RowSamples? samples, string name) => samples!.Counts.CallsOf(_map.Names.ToList().IndexOf(name));
}
