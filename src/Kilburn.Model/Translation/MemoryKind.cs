namespace Kilburn.Model.Translation;

/// <summary>The type of a memory region. Values are PRRR's encodings. Source: ARM DDI 0406C.d, B4.1.127.</summary>
public enum MemoryKind : byte
{
    /// <summary>Every access happens as written, in order.</summary>
    StronglyOrdered = 0,

    /// <summary>As strongly-ordered, but a store may be acknowledged early.</summary>
    Device = 1,

    /// <summary>Memory: accesses may be merged, repeated, reordered and made speculatively.</summary>
    Normal = 2,

    /// <summary>An encoding that means nothing.</summary>
    Reserved = 3,
}
