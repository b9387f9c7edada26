using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Tables;

/// <summary>Sizes and places of a second-level table. Source: ARM DDI 0406C.d, B3.5.5.</summary>
public static class SecondLevelTable
{
    /// <summary>log2 of an entry's bytes.</summary>
    public const int EntryShift = 2;

    /// <summary>Entries: one for each small page of a MiB.</summary>
    public const uint EntryCount = 256;

    /// <summary>Bytes.</summary>
    public const uint LengthInBytes = EntryCount << EntryShift;

    private const uint OffsetMask = (EntryCount - 1) << EntryShift;

    /// <summary>Entries that a large page fills.</summary>
    public const uint LargePageEntryCount = 16;

    /// <summary>Where the descriptor of an address lies.</summary>
    /// <param name="table">First byte of the table.</param>
    /// <param name="address">An address of the MiB that the table covers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhysicalAddress EntryOf(PhysicalAddress table, VirtualAddress address) =>
        table.Add((address.Value >> (PageSize.SmallShift - EntryShift)) & OffsetMask); // the index, shifted once
}
