using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Kilburn.Campaigns.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Kilburn.Campaigns.Bugs;

/// <summary>The core with one patch at a time, to see that it applies and still compiles.</summary>
/// <remarks>Only the files that a patch changes are bound again: a patch changes no signature.</remarks>
/// <param name="origin">The repository.</param>
internal sealed class PatchedCore(string origin) : IDisposable
{
    private const string Core = "src/Kilburn.Core";
    private readonly ScratchTree _tree = new(origin);
    private CSharpCompilation? _compilation;

    /// <summary>Says what is wrong with a patch.</summary>
    /// <param name="patch">Its file.</param>
    /// <returns>Null when it applies, and what it makes of the core compiles.</returns>
    public string? FindFault(string patch)
    {
        _compilation ??= SourceScan.Compile(Path.Combine(_tree.Root, Core));
        if (_tree.Apply(patch) is string wrong)
        {
            return $"its patch does not apply: {wrong}";
        }

        IEnumerable<string> changed = BugList.FilesOf(patch).Select(file => Path.Combine(_tree.Root, file));
        Diagnostic? error = changed.Select(FindError).FirstOrDefault(found => found != null);
        _tree.Restore(patch);
        return error == null ? null : $"its patch does not compile: {error}";
    }

    /// <inheritdoc/>
    public void Dispose() => _tree.Dispose();

    private Diagnostic? FindError(string file)
    {
        SyntaxTree? old = _compilation!.SyntaxTrees.FirstOrDefault(tree => tree.FilePath == file);
        if (old == null)
        {
            return null; // of another project
        }

        SyntaxTree changed = CSharpSyntaxTree.ParseText(File.ReadAllText(file), (CSharpParseOptions)old.Options, file);
        return _compilation.ReplaceSyntaxTree(old, changed).GetSemanticModel(changed).GetDiagnostics()
            .FirstOrDefault(found => found.Severity == DiagnosticSeverity.Error);
    }
}
