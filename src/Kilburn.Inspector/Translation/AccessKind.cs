namespace Kilburn.Inspector.Translation;

/// <summary>What an access does.</summary>
public enum AccessKind : byte
{
    /// <summary>A load.</summary>
    Read,

    /// <summary>A store.</summary>
    Write,

    /// <summary>An instruction fetch.</summary>
    Execute,
}
