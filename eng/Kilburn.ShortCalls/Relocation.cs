namespace Kilburn.ShortCalls;

/// <summary>One relocation of the code section.</summary>
/// <param name="Entry">Where it stands in the file.</param>
/// <param name="Type">Its type.</param>
/// <param name="Symbol">Index of its symbol.</param>
/// <param name="IsMethod">True when the symbol is code.</param>
internal readonly record struct Relocation(int Entry, RelocationType Type, int Symbol, bool IsMethod);
