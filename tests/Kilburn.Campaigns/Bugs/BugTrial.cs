using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace Kilburn.Campaigns.Bugs;

/// <summary>Holds the tree as it stands against the model, and against the target tests in QEMU.</summary>
/// <param name="tree">The tree.</param>
internal sealed class BugTrial(ScratchTree tree)
{
    private const string Campaigns = "Kilburn.Campaigns";
    private const string KernelTests = "Kilburn.Kernel.Tests";
    private const string CoreTests = "Kilburn.Core.Tests";
    private const string BootTests = "Kilburn.Boot.Tests";
    private const int LongestFinding = 400;
    private static readonly TimeSpan s_suiteLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_targetLimit = TimeSpan.FromMinutes(10);

    private static readonly string[] s_projects = [Campaigns, KernelTests, CoreTests, BootTests];

    // The suites that run on the model.
    private static readonly BugSuite[] s_model = [BugSuite.Lives, BugSuite.SelfTests, BugSuite.CoreTests, BugSuite.Asids];

    /// <summary>Builds the suites, which the variants are put into one after the other.</summary>
    public void Prepare()
    {
        foreach (string project in s_projects)
        {
            if (tree.Build(Path.Combine("tests", project)) is string broken)
            {
                throw new InvalidOperationException($"{project} cannot be built.{Environment.NewLine}{broken}");
            }
        }
    }

    /// <summary>Tries both at once.</summary>
    /// <param name="first">The suite to begin with.</param>
    public BugResult Run(BugSuite first)
    {
        Task<string> target = Task.Run(RunTarget);
        tree.ReplaceCore(s_projects.Select(FolderOf));
        List<string> notes = [];
        BugFinding? finding = null;
        IEnumerable<BugSuite> suites = first == BugSuite.Crashes ? s_model.Append(first) : s_model.Prepend(first).Distinct();
        foreach (BugSuite suite in suites)
        {
            finding = Find(suite, notes);
            if (finding != null)
            {
                break;
            }
        }

        return new BugResult(finding, target.Result, notes);
    }

    private string FolderOf(string project) => Path.Combine(tree.Root, "tests", project, "bin", "Debug", "net10.0");

    // What a suite finds; null when it finds nothing, or does not end.
    private BugFinding? Find(BugSuite suite, List<string> notes)
    {
        string project = suite switch
        {
            BugSuite.SelfTests => KernelTests,
            BugSuite.CoreTests => CoreTests,
            BugSuite.Crashes => BootTests,
            _ => Campaigns,
        };
        string program = Path.Combine(FolderOf(project), project);
        string[] arguments = suite switch
        {
            BugSuite.Lives => ["sample"],
            BugSuite.Asids => ["asid-small"],
            BugSuite.Crashes => ["-noColor", "-stopOnFail", "-class", "Kilburn.Boot.Tests.CrashTests"],
            _ => ["-noColor", "-stopOnFail"],
        };
        Subprocess run = Subprocess.Run(tree.Root, s_suiteLimit, program, arguments);
        if (run.HasSucceeded)
        {
            return null;
        }

        string mark = suite switch
        {
            BugSuite.Lives => Verbs.Sample.Caught,
            BugSuite.Asids => Verbs.TestCount.FailureMark,
            _ => "[FAIL]",
        };
        IReadOnlyList<string> failure = run.From(mark);
        if (run.ExitCode == null || failure.Count == 0)
        {
            notes.Add($"{suite}: {(run.ExitCode == null ? "no end" : string.Join(" / ", run.Lines.TakeLast(3)))}");
            return null;
        }

        string text = string.Join(' ', failure.Take(3).Select(line => line.Replace(mark, string.Empty, StringComparison.Ordinal).Trim()));
        return new BugFinding(suite, text.Length > LongestFinding ? text[..LongestFinding] + "…" : text);
    }

    // How the target tests end.
    private string RunTarget()
    {
        if (tree.BuildKernel() is string broken)
        {
            throw new InvalidOperationException($"The kernel cannot be built.{Environment.NewLine}{broken}");
        }

        Subprocess run = Subprocess.Run(tree.Root, s_targetLimit, Path.Combine(tree.Root, "run"), "--batch", "test");
        if (run.HasSucceeded)
        {
            return BugResult.Passes;
        }

        string? line = run.Lines.FirstOrDefault(text =>
            text.Contains("FAILED", StringComparison.Ordinal)
            || text.StartsWith("panic", StringComparison.Ordinal)
            || text.StartsWith("hang", StringComparison.Ordinal));
        return $"fails: {line ?? (run.ExitCode == null ? "no end" : run.Lines.LastOrDefault() ?? "no output")}";
    }
}

/// <summary>How a trial ended.</summary>
/// <param name="Finding">What a suite on the model found, or the crash tests did; null when nothing.</param>
/// <param name="Target">How the target tests ended in QEMU.</param>
/// <param name="Notes">Suites that ended in a way that is no finding.</param>
internal sealed record BugResult(BugFinding? Finding, string Target, IReadOnlyList<string> Notes)
{
    /// <summary>What <see cref="Target"/> is when every target test passed.</summary>
    public const string Passes = "passes";
}

/// <summary>What caught a variant.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Text">In its words.</param>
internal sealed record BugFinding(BugSuite Suite, string Text);
