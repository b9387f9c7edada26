using Kilburn.Core.Addresses;

namespace Kilburn.Core.Faults;

/// <summary>A refused access, taken apart.</summary>
/// <remarks>
/// <code>
/// DFSR  31    14 13 12  11  10  9 8 7     4 3     0
///      +--------+--+---+---+-----+-+-------+-------+
///      |        |CM|ExT|WnR|FS[4]| |domain |FS[3:0]|      IFSR has ExT and FS only
///      +--------+--+---+---+-----+-+-------+-------+
/// </code>
/// Source: ARM DDI 0406C.d, B4.1.52 (DFSR), B4.1.96 (IFSR), B3.13.
/// </remarks>
/// <param name="status">Why.</param>
/// <param name="access">What was wanted.</param>
/// <param name="address">Where: DFAR or IFAR.</param>
/// <param name="domain">DFSR's domain field; not valid for every status.</param>
public readonly struct FaultReport(FaultStatus status, FaultAccess access, VirtualAddress address, uint domain)
{
    private const uint LowStatusMask = 0xF;
    private const int HighStatusShift = 10;
    private const uint HighStatusBit = 1u << 4;
    private const int DomainShift = 4;
    private const uint DomainMask = 0xF;
    private const uint WriteBit = 1u << 11;

    private readonly FaultStatus _status = status;
    private readonly FaultAccess _access = access;
    private readonly VirtualAddress _address = address;
    private readonly uint _domain = domain;

    /// <summary>Why.</summary>
    public FaultStatus Status => _status;

    /// <summary>What was wanted.</summary>
    public FaultAccess Access => _access;

    /// <summary>Where.</summary>
    public VirtualAddress Address => _address;

    /// <summary>The domain, for second-level translation faults, domain faults and permission faults.</summary>
    public uint Domain => _domain;

    /// <summary>True when there was a fault.</summary>
    public bool IsFault => _status != FaultStatus.None;

    /// <summary>Decodes a data abort.</summary>
    /// <param name="dataFaultStatus">DFSR.</param>
    /// <param name="dataFaultAddress">DFAR.</param>
    public static FaultReport FromDataAbort(uint dataFaultStatus, VirtualAddress dataFaultAddress) =>
        new(
            StatusOf(dataFaultStatus),
            (dataFaultStatus & WriteBit) != 0 ? FaultAccess.Write : FaultAccess.Read,
            dataFaultAddress,
            (dataFaultStatus >> DomainShift) & DomainMask);

    /// <summary>Decodes a prefetch abort.</summary>
    /// <param name="instructionFaultStatus">IFSR.</param>
    /// <param name="instructionFaultAddress">IFAR.</param>
    public static FaultReport FromPrefetchAbort(uint instructionFaultStatus, VirtualAddress instructionFaultAddress) =>
        new(StatusOf(instructionFaultStatus), FaultAccess.Execute, instructionFaultAddress, 0);

    private static FaultStatus StatusOf(uint register) =>
        (FaultStatus)((register & LowStatusMask) | ((register >> (HighStatusShift - 4)) & HighStatusBit));
}
