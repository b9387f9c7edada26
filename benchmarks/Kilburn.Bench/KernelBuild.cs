using System.Diagnostics;
using System.IO;

namespace Kilburn.Bench;

/// <summary>Builds the kernel that is measured: optimised, without the checks that a proven kernel leaves out.</summary>
internal static class KernelBuild
{
    private const string Project = "src/Kilburn.Kernel";
    private const string Image = "bin/Release/unchecked/net10.0/kernel.elf";

    /// <summary>Builds, and says where the kernel is.</summary>
    /// <param name="root">The repository.</param>
    /// <returns>The path of the ELF file.</returns>
    /// <exception cref="BenchException">The build failed; its output is in the message.</exception>
    internal static string Run(string root)
    {
        string project = Path.Combine(root, Project);
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList = { "build", project, "-c", "Release", "-p:KilburnChecks=false", "-v", "quiet", "-nodeReuse:false" },
            WorkingDirectory = root,
            RedirectStandardOutput = true,
        };
        using Process build = Process.Start(start) ?? throw new BenchException("dotnet cannot be started");
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return build.ExitCode == 0
            ? Path.Combine(project, Image)
            : throw new BenchException($"the kernel does not build\n{output}");
    }
}
