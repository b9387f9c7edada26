namespace Kilburn.HostedBench;

/// <summary>How the measured code is compiled.</summary>
internal enum Compilation
{
    /// <summary>By .NET when it runs, with full optimisation at once.</summary>
    JustInTime,

    /// <summary>Ahead of time, as the kernel is. BenchmarkDotNet builds a program for each allocator, itself included: minutes.</summary>
    Native,
}
