using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Core.Frames;

/// <summary>What start-up found in the memory map. Written once.</summary>
internal struct FrameSurvey
{
    /// <summary>Frames that the linear map reaches.</summary>
    public const uint FrameLimit = LinearMap.LengthInBytes >> PageSize.SmallShift;

    /// <summary>The map that was given.</summary>
    public MemoryMap Map;

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

    /// <summary>True for a frame that is kept out.</summary>
    /// <param name="frame">Any frame number.</param>
    public readonly bool IsReserved(uint frame)
    {
        for (int index = 0; index < Map.ReservedCount; index++)
        {
            FramesOf(Map.GetReserved(index), out uint first, out uint end);
            if (frame >= first && frame < end)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Every frame that a range touches, cut at the end of the linear map.</summary>
    /// <param name="range">Not empty.</param>
    /// <param name="first">First frame.</param>
    /// <param name="end">One past the last; not above first when all lies beyond.</param>
    public static void FramesOf(PhysicalRange range, out uint first, out uint end)
    {
        uint last = unchecked(range.Start.Value + (range.LengthInBytes - 1)) >> PageSize.SmallShift;
        first = range.Start.FrameNumber;
        end = last >= FrameLimit ? FrameLimit : last + 1;
    }
}
