using Kilburn.Core.Addresses;

namespace Kilburn.Model.Memory;

/// <summary>A range of physical addresses at which something answers.</summary>
/// <param name="Range">Any range. Only whole 4 KiB frames within it answer.</param>
/// <param name="Kind">Memory or a device.</param>
public readonly record struct MemoryBank(PhysicalRange Range, BankKind Kind)
{
    /// <summary>A bank of memory.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">At least 4 KiB.</param>
    public static MemoryBank Memory(uint start, uint lengthInBytes) =>
        new(new PhysicalRange(new PhysicalAddress(start), lengthInBytes), BankKind.Memory);

    /// <summary>A device.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">At least 4 KiB.</param>
    public static MemoryBank Device(uint start, uint lengthInBytes) =>
        new(new PhysicalRange(new PhysicalAddress(start), lengthInBytes), BankKind.Device);
}
