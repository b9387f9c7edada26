namespace Kilburn.SystemCalls;

/// <summary>What <see cref="SystemCall.Statistics"/> tells about.</summary>
public enum StatisticsKind : uint
{
    /// <summary>This process's space: a <see cref="SpaceStatistics"/>.</summary>
    Space = 0,

    /// <summary>The machine's memory: a <see cref="MemoryStatistics"/>.</summary>
    Memory = 1,

    /// <summary>This process and thread: a <see cref="ProcessStatistics"/>.</summary>
    Process = 2,
}
