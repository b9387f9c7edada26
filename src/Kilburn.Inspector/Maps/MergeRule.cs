namespace Kilburn.Inspector.Maps;

/// <summary>What neighbouring blocks have to share to be one region.</summary>
public enum MergeRule : byte
{
    /// <summary>Attributes and block size, and their physical addresses follow on one another.</summary>
    Contiguous,

    /// <summary>Attributes only, wherever they lead.</summary>
    Attributes,
}
