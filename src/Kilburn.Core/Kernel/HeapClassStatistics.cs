namespace Kilburn.Core.Kernel;

/// <summary>How much a size class holds.</summary>
public struct HeapClassStatistics
{
    /// <summary>Pages cut into blocks of the class.</summary>
    public uint PageCount;

    /// <summary>Blocks in use.</summary>
    public uint LiveCount;

    /// <summary>Blocks free.</summary>
    public uint FreeCount;
}
