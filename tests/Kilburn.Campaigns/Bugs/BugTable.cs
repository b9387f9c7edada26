using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace Kilburn.Campaigns.Bugs;

/// <summary>The table of known bugs, as <c>docs/bugs.md</c> has it.</summary>
internal static partial class BugTable
{
    private const int LongestText = 110;

    /// <summary>Formats the table.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="rows">Each bug, and how its trial ended; none for a bug without a counterpart.</param>
    public static IEnumerable<string> Format(string root, IEnumerable<(KnownBug Bug, BugResult? Result)> rows)
    {
        yield return "| what went wrong | where | variant (lines) | on the model | target tests in QEMU |";
        yield return "|---|---|---|---|---|";
        foreach ((KnownBug bug, BugResult? result) in rows)
        {
            yield return result == null
                ? $"| {bug.What} | {bug.Source} | none: {bug.Reason} | – | – |"
                : $"| {bug.What} | {bug.Source} | `{bug.Name}` ({BugList.CountLines(BugList.PatchOf(root, bug))}) | {Describe(result.Finding)} | {Escape(result.Target)} |";
        }
    }

    /// <summary>Counts.</summary>
    /// <param name="rows">As for the table.</param>
    public static string Summarize(IReadOnlyCollection<(KnownBug Bug, BugResult? Result)> rows)
    {
        List<BugResult> results = [.. rows.Where(row => row.Result != null).Select(row => row.Result!)];
        int onModel = results.Count(result => result.Finding is { Suite: not BugSuite.Crashes });
        int onTarget = results.Count(result => result.Finding is { Suite: BugSuite.Crashes });
        int missed = results.Count(result => result.Finding == null);
        int passing = results.Count(result => result.Target == BugResult.Passes);
        return $"{rows.Count} bugs, {onModel} caught by the model, {onTarget} by the target alone, {rows.Count - results.Count} without a counterpart, {missed} missed; {passing} pass the target tests in QEMU";
    }

    private static string Describe(BugFinding? finding) =>
        finding == null ? "**missed**" : $"{NameOf(finding.Suite)}: {Escape(finding.Text)}";

    [GeneratedRegex(@"Kilburn\.\w+\.Tests\.(?:\w+\.)*(?=\w+\.\w)")]
    private static partial Regex NamespaceOfTests();

    private static string NameOf(BugSuite suite) => suite switch
    {
        BugSuite.Lives => "a life",
        BugSuite.SelfTests => "self-tests",
        BugSuite.CoreTests => "core's tests",
        BugSuite.Asids => "every interleaving",
        _ => "not the model, the crash tests",
    };

    // Cut at a word when there is one, and without what Markdown would take for its own.
    private static string Escape(string text)
    {
        string named = NamespaceOfTests().Replace(text, string.Empty);
        int end = named.Length <= LongestText ? named.Length : named.LastIndexOf(' ', LongestText);
        string cut = end == named.Length ? named : named[..(end < 0 ? LongestText : end)] + " …";
        return cut.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
    }
}
