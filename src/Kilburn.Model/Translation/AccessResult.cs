using Kilburn.Core.Addresses;

namespace Kilburn.Model.Translation;

/// <summary>What an access came to: a word and where it was, or a fault and its registers.</summary>
/// <param name="Value">The word read or written; zero on a fault.</param>
/// <param name="Physical">Where it lies; zero on a fault.</param>
/// <param name="Fault">Why it was refused; <see cref="FaultCode.None"/> otherwise.</param>
/// <param name="FaultStatus">DFSR, or IFSR for a fetch: FS[4] in bit 10, FS[3:0] in bits 3:0, domain in bits 7:4, WnR in bit 11.</param>
/// <param name="FaultAddress">DFAR or IFAR.</param>
public readonly record struct AccessResult(
    uint Value, PhysicalAddress Physical, FaultCode Fault, uint FaultStatus, VirtualAddress FaultAddress)
{
    /// <summary>True when the access was refused.</summary>
    public bool IsFault => Fault != FaultCode.None;

    /// <inheritdoc/>
    public override string ToString() => IsFault
        ? $"{Fault} fault at 0x{FaultAddress.Value:X8}, status 0x{FaultStatus:X}"
        : $"0x{Value:X8} at physical 0x{Physical.Value:X8}";
}
