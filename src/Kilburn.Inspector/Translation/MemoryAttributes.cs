namespace Kilburn.Inspector.Translation;

/// <summary>Memory type, caches and sharing of a mapping, after TEX remap or MAIR.</summary>
/// <param name="Kind">The type.</param>
/// <param name="Inner">Inner caches; normal memory only.</param>
/// <param name="Outer">Outer caches; normal memory only.</param>
/// <param name="Sharing">Between whom it is coherent.</param>
public readonly record struct MemoryAttributes(
    MemoryKind Kind, CachePolicy Inner, CachePolicy Outer, Shareability Sharing)
{
    /// <summary>True for normal memory that a cache may hold.</summary>
    public bool IsCacheable =>
        Kind == MemoryKind.Normal && (Inner != CachePolicy.NonCacheable || Outer != CachePolicy.NonCacheable);

    /// <summary>Normal memory with one policy.</summary>
    /// <param name="policy">Inner and outer.</param>
    /// <param name="sharing">Between whom it is coherent.</param>
    public static MemoryAttributes Normal(CachePolicy policy, Shareability sharing) =>
        new(MemoryKind.Normal, policy, policy, sharing);

    /// <summary>Memory that is not normal.</summary>
    /// <param name="kind">Its type.</param>
    /// <param name="sharing">Between whom it is coherent.</param>
    public static MemoryAttributes Uncached(MemoryKind kind, Shareability sharing) =>
        new(kind, CachePolicy.NonCacheable, CachePolicy.NonCacheable, sharing);
}
