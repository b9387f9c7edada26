using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Maps all memory to 0x80000000 with the largest blocks that fit.</summary>
/// <remarks>
/// What the boot code has mapped is left as it is: replacing live entries would break break-before-make, and it is in pages, so that
/// text can be closed to writes.
/// Invariant B1: only memory is mapped as memory; a device range never gets a Normal mapping.
/// Locking: start-up only, on one core.
/// </remarks>
/// <param name="firstLevelTable">TTBR1's table.</param>
/// <param name="image">Where the kernel lies.</param>
/// <param name="tables">Where second-level tables come from.</param>
public ref struct LinearMapBuilder(PhysicalAddress firstLevelTable, in KernelImage image, ref EarlyTables tables)
{
    private readonly PhysicalAddress _firstLevelTable = firstLevelTable;
    private readonly PhysicalAddress _mappedEnd = image.MappedEnd;
    private readonly ref EarlyTables _tables = ref tables;

    /// <summary>The part of a bank that the linear map shows: whole frames below 1 GiB.</summary>
    /// <param name="bank">A bank.</param>
    /// <returns>An empty range when nothing of it is shown.</returns>
    public static PhysicalRange Clip(PhysicalRange bank)
    {
        if (bank.IsEmpty || bank.Start.Value > LinearMap.LengthInBytes - PageSize.Small)
        {
            return default;
        }

        uint start = bank.Start.AlignUp(PageSize.Small).Value;
        uint room = LinearMap.LengthInBytes - bank.Start.Value;
        uint end = bank.Start.Value + (bank.LengthInBytes < room ? bank.LengthInBytes : room);
        end &= ~PageSize.SmallMask;
        return end > start ? new PhysicalRange(new PhysicalAddress(start), end - start) : default;
    }

    /// <summary>Maps a bank. The mappings can be used after <see cref="IMachine.Synchronize"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="bank">What <see cref="Clip"/> returned.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/> when the early tables do not suffice.</returns>
    public VmStatus TryMap<TMachine>(ref TMachine machine, PhysicalRange bank)
        where TMachine : struct, IMachine
    {
        PhysicalAddress next = bank.Start;
        while (next < bank.End)
        {
            uint rest = bank.End.Value - next.Value;
            uint length;
            if (CanMap(next, rest, PageSize.Supersection))
            {
                MapSupersection(ref machine, next);
                length = PageSize.Supersection;
            }
            else if (CanMap(next, rest, PageSize.Section))
            {
                MapSection(ref machine, next);
                length = PageSize.Section;
            }
            else
            {
                uint restOfSection = PageSize.Section - (next.Value & PageSize.SectionMask);
                length = rest < restOfSection ? rest : restOfSection;
                VmStatus status = TryMapPages(ref machine, new PhysicalRange(next, length));
                if (status != VmStatus.Ok)
                {
                    return status;
                }
            }

            next = next.Add(length);
        }

        return VmStatus.Ok;
    }

    private readonly bool CanMap(PhysicalAddress start, uint rest, uint blockLength) =>
        start.IsAligned(blockLength) && rest >= blockLength && start >= _mappedEnd;

    private readonly void MapSupersection<TMachine>(ref TMachine machine, PhysicalAddress start)
        where TMachine : struct, IMachine
    {
        uint raw = SupersectionDescriptor.Create(
            start, AccessPermission.KernelReadWrite, MemoryType.Normal, Scope.Global, Execution.Never).Raw;
        for (uint offset = 0; offset < PageSize.Supersection; offset += PageSize.Section)
        {
            Descriptor.Write(ref machine, EntryOf(start.Add(offset)), raw);
        }
    }

    private readonly void MapSection<TMachine>(ref TMachine machine, PhysicalAddress start)
        where TMachine : struct, IMachine =>
        Descriptor.Write(
            ref machine,
            EntryOf(start),
            SectionDescriptor.Create(
                start, AccessPermission.KernelReadWrite, MemoryType.Normal, Scope.Global, Execution.Never, Domain.Kernel).Raw);

    private VmStatus TryMapPages<TMachine>(ref TMachine machine, PhysicalRange range)
        where TMachine : struct, IMachine
    {
        if (range.Start < _mappedEnd)
        {
            return VmStatus.Ok;
        }

        PhysicalAddress link = EntryOf(range.Start);
        FirstLevelEntry first = new(machine.ReadWord(link));
        PhysicalAddress table;
        if (first.IsPageTable)
        {
            table = first.PageTable.Table;
        }
        else
        {
            VmStatus status = _tables.TryTake(out table);
            if (status != VmStatus.Ok)
            {
                return status;
            }
        }

        PhysicalAddress next = range.Start;
        while (next < range.End)
        {
            uint rest = range.End.Value - next.Value;
            bool isLarge = next.IsAligned(PageSize.Large) && rest >= PageSize.Large;
            uint length = isLarge ? PageSize.Large : PageSize.Small;
            uint raw = isLarge
                ? LargePageDescriptor.Create(
                    next, AccessPermission.KernelReadWrite, MemoryType.Normal, Scope.Global, Execution.Never).Raw
                : SmallPageDescriptor.Create(
                    next, AccessPermission.KernelReadWrite, MemoryType.Normal, Scope.Global, Execution.Never).Raw;
            for (uint offset = 0; offset < length; offset += PageSize.Small)
            {
                Descriptor.Write(
                    ref machine, SecondLevelTable.EntryOf(table, LinearMap.ToVirtual(next.Add(offset))), raw);
            }

            next = next.Add(length);
        }

        if (!first.IsLive)
        {
            KernelTables.LinkTable(ref machine, link, table);
        }

        return VmStatus.Ok;
    }

    private readonly PhysicalAddress EntryOf(PhysicalAddress address) =>
        FirstLevelTable.EntryOf(_firstLevelTable, LinearMap.ToVirtual(address));
}
