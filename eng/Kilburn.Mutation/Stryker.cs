using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace Kilburn.Mutation;

/// <summary>Runs dotnet-stryker as the tool manifest pins it.</summary>
internal static class Stryker
{
    private const int BufferLength = 4096;

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
        process.Start();
        Task.WaitAll(Task.Run(() => Copy(process.StandardOutput, writer)), Task.Run(() => Copy(process.StandardError, writer)));
        process.WaitForExit();
    }

    // As it comes, not line by line: the mutants' dots are one line.
    private static void Copy(StreamReader reader, StreamWriter writer)
    {
        char[] text = new char[BufferLength];
        for (int length = reader.Read(text); length != 0; length = reader.Read(text))
        {
            lock (writer)
            {
                writer.Write(text, 0, length);
            }
        }
    }
}
