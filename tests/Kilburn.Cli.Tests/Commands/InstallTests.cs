using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using Xunit;

namespace Kilburn.Cli.Tests.Commands;

/// <summary>The command as a .NET tool, packed and installed from a folder.</summary>
public sealed class InstallTests
{
    private static string Root => Find(AppContext.BaseDirectory);

    [Fact]
    public void Tool_PackedAndInstalled_Runs()
    {
        string directory = Directory.CreateTempSubdirectory("kilburn").FullName;
        try
        {
            Run("dotnet", directory, "pack", "src/Kilburn.Cli", "--no-build", "-c", "Debug", "-v", "quiet", "-o", $"{directory}/feed");
            Run(
                "dotnet", directory, "tool", "install", "kilburn", "--tool-path", $"{directory}/tool", "--source", $"{directory}/feed",
                "--version", "0.1.0");

            string output = Run($"{directory}/tool/kilburn", directory, "walk", "0x80008000", "--model", "boot");

            Assert.EndsWith("0x80008000 -> 0x00008000\n", output, StringComparison.Ordinal);
            Assert.StartsWith("0.1.0", Run($"{directory}/tool/kilburn", directory, "--version"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    private static string Run(string command, string directory, params string[] arguments)
    {
        ProcessStartInfo start = new(command) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // A package of the same version that was unpacked before would be taken instead.
        if (arguments[0] == "tool")
        {
            start.Environment["NUGET_PACKAGES"] = Path.Combine(directory, "packages");
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}:\n{output}{errors.Result}");
        return output;
    }

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "Kilburn.slnx"))
            ? directory
            : Find(Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("No Kilburn.slnx above the test."));
}
