using System;
using System.Diagnostics;

namespace Kilburn.Campaigns.Verbs;

/// <summary>Counts tests, and prints a line for each.</summary>
internal sealed class TestCount
{
    /// <summary>What the line of a failed test begins with.</summary>
    public const string FailureMark = "FAILED";

    private long _started = Stopwatch.GetTimestamp();

    /// <summary>Tests that passed.</summary>
    public int Passed { get; private set; }

    /// <summary>Tests that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>A test has ended.</summary>
    /// <param name="name">What was tested.</param>
    /// <param name="failure">What is wrong; null when it passed.</param>
    public void Add(string name, string? failure)
    {
        TimeSpan taken = Stopwatch.GetElapsedTime(_started);
        _started = Stopwatch.GetTimestamp();
        Console.WriteLine($"{(failure == null ? "ok    " : FailureMark)} {taken.TotalSeconds,6:F1} s  {name}");
        if (failure == null)
        {
            Passed++;
        }
        else
        {
            Failed++;
            Console.WriteLine(failure);
        }
    }

    /// <summary>Prints the last line.</summary>
    /// <returns>The exit status: 0 when nothing failed.</returns>
    public int End()
    {
        Console.WriteLine($"{Passed} passed, {Failed} failed");
        return Failed == 0 ? 0 : 1;
    }
}
