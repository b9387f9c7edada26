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
    private const int BlockCountShift = 5;
    private const uint BlockCount = 1u << BlockCountShift;
    private const int MibShift = BlockCountShift + PageSize.SupersectionShift - PageSize.SectionShift;
    private const uint OffsetOfAllocator = 32 * 1024;
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

    // A frame allocator for memory that the real one has given out: 512 MiB in one run.
    private static void FramesPerMib<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        AddressList list = run.List;
        uint taken = 0;
        uint inARow = 0;
        PhysicalAddress lowest = default;
        while (inARow < BlockCount)
        {
            VmStatus status = run.Memory.Frames.TryAllocateBlock(
                ref machine, FrameUse.SupersectionBlock, FrameContents.AsLeft, out PhysicalAddress block);
            run.Check(status);
            if (status != VmStatus.Ok)
            {
                break;
            }

            bool isNext = inARow != 0 && block == lowest.Add(inARow << PageSize.SupersectionShift);
            lowest = isNext ? lowest : block;
            inARow = isNext ? inARow + 1 : 1;
            list.At(ref machine, taken) = block.Value;
            taken++;
        }

        if (!run.HasFailed)
        {
            Measure(ref run, new PhysicalRange(lowest, BlockCount << PageSize.SupersectionShift));
        }

        for (uint index = 0; index < taken; index++)
        {
            run.Check(run.Memory.Frames.TryFreeBlock(
                ref machine, FrameUse.SupersectionBlock, new PhysicalAddress(list.At(ref machine, index))));
        }
    }

    private static void Measure<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, PhysicalRange memory)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        Tally starts = default;
        ref FrameAllocator frames = ref machine.Data<FrameAllocator>(run.ListStart.Add(OffsetOfAllocator));
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
