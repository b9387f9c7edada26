using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <content>Which memory is a table that matters, and which frames those tables lead to.</content>
internal sealed partial class TranslationOracle
{
    private readonly Dictionary<uint, FollowedTable[]> _tables = []; // by granule
    private readonly Dictionary<(uint Start, bool IsUpper), FirstTable> _firsts = [];
    private readonly Dictionary<uint, SecondTable> _seconds = [];
    private readonly int[] _mapped; // by frame: words of followed tables that map it, the linear map's left out
    private readonly int[] _stale;  // by frame: unfinished entries that lead to it
    private readonly FirstTable?[] _owners; // by frame: the table that mapped it first; empty when frames may be shared
    private readonly MemoryAttributes[] _types; // by frame: the type of the first of the words in _mapped

    private FirstTable FollowFirst(ProcessorCore core, uint start, int wordCount, int firstIndex, bool isUpper, Site site)
    {
        if (_firsts.TryGetValue((start, isUpper), out FirstTable? table) && table.WordCount == wordCount)
        {
            return table;
        }

        if (table != null)
        {
            Unfollow(table, core, site); // TTBCR.N changed: what was known is in doubt anyway
        }

        table = new FirstTable(start, wordCount, firstIndex, isUpper);
        _firsts.Add((start, isUpper), table);
        Register(table, (uint)wordCount << WordShift);
        ScanFirst(core, table, 1, site);
        return table;
    }

    private void Unfollow(FirstTable table, ProcessorCore core, Site site)
    {
        _ = _firsts.Remove((table.Start, table.IsUpper));
        Unregister(table, (uint)table.WordCount << WordShift);
        ScanFirst(core, table, -1, site);
    }

    private void ScanFirst(ProcessorCore core, FirstTable table, int delta, Site site)
    {
        if (!_memory.IsMemory(new PhysicalAddress(table.Start), (uint)table.WordCount << WordShift))
        {
            return;
        }

        TranslationRegisters registers = core.Registers;
        for (int index = NextWord(table, table.FirstIndex); index >= 0; index = NextWord(table, index + 1))
        {
            uint word = _memory.Word(table.Start + ((uint)index << WordShift));
            if (!TableWalker.IsTable(word))
            {
                Leaf leaf = TableWalker.DecodeFirst(word, registers);
                Count(core, table, leaf, (uint)index << MibShift, MibLength, delta, site);
                continue;
            }

            SecondTable.Parent parent = new(table, index);
            if (delta > 0)
            {
                FollowSecond(core, table, TableWalker.TableOf(word), site, (uint)index << MibShift).Parents.Add(parent);
            }
            else if (_seconds.TryGetValue(TableWalker.TableOf(word), out SecondTable? second))
            {
                _ = second.Parents.Remove(parent);
                ReleaseSecond(second, core, site, (uint)index << MibShift);
            }
        }
    }

    private SecondTable FollowSecond(ProcessorCore core, FirstTable owner, uint start, Site site, uint alias)
    {
        if (_seconds.TryGetValue(start, out SecondTable? table))
        {
            return table;
        }

        table = new SecondTable(start);
        _seconds.Add(start, table);
        Register(table, SecondTable.LengthInBytes);
        ScanSecond(core, owner, table, 1, site, alias);
        return table;
    }

    // Lets go of a second-level table when nothing leads to it any more.
    private void ReleaseSecond(SecondTable table, ProcessorCore core, Site site, uint alias = 0)
    {
        if (table.IsUnreachable && _seconds.Remove(table.Start))
        {
            Unregister(table, SecondTable.LengthInBytes);
            ScanSecond(core, null, table, -1, site, alias);
        }
    }

    private void ScanSecond(
        ProcessorCore core, FirstTable? owner, SecondTable table, int delta, Site site, uint alias)
    {
        if (!_memory.IsMemory(new PhysicalAddress(table.Start), SecondTable.LengthInBytes))
        {
            return;
        }

        TranslationRegisters registers = core.Registers;
        for (int index = NextWord(table, 0); index >= 0; index = NextWord(table, index + 1))
        {
            uint word = _memory.Word(table.Start + ((uint)index << WordShift));
            Leaf leaf = TableWalker.DecodeSecond(word, 0, registers);
            Count(core, owner, leaf, alias | ((uint)index << PageShift), PageLength, delta, site);
        }
    }

    // Index of the next word that is not zero, or -1.
    private int NextWord(FollowedTable table, int from)
    {
        ReadOnlySpan<uint> words = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(
            ref _memory.Word(table.Start), table.WordCount);
        int found = words[from..].IndexOfAnyExcept(0u);
        return found < 0 ? -1 : from + found;
    }

    private void Register(FollowedTable table, uint lengthInBytes)
    {
        uint first = table.Start >> PhysicalMemory.GranuleShift;
        for (uint granule = first; granule < first + (lengthInBytes >> PhysicalMemory.GranuleShift); granule++)
        {
            if (granule >= (uint)_memory.Granules.Length)
            {
                return;
            }

            _tables[granule] = _tables.TryGetValue(granule, out FollowedTable[]? others) ? [.. others, table] : [table];
            _memory.Granules[granule] |= GranuleMarks.Followed;
        }
    }

