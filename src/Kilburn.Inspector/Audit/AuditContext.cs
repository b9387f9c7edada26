using System.Collections.Generic;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Audit;

/// <summary>What the rules look at.</summary>
public sealed class AuditContext
{
    private const uint UsualKernelStart = 0xC000_0000;

    /// <summary>Reads a guest.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="kernelStart">Where kernel addresses begin; null for where TTBR1 does.</param>
    /// <param name="devices">Physical ranges that are known to be devices.</param>
    public AuditContext(Guest guest, uint? kernelStart, IReadOnlyList<AddressRange> devices)
    {
        Registers = guest.Registers with { DomainAccess = OpenDomains(guest.Registers.DomainAccess) };
        TranslationTables tables = new(Registers, guest.Memory);
        Format = tables.Format;
        Scan = tables.Scan();
        Regions = RegionBuilder.Merge(Scan.Leaves);
        Ram = guest.Ram;
        Devices = devices;
        KernelStart = kernelStart ?? (Format.Roots.Count > 1 ? Format.Roots[1].Start : UsualKernelStart);
    }

    /// <summary>The guest's registers, with closed domains open: a kernel opens them when it goes back to the user.</summary>
    public GuestRegisters Registers { get; }

    /// <summary>The format of its tables.</summary>
    public ITableFormat Format { get; }

    /// <summary>What the tables say.</summary>
    public TableScan Scan { get; }

    /// <summary>The same, merged.</summary>
    public IReadOnlyList<Region> Regions { get; }

    /// <summary>Where RAM is; null when nobody knows.</summary>
    public IReadOnlyList<AddressRange>? Ram { get; }

    /// <summary>Where devices are known to be.</summary>
    public IReadOnlyList<AddressRange> Devices { get; }

    /// <summary>Where kernel addresses begin.</summary>
    public uint KernelStart { get; }

    /// <summary>True when the rules that need it can be checked.</summary>
    public bool HasMemoryMap => Ram is not null;

    private static uint OpenDomains(uint domainAccess)
    {
        const uint LowBits = 0x5555_5555;
        uint closed = ~(domainAccess | (domainAccess >> 1)) & LowBits;
        return domainAccess | closed; // 0b00, no access, becomes 0b01, client
    }
}
