namespace Kilburn.SystemCalls;

/// <summary>Where the numbers in <see cref="MapFlags"/> begin.</summary>
public static class MapFlagShift
{
    /// <summary>The kind.</summary>
    public const int Kind = 4;

    /// <summary>The placement.</summary>
    public const int Placement = 8;

    /// <summary>The count of guard pages.</summary>
    public const int GuardPages = 16;
}
