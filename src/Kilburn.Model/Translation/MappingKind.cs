namespace Kilburn.Model.Translation;

/// <summary>The form of the descriptor that ends a walk.</summary>
public enum MappingKind : byte
{
    /// <summary>None does: the walk faults.</summary>
    Fault,

    /// <summary>A page of 4 KiB.</summary>
    SmallPage,

    /// <summary>A page of 64 KiB: 16 equal second-level words.</summary>
    LargePage,

    /// <summary>A section of 1 MiB.</summary>
    Section,

    /// <summary>A supersection of 16 MiB: 16 equal first-level words.</summary>
    Supersection,

    /// <summary>The MMU is off: every address is its own translation.</summary>
    Flat,
}
