using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Frames;

/// <summary>What the short way of an operation knows about the longest region: enough to check an address in one compare.</summary>
/// <remarks>
/// An address less the region's start, rotated right by the shift of its unit, is the unit's index; the offset within the unit ends in
/// the upper bits. So an address outside of the region, or not aligned, gives a number that is too large. Written once at start-up.
/// </remarks>
internal readonly struct FramePath
{
    private readonly uint _start;
    private readonly uint _pageCount;
    private readonly uint _quarterCount;
    private readonly uint _infoBase;

    /// <summary>The path of a region.</summary>
    /// <param name="region">The longest.</param>
    public FramePath(in FrameRegion region)
    {
        _start = region.FirstFrame << PageSize.SmallShift;
        _pageCount = region.FrameCount;
        _quarterCount = region.FrameCount << (PageSize.SmallShift - QuarterShift);
        _infoBase = region.InfoBase;
    }

    /// <summary>log2 of the bytes of a second-level table.</summary>
    public const int QuarterShift = 10;

    /// <summary>
    /// From an address to the offset of its frame's word, if it is a page's; of the quarter's byte in the word, if it is a quarter's.
    /// </summary>
    private const int InfoOffsetShift = PageSize.SmallShift - FrameRegion.WordShift;

    /// <summary>True for the first byte of a page of the region.</summary>
    /// <param name="address">Any address.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPage(uint address) =>
        BitOperations.RotateRight(unchecked(address - _start), PageSize.SmallShift) < _pageCount;

    /// <summary>True for the first byte of a quarter of a page of the region.</summary>
    /// <param name="address">Any address.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsQuarter(uint address) =>
        BitOperations.RotateRight(unchecked(address - _start), QuarterShift) < _quarterCount;

    /// <summary>Where the word of a page lies.</summary>
    /// <param name="page">First byte of a page of the region.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhysicalAddress InfoOfPage(uint page) => new(unchecked(_infoBase + (page >> InfoOffsetShift)));

    /// <summary>Where the byte of a quarter lies in the word of its page.</summary>
    /// <param name="quarter">First byte of a quarter of the region.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhysicalAddress ByteOfQuarter(uint quarter) => new(unchecked(_infoBase + (quarter >> InfoOffsetShift)));

    /// <summary>Where the word of a quarter's page lies.</summary>
    /// <param name="quarter">First byte of a quarter of the region.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhysicalAddress InfoOfQuarter(uint quarter) =>
        new(unchecked(_infoBase + ((quarter >> PageSize.SmallShift) << FrameRegion.WordShift)));
}
