namespace Kilburn.Core.Kernel;

/// <summary>What a page of the heap is used for.</summary>
internal enum HeapPageKind : byte
{
    /// <summary>Not mapped; part of a free run.</summary>
    Free,

    /// <summary>Mapped, and kept for the next request.</summary>
    Cached,

    /// <summary>Cut into blocks of one class.</summary>
    Slab,

    /// <summary>First page of a block of whole pages.</summary>
    Large,

    /// <summary>Later page of a block of whole pages.</summary>
    Inner,
}
