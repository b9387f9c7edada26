namespace Kilburn.Kernel.Cores;

/// <summary>What an idle core can be told to do.</summary>
public enum CoreWork : uint
{
    /// <summary>Nothing: wait.</summary>
    None,

    /// <summary>A core's part of <c>stress</c>.</summary>
    Stress,
}
