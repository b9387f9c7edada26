using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Frames;

/// <summary>A run of frames without a hole, and where their words lie.</summary>
/// <remarks>
/// Base addresses are biased, so that absolute frame numbers index from them; they may wrap below zero, and so may sums with them
/// (modulo 2^32). Written once at start-up.
/// </remarks>
internal struct FrameRegion
{
    /// <summary>log2 of the frames in a row.</summary>
    public const int RowShift = 5;

    /// <summary>log2 of the frames in a section.</summary>
    public const int SectionShift = PageSize.SectionShift - PageSize.SmallShift;

    /// <summary>log2 of the rows in a section.</summary>
    public const int RowsShift = SectionShift - RowShift;

    /// <summary>log2 of the bytes of a word.</summary>
    public const int WordShift = 2;

    /// <summary>log2 of the bytes of a unit's bits, 16 frames.</summary>
    public const int HalfWordShift = 1;

    /// <summary>First frame.</summary>
    public uint FirstFrame;

    /// <summary>Frames, at least 1.</summary>
    public uint FrameCount;

    /// <summary>Where the word of frame 0 would lie.</summary>
    public uint InfoBase;

    /// <summary>Where the row of frame 0 would lie.</summary>
    public uint RowBase;

    /// <summary>Where the row of kept tables of frame 0 would lie.</summary>
    public uint KeptBase;

    /// <summary>Where the word of section 0 would lie.</summary>
    public uint SectionBase;

    /// <summary>What is added to a section's number to get its slot in the bitmaps.</summary>
    public uint SlotDelta;

    /// <summary>First section, whole or not.</summary>
    public readonly uint FirstSection => FirstFrame >> SectionShift;

    /// <summary>Last section, whole or not.</summary>
    public readonly uint LastSection => (FirstFrame + FrameCount - 1) >> SectionShift;

    /// <summary>True for a frame of the region.</summary>
    /// <param name="frame">Any frame number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Contains(uint frame) => unchecked(frame - FirstFrame) < FrameCount;

    /// <summary>Where a frame's word lies.</summary>
    /// <param name="frame">A frame of the region.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PhysicalAddress InfoOf(uint frame) => new(unchecked(InfoBase + (frame << WordShift)));

    /// <summary>Where a frame's row lies.</summary>
    /// <param name="frame">A frame of the region, or of one of its sections.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PhysicalAddress RowOf(uint frame) => new(unchecked(RowBase + ((frame >> RowShift) << WordShift)));

    /// <summary>Where the bits of a frame's unit lie: half a row.</summary>
    /// <param name="address">Any byte of the frame, which is of the region.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PhysicalAddress UnitOf(uint address) =>
        new(unchecked(RowBase + ((address >> PageSize.LargeShift) << HalfWordShift)));

    /// <summary>Where the row of kept tables lies.</summary>
    /// <param name="frame">A frame of the region, or of one of its sections.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PhysicalAddress KeptOf(uint frame) => new(unchecked(KeptBase + ((frame >> RowShift) << WordShift)));

    /// <summary>Where the word of a frame's section lies.</summary>
    /// <param name="frame">A frame of the region, or of one of its sections.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PhysicalAddress SectionOf(uint frame) => new(unchecked(SectionBase + ((frame >> SectionShift) << WordShift)));

    /// <summary>Slot of a frame's section in the bitmaps.</summary>
    /// <param name="frame">A frame of the region, or of one of its sections.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint SlotOf(uint frame) => unchecked((frame >> SectionShift) + SlotDelta);
}
