namespace Kilburn.Core.Spaces;

/// <summary>What became of a range's pages: what who takes memory back goes by.</summary>
public struct PageUse
{
    /// <summary>Pages that are mapped, be it to the frame of zeroes. Given pages are none of them.</summary>
    public uint MappedPages;

    /// <summary>Those of them that were used since <see cref="RangeAdvice.Age"/>, or are new since.</summary>
    public uint AccessedPages;

    /// <summary>
    /// Those of them whose contents are nowhere else: the space's own, or an object's that has no pager, or whose pager has not taken them back
    /// since they were written.
    /// </summary>
    public uint DirtyPages;
}
