using Kilburn.Core.Addresses;

namespace Kilburn.Core.Frames;

/// <summary>What start-up found in the memory map. Written once.</summary>
internal struct FrameSurvey
{
    /// <summary>Whole frames of memory below 1 GiB.</summary>
    public uint TotalFrames;

    /// <summary>Whole frames that the linear map does not reach.</summary>
    public uint FramesAbove;

    /// <summary>Frames that were free after start-up.</summary>
    public uint ManagedFrames;

    /// <summary>First byte of the metadata.</summary>
    public PhysicalAddress Metadata;

    /// <summary>Bytes of metadata.</summary>
    public uint MetadataInBytes;

    /// <summary>Frames that the metadata takes.</summary>
    public readonly uint MetadataFrames => (MetadataInBytes + PageSize.SmallMask) >> PageSize.SmallShift;

    /// <summary>True for a frame of the metadata.</summary>
    /// <param name="frame">Any frame number.</param>
    public readonly bool IsMetadata(uint frame) => unchecked(frame - Metadata.FrameNumber) < MetadataFrames;
}
