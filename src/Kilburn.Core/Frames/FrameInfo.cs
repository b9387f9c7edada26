using System.Numerics;
using System.Runtime.CompilerServices;

namespace Kilburn.Core.Frames;

/// <summary>The word that stands for each 4 KiB frame: who has it, as what, and how often.</summary>
/// <remarks>
/// <code>
///  31 30 29 28 27 26   24 23    16 15     8 7      0
/// +--+--+--+--+--+-------+--------+--------+--------+
/// | 1| 0                                            |  page with one owner
/// | 0| 1| 0              |high  0| low   0|        0|  page with more: owners less 2, 7 bits high and 7 low
/// | 0                                    |one bit| 0|  first frame of a table or block; bits 7 to 3, the use's number and 1
/// | quarter 3        | quarter 2 | quarter 1 | q. 0 |  page cut into second-level tables, a byte each:
/// |  0000 0 i 1 g    |  …                           |    1: it is cut; g: given out; i: free, and kept by its page
/// | 0                                               |  free; reserved; not first in what it belongs to
/// +-------------------------------------------------+
/// </code>
/// The bit that a free clears (<see cref="IMachine.TryPushLocal"/>) is set in no other kind of word, and only in the first frame's, so
/// that looking for it is the check of address and kind as well. Cores store whole bytes of a cut page, each that of a quarter in its
/// hands, and nobody writes the word as long as a quarter is out: single bytes are written atomically (ARM DDI 0406C.d, A3.5.3).
/// </remarks>
internal static class FrameInfo
{
    /// <summary>A page with one owner.</summary>
    public const uint SolePage = 1u << 31;

    /// <summary>Set for a page with more than one owner.</summary>
    public const uint SharedBit = 1u << 30;

    /// <summary>A page with two owners.</summary>
    public const uint TwoOwners = SharedBit;

    /// <summary>The first frame of a first-level table of 8 KiB.</summary>
    public const uint FirstLevelTable = 2u << (int)FrameUse.FirstLevelTable;

    /// <summary>Most owners that a page can have.</summary>
    public const uint OwnerLimit = 2 + 0x3FFF;

    /// <summary>A page cut into second-level tables, none given out, none in the page's own keeping.</summary>
    public const uint Cut = 0x0202_0202;

    /// <summary>In each quarter's byte: it is given out.</summary>
    public const uint GivenBits = 0x0101_0101;

    /// <summary>The bit that says that a quarter is given out.</summary>
    /// <param name="quarter">Its address.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GivenBitOf(uint quarter) => 1u << (int)((quarter >> (FramePath.QuarterShift - QuarterShift)) & QuarterMask);

    /// <summary>In each quarter's byte: it is free, and its page keeps it.</summary>
    public const uint KeptBits = 0x0404_0404;

    /// <summary>The byte of a quarter that is given out.</summary>
    public const byte GivenQuarter = 0x03;

    /// <summary>The byte of a quarter that is free and in its page's keeping.</summary>
    public const byte KeptQuarter = 0x06;

    /// <summary>The byte of a quarter that is free and on a core's stack or in the depot.</summary>
    public const byte HeldQuarter = 0x02;

    /// <summary>log2 of the bits that a quarter has.</summary>
    public const int QuarterShift = 3;

    // Four bits for each use, pages first.
    private const uint FrameShifts = 0xC84_2100;
    private const uint FrameShiftMask = 0xF;

    private const uint QuarterMask = 3 << QuarterShift;
    private const int LowOwnersShift = 9;
    private const int HighOwnersShift = 17;
    private const int OwnersFieldBits = 7;
    private const uint OwnersFieldMask = (1u << OwnersFieldBits) - 1;

    /// <summary>The word of the first frame of a table or block.</summary>
    /// <param name="use">A first-level table or a block.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Used(FrameUse use) => 2u << (int)use;

    /// <summary>The word of a page.</summary>
    /// <param name="owners">1 to <see cref="OwnerLimit"/>.</param>
    public static uint Page(uint owners) => owners == 1
        ? SolePage
        : SharedBit
            | (((owners - 2) & OwnersFieldMask) << LowOwnersShift)
            | (((owners - 2) >> OwnersFieldBits) << HighOwnersShift);

    /// <summary>Owners of a page.</summary>
    /// <param name="info">A frame's word.</param>
    /// <returns>Zero when it is no page's.</returns>
    public static uint OwnersOf(uint info)
    {
        if (info == SolePage)
        {
            return 1;
        }

        return (info & SharedBit) == 0
            ? 0
            : 2 + ((info >> LowOwnersShift) & OwnersFieldMask)
                + (((info >> HighOwnersShift) & OwnersFieldMask) << OwnersFieldBits);
    }

    /// <summary>True for a page that is cut into second-level tables.</summary>
    /// <param name="info">A frame's word.</param>
    public static bool IsCut(uint info) => (info & (Cut | SharedBit)) == Cut;

    /// <summary>True for the word of something that is given out, or, in a cut page, has a part given out.</summary>
    /// <param name="info">A frame's word.</param>
    public static bool IsUsed(uint info) => IsCut(info) ? (info & GivenBits) != 0 : info != 0;

    /// <summary>What a frame that is given out is used as.</summary>
    /// <param name="info">A frame's word, of one that is used.</param>
    public static FrameUse UseOf(uint info)
    {
        if ((info & (SolePage | SharedBit)) != 0)
        {
            return FrameUse.Page;
        }

        return IsCut(info) ? FrameUse.SecondLevelTable : (FrameUse)(BitOperations.TrailingZeroCount(info) - 1);
    }

    /// <summary>log2 of the frames that a use takes; 0 for second-level tables, which share one.</summary>
    /// <param name="use">Any use.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FrameShiftOf(FrameUse use) => (int)((FrameShifts >> ((int)use << 2)) & FrameShiftMask);
}
