using Kilburn.Core.Addresses;

namespace Kilburn.Core.Kernel;

/// <summary>A device range in the MMIO window, its physical side read back from the tables.</summary>
public struct MmioMapping
{
    /// <summary>Where its bytes are seen.</summary>
    public VirtualRange Range;

    /// <summary>What the tables translate its first byte to.</summary>
    public PhysicalAddress Physical;
}
