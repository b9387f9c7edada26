namespace Kilburn.Inspector.Translation;

/// <summary>What a descriptor does to a walk.</summary>
public enum DescriptorKind : byte
{
    /// <summary>Ends it with a translation fault.</summary>
    Invalid,

    /// <summary>Sends it to a table of the next level.</summary>
    Table,

    /// <summary>Ends it with a translation.</summary>
    Block,
}
