using System;
using System.Collections.Generic;
using System.IO;
using Kilburn.Campaigns.Sites;
using Microsoft.CodeAnalysis.Emit;

namespace Kilburn.Campaigns.Bugs;

/// <summary>A copy of the sources, for patches to be tried in. Deleted at the end.</summary>
internal sealed class ScratchTree : IDisposable
{
    private const string Core = "Kilburn.Core";
    private const string ImageDirectory = "src/Kilburn.Kernel/bin/Debug/net10.0";
    private static readonly string[] s_leftOut = ["bin", "obj", ".git", "out", "StrykerOutput", "TestResults"];
    private static readonly TimeSpan s_buildLimit = TimeSpan.FromMinutes(5);

    /// <summary>Copies the sources.</summary>
    /// <param name="origin">The repository.</param>
    public ScratchTree(string origin)
    {
        Root = Directory.CreateTempSubdirectory("kilburn-bugs-").FullName;
        Copy(origin, Root);
    }

    /// <summary>Where the copy is.</summary>
    public string Root { get; }

    /// <summary>Changes the copy.</summary>
    /// <param name="patch">A patch's file.</param>
    /// <returns>What is wrong with the patch; null when it was applied.</returns>
    public string? Apply(string patch)
    {
        Subprocess git = Subprocess.Run(Root, s_buildLimit, "git", "apply", "--whitespace=nowarn", patch);
        return git.HasSucceeded ? null : string.Join(Environment.NewLine, git.Lines);
    }

    /// <summary>Takes the changes of a patch back.</summary>
    /// <param name="patch">The patch's file.</param>
    public void Restore(string patch)
    {
        Subprocess git = Subprocess.Run(Root, s_buildLimit, "git", "apply", "-R", "--whitespace=nowarn", patch);
        if (!git.HasSucceeded)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, git.Lines));
        }
    }

    /// <summary>Builds a project.</summary>
    /// <param name="project">Its folder.</param>
    /// <returns>What the compiler says; null when it was built.</returns>
    /// <remarks>A variant need not be pretty: analyzers are off, and a warning is no error.</remarks>
    public string? Build(string project)
    {
        Subprocess build = Subprocess.Run(
            Root, s_buildLimit, "dotnet", "build", project, "-v", "quiet", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false");
        return build.HasSucceeded ? null : string.Join(Environment.NewLine, build.Lines);
    }

    /// <summary>Compiles the core as it stands, and puts it beside programs that were built with another one.</summary>
    /// <param name="programs">Their folders.</param>
    /// <remarks>Half a second, where a build takes several. A patch changes no signature.</remarks>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public void ReplaceCore(IEnumerable<string> programs)
    {
        string project = Path.Combine(Root, "src", Core);
        string version = Path.Combine(project, "obj", "Debug", "net10.0", Core + ".AssemblyInfo.cs");
        using MemoryStream assembly = new();
        EmitResult result = SourceScan.Compile(project, version).Emit(assembly);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, result.Diagnostics));
        }

        foreach (string program in programs)
        {
            File.WriteAllBytes(Path.Combine(program, Core + ".dll"), assembly.ToArray());
        }
    }

    /// <summary>Builds the kernel, so that <c>./run</c> finds it up to date.</summary>
    /// <returns>What the compiler says; null when it was built.</returns>
    public string? BuildKernel()
    {
        string? failure = Build("src/Kilburn.Kernel");
        if (failure == null)
        {
            File.WriteAllText(Path.Combine(Root, ImageDirectory, ".built"), string.Empty);
        }

        return failure;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string directory in Directory.EnumerateDirectories(from))
        {
            string name = Path.GetFileName(directory);
            if (Array.IndexOf(s_leftOut, name) < 0)
            {
                string copy = Path.Combine(to, name);
                _ = Directory.CreateDirectory(copy);
                Copy(directory, copy);
            }
        }
    }
}
