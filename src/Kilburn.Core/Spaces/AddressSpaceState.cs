using Kilburn.Core.Addresses;

namespace Kilburn.Core.Spaces;

/// <summary>What a space tells about itself.</summary>
public struct AddressSpaceState
{
    /// <summary>The number that people call it by.</summary>
    public uint Id;

    /// <summary>First-level table, 8 KiB.</summary>
    public PhysicalAddress Table;

    /// <summary>Live pages.</summary>
    public uint PageCount;

    /// <summary>Second-level tables.</summary>
    public uint TableCount;

    /// <summary>Its <see cref="AsidWord"/>: zero before it first ran.</summary>
    public uint AsidWord;

    /// <summary>A bit for each core that has run it since the core's last flush: whose TLB may hold something of it.</summary>
    public uint Cores;
}
