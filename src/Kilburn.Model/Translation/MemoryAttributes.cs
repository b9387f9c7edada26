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
    public override string ToString() => Kind == MemoryKind.Normal
        ? $"normal, inner {Inner}, outer {Outer}{(IsShareable ? ", shareable" : string.Empty)}"
        : Kind.ToString();
}
