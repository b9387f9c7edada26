using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Kilburn.Campaigns.Sites;
using Kilburn.Model;
using Kilburn.Model.Campaigns;

namespace Kilburn.Campaigns.Verbs;

/// <summary>The hosted tests that go through the schedules of races one by one, and those that look at what one operation leaves: for what a drawn life would not meet in time.</summary>
internal static class ScheduleTests
{
    private const string Project = "Kilburn.Core.Tests";
    private const string FailureMark = "[FAIL]";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    private static readonly string[] s_classes = ["*OnHostileMachineTests", "*UnderEveryScheduleTests"]; // seconds, minutes

    /// <summary>Runs them on a machine with a mutation.</summary>
    /// <param name="mutation">What is changed.</param>
    /// <returns>The name of the first test that fails; null when none does. A time-out is no failure.</returns>
    public static string? FindFailure(Mutation mutation) =>
        s_classes.Select(classes => FindFailure(mutation, classes)).FirstOrDefault(failure => failure != null);

    private static string? FindFailure(Mutation mutation, string classes)
    {
        string program = Path.Combine(SourceScan.FindRoot(), "tests", Project, "bin", "Debug", "net10.0", Project);
        ProcessStartInfo start = new(program, ["-noColor", "-stopOnFail", "-class", classes])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[MachineOptions.MutationVariable] = mutation.ToString();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        string? failure = null;
        process.OutputDataReceived += (_, line) =>
        {
            if (failure == null && line.Data is string text && text.Contains(FailureMark, StringComparison.Ordinal))
            {
                failure = text.Replace(FailureMark, string.Empty, StringComparison.Ordinal).Trim().Split('.').Last();
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill();
            return null;
        }

        process.WaitForExit();
        return process.ExitCode == 0 ? null : failure;
    }
}
