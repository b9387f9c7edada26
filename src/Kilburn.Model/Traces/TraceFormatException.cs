using System;

namespace Kilburn.Model.Traces;

/// <summary>A line of a trace cannot be understood, or asks for what the machine does not have.</summary>
/// <param name="file">The trace.</param>
/// <param name="line">The line, from 1.</param>
/// <param name="reason">What is wrong.</param>
public sealed class TraceFormatException(string file, int line, string reason) : Exception($"{file}:{line}: {reason}")
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
