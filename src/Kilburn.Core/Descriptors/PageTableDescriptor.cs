using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Descriptors;

/// <summary>A first-level descriptor of the page-table form: leads to a second-level table.</summary>
/// <remarks>
/// <code>
///  31                       10 9 8    5 4  3  2  1 0
/// +---------------------------+-+------+-+--+---+---+
/// |     table PA[31:10]       |0|domain|0|NS|PXN|0 1|
/// +---------------------------+-+------+-+--+---+---+
/// </code>
/// Source: ARM DDI 0406C.d, B3.5.1.
/// </remarks>
public readonly struct PageTableDescriptor
{
    private const int TableShift = 10;
    private const uint TableMask = 0xFFFF_FC00;
    private const uint ZeroBits = (1u << 9) | (1u << 4);
    private const int DomainShift = 5;
    private const uint NotSecureBit = 1u << 3;
    private const uint PrivilegedExecuteNeverBit = 1u << 2;
    private const uint TypeMask = 3u;
    private const uint TypeBit = 1u;

    private const ulong FieldSum =
        (ulong)TableMask + ZeroBits + (15u << DomainShift) + NotSecureBit + PrivilegedExecuteNeverBit + TypeMask;

    private const uint FieldsTileTheWord = 1u / (FieldSum == 0xFFFF_FFFFul ? 1u : 0u);

    private readonly uint _raw;

    private PageTableDescriptor(uint raw) => _raw = raw;

    /// <summary>The word as the walker reads it.</summary>
    public uint Raw => _raw;

    /// <summary>First byte of the second-level table of 1 KiB.</summary>
    public PhysicalAddress Table => new((_raw >> TableShift) << TableShift); // a mask of these bits takes an instruction more

    /// <summary>Domain of all that the table maps, 0 to 15.</summary>
    public uint Domain => (_raw >> DomainShift) & 15;

    /// <summary>PXN: the kernel may execute nothing that the table maps.</summary>
    public bool IsPrivilegedExecuteNever => (_raw & PrivilegedExecuteNeverBit) != 0;

    /// <summary>Encodes a link to a table.</summary>
    /// <param name="table">First byte, a multiple of 1 KiB: the low bits are dropped.</param>
    /// <param name="domain">Whose the table is. The kernel never executes what a table of the user's maps (PXN).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PageTableDescriptor Create(PhysicalAddress table, Domain domain) =>
        new(((table.Value >> TableShift) << TableShift)
            | ((uint)domain << DomainShift)
            | (domain == Descriptors.Domain.User ? PrivilegedExecuteNeverBit : 0)
            | TypeBit);

    /// <summary>Takes a word that <see cref="FirstLevelEntry.Kind"/> has shown to be of this form.</summary>
    internal static PageTableDescriptor FromEntry(uint raw) => new(raw);
}
