namespace Kilburn.SystemCalls;

/// <summary>The machine's memory.</summary>
public struct MemoryStatistics
{
    /// <summary>Frames that the kernel manages.</summary>
    public uint TotalPages;

    /// <summary>Those that are free.</summary>
    public uint FreePages;
}
