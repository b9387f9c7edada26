using System;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace Kilburn.Mutation;

/// <summary>A copy of what the core's tests are built from, in which only one part of the core can be changed.</summary>
/// <remarks>
/// dotnet-stryker puts its switches into all sources of a project, also into those that a filter excludes, and each costs time
/// whenever its line runs. A comment on a file's first line keeps them out; therefore a copy. It chooses the tests in the same way, and lets
/// properties be tried on fewer samples.
/// </remarks>
internal static partial class WorkingCopy
{
    private const int SampleDivisor = 10; // a property meets a mutant in its first samples, or hardly ever
    private const string Core = "src/Kilburn.Core";
    private const string Tests = "tests/Kilburn.Core.Tests";
    private const string Unchanged = "// Stryker disable all\n";

    // Whoever has noticed a mutant need not go on; and mutants are what is tested side by side.
    private const string RunnerSettings = """{ "stopOnFail": true, "parallelizeTestCollections": false }""";

    // What only the tests that are left out assign is a warning.
    private const string RunnerTargets =
        """
        <Project>
          <PropertyGroup><TreatWarningsAsErrors>false</TreatWarningsAsErrors></PropertyGroup>
          <ItemGroup><None Update="xunit.runner.json" CopyToOutputDirectory="Always" /></ItemGroup>
        </Project>
        """;

    private static readonly string[] s_files =
        ["global.json", "Directory.Build.props", "Directory.Packages.props", "tests/Directory.Build.props", "eng/stryker.json"];

    private static readonly string[] s_folders = [Core, "src/Kilburn.Model", Tests, "tests/vectors"];

    /// <summary>Makes the copy anew.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="copy">Where the copy goes; what is there is removed.</param>
    /// <param name="part">What is changed, and which tests are kept.</param>
    /// <returns>The folder of the test project.</returns>
    /// <exception cref="InvalidDataException">A name of the part names no file.</exception>
    public static string Make(string root, string copy, Part part)
    {
        if (Directory.Exists(copy))
        {
            Directory.Delete(copy, recursive: true);
        }

        RequireFiles(Path.Combine(root, Core), part.Sources);
        RequireFiles(Path.Combine(root, Tests), part.Tests);
        foreach (string file in s_files)
        {
            Write(copy, file, File.ReadAllText(Path.Combine(root, file)));
        }

        bool isAnyChanged = false;
        foreach (string folder in s_folders)
        {
            foreach (string path in Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            {
                string inside = Path.GetRelativePath(Path.Combine(root, folder), path).Replace('\\', '/');
                bool isBuilt = inside.StartsWith("bin/", StringComparison.Ordinal) || inside.StartsWith("obj/", StringComparison.Ordinal);
                if (isBuilt || (folder == Tests && !part.IsNeeded(inside)))
                {
                    continue;
                }

                string text = File.ReadAllText(path);
                bool isSource = inside.EndsWith(".cs", StringComparison.Ordinal);
                if (isSource && folder == Core)
                {
                    bool isChanged = part.IsChanged(inside);
                    isAnyChanged |= isChanged;
                    text = isChanged ? text : Unchanged + text;
                }
                else if (isSource && folder == Tests)
                {
                    text = SampleCount().Replace(text, WithFewerSamples);
                }

                Write(copy, $"{folder}/{inside}", text);
            }
        }

        Write(copy, $"{Tests}/xunit.runner.json", RunnerSettings);
        Write(copy, $"{Tests}/Directory.Build.targets", RunnerTargets);
        return isAnyChanged
            ? Path.Combine(copy, Tests)
            : throw new InvalidDataException($"no source of {part.Name} has a name that begins with {part.File}");
    }

    private static string WithFewerSamples(Match count)
    {
        int samples = int.Parse(count.Groups["count"].Value, CultureInfo.InvariantCulture);
        return $"iter: {(samples + SampleDivisor - 1) / SampleDivisor}";
    }

    [GeneratedRegex(@"\biter: (?<count>\d+)")]
    private static partial Regex SampleCount();

    private static void RequireFiles(string folder, string[] starts)
    {
        foreach (string start in starts)
        {
            string parent = Path.Combine(folder, Path.GetDirectoryName(start)!);
            if (!Directory.Exists(parent) || Directory.GetFiles(parent, Path.GetFileName(start) + "*.cs").Length == 0)
            {
                throw new InvalidDataException($"no file begins with {start} in {folder}");
            }
        }
    }

    private static void Write(string copy, string file, string text)
    {
        string path = Path.Combine(copy, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