    private void Unregister(FollowedTable table, uint lengthInBytes)
    {
        uint first = table.Start >> PhysicalMemory.GranuleShift;
        for (uint granule = first; granule < first + (lengthInBytes >> PhysicalMemory.GranuleShift); granule++)
        {
            if (!_tables.TryGetValue(granule, out FollowedTable[]? tables))
            {
                continue;
            }

            FollowedTable[] left = Array.FindAll(tables, other => other != table);
            if (left.Length != 0)
            {
                _tables[granule] = left;
                continue;
            }

            _ = _tables.Remove(granule);
            _memory.Granules[granule] &= ~GranuleMarks.Followed;
        }
    }

    // A word that points to the table: for the domain, which changes nothing that is counted.
    private uint PointerTo(SecondTable table) => table.Parents.Count != 0
        ? _memory.Word(table.Parents[0].Table.Start + ((uint)table.Parents[0].Index << WordShift))
        : table.StalePointers[0].Old;

    private static uint AliasOf(SecondTable table) => table.Parents.Count != 0
        ? (uint)table.Parents[0].Index << MibShift
        : table.StalePointers[0].Address;

    // A translation of a followed table comes or goes.
    private void Count(
        ProcessorCore core, FirstTable? owner, in Leaf leaf, uint address, uint length, int delta, Site site)
    {
        if (!leaf.IsHoldable)
        {
            return;
        }

        uint physical = leaf.Translate(address);
        MachineOptions options = _machine.Options;
        bool isLinear = unchecked(address - options.LinearMapOffset) < options.LinearMapLengthInBytes
            && unchecked(address - options.LinearMapOffset) == physical;
        for (uint offset = 0; offset < length; offset += PageLength)
        {
            uint frame = (physical + offset) >> PageShift;
            if (frame >= (uint)_mapped.Length)
            {
                return;
            }

            if (delta > 0)
            {
                CheckType(core, leaf, frame, address + offset, isLinear, site);
                if (_owners.Length != 0 && owner is { IsUpper: false } && !leaf.IsGlobal)
                {
                    CheckOwner(core, owner, frame, address + offset, site);
                }
            }

            if (!isLinear)
            {
                if (_mapped[frame] == 0)
                {
                    _types[frame] = leaf.Attributes;
                }

                _mapped[frame] += delta;
            }
        }
    }

    // The first space that maps a frame has it, until nothing maps it any more.
    private void CheckOwner(ProcessorCore core, FirstTable owner, uint frame, uint address, Site site)
    {
        if (_owners[frame] is not FirstTable first || _mapped[frame] == 0 || first.Residences.Count == 0)
        {
            _owners[frame] = owner;
        }
        else if (first.Start != owner.Start)
        {
            Report(new Violation
            {
                Kind = ViolationKind.ForeignFrame,
                CoreIndex = core.Index,
                Address = new VirtualAddress(address),
                Physical = new PhysicalAddress(frame << PageShift),
                Cause = site,
                Found = site,
                Finding = $"the table at 0x{owner.Start:X8} maps frame 0x{frame << PageShift:X8}, which the table at "
                    + $"0x{first.Start:X8} has.",
                Missing = "a frame of its own.",
            });
        }
    }

    private void CheckType(ProcessorCore core, in Leaf leaf, uint frame, uint address, bool isLinear, Site site)
    {
        MemoryAttributes other = leaf.Attributes;
        if (_mapped[frame] > 0)
        {
            other = _types[frame];
        }
        else if (!isLinear && frame << PageShift < _machine.Options.LinearMapLengthInBytes)
        {
            uint linear = unchecked((frame << PageShift) + _machine.Options.LinearMapOffset);
            Leaf shown = TableWalker.Walk(_memory, core.Registers, linear).Leaf;
            if (shown.IsHoldable && shown.Kind != MappingKind.Flat && shown.Translate(linear) == frame << PageShift)
            {
                other = shown.Attributes;
            }
        }

        if (other != leaf.Attributes && _machine.Options.TypeConflicts == MemoryTypeConflicts.Reported)
        {
            Report(new Violation
            {
                Kind = ViolationKind.MemoryTypesDiffer,
                CoreIndex = core.Index,
                Address = new VirtualAddress(address),
                Physical = new PhysicalAddress(frame << PageShift),
                Cause = site,
                Found = site,
                Finding = $"frame 0x{frame << PageShift:X8} is mapped as {leaf.Attributes} here, and elsewhere as {other}.",
                Missing = "one memory type for all mappings of a frame.",
            });
        }
    }

    private void CountStale(StaleEntry entry, int delta)
    {
        if (!entry.Leaf.IsHoldable)
        {
            return;
        }

        uint physical = entry.Leaf.Translate(entry.Address);
        uint offsetInMap = unchecked(entry.Address - _machine.Options.LinearMapOffset);
        if (offsetInMap < _machine.Options.LinearMapLengthInBytes && offsetInMap == physical)
        {
            return;
        }

        for (uint offset = 0; offset < entry.Length; offset += PageLength)
        {
            uint frame = (physical + offset) >> PageShift;
            if (frame < (uint)_stale.Length)
            {
                _stale[frame] += delta;
            }
        }
    }
}
