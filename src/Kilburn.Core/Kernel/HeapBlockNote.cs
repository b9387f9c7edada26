namespace Kilburn.Core.Kernel;

/// <summary>What a checked build keeps for each block.</summary>
internal struct HeapBlockNote
{
    /// <summary>Code address of the owner.</summary>
    public uint Owner;

    /// <summary>Bytes asked for. The guard follows them.</summary>
    public uint LengthInBytes;
}
