using System;
using System.Diagnostics;

namespace Kilburn.Boot.Tests;

/// <summary>A command of the repository that ran to its end.</summary>
/// <param name="ExitCode">Its status.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record Shell(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a script in the repository's root.</summary>
    /// <param name="script">For bash.</param>
    /// <param name="arguments">$1 and so on.</param>
    public static Shell Run(string script, params ReadOnlySpan<string> arguments)
    {
        ProcessStartInfo start = new("bash")
        {
            WorkingDirectory = BuiltFiles.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-c", script, "bash", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("No bash.");
        System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Shell(process.ExitCode, output, errors.Result);
    }
}
