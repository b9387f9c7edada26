namespace Kilburn.Core.Addresses;

/// <summary>The kernel's view of physical memory: 0x00000000–0x3FFFFFFF at 0x80000000–0xBFFFFFFF.</summary>
public static class LinearMap
{
    /// <summary>What is added to a physical address.</summary>
    public const uint Offset = 0x8000_0000;

    /// <summary>Bytes that the window can show: 1 GiB.</summary>
    public const uint LengthInBytes = 0x4000_0000;

    /// <summary>First virtual byte of the window.</summary>
    public static VirtualAddress Start => new(Offset);

    /// <summary>Where the linear map shows a byte.</summary>
    /// <param name="address">Below <see cref="LengthInBytes"/>.</param>
    public static VirtualAddress ToVirtual(PhysicalAddress address) => new(unchecked(address.Value + Offset));

    /// <summary>The byte that an address of the linear map shows.</summary>
    /// <param name="address">Within the window.</param>
    public static PhysicalAddress ToPhysical(VirtualAddress address) => new(unchecked(address.Value - Offset));

    /// <summary>True for an address of the window.</summary>
    /// <param name="address">Any address.</param>
    public static bool Contains(VirtualAddress address) => unchecked(address.Value - Offset) < LengthInBytes;
}
