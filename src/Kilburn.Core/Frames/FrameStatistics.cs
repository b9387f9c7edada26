namespace Kilburn.Core.Frames;

/// <summary>The state of a <see cref="FrameAllocator"/> in numbers. A frame is 4 KiB.</summary>
/// <remarks>
/// With other cores at work the numbers are each right at some moment of the call, but not all at the same one.
/// <see cref="FreeFrames"/> + frames in use = <see cref="ManagedFrames"/>.
/// </remarks>
public struct FrameStatistics
{
    /// <summary>Whole frames of memory below 1 GiB.</summary>
    public uint TotalFrames;

    /// <summary>Whole frames of memory that the linear map does not reach, and that are left alone.</summary>
    public uint FramesAbove;

    /// <summary>Frames that the allocator gives out: all that were free after start-up.</summary>
    public uint ManagedFrames;

    /// <summary>Frames below the first usable byte, and reserved ones.</summary>
    public uint ReservedFrames;

    /// <summary>Frames of the allocator's own data.</summary>
    public uint MetadataFrames;

    /// <summary>Bytes of the allocator's own data: the frame words, the rows and what is above them.</summary>
    public uint MetadataInBytes;

    /// <summary>Free frames, magazines and pool included.</summary>
    public uint FreeFrames;

    /// <summary>Free frames in the magazines of all cores.</summary>
    public uint MagazineFrames;

    /// <summary>Free frames in the depot, blocks included, in first-level tables at hand, and in cut pages whose second-level tables are all free.</summary>
    public uint PoolFrames;

    /// <summary>Pages given out; a shared one counts once.</summary>
    public uint Pages;

    /// <summary>Second-level tables given out, 1 KiB each.</summary>
    public uint SecondLevelTables;

    /// <summary>Frames that are cut into second-level tables.</summary>
    public uint SecondLevelFrames;

    /// <summary>First-level tables of 8 KiB given out.</summary>
    public uint FirstLevelTables;

    /// <summary>First-level tables of 16 KiB given out.</summary>
    public uint FullFirstLevelTables;

    /// <summary>Blocks of 64 KiB given out.</summary>
    public uint LargeBlocks;

    /// <summary>Blocks of 1 MiB given out.</summary>
    public uint SectionBlocks;

    /// <summary>Blocks of 16 MiB given out.</summary>
    public uint SupersectionBlocks;

    /// <summary>The largest of 16 MiB, 1 MiB, 64 KiB, 16 KiB, 8 KiB, 4 KiB that the rows have free; 0 when they have nothing.</summary>
    public uint LargestFreeBlockInBytes;

    /// <summary>Requests that ended in <see cref="VmStatus.OutOfFrames"/>.</summary>
    public uint OutOfFramesFailures;

    /// <summary>Frees that ended in <see cref="VmStatus.AlreadyFree"/>.</summary>
    public uint AlreadyFreeFailures;

    /// <summary>Frees that ended in <see cref="VmStatus.NotManaged"/>.</summary>
    public uint NotManagedFailures;

    /// <summary>Frees that ended in <see cref="VmStatus.WrongKind"/>.</summary>
    public uint WrongKindFailures;

    /// <summary>Frees that ended in <see cref="VmStatus.Misaligned"/>.</summary>
    public uint MisalignedFailures;
}
