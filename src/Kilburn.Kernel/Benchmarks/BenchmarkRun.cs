using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>One run of the benchmarks: what all of them share.</summary>
/// <remarks>
/// <para>
/// A sample is one operation between two reads of the counter. What an empty sample counts is measured first and taken off
/// each; it is the same for all, because a sample has nothing but the call of the operation between the reads.
/// Whatever is called counts whole: passing the arguments, the call, the return, the status.
/// </para>
/// <para>
/// The first failure is printed and ends the output: what follows it would mean nothing. Other cores sleep.
/// </para>
/// </remarks>
public ref struct BenchmarkRun<TMachine, TBoard>
    where TMachine : struct, IMachine
    where TBoard : struct, IBoard
{
    private const uint CalibrationSamples = 1000;
    private const uint LineInBytes = 64;
    private const uint ShortLoopLines = 512;
    private const uint LongLoopLines = 1024;
    private const uint InstructionsPerLine = 4;

    /// <summary>The machine of the calling core.</summary>
    public readonly ref TMachine Machine;

    /// <summary>Where the counter is.</summary>
    public readonly ref TBoard Board;

    /// <summary>What is measured.</summary>
    public readonly ref VirtualMemory Memory;

    private PhysicalAddress _scratch;
    private uint _overhead;
    private uint _lineCount;
    private uint _freeFrames;
    private bool _hasFailed;

    /// <summary>A run that has measured nothing.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">Where the counter is.</param>
    /// <param name="memory">What is measured.</param>
    public BenchmarkRun(ref TMachine machine, ref TBoard board, ref VirtualMemory memory)
    {
        Machine = ref machine;
        Board = ref board;
        Memory = ref memory;
    }

    /// <summary>True once something went wrong.</summary>
    public readonly bool HasFailed => _hasFailed;

    /// <summary>Results printed.</summary>
    public readonly uint LineCount => _lineCount;

    /// <summary>Memory for lists, of this run's own.</summary>
    public readonly AddressList List => new(_scratch);

    /// <summary>Where that memory is: 64 KiB.</summary>
    public readonly PhysicalAddress ListStart => _scratch;

    /// <summary>Takes the memory for lists, checks that the counter counts, and measures an empty sample.</summary>
    public void Begin()
    {
        _freeFrames = CountFreeFrames();
        Check(Memory.Frames.TryAllocateBlock(ref Machine, FrameUse.LargeBlock, FrameContents.AsLeft, out _scratch));
        if (_hasFailed)
        {
            return;
        }

        Calibrate();
        CheckCounting();
    }

    /// <summary>Gives the memory for lists back, checks that all else came back, and prints the last line.</summary>
    public void End()
    {
        if (_scratch != default)
        {
            Check(Memory.Frames.TryFreeBlock(ref Machine, FrameUse.LargeBlock, _scratch));
        }

        uint freeFrames = CountFreeFrames();
        if (freeFrames != _freeFrames)
        {
            Fail("frames did not come back:"u8, unchecked(_freeFrames - freeFrames));
        }

        if (!_hasFailed)
        {
            Board.Write("BENCH DONE "u8);
            Board.WriteDecimal(_lineCount);
            Board.EndLine();
        }
    }

    /// <summary>What an operation took.</summary>
    /// <param name="start">The counter before.</param>
    /// <param name="end">The counter after.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Between(uint start, uint end) => unchecked(end - start - _overhead);

    /// <summary>Ends the run unless a status is <see cref="VmStatus.Ok"/>.</summary>
    /// <param name="status">Of an operation that must succeed.</param>
    public void Check(VmStatus status)
    {
        if (status != VmStatus.Ok)
        {
            Fail("an operation refused, status"u8, (uint)status);
        }
    }

    /// <summary>Ends the run.</summary>
    /// <param name="reason">For the person at the terminal.</param>
    /// <param name="value">The number that shows it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Fail(ReadOnlySpan<byte> reason, uint value)
    {
        if (_hasFailed)
        {
            return;
        }

        _hasFailed = true;
        Board.Write("BENCH FAILED "u8);
        Board.Write(reason);
        Board.Write(" "u8);
        Board.WriteDecimal(value);
        Board.EndLine();
    }

    /// <summary>Prints one result: <c>BENCH name mean max count</c>.</summary>
    /// <param name="name">As the table of goals has it.</param>
    /// <param name="tally">Its samples.</param>
    public void Report(ReadOnlySpan<byte> name, in Tally tally)
    {
        if (_hasFailed)
        {
            return;
        }

        Board.Write("BENCH "u8);
        Board.Write(name);
        Board.Write(" "u8);
        WriteMean(in tally);
        Board.Write(" "u8);
        Board.WriteDecimal(tally.Max);
        Board.Write(" "u8);
        Board.WriteDecimal(tally.Count);
        Board.EndLine();
        _lineCount++;
    }

    /// <summary>Prints one point of a curve: <c>BENCH GROWTH series x mean</c>.</summary>
    /// <param name="series">What is measured.</param>
    /// <param name="x">How much there is of what it may grow with.</param>
    /// <param name="tally">The samples.</param>
    public readonly void ReportGrowth(ReadOnlySpan<byte> series, uint x, in Tally tally)
    {
        if (_hasFailed)
        {
            return;
        }

        Board.Write("BENCH GROWTH "u8);
        Board.Write(series);
        Board.Write(" "u8);
        Board.WriteDecimal(x);
        Board.Write(" "u8);
        WriteMean(in tally);
        Board.EndLine();
    }

    /// <summary>Counts results that a program has printed in the form of <see cref="Report"/>.</summary>
    /// <param name="count">Its lines.</param>
    public void AddLines(uint count) => _lineCount += count;

    /// <summary>Begins a line that tells of the run itself; the caller ends it.</summary>
    /// <param name="text">Its first words.</param>
    public readonly void Note(ReadOnlySpan<byte> text)
    {
        Board.Write("BENCH NOTE "u8);
        Board.Write(text);
    }

    /// <summary>Frames that nobody has.</summary>
    public readonly uint CountFreeFrames()
    {
        Memory.Frames.GetStatistics(ref Machine, out FrameStatistics statistics);
        return statistics.FreeFrames;
    }

    private readonly void WriteMean(in Tally tally)
    {
        uint mean = tally.GetMean(out uint tenths);
        Board.WriteDecimal(mean);
        Board.Write("."u8);
        Board.WriteDecimal(tenths);
    }

    private void Calibrate()
    {
        ref TBoard board = ref Board;
        uint least = uint.MaxValue;
        uint most = 0;
        for (uint sample = 0; sample < CalibrationSamples; sample++)
        {
            uint start = board.InstructionCount;
            uint end = board.InstructionCount;
            uint taken = unchecked(end - start);
            least = taken < least ? taken : least;
            most = taken > most ? taken : most;
        }

        if (most == 0)
        {
            Fail("nothing counts instructions here:"u8, most);
        }
        else if (least != most)
        {
            Fail("empty samples differ: the machine does not count exactly, by"u8, most - least);
        }

        if (_hasFailed)
        {
            return;
        }

        _overhead = least;
        Note("an empty sample counts "u8);
        Board.WriteDecimal(least);
        Board.WriteLine(" instructions, taken off each sample"u8);
    }

    // The loop is DCCMVAU over a range, a line of 64 bytes a turn: mcr, add, cmp, blo (Kilburn.Armv7, cp15.S). The difference
    // of two lengths is free of the call and of the overhead, so that it tests the counter and nothing else.
    private void CheckCounting()
    {
        if (_hasFailed)
        {
            return;
        }

        uint expected = (LongLoopLines - ShortLoopLines) * InstructionsPerLine;
        uint counted = unchecked(CountLoop(LongLoopLines) - CountLoop(ShortLoopLines));
        if (counted != expected)
        {
            Fail("a loop of 2048 instructions counts"u8, counted);
            return;
        }

        Note("a loop of "u8);
        Board.WriteDecimal(expected);
        Board.Write(" instructions counts "u8);
        Board.WriteDecimal(counted);
        Board.EndLine();
    }

    private readonly uint CountLoop(uint lines)
    {
        uint start = Board.InstructionCount;
        Machine.CleanToUnification(_scratch, lines * LineInBytes);
        uint end = Board.InstructionCount;
        return unchecked(end - start);
    }
}
