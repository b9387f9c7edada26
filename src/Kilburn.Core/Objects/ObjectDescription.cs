namespace Kilburn.Core.Objects;

/// <summary>What an object tells about itself.</summary>
public struct ObjectDescription
{
    /// <summary>The number that people call it by.</summary>
    public uint Id;

    /// <summary>Where its contents come from.</summary>
    public ObjectKind Kind;

    /// <summary>Bytes, a multiple of 4 KiB.</summary>
    public uint LengthInBytes;

    /// <summary>Frames that it holds.</summary>
    public uint ResidentPages;

    /// <summary>Pages that the pager is to be told of.</summary>
    public uint WaitingPages;

    /// <summary>Pages that were written, and not taken back by the pager since.</summary>
    public uint DirtyPages;

    /// <summary>Handles, and mappings in spaces.</summary>
    public uint References;
}
