namespace Kilburn.Kernel.Benchmarks;

/// <summary>Instructions that clearing takes, in this run.</summary>
public struct ClearCosts
{
    /// <summary>Bytes of a second-level table.</summary>
    public const uint SecondLevelTableInBytes = 1024;

    /// <summary>Bytes of a user half's first-level table.</summary>
    public const uint FirstLevelTableInBytes = 8192;

    /// <summary>Of 4 KiB.</summary>
    public uint Page;

    /// <summary>Of 1 KiB.</summary>
    public uint SecondLevelTable;

    /// <summary>Of 8 KiB.</summary>
    public uint FirstLevelTable;
}
