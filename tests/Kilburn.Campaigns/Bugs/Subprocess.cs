using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace Kilburn.Campaigns.Bugs;

/// <summary>A program that was run to its end, or to its time limit.</summary>
/// <param name="ExitCode">Its exit status; null when it was ended because its time was over.</param>
/// <param name="Lines">What it said, to standard output and error.</param>
internal sealed record Subprocess(int? ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>True when it ended with status 0.</summary>
    public bool HasSucceeded => ExitCode == 0;

    /// <summary>Runs a program.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="limit">The time that it may take; it and its children are ended then.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Subprocess Run(string directory, TimeSpan limit, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        List<string> lines = [];
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Add(lines, line.Data);
        process.ErrorDataReceived += (_, line) => Add(lines, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool hasEnded = process.WaitForExit(limit);
        if (!hasEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        lock (lines)
        {
            return new Subprocess(hasEnded ? process.ExitCode : null, [.. lines]);
        }
    }

    /// <summary>The first line with a text in it, and those behind it.</summary>
    /// <param name="text">The text.</param>
    public IReadOnlyList<string> From(string text) =>
        [.. Lines.SkipWhile(line => !line.Contains(text, StringComparison.Ordinal))];

    private static void Add(List<string> lines, string? line)
    {
        if (line != null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }
}
