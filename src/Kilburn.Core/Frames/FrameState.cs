namespace Kilburn.Core.Frames;

/// <summary>Where a frame stands.</summary>
public enum FrameState : byte
{
    /// <summary>Not of this allocator: no memory, out of the linear map, below the first usable byte, or reserved.</summary>
    NotManaged,

    /// <summary>Holds the allocator's own data.</summary>
    Metadata,

    /// <summary>Free, in the rows, in a magazine or in the pool of first-level tables.</summary>
    Free,

    /// <summary>Given out.</summary>
    Used,
}
