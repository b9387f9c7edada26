namespace Kilburn.Core.Frames;

/// <summary>The word that stands for each 4 KiB frame: who has it, as what, and how often.</summary>
/// <remarks>
/// <code>
///  31 30  28 27                                  0
/// +--+------+-------------------------------------+
/// | 1| 0    | owners of the page, less 1          |  page
/// | 1| 1    |  0  | home [5:4] | given out [3:0]  |  page of second-level tables
/// | 1| use  |  0                                  |  first frame of a first-level table or block
/// +--+------+-----------+-------------------------+
/// | 0| 0    | depth     | frame below  [17:0]     |  free, in a core's magazine (depth from 1 on, [27:18])
/// | 0| 1    |  0        | frame below  [17:0]     |  free, first frame of a pair in the pool
/// | 0                                             |  free in a row; reserved; not first in its block: the row tells
/// +--+------+-----------+-------------------------+
/// </code>
/// A page's word changes by compare-and-swap while the page is given out. All other words are changed under the allocator's lock,
/// or by the core in whose magazine the frame lies.
/// </remarks>
internal static class FrameInfo
{
    /// <summary>Set while the frame is given out.</summary>
    public const uint UsedBit = 1u << 31;

    /// <summary>Use of a frame that is given out: a <see cref="FrameUse"/>.</summary>
    public const int UseShift = 28;

    /// <summary>A page with one owner.</summary>
    public const uint PageOnce = UsedBit;

    /// <summary>Owners of a page, less 1.</summary>
    public const uint OwnersMask = (1u << UseShift) - 1;

    /// <summary>Second-level tables given out of a page, a bit each.</summary>
    public const uint QuartersMask = 0xF;

    /// <summary>Which quarter holds the links of a page of second-level tables, as long as one is free.</summary>
    public const int HomeShift = 4;

    /// <summary>The home field.</summary>
    public const uint HomeMask = 3u << HomeShift;

    /// <summary>Number of a frame.</summary>
    public const uint LinkMask = (1u << DepthShift) - 1;

    /// <summary>Depth of a magazine below and with this frame, plus 1.</summary>
    public const int DepthShift = 18;

    /// <summary>One more frame in a magazine.</summary>
    public const uint DepthStep = 1u << DepthShift;

    /// <summary>An empty magazine, and a frame on its way back: free, but in nobody's list.</summary>
    public const uint Nowhere = DepthStep;

    /// <summary>Set in the first frame of a pooled pair.</summary>
    public const uint PoolBit = 1u << 28;

    /// <summary>The word of the first frame of something that is given out whole.</summary>
    /// <param name="use">As what.</param>
    public static uint Used(FrameUse use) => UsedBit | ((uint)use << UseShift);

    /// <summary>True while the frame is given out.</summary>
    /// <param name="info">A frame's word.</param>
    public static bool IsUsed(uint info) => (int)info < 0;

    /// <summary>What a frame that is given out is used as.</summary>
    /// <param name="info">A frame's word.</param>
    public static FrameUse UseOf(uint info) => (FrameUse)((info & ~UsedBit) >> UseShift);

    /// <summary>log2 of the frames that a use takes; 0 for second-level tables, which share one.</summary>
    /// <param name="use">Any use.</param>
    public static int FrameShiftOf(FrameUse use) => use switch
    {
        FrameUse.Page or FrameUse.SecondLevelTable => 0,
        FrameUse.FirstLevelTable => 1,
        FrameUse.FullFirstLevelTable => 2,
        FrameUse.LargeBlock => 4,
        FrameUse.SectionBlock => 8,
        _ => 12,
    };
}
