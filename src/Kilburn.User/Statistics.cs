using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>What the kernel counts.</summary>
public static unsafe class Statistics
{
    /// <summary>This process's space.</summary>
    /// <param name="statistics">The counts; zeroes on an error.</param>
    public static SystemCallError TryRead(out SpaceStatistics statistics)
    {
        statistics = default;
        return TryRead(StatisticsKind.Space, Unsafe.AsPointer(in statistics), sizeof(SpaceStatistics));
    }

    /// <summary>The machine's memory.</summary>
    /// <param name="statistics">The counts; zeroes on an error.</param>
    public static SystemCallError TryRead(out MemoryStatistics statistics)
    {
        statistics = default;
        return TryRead(StatisticsKind.Memory, Unsafe.AsPointer(in statistics), sizeof(MemoryStatistics));
    }

    /// <summary>This process and thread.</summary>
    /// <param name="statistics">The counts; zeroes on an error.</param>
    public static SystemCallError TryRead(out ProcessStatistics statistics)
    {
        statistics = default;
        return TryRead(StatisticsKind.Process, Unsafe.AsPointer(in statistics), sizeof(ProcessStatistics));
    }

    private static SystemCallError TryRead(StatisticsKind kind, void* address, int length) =>
        Kernel.Call(SystemCall.Statistics, (uint)kind, (uint)address, (uint)length, out _);
}
