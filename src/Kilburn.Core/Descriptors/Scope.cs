namespace Kilburn.Core.Descriptors;

/// <summary>Under which ASIDs a mapping holds: the nG bit.</summary>
public enum Scope : byte
{
    /// <summary>Under all.</summary>
    Global = 0,

    /// <summary>Under the one that was current at the walk.</summary>
    NotGlobal = 1,
}
