using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>What the measurements share: the counter, what an empty sample counts, and how a run ends.</summary>
public static class FigureRun
{
    /// <summary>What the program exits with when it had to give up; otherwise it is the count of lines.</summary>
    public const uint Failed = uint.MaxValue;

    private const uint EmptySamples = 1000;

    private static uint s_overhead; // written once, at the start
    private static uint s_lines;

    /// <summary>Lines of results.</summary>
    public static uint LineCount => s_lines;

    /// <summary>Measures empty samples.</summary>
    public static void Begin()
    {
        uint least = uint.MaxValue;
        for (uint sample = 0; sample < EmptySamples; sample++)
        {
            uint start = Instructions.Count();
            uint taken = Instructions.Count() - start;
            least = taken < least ? taken : least;
        }

        Require("a counter that counts"u8, least != 0 && least != uint.MaxValue);
        s_overhead = least;
        Line line = default;
        line.Add("BENCH NOTE an empty sample of a program counts "u8);
        line.AddDecimal(least);
        line.Add(" instructions"u8);
        line.Print();
    }

    /// <summary>What an operation took.</summary>
    /// <param name="start">The counter before.</param>
    public static uint Since(uint start) => Instructions.Count() - start - s_overhead;

    /// <summary>Counts a line of results.</summary>
    public static void CountLine() => s_lines++;

    /// <summary>Ends the run when a system call has failed.</summary>
    /// <param name="what">Which.</param>
    /// <param name="error">Its error.</param>
    public static void Require(ReadOnlySpan<byte> what, SystemCallError error) =>
        Require(what, error == SystemCallError.None);

    /// <summary>Ends the run when something is not as it must be.</summary>
    /// <param name="what">What must be.</param>
    /// <param name="condition">Whether it is.</param>
    public static void Require(ReadOnlySpan<byte> what, bool condition)
    {
        if (!condition)
        {
            Line line = default;
            line.Add("BENCH FAILED a program could not have: "u8);
            line.Add(what);
            line.Print();
            Process.Exit(Failed);
        }
    }
}
