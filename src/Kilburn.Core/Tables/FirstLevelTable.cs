using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Tables;

/// <summary>Sizes and places of a first-level table. Source: ARM DDI 0406C.d, B3.5.5.</summary>
public static class FirstLevelTable
{
    /// <summary>log2 of an entry's bytes.</summary>
    public const int EntryShift = 2;

    /// <summary>Entries of the table of the user half, with TTBCR.N = 1.</summary>
    public const uint UserEntryCount = 2048;

    /// <summary>Bytes of the table of the user half.</summary>
    public const uint UserLengthInBytes = UserEntryCount << EntryShift;

    /// <summary>Entries of a whole table.</summary>
    public const uint EntryCount = 4096;

    /// <summary>Bytes of a whole table.</summary>
    public const uint LengthInBytes = EntryCount << EntryShift;

    /// <summary>Entries that a supersection fills.</summary>
    public const uint SupersectionEntryCount = 16;

    /// <summary>Where the descriptor of an address lies.</summary>
    /// <param name="table">First byte of the table.</param>
    /// <param name="address">An address that the table covers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhysicalAddress EntryOf(PhysicalAddress table, VirtualAddress address) =>
        table.Add(address.FirstLevelIndex << EntryShift);
}
