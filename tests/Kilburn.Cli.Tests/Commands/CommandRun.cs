using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace Kilburn.Cli.Tests.Commands;

/// <summary>The command as a process of its own, run to its end.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Errors, TimeSpan Time)
{
    public JsonNode Json => JsonNode.Parse(Output)!;

    public static string Executable => Path.Combine(AppContext.BaseDirectory, "kilburn");

    public static CommandRun Of(params ReadOnlySpan<string> arguments)
    {
        ProcessStartInfo start = new(Executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Stopwatch time = Stopwatch.StartNew();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The command did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandRun(process.ExitCode, output, errors.Result, time.Elapsed);
    }

    public static string Vector(string name) => Path.Combine(AppContext.BaseDirectory, "vectors", "audit", $"{name}.snapshot");
}
