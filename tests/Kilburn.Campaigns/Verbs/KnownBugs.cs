using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Kilburn.Campaigns.Bugs;
using Kilburn.Campaigns.Sites;

namespace Kilburn.Campaigns.Verbs;

/// <summary>Brings known bugs of other systems into the code one by one, and sees that the model catches each.</summary>
internal static class KnownBugs
{
    /// <summary>Tries them.</summary>
    /// <param name="names">Some of them; none for all.</param>
    /// <returns>The exit status: 1 when one is not caught.</returns>
    public static int Run(IReadOnlyCollection<string> names)
    {
        string root = SourceScan.FindRoot();
        IReadOnlyList<KnownBug> bugs = BugList.Read(root);
        if (names.FirstOrDefault(name => bugs.All(bug => bug.Name != name)) is string unknown)
        {
            Console.Error.WriteLine($"no known bug is called {unknown}; they are in tests/bugs/bugs.txt");
            return 1;
        }

        if (names.Count != 0)
        {
            bugs = [.. bugs.Where(bug => names.Contains(bug.Name))];
        }

        if (FindFault(root, bugs) is string fault)
        {
            Console.Error.WriteLine(fault);
            return 1;
        }

        using ScratchTree tree = new(root);
        BugTrial trial = new(tree);
        trial.Prepare();
        if (names.Count == 0 && !IsClean(trial))
        {
            return 1;
        }

        List<(KnownBug Bug, BugResult? Result)> rows = [];
        foreach (KnownBug bug in bugs)
        {
            rows.Add((bug, bug.Reason == null ? Try(tree, trial, BugList.PatchOf(root, bug), bug) : null));
        }

        Console.WriteLine();
        foreach (string line in BugTable.Format(root, rows))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine();
        Console.WriteLine(BugTable.Summarize(rows));
        return rows.Exists(row => row.Result is { Finding: null }) ? 1 : 0;
    }

    /// <summary>Says whether manifest and patches are as they should be: each applies, compiles, and is small.</summary>
    /// <param name="tests">Counts.</param>
    public static void Check(TestCount tests)
    {
        string root = SourceScan.FindRoot();
        IReadOnlyList<KnownBug> bugs = BugList.Read(root);
        tests.Add($"{bugs.Count} known bugs: patches apply and compile", FindFault(root, bugs));
    }

    // What nothing is wrong with must not be caught.
    private static bool IsClean(BugTrial trial)
    {
        BugResult result = trial.Run(default);
        Show("the code as it is", result);
        return result is { Finding: null, Target: BugResult.Passes };
    }

    private static BugResult Try(ScratchTree tree, BugTrial trial, string patch, KnownBug bug)
    {
        if (tree.Apply(patch) is string wrong)
        {
            throw new InvalidOperationException(wrong);
        }

        BugResult result = trial.Run(bug.FirstSuite);
        tree.Restore(patch);
        Show(bug.Name, result);
        return result;
    }

    private static void Show(string name, BugResult result)
    {
        Console.WriteLine(name);
        Console.WriteLine($"  model: {(result.Finding == null ? "nothing found" : $"{result.Finding.Suite}: {result.Finding.Text}")}");
        Console.WriteLine($"  QEMU:  {result.Target}");
        foreach (string note in result.Notes)
        {
            Console.WriteLine($"  {note}");
        }
    }

    private static string? FindFault(string root, IReadOnlyList<KnownBug> bugs)
    {
        using PatchedCore core = new(root);
        foreach (KnownBug bug in bugs.Where(bug => bug.Reason == null))
        {
            string patch = BugList.PatchOf(root, bug);
            if (!File.Exists(patch))
            {
                return $"{bug.Name}: there is no {patch}";
            }

            int lines = BugList.CountLines(patch);
            if (lines is 0 or > BugList.LineLimit)
            {
                return $"{bug.Name}: its patch changes {lines} lines, and 1 to {BugList.LineLimit} are allowed";
            }

            if (core.FindFault(patch) is string fault)
            {
                return $"{bug.Name}: {fault}";
            }
        }

        return null;
    }
}
