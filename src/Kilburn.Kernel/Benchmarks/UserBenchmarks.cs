using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Terminal;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>What programs see: <c>bench</c> of the boot image, which reads the counter itself and prints its results.</summary>
/// <remarks>System calls and faults count whole: what the program does, the way in, the kernel, the way out.</remarks>
public static class UserBenchmarks
{
    private const uint Samples = 1000;
    private const int HexDigits = 8;
    private const int BitsPerHexDigit = 4;
    private const uint HexDigitMask = 15;

    // "0x", digits and a space, three times.
    private const int ArgumentLength = HexDigits + 3;
    private const int ArgumentCount = 3;

    private static ReadOnlySpan<byte> Program => "bench"u8;

    /// <summary>Lets the program measure.</summary>
    /// <param name="run">The run.</param>
    /// <param name="costs">What clearing costs.</param>
    /// <param name="figures">Which of its figures.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, in ClearCosts costs, UserFigures figures)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (run.HasFailed || !run.Board.RunsPrograms)
        {
            return;
        }

        uint copy = MeasureCopy(ref run);
        run.Note("left out of net counts of programs: clearing a page "u8);
        run.Board.WriteDecimal(costs.Page);
        run.Board.Write(", copying one "u8);
        run.Board.WriteDecimal(copy);
        run.Board.EndLine();

        ArgumentBytes text = default;
        Put(ref text, 0, costs.Page);
        Put(ref text, ArgumentLength, copy);
        Put(ref text, 2 * ArgumentLength, (uint)figures);
        ReadOnlySpan<byte> arguments = MemoryMarshal.CreateReadOnlySpan(
            in Unsafe.As<ArgumentBytes, byte>(ref text), ArgumentLength * ArgumentCount);
        SystemCallError error = ProcessStart.TrySpawn(
            ref run.Machine, ref run.Board, 0, Program, arguments, out VirtualAddress process, out _);
        if (error != SystemCallError.None)
        {
            run.Fail("the program cannot be started, error"u8, (uint)error);
            return;
        }

        run.Board.SetCounting(UserCounting.On);
        ProcessRun.Await(ref run.Machine, ref run.Board, process, out ProcessEnd end);
        run.Board.SetCounting(UserCounting.Off);
        run.Memory.TrimHeap(ref run.Machine);
        if (end.Reason != ProcessEndReason.Exited || end.Status == uint.MaxValue)
        {
            run.Fail("the program gave up, reason"u8, (uint)end.Reason);
            return;
        }

        run.AddLines(end.Status);
    }

    private static uint MeasureCopy<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally tally = default;
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        PhysicalAddress source = run.ListStart;
        PhysicalAddress destination = source.Add(PageSize.Small);
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            machine.Copy(destination, source, PageSize.Small);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end));
        }

        return tally.GetMean(out _);
    }

    private static void Put(ref ArgumentBytes text, int start, uint value)
    {
        text[start++] = (byte)'0';
        text[start++] = (byte)'x';
        for (int digit = HexDigits - 1; digit >= 0; digit--)
        {
            text[start++] = "0123456789ABCDEF"u8[(int)((value >> (digit * BitsPerHexDigit)) & HexDigitMask)];
        }

        text[start] = (byte)' ';
    }

    [InlineArray(ArgumentLength * ArgumentCount)]
    private struct ArgumentBytes
    {
        private byte _first;
    }
}
