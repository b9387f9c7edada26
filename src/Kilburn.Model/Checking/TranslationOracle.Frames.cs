using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <content>Memory that changes hands: nothing may lead to what is given back.</content>
/// <remarks>
/// An entry under an ASID that its core does not use leads nowhere. It is kept, with the place where its memory was given back,
/// and shows when the core uses the ASID again and nothing has invalidated it.
/// </remarks>
internal sealed partial class TranslationOracle
{
    /// <summary>Memory is given back to the allocator.</summary>
    public void NoteReturned(FrameUse use, uint start, uint lengthInBytes, Site site)
    {
        for (uint offset = 0; offset < lengthInBytes; offset += 1u << PhysicalMemory.GranuleShift)
        {
            uint granule = (start + offset) >> PhysicalMemory.GranuleShift;
            if (_tables.TryGetValue(granule, out FollowedTable[]? tables))
            {
                foreach (FollowedTable table in tables)
                {
                    CheckTableReturned(table, use, site);
                    if (table is SecondTable second)
                    {
                        LetGo(second, site);
                    }
                }
            }
        }

        if (lengthInBytes < PageLength)
        {
            return;
        }

        for (uint frame = start >> PageShift; frame < (start + lengthInBytes) >> PageShift; frame++)
        {
            if (_stale[frame] > 0)
            {
                CheckHeldFrame(frame, site);
            }

            if (_mapped[frame] > 0)
            {
                CheckMappedFrame(frame, site);
            }
        }
    }

    private void CheckTableReturned(FollowedTable table, FrameUse use, Site site)
    {
        if (table is FirstTable first)
        {
            for (int index = first.Residences.Count - 1; index >= 0; index--)
            {
                Residence residence = first.Residences[index];
                if (residence.IsCurrent)
                {
                    ReportReturned(
                        ViolationKind.ReachableTableReturned,
                        residence.Core,
                        residence.Tag,
                        null,
                        first.Start,
                        residence.Since,
                        site,
                        $"{use} 0x{first.Start:X8} is given back while it is active (since {residence.Since}).",
                        "another table in the register, ISB, on that core.");
                }
                else if (MayHoldAnything(residence))
                {
                    AddPictures(residence, site);
                }

                residence.IsCurrent = false;
                _ = _contexts[residence.Core].Current.Remove(residence);
                End(residence, _machine.Cores[residence.Core]);
            }

            return;
        }

        SecondTable second = (SecondTable)table;
        foreach (SecondTable.Parent parent in second.Parents)
        {
            uint word = parent.Table.Start + ((uint)parent.Index << WordShift);
            foreach (Residence residence in parent.Table.Residences)
            {
                if (residence.IsCurrent)
                {
                    ReportReturned(
                        ViolationKind.ReachableTableReturned,
                        residence.Core,
                        residence.Tag,
                        (uint)parent.Index << MibShift,
                        second.Start,
                        residence.Since,
                        site,
                        $"{use} 0x{second.Start:X8} is given back while the first-level word at physical 0x{word:X8} points to it.",
                        "a fault entry in the first-level table, DSB, the invalidation, DSB, before the table is given back.");
                    return;
                }

                Leaf nothing = Leaf.Refused(FaultCode.TranslationSecondLevel);
                AddPicture(_machine.Cores[residence.Core], residence, (uint)parent.Index << MibShift, 1, word, nothing, site);
            }
        }

        foreach (StaleEntry pointer in second.StalePointers)
        {
            foreach (Holder holder in pointer.Holders)
            {
                if (holder.IsHeld && !IsInUse(holder))
                {
                    pointer.ReturnedAt = site;
                }
                else if (holder.IsHeld)
                {
                    ReportReturned(
                        ViolationKind.ReachableTableReturned,
                        holder.Core,
                        holder.Tag,
                        pointer.Address,
                        second.Start,
                        pointer.Store,
                        site,
                        $"{use} 0x{second.Start:X8} is given back while core {holder.Core} may still walk it: "
                            + $"{pointer.StoreInWords}, and the old first-level word may be held.",
                        MissingFor(pointer, holder, KindOf(pointer, holder, Leaf.Refused(FaultCode.TranslationFirstLevel)), holder.Core));
                    return;
                }
            }
        }
    }

    // The memory is no table from here on. Who may still hold a pointer to it finds nothing that can be told.
    private void LetGo(SecondTable table, Site site)
    {
        table.Parents.Clear();
        foreach (StaleEntry pointer in table.StalePointers)
        {
            pointer.Target = null;
        }

        table.StalePointers.Clear();
        ReleaseSecond(table, _machine.Cores[0], site);
    }

