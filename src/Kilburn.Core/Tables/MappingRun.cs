using Kilburn.Core.Addresses;

namespace Kilburn.Core.Tables;

/// <summary>Neighbouring mappings of equal attributes that lead to neighbouring memory.</summary>
/// <param name="start">First virtual byte.</param>
/// <param name="lengthInBytes">Bytes in the run.</param>
/// <param name="first">The run's first mapping: attributes of all, and the frame of the first block.</param>
/// <param name="physical">What the first byte leads to.</param>
public readonly struct MappingRun(VirtualAddress start, uint lengthInBytes, Mapping first, PhysicalAddress physical)
{
    private readonly VirtualAddress _start = start;
    private readonly uint _lengthInBytes = lengthInBytes;
    private readonly Mapping _first = first;
    private readonly PhysicalAddress _physical = physical;

    /// <summary>First virtual byte.</summary>
    public VirtualAddress Start => _start;

    /// <summary>Bytes in the run.</summary>
    public uint LengthInBytes => _lengthInBytes;

    /// <summary>The first mapping. Blocks of other sizes may follow in the run.</summary>
    public Mapping First => _first;

    /// <summary>What the first byte leads to.</summary>
    public PhysicalAddress Physical => _physical;
}
