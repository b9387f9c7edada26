namespace Kilburn.SystemCalls;

/// <summary>What a pager shall do, as <see cref="SystemCall.PagerServe"/> tells it. 16 bytes.</summary>
public struct PagerRequest
{
    /// <summary>The pager's handle of the object.</summary>
    public uint Object;

    /// <summary>First byte of the page in the object.</summary>
    public uint Offset;

    /// <summary>What to do.</summary>
    public PagerRequestKind Kind;

    /// <summary>Of a <see cref="PagerRequestKind.WriteBack"/>: bytes that the page holds of the object.</summary>
    public uint LengthInBytes;
}
