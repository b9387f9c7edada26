using System.IO;

namespace Kilburn.Model;

/// <summary>A place in the program that runs on the machine.</summary>
/// <param name="File">Source file, as the compiler knew it; or a trace.</param>
/// <param name="Line">Line, from 1.</param>
public readonly record struct Site(string? File, int Line)
{
    /// <summary>True when the place is known.</summary>
    public bool IsKnown => !string.IsNullOrEmpty(File);

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? $"{Path.GetFileName(File)}:{Line}" : "an unknown place";
}
