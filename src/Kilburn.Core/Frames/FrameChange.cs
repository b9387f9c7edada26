namespace Kilburn.Core.Frames;

/// <summary>How memory changes hands.</summary>
public enum FrameChange : byte
{
    /// <summary>From the allocator to an owner.</summary>
    Taken,

    /// <summary>From its owner back to the allocator. From here on no TLB or walk may lead to it.</summary>
    Returned,
}
