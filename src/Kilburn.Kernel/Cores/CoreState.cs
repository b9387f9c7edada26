namespace Kilburn.Kernel.Cores;

/// <summary>What a core is doing.</summary>
public enum CoreState : uint
{
    /// <summary>It was never started.</summary>
    Off,

    /// <summary>It waits for work.</summary>
    Idle,

    /// <summary>It serves the console.</summary>
    Monitor,

    /// <summary>It does its part of <c>stress</c>.</summary>
    Stress,

    /// <summary>It runs a thread of a process.</summary>
    Thread,
}
