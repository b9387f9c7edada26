using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Kernel.Board;

/// <summary>
/// What the board must see before there is an MMIO window or a map of all memory: single pages from 0xFFE00000 up, in a table
/// that the boot code has linked. All of it is taken away again (<see cref="RemoveAll"/>).
/// </summary>
/// <remarks>
/// The top of that MiB is where the MMIO window begins; it grows down and finds the pages below free. Start-up only, one core.
/// </remarks>
internal static class EarlyMappings
{
    private const uint Window = 0xFFE0_0000;
    private const uint Capacity = 192;

    private static uint s_used; // pages, from the first; start-up only

    /// <summary>Maps the registers of a device.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="page">A multiple of 4 KiB that is no memory.</param>
    /// <param name="address">Where it is seen; default when the table is full.</param>
    internal static bool TryMapDevice(ref ArmV7Machine machine, PhysicalAddress page, out VirtualAddress address) =>
        TryMap(ref machine, new PhysicalRange(page, PageSize.Small), MemoryType.Device, out address);

    /// <summary>Maps memory, read-only.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="range">Any range of memory that firmware has written and nobody writes now.</param>
    /// <param name="address">Where its first byte is seen; default when it does not fit.</param>
    internal static bool TryMapMemory(ref ArmV7Machine machine, PhysicalRange range, out VirtualAddress address) =>
        TryMap(ref machine, range, MemoryType.Normal, out address);

    /// <summary>Takes every early mapping away, on all cores.</summary>
    /// <param name="machine">This core.</param>
    internal static void RemoveAll(ref ArmV7Machine machine)
    {
        for (uint index = 0; index < s_used; index++)
        {
            VirtualAddress page = PageAt(index);
            machine.WriteWord(SecondLevelTable.EntryOf(BootImage.Current.EarlyMappingTable, page), 0);
            machine.RemovePageOfAllAsids(page);
        }

        s_used = 0;
    }

    private static bool TryMap(ref ArmV7Machine machine, PhysicalRange range, MemoryType type, out VirtualAddress address)
    {
        PhysicalAddress first = range.Start.AlignDown(PageSize.Small);
        uint offset = range.Start.Value - first.Value;
        uint available = (Capacity - s_used) << PageSize.SmallShift;
        if (range.IsEmpty || range.LengthInBytes > available || offset > available - range.LengthInBytes)
        {
            address = default;
            return false;
        }

        address = PageAt(s_used).Add(offset);
        uint pageCount = (offset + range.LengthInBytes + PageSize.SmallMask) >> PageSize.SmallShift;
        for (uint index = 0; index < pageCount; index++)
        {
            SmallPageDescriptor page = SmallPageDescriptor.Create(
                first.Add(index << PageSize.SmallShift),
                type == MemoryType.Device ? AccessPermission.KernelReadWrite : AccessPermission.KernelRead,
                type,
                Scope.Global,
                Execution.Never);
            machine.WriteWord(
                SecondLevelTable.EntryOf(BootImage.Current.EarlyMappingTable, PageAt(s_used + index)), page.Raw);
        }

        s_used += pageCount;
        machine.Synchronize();
        return true;
    }

    private static VirtualAddress PageAt(uint index) => new(Window + (index << PageSize.SmallShift));
}