    private void CheckHeldFrame(uint frame, Site site)
    {
        foreach (StaleEntry entry in _entries)
        {
            if (!entry.Leaf.IsHoldable
                || (frame - (entry.Leaf.Translate(entry.Address) >> PageShift)) >= entry.Length >> PageShift)
            {
                continue;
            }

            foreach (Holder holder in entry.Holders)
            {
                if (holder.IsHeld && !IsInUse(holder))
                {
                    entry.ReturnedAt = site;
                }
                else if (holder.IsHeld)
                {
                    ReportReturned(
                        ViolationKind.ReachableFrameReturned,
                        holder.Core,
                        holder.Tag,
                        entry.Address,
                        frame << PageShift,
                        entry.Store,
                        site,
                        $"frame 0x{frame << PageShift:X8} is given back while core {holder.Core} may still hold a "
                            + $"translation to it: {entry.StoreInWords}.",
                        MissingFor(entry, holder, KindOf(entry, holder, Leaf.Refused(FaultCode.TranslationFirstLevel)), holder.Core));
                    return;
                }
            }
        }
    }

    private void CheckMappedFrame(uint frame, Site site)
    {
        foreach (FirstTable table in _firsts.Values)
        {
            if (table.Residences.Count == 0)
            {
                continue;
            }

            Residence residence = table.Residences.Find(candidate => candidate.IsCurrent) ?? table.Residences[0];
            TranslationRegisters registers = _machine.Cores[residence.Core].Registers;
            foreach ((uint address, Leaf leaf, uint word) in LeavesOf(table, registers))
            {
                uint length = leaf.IsFirstLevel ? MibLength : PageLength;
                uint first = leaf.Translate(address) >> PageShift;
                if (frame - first >= length >> PageShift || IsLinear(address, leaf))
                {
                    continue;
                }

                if (!residence.IsCurrent)
                {
                    AddPictures(table, address, leaf, word, site);
                    break;
                }

                ReportReturned(
                    ViolationKind.ReachableFrameReturned,
                    residence.Core,
                    residence.Tag,
                    address,
                    frame << PageShift,
                    residence.Since,
                    site,
                    $"frame 0x{frame << PageShift:X8} is given back while the table at 0x{table.Start:X8} maps it.",
                    "a fault entry, DSB, the invalidation, DSB, before the frame is given back.");
                return;
            }
        }
    }

    // All that may be held of a table under a tag that its core does not use.
    private void AddPictures(Residence residence, Site site)
    {
        TranslationRegisters registers = _machine.Cores[residence.Core].Registers;
        List<(uint Address, Leaf Leaf, uint Word)> leaves = [.. LeavesOf(residence.Table, registers)];
        foreach ((uint address, Leaf leaf, uint word) in leaves)
        {
            AddPicture(_machine.Cores[residence.Core], residence, address, leaf.IsFirstLevel ? 1 : 2, word, leaf, site);
        }
    }

    private void AddPictures(FirstTable table, uint address, in Leaf leaf, uint word, Site site)
    {
        foreach (Residence residence in table.Residences)
        {
            AddPicture(_machine.Cores[residence.Core], residence, address, leaf.IsFirstLevel ? 1 : 2, word, leaf, site);
        }
    }

    private bool IsLinear(uint address, in Leaf leaf) =>
        unchecked(address - _machine.Options.LinearMapOffset) == leaf.Translate(address)
        && unchecked(address - _machine.Options.LinearMapOffset) < _machine.Options.LinearMapLengthInBytes;

    private IEnumerable<(uint Address, Leaf Leaf, uint Word)> LeavesOf(FirstTable table, TranslationRegisters registers)
    {
        for (int index = NextWord(table, table.FirstIndex); index >= 0; index = NextWord(table, index + 1))
        {
            uint word = _memory.Word(table.Start + ((uint)index << WordShift));
            uint address = (uint)index << MibShift;
            if (!TableWalker.IsTable(word))
            {
                Leaf leaf = TableWalker.DecodeFirst(word, registers);
                if (leaf.IsHoldable)
                {
                    yield return (address, leaf, table.Start + ((uint)index << WordShift));
                }

                continue;
            }

            if (!_seconds.TryGetValue(TableWalker.TableOf(word), out SecondTable? second)
                || _memory.KindOf(new PhysicalAddress(second.Start)) != BankKind.Memory)
            {
                continue;
            }

            for (int page = NextWord(second, 0); page >= 0; page = NextWord(second, page + 1))
            {
                uint descriptor = _memory.Word(second.Start + ((uint)page << WordShift));
                Leaf leaf = TableWalker.DecodeSecond(descriptor, word, registers);
                if (leaf.IsHoldable)
                {
                    yield return (address | ((uint)page << PageShift), leaf, second.Start + ((uint)page << WordShift));
                }
            }
        }
    }
}
