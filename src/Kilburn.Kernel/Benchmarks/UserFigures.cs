namespace Kilburn.Kernel.Benchmarks;

/// <summary>What the program of the benchmarks measures. Its own code has the same numbers.</summary>
public enum UserFigures
{
    /// <summary>Each operation in its usual setting.</summary>
    Operations,

    /// <summary>Operations where there is little and much of everything.</summary>
    Growth,
}
