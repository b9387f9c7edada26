using System.Diagnostics;
using System.IO;

namespace Kilburn.Mutation;

/// <summary>Runs dotnet-stryker as the tool manifest pins it.</summary>
internal static class Stryker
{
    /// <summary>Runs it in a test project to its end.</summary>
    /// <param name="tests">The folder of the test project.</param>
    /// <param name="output">Where the report goes.</param>
    /// <param name="log">Where what it prints goes.</param>
    public static void Run(string tests, string output, string log)
    {
        string settings = Path.Combine("..", "..", "eng", "stryker.json");
        ProcessStartInfo start = new(
            "dotnet",
            ["tool", "run", "dotnet-stryker", "--", "-f", settings, "-O", output, "--skip-version-check"])
        {
            WorkingDirectory = tests,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RunAnalyzers"] = "false"; // a mutated source breaks style, and is not to be judged by it
        using StreamWriter writer = new(log) { AutoFlush = true };
        using Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(writer, line.Data);
        process.ErrorDataReceived += (_, line) => Write(writer, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
    }

    private static void Write(StreamWriter writer, string? line)
    {
        lock (writer)
        {
            writer.WriteLine(line);
        }
    }
}
