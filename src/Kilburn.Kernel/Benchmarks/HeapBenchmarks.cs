using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>The kernel heap.</summary>
/// <remarks>Each loop that is measured is a method of its own, so that the registers of the others do not stand in its way.</remarks>
public static class HeapBenchmarks
{
    private const uint Seed = 0x4174_6C73;
    private const uint NoOwner = 0;
    private const uint MixSlots = 128;
    private const uint MixSteps = 8192;
    private const uint LargestOfMix = 1024;

    /// <summary>Measures the rows <c>heap.*</c>.</summary>
    /// <param name="run">The run.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        FillAndDrain(ref run, 32, 1000, 4, "heap.allocate_32"u8, "heap.free_32"u8);
        FillAndDrain(ref run, 256, 200, 16, "heap.allocate_256"u8, "heap.free_256"u8);
        FillAndDrain(ref run, 4096, 10, 256, "heap.allocate_4096"u8, "heap.free_4096"u8);
        Mix(ref run);
        run.Memory.TrimHeap(ref run.Machine);
    }

    // From nothing live to all, and back in random order: growing and shrinking counts.
    private static void FillAndDrain<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run,
        uint lengthInBytes,
        uint live,
        uint rounds,
        ReadOnlySpan<byte> nameOfAllocate,
        ReadOnlySpan<byte> nameOfFree)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally allocations = default;
        Tally frees = default;
        RandomSequence random = new(Seed);
        for (uint round = 0; round < rounds; round++)
        {
            Fill(ref run, lengthInBytes, live, ref allocations);
            run.List.Shuffle(ref run.Machine, ref random, live);
            Drain(ref run, live, ref frees);
        }

        run.Report(nameOfAllocate, in allocations);
        run.Report(nameOfFree, in frees);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, uint lengthInBytes, uint live, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref VirtualMemory memory = ref run.Memory;
        for (uint index = 0; index < live; index++)
        {
            uint start = board.InstructionCount;
            VmStatus status = memory.TryAllocate(ref machine, lengthInBytes, out VirtualAddress block, NoOwner);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
            run.List.At(ref machine, index) = block.Value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drain<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, uint live, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref VirtualMemory memory = ref run.Memory;
        for (uint index = 0; index < live; index++)
        {
            VirtualAddress block = new(run.List.At(ref machine, index));
            uint start = board.InstructionCount;
            VmStatus status = memory.TryFree(ref machine, block);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
            run.Check(status);
        }
    }

    // A random one of 128 slots is filled with 1 to 1024 bytes when it is empty, and emptied when it is not.
    private static void Mix<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally allocations = default;
        Tally frees = default;
        RandomSequence random = new(Seed);
        for (uint index = 0; index < MixSlots; index++)
        {
            run.List.At(ref run.Machine, index) = 0;
        }

        for (uint step = 0; step < MixSteps; step++)
        {
            ref uint slot = ref run.List.At(ref run.Machine, random.Next(MixSlots));
            if (slot == 0)
            {
                FillSlot(ref run, random.Next(LargestOfMix) + 1, ref slot, ref allocations);
            }
            else
            {
                EmptySlot(ref run, ref slot, ref frees);
            }
        }

        for (uint index = 0; index < MixSlots; index++)
        {
            uint block = run.List.At(ref run.Machine, index);
            if (block != 0)
            {
                run.Check(run.Memory.TryFree(ref run.Machine, new VirtualAddress(block)));
            }
        }

        run.Report("heap.mix_allocate"u8, in allocations);
        run.Report("heap.mix_free"u8, in frees);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FillSlot<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, uint lengthInBytes, ref uint slot, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref VirtualMemory memory = ref run.Memory;
        uint start = board.InstructionCount;
        VmStatus status = memory.TryAllocate(ref machine, lengthInBytes, out VirtualAddress block, NoOwner);
        uint end = board.InstructionCount;
        tally.Add(run.Between(start, end));
        run.Check(status);
        slot = block.Value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EmptySlot<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run, ref uint slot, ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref VirtualMemory memory = ref run.Memory;
        VirtualAddress block = new(slot);
        uint start = board.InstructionCount;
        VmStatus status = memory.TryFree(ref machine, block);
        uint end = board.InstructionCount;
        tally.Add(run.Between(start, end));
        run.Check(status);
        slot = 0;
    }
}
