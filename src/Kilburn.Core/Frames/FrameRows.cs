using System.Runtime.CompilerServices;

namespace Kilburn.Core.Frames;

/// <summary>Frames of up to a section, a bit each, in rows of 32.</summary>
[InlineArray(Count)]
internal struct FrameRows
{
    /// <summary>Rows of a section.</summary>
    public const int Count = 1 << FrameRegion.RowsShift;

    private uint _element;
}
