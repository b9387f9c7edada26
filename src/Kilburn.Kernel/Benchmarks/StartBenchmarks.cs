using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Start-up: of the whole system, as the board recorded it, and of a second frame allocator.</summary>
public static class StartBenchmarks
{
    private const uint Samples = 1000;
    private const int MibShift = SecondFrames.BlockCountShift + PageSize.SupersectionShift - PageSize.SectionShift;
    private const uint RoundUp = (1u << MibShift) - 1;

    /// <summary>Measures the rows <c>boot.start</c> and <c>frames.start_per_mib</c>.</summary>
    /// <param name="run">The run.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally start = default;
        start.Add(run.Board.StartInstructionCount);
        run.Report("boot.start"u8, in start);
        FramesPerMib(ref run);
    }

    private static void FramesPerMib<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        SecondFrames second = default;
        second.Take(ref run);
        if (!run.HasFailed)
        {
            Measure(ref run, second.Memory, ref second.Allocator(ref run.Machine));
        }

        second.GiveBack(ref run);
    }

    private static void Measure<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, PhysicalRange memory, ref FrameAllocator frames)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        Tally starts = default;
        MemoryMap map = default;
        run.Check(map.TryAddBank(memory));
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            VmStatus status = frames.TryStart(ref machine, in map, memory.Start);
            uint end = board.InstructionCount;
            starts.Add((run.Between(start, end) + RoundUp) >> MibShift);
            run.Check(status);
        }

        run.Report("frames.start_per_mib"u8, in starts);
    }
}
