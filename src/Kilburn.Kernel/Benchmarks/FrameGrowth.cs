using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>The frame allocator against the size of the memory and against how full it is, on a second one.</summary>
public static class FrameGrowth
{
    private const uint LeastMibs = 16;
    private const uint MostMibs = 512;
    private const uint Live = 1024;
    private const uint Rounds = 4;
    private const uint Seed = 0x4772_6F77;
    private const int PercentShift = 7; // fills are of 128 parts

    /// <summary>Measures <c>start.frames</c>, and <c>page.allocate</c> and <c>page.free</c> by size and by fill.</summary>
    /// <param name="run">The run.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        SecondFrames second = default;
        second.Take(ref run);
        for (uint mibs = LeastMibs; mibs <= MostMibs && !run.HasFailed; mibs <<= 1)
        {
            Start(ref run, in second, mibs, out Tally starts);
            run.ReportGrowth("start.frames"u8, mibs, in starts);
            Measure(ref run, ref second.Allocator(ref run.Machine), out Tally allocations, out Tally frees);
            run.ReportGrowth("size.allocate"u8, mibs, in allocations);
            run.ReportGrowth("size.free"u8, mibs, in frees);
        }

        MeasureFill(ref run, in second, 0);
        MeasureFill(ref run, in second, 32);
        MeasureFill(ref run, in second, 64);
        MeasureFill(ref run, in second, 96);
        MeasureFill(ref run, in second, 115);
        MeasureFill(ref run, in second, 124);
        second.GiveBack(ref run);
    }

    private static void Start<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, in SecondFrames second, uint mibs, out Tally starts)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        starts = default;
        MemoryMap map = default;
        run.Check(map.TryAddBank(new PhysicalRange(second.Memory.Start, mibs << PageSize.SectionShift)));
        uint start = run.Board.InstructionCount;
        VmStatus status = second.Allocator(ref run.Machine).TryStart(ref run.Machine, in map, second.Memory.Start);
        uint end = run.Board.InstructionCount;
        starts.Add(run.Between(start, end));
        run.Check(status);
    }

    private static void MeasureFill<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, in SecondFrames second, uint parts)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (run.HasFailed)
        {
            return;
        }

        Start(ref run, in second, MostMibs, out _);
        ref FrameAllocator frames = ref second.Allocator(ref run.Machine);
        frames.GetStatistics(ref run.Machine, out FrameStatistics statistics);
        for (uint left = (statistics.ManagedFrames >> PercentShift) * parts; left != 0; left--)
        {
            run.Check(frames.TryAllocatePage(ref run.Machine, FrameContents.AsLeft, out _));
        }

        Measure(ref run, ref frames, out Tally allocations, out Tally frees);
        uint percent = ((parts * 100) + (1u << (PercentShift - 1))) >> PercentShift;
        run.ReportGrowth("fill.allocate"u8, percent, in allocations);
        run.ReportGrowth("fill.free"u8, percent, in frees);
    }

    private static void Measure<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, ref FrameAllocator frames, out Tally allocations, out Tally frees)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        allocations = default;
        frees = default;
        RandomSequence random = new(Seed);
        AddressList pages = new(run.ListStart.Add(SecondFrames.ListLength * sizeof(uint)));
        for (uint round = 0; round < Rounds; round++)
        {
            Allocate(ref run, ref frames, pages, ref allocations);
            pages.Shuffle(ref run.Machine, ref random, Live);
            Free(ref run, ref frames, pages, ref frees);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Allocate<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, ref FrameAllocator frames, AddressList pages, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint index = 0; index < Live; index++)
        {
            uint start = run.Board.InstructionCount;
            VmStatus status = frames.TryAllocatePage(ref run.Machine, FrameContents.AsLeft, out PhysicalAddress page);
            uint end = run.Board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
            pages.At(ref run.Machine, index) = page.Value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Free<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, ref FrameAllocator frames, AddressList pages, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint index = 0; index < Live; index++)
        {
            PhysicalAddress page = new(pages.At(ref run.Machine, index));
            uint start = run.Board.InstructionCount;
            VmStatus status = frames.TryFreePage(ref run.Machine, page);
            uint end = run.Board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
        }
    }
}
