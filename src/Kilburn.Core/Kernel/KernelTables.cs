using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Maps and unmaps pages of the kernel window, 0xC0000000 and up.</summary>
/// <remarks>
/// All cores and all spaces see the kernel half through TTBR1: a mapping made here is theirs by construction. Entries are global.
/// Invariant K1: a second-level table of this half, once linked, is never freed, so that no walk cache can lead to a reused table.
/// Locking: <see cref="LockRank.KernelTables"/>; frames are taken under it.
/// </remarks>
public struct KernelTables
{
    private SpinLock _lock;
    private PhysicalAddress _firstLevelTable; // written once at start-up
    private PhysicalRange _reserve; // guarded by _lock; not zeroed; only shrinks

    /// <summary>The table that TTBR1 points to.</summary>
    public readonly PhysicalAddress FirstLevelTable => _firstLevelTable;

    /// <summary>Takes over the table that the boot code made.</summary>
    /// <param name="firstLevelTable">16 KiB.</param>
    public void Start(PhysicalAddress firstLevelTable) => _firstLevelTable = firstLevelTable;

    /// <summary>
    /// Sets second-level tables for the whole window aside, 1 MiB, so that no mapping of a page fails for want of a table, and what
    /// heap and devices take is given back in full.
    /// </summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives them. Where it has no such block, tables are taken one by one, as they are needed.</param>
    /// <remarks>They would never be freed in any case (K1).</remarks>
    public void Reserve<TMachine>(ref TMachine machine, ref FrameAllocator frames)
        where TMachine : struct, IMachine
    {
        VmStatus status =
            frames.TryAllocateBlock(ref machine, FrameUse.SectionBlock, FrameContents.AsLeft, out PhysicalAddress block);
        _reserve = status == VmStatus.Ok ? new PhysicalRange(block, PageSize.Section) : default;
    }

    /// <summary>Maps one page. It can be used on return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the second-level table where there is none.</param>
    /// <param name="page">In the kernel window; a multiple of 4 KiB.</param>
    /// <param name="frame">What it leads to; a multiple of 4 KiB.</param>
    /// <param name="kind">Memory or device.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing mapped, <see cref="VmStatus.AlreadyMapped"/>, <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    /// <remarks>A new entry needs no invalidation: faulting entries are never held. Source: ARM DDI 0406C.d, B3.10.1.</remarks>
    public VmStatus TryMapPage<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, VirtualAddress page, PhysicalAddress frame, KernelPageKind kind)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.KernelTables);
        VmStatus status = TryMapPageLocked(ref machine, ref frames, page, frame, kind);
        _lock.Release(ref machine, LockRank.KernelTables);
        return status;
    }

    /// <summary>Unmaps one page. No core reaches the frame through it any more on return.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">In the kernel window; a multiple of 4 KiB.</param>
    /// <param name="frame">What it led to; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.NotMapped"/>.</returns>
    public VmStatus TryUnmapPage<TMachine>(ref TMachine machine, VirtualAddress page, out PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.KernelTables);
        VmStatus status = TryFindLive(ref machine, page, out PhysicalAddress entry, out frame);
        if (status == VmStatus.Ok)
        {
            Descriptor.Write(ref machine, entry, 0);
            machine.RemovePageOfAllAsids(page);
        }

        _lock.Release(ref machine, LockRank.KernelTables);
        return status;
    }

    /// <summary>True when the page has a live descriptor.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">In the kernel window.</param>
    public readonly bool IsMapped<TMachine>(ref TMachine machine, VirtualAddress page)
        where TMachine : struct, IMachine => TryFindLive(ref machine, page, out _, out _) == VmStatus.Ok;

    private VmStatus TryMapPageLocked<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, VirtualAddress page, PhysicalAddress frame, KernelPageKind kind)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = Tables.FirstLevelTable.EntryOf(_firstLevelTable, page);
        FirstLevelEntry first = new(machine.ReadWord(link));
        PhysicalAddress table;
        if (first.IsPageTable)
        {
            table = first.PageTable.Table;
        }
        else if (first.IsLive)
        {
            return VmStatus.AlreadyMapped;
        }
        else
        {
            VmStatus status = TryTakeTableLocked(ref machine, ref frames, out table);
            if (status != VmStatus.Ok)
            {
                return status;
            }
        }

        PhysicalAddress entry = SecondLevelTable.EntryOf(table, page);
        if (new SecondLevelEntry(machine.ReadWord(entry)).IsLive)
        {
            return VmStatus.AlreadyMapped;
        }

        Descriptor.Write(ref machine, entry, DescribePage(frame, kind).Raw);
        if (!first.IsLive)
        {
            LinkTable(ref machine, link, table);
        }

        machine.Synchronize();
        return VmStatus.Ok;
    }

    /// <summary>Links a zeroed table that was cleared and filled by this core.</summary>
    /// <remarks>The clearing is ordered before the link by a DSB: a walker that sees the link must see the table.</remarks>
    internal static void LinkTable<TMachine>(ref TMachine machine, PhysicalAddress link, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(table, SecondLevelTable.LengthInBytes);
        }

        machine.SynchronizeData();
        Descriptor.Write(ref machine, link, PageTableDescriptor.Create(table, Domain.Kernel).Raw);
    }

    /// <summary>Takes a zeroed table; it is linked at once, since a page of an unlinked MiB is never live.</summary>
    private VmStatus TryTakeTableLocked<TMachine>(ref TMachine machine, ref FrameAllocator frames, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        if (_reserve.IsEmpty)
        {
            return frames.TryAllocateSecondLevelTable(ref machine, out table);
        }

        table = _reserve.Start;
        _reserve = PhysicalRange.Between(table.Add(SecondLevelTable.LengthInBytes), _reserve.End);
        machine.Clear(table, SecondLevelTable.LengthInBytes);
        return VmStatus.Ok;
    }

    private static SmallPageDescriptor DescribePage(PhysicalAddress frame, KernelPageKind kind) =>
        SmallPageDescriptor.Create(
            frame,
            AccessPermission.KernelReadWrite,
            kind == KernelPageKind.Device ? MemoryType.Device : MemoryType.Normal,
            Scope.Global,
            Execution.Never);

    private readonly VmStatus TryFindLive<TMachine>(
        ref TMachine machine, VirtualAddress page, out PhysicalAddress entry, out PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        entry = default;
        frame = default;
        FirstLevelEntry first = new(machine.ReadWord(Tables.FirstLevelTable.EntryOf(_firstLevelTable, page)));
        if (!first.IsPageTable)
        {
            return VmStatus.NotMapped;
        }

        entry = SecondLevelTable.EntryOf(first.PageTable.Table, page);
        SecondLevelEntry second = new(machine.ReadWord(entry));
        if (!second.IsSmall)
        {
            return VmStatus.NotMapped;
        }

        frame = second.Small.Frame;
        return VmStatus.Ok;
    }
}
