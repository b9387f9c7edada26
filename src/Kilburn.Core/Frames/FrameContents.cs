namespace Kilburn.Core.Frames;

/// <summary>What a page or block holds when it is given out. Tables always come zeroed.</summary>
public enum FrameContents : byte
{
    /// <summary>What its last owner left. For memory that the caller fills at once, and shows to nobody before.</summary>
    AsLeft,

    /// <summary>Zeroes.</summary>
    Zeroed,
}
