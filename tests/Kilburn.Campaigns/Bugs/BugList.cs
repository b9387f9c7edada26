using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Kilburn.Campaigns.Bugs;

/// <summary>The manifest of known bugs, and their patches.</summary>
internal static class BugList
{
    /// <summary>Most lines that a patch adds and removes.</summary>
    public const int LineLimit = 20;

    private const char Separator = '|';
    private const char Comment = '#';
    private const string NoCounterpart = "none:";
    private const string NewFile = "+++ b/";

    /// <summary>Where manifest and patches lie, from the repository's root.</summary>
    private static readonly string s_directory = Path.Combine("tests", "bugs");

    /// <summary>All, in the manifest's order.</summary>
    /// <param name="root">The repository.</param>
    /// <exception cref="InvalidDataException">A line is not <c>NAME | SOURCE | WHAT | SUITE</c> or <c>… | none: WHY</c>.</exception>
    public static IReadOnlyList<KnownBug> Read(string root)
    {
        string file = Path.Combine(root, s_directory, "bugs.txt");
        List<KnownBug> bugs = [];
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (line.Length != 0 && line[0] != Comment)
            {
                bugs.Add(Parse(line) ?? throw new InvalidDataException($"{file}:{number}: not NAME | SOURCE | WHAT | SUITE: {line}"));
            }
        }

        return bugs;
    }

    /// <summary>Where the patch of a bug lies.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="bug">One that has a patch.</param>
    public static string PatchOf(string root, KnownBug bug) => Path.Combine(root, s_directory, bug.Name + ".patch");

    /// <summary>The lines that a patch adds and removes.</summary>
    /// <param name="patch">Its file.</param>
    public static int CountLines(string patch) => File.ReadLines(patch).Count(line =>
        line.Length != 0 && line[0] is '+' or '-' && !IsHeader(line));

    /// <summary>The files that a patch changes, from the repository's root.</summary>
    /// <param name="patch">Its file.</param>
    public static IEnumerable<string> FilesOf(string patch) =>
        File.ReadLines(patch).Where(line => line.StartsWith(NewFile, StringComparison.Ordinal)).Select(line => line[NewFile.Length..]);

    private static bool IsHeader(string line) =>
        line.StartsWith("--- a/", StringComparison.Ordinal) || line.StartsWith(NewFile, StringComparison.Ordinal);

    private static KnownBug? Parse(string line)
    {
        string[] fields = line.Split(Separator, StringSplitOptions.TrimEntries);
        if (fields.Length != 4 || fields.Contains(string.Empty))
        {
            return null;
        }

        if (fields[3].StartsWith(NoCounterpart, StringComparison.Ordinal))
        {
            return new KnownBug(fields[0], fields[1], fields[2], default, fields[3][NoCounterpart.Length..].Trim());
        }

        return Enum.TryParse(fields[3], out BugSuite suite) ? new KnownBug(fields[0], fields[1], fields[2], suite, null) : null;
    }
}
