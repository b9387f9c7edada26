namespace Kilburn.HostedBench.Allocators;

/// <summary>The orders that are measured: sizes that the hardware maps.</summary>
public static class FrameOrder
{
    /// <summary>4 KiB.</summary>
    public const int Page = 0;

    /// <summary>64 KiB.</summary>
    public const int LargePage = 4;

    /// <summary>1 MiB.</summary>
    public const int Section = 8;

    /// <summary>log2 of a frame's bytes.</summary>
    public const int FrameShift = 12;
}
