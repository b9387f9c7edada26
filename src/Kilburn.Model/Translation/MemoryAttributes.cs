namespace Kilburn.Model.Translation;

/// <summary>What a mapping says about the memory behind it, after TEX remap.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Inner">Inner caches; normal memory only.</param>
/// <param name="Outer">Outer caches; normal memory only.</param>
/// <param name="IsShareable">Kept coherent between cores.</param>
public readonly record struct MemoryAttributes(
    MemoryKind Kind, Cacheability Inner, Cacheability Outer, bool IsShareable)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        MemoryKind.Normal when Inner == Outer => $"normal {Words(Inner)}{(IsShareable ? " shareable" : string.Empty)}",
        MemoryKind.Normal => $"normal {Words(Inner)} inside, {Words(Outer)} outside{(IsShareable ? ", shareable" : string.Empty)}",
        MemoryKind.StronglyOrdered => "strongly-ordered",
        MemoryKind.Device => "device",
        _ => "a reserved type",
    };

    private static string Words(Cacheability cacheability) => cacheability switch
    {
        Cacheability.WriteBackWriteAllocate => "write-back",
        Cacheability.WriteThrough => "write-through",
        Cacheability.WriteBack => "write-back without write-allocate",
        _ => "non-cacheable",
    };
}
