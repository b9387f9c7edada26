using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Kilburn.Core;
using Kilburn.Model.Cores;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kilburn.Campaigns.Sites;

/// <summary>Finds every maintenance operation and barrier of the core in its source, with the compiler's own eyes.</summary>
/// <remarks>
/// A call counts when it is bound to a member of <see cref="IMachine"/> that has steps. A method that hands its caller's place on
/// (<c>file</c> and <c>line</c> as arguments) is no place: its callers are.
/// </remarks>
internal static class SourceScan
{
    private const string Project = "Kilburn.Core";
    private const string PlaceAttribute = "CallerFilePathAttribute";

    /// <summary>The repository: the directory above this program that holds the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Kilburn.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException("The sources are not above this program: no Kilburn.slnx there.");
    }

    /// <summary>All steps, in the order of the files and lines.</summary>
    public static IReadOnlyList<MaintenanceStep> FindSteps()
    {
        IReadOnlyDictionary<string, MachineStep[]> machine = MachineSteps.Find();
        string sources = Path.Combine(FindRoot(), "src");
        CSharpCompilation compilation = Compile(Path.Combine(sources, Project));
        List<Call> calls = [.. FindCalls(compilation)];

        // What a method does at its caller's place, until nothing is added any more.
        Dictionary<ISymbol, List<(string Operation, MachineStep[] Steps)>> handedOn = new(SymbolEqualityComparer.Default);
        int known = -1;
        while (known != handedOn.Sum(pair => pair.Value.Count))
        {
            known = handedOn.Sum(pair => pair.Value.Count);
            foreach (Call call in calls.Where(call => call.HandsPlaceOn && call.Enclosing != null))
            {
                if (!handedOn.TryGetValue(call.Enclosing!, out List<(string Operation, MachineStep[] Steps)>? list))
                {
                    handedOn.Add(call.Enclosing!, list = []);
                }

                list.AddRange(StepsOf(call, machine, handedOn).Except(list));
            }
        }

        return [.. Enumerate(calls, machine, handedOn, sources)];
    }

    private static IEnumerable<MaintenanceStep> Enumerate(
        List<Call> calls,
        IReadOnlyDictionary<string, MachineStep[]> machine,
        Dictionary<ISymbol, List<(string Operation, MachineStep[] Steps)>> handedOn,
        string sources)
    {
        Dictionary<string, int> places = [];
        foreach (Call call in calls.Where(call => !call.HandsPlaceOn))
        {
            foreach ((string operation, MachineStep[] steps) in StepsOf(call, machine, handedOn))
            {
                string method = call.Enclosing?.ToDisplayString() ?? string.Empty;
                _ = places.TryGetValue(method, out int place);
                places[method] = place + 1;
                string file = Path.GetRelativePath(sources, call.File).Replace('\\', '/');
                foreach (MachineStep step in steps)
                {
                    yield return new MaintenanceStep(
                        file, call.Line, operation, step.Index, step.Kind, step.IsUnread, place, method);
                }
            }
        }
    }

    private static IEnumerable<(string Operation, MachineStep[] Steps)> StepsOf(
        Call call,
        IReadOnlyDictionary<string, MachineStep[]> machine,
        Dictionary<ISymbol, List<(string Operation, MachineStep[] Steps)>> handedOn)
    {
        if (call.Target.ContainingType.Name == nameof(IMachine))
        {
            return machine.TryGetValue(call.Target.Name, out MachineStep[]? steps) ? [(call.Target.Name, steps)] : [];
        }

        return handedOn.TryGetValue(call.Target, out List<(string Operation, MachineStep[] Steps)>? list) ? list : [];
    }

    private static IEnumerable<Call> FindCalls(CSharpCompilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees.OrderBy(tree => tree.FilePath, StringComparer.Ordinal))
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (InvocationExpressionSyntax call in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol target
                    || target.Parameters.FirstOrDefault(IsPlace) is not IParameterSymbol place)
                {
                    continue;
                }

                bool handsOn = call.ArgumentList.Arguments.Count > place.Ordinal
                    || call.ArgumentList.Arguments.Any(argument => argument.NameColon?.Name.Identifier.Text == place.Name);
                int line = tree.GetLineSpan(call.ArgumentList.OpenParenToken.Span).StartLinePosition.Line + 1;
                ISymbol? enclosing = model.GetEnclosingSymbol(call.SpanStart)?.OriginalDefinition;
                yield return new Call(tree.FilePath, line, target.OriginalDefinition, enclosing, handsOn);
            }
        }
    }

    private static bool IsPlace(IParameterSymbol parameter) =>
        parameter.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == PlaceAttribute);

    /// <summary>Compiles the core, with its checks.</summary>
    /// <param name="project">Its folder.</param>
    /// <param name="more">Source files that lie elsewhere.</param>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public static CSharpCompilation Compile(string project, params string[] more)
    {
        CSharpParseOptions options = new(LanguageVersion.Preview);
        IEnumerable<SyntaxTree> trees = Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsLeftOut(Path.GetRelativePath(project, file)))
            .Concat(more)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file));
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<MetadataReference> references = Directory.EnumerateFiles(framework, "System*.dll")
            .Where(file => !Path.GetFileName(file).Contains("Native", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file));
        CSharpCompilation compilation = CSharpCompilation.Create(
            Project, trees, references, new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        Diagnostic? error = compilation.GetDiagnostics().FirstOrDefault(found => found.Severity == DiagnosticSeverity.Error);
        return error == null ? compilation : throw new InvalidOperationException($"The core does not compile for the scan: {error}");
    }

    // Build output, and the other half of a choice between two files.
    private static bool IsLeftOut(string path) =>
        path.StartsWith("obj", StringComparison.Ordinal)
        || path.StartsWith("bin", StringComparison.Ordinal)
        || path.EndsWith(".Off.cs", StringComparison.Ordinal);

    private sealed record Call(string File, int Line, IMethodSymbol Target, ISymbol? Enclosing, bool HandsPlaceOn);
}
