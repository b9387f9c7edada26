using Kilburn.Core.Addresses;

namespace Kilburn.Core.Frames;

/// <summary>What a frame is used as, as <see cref="FrameAllocator.Describe"/> found it.</summary>
public struct FrameDescription
{
    /// <summary>Where the frame stands.</summary>
    public FrameState State;

    /// <summary>What it was given out as. Only for <see cref="FrameState.Used"/>.</summary>
    public FrameUse Use;

    /// <summary>First byte of the page, table or block that the frame belongs to; of a page of second-level tables, the page's.</summary>
    public PhysicalAddress Start;

    /// <summary>
    /// Owners of a page; tables given out of a page of second-level tables, 1 to 4; else 1. Only for <see cref="FrameState.Used"/>.
    /// </summary>
    public uint OwnerCount;
}
