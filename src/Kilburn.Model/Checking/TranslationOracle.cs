using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <summary>Knows, for every core, every translation that the architecture allows it to act on.</summary>
/// <remarks>
/// <para>
/// A translation that tables in memory give in a core's current context may be held at any time: nothing needs to be remembered
/// for it. What has to be remembered is what a walk would no longer find: the old value of a word that was stored to
/// (<see cref="StaleEntry"/>), and tables that were active under an ASID and are no longer (<see cref="Residence"/>). Both are
/// dropped when a covering invalidation is complete. So the state grows with unfinished changes only, and every question about
/// what may be held is answered when it is asked.
/// </para>
/// <para>
/// Tables are followed from the moment a register makes them active until nothing of them can be held; stores to all other
/// memory cost nothing. Parts: stores (this file and <c>.Tables</c>), registers and barriers (<c>.Steps</c>), accesses
/// (<c>.Access</c>), memory that changes hands (<c>.Frames</c>), code (<c>.Code</c>).
/// Source: ARM DDI 0406C.d, B3.9 (TLBs), B3.10 (maintenance), A3.8 (ordering).
/// </para>
/// </remarks>
internal sealed partial class TranslationOracle
{
    private const int BucketCount = 4096;
    private const int MibShift = 20;
    private const int PageShift = PageSize.SmallShift;
    private const int WordShift = 2;

    private static readonly Leaf s_noLeaf = Leaf.Refused(FaultCode.TranslationFirstLevel);

    private readonly Machine _machine;
    private readonly PhysicalMemory _memory;
    private readonly CoreContext[] _contexts;
    private readonly bool _areWalksCoherent;
    private readonly List<StaleEntry>?[] _buckets = new List<StaleEntry>?[BucketCount];
    private readonly List<StaleEntry> _entries = [];
    private uint _now; // grows with every store to a followed table and every change of context

    public TranslationOracle(Machine machine)
    {
        _machine = machine;
        _memory = machine.Memory;
        _areWalksCoherent = machine.Constants.WalksAreCoherent;
        int frames = (int)(_memory.LengthInBytes >> PageShift);
        _mapped = new int[frames];
        _stale = new int[frames];
        _types = new MemoryAttributes[frames];
        _owners = machine.Options.Sharing == FrameSharing.Reported ? new FirstTable?[frames] : [];
        _unclean = new ulong[frames];
        _unfetchable = new ulong[frames];
        _contexts = new CoreContext[machine.Cores.Count];
        for (int index = 0; index < _contexts.Length; index++)
        {
            _contexts[index] = new CoreContext(machine.Cores[index]);
        }

        _random = machine.Options.Seed | 1;
    }

    /// <summary>Number of changes that are not finished.</summary>
    public int UnfinishedCount => _entries.Count;

    /// <summary>A word that is no part of a followed table was stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteStore(ProcessorCore core, uint physical, uint old, Site site)
    {
        NoteDataStore(physical);
        _contexts[core.Index].StoredWords.Add((physical, old, site));
    }

    /// <summary>A word that the program does not write as a table's was stored.</summary>
    public void NoteDataStore(uint physical)
    {
        MarkStored(physical);
        if (!_areWalksCoherent)
        {
            MarkUnclean(physical);
        }
    }

    /// <summary>A word of a followed table was stored.</summary>
    public void NoteTableStore(ProcessorCore core, uint physical, uint old, uint value, Site site)
    {
        MarkStored(physical);
        _contexts[core.Index].StoredWords.Add((physical, old, site));
        if (old == value)
        {
            return;
        }

        int entriesBefore = _entries.Count;
        foreach (FollowedTable table in _tables[physical >> PhysicalMemory.GranuleShift])
        {
            int index = (int)((physical - table.Start) >> WordShift);
            if (table is FirstTable first)
            {
                StoreFirst(core, first, index, physical, old, value, site);
            }
            else
            {
                StoreSecond(core, (SecondTable)table, index, physical, old, value, site);
            }
        }

        if (!_areWalksCoherent && _entries.Count == entriesBefore)
        {
            MarkUnclean(physical); // nobody walks it now; who does later must find it cleaned
        }
    }

    private void StoreFirst(
        ProcessorCore core, FirstTable table, int index, uint physical, uint old, uint value, Site site)
    {
        if (index < table.FirstIndex || index >= table.WordCount)
        {
            return; // no walk of this half reads the word
        }

        TranslationRegisters registers = core.Registers;
        uint address = (uint)index << MibShift;
        bool wasPointer = TableWalker.IsTable(old);
        bool isPointer = TableWalker.IsTable(value);
        if (!wasPointer && !isPointer)
        {
            Leaf oldLeaf = TableWalker.DecodeFirst(old, registers);
            Leaf newLeaf = TableWalker.DecodeFirst(value, registers);
            Change change = new(core, site, table, address, 1, physical, old, value, oldLeaf, newLeaf);
            ReplaceLeaf(change, table.Stamps[index]);
            Count(core, table, oldLeaf, address, MibLength, -1, site);
            table.Stamps[index] = ++_now;
            Count(core, table, newLeaf, address, MibLength, 1, site);
            return;
        }

        bool isSameTable = wasPointer && isPointer && TableWalker.TableOf(old) == TableWalker.TableOf(value);
        Leaf before = wasPointer ? s_noLeaf : TableWalker.DecodeFirst(old, registers);
        Leaf after = isPointer ? s_noLeaf : TableWalker.DecodeFirst(value, registers);
        bool isNowValid = isPointer || after.IsHoldable;
        bool wasValid = wasPointer || before.IsHoldable;
        Change store = new(core, site, table, address, 1, physical, old, value, before, after);
        if (isNowValid && wasValid && !isSameTable && HoldersOf(table, table.Stamps[index], false).Count != 0)
        {
            ReportUnbroken(store, null);
        }
        else if (isNowValid && !wasValid)
        {
            CheckOverlaps(store);
        }

        if (wasPointer)
        {
            TakePointerAway(store, table.Stamps[index], index, isSameTable);
        }
        else if (before.IsHoldable)
        {
            Add(store, before, HoldersOf(table, table.Stamps[index], before.IsGlobal), null);
            Count(core, table, before, address, MibLength, -1, site);
        }
        else
        {
            AddFresh(store);
        }

        table.Stamps[index] = ++_now;
        if (isPointer && !isSameTable)
        {
            SecondTable second = FollowSecond(core, table, TableWalker.TableOf(value), site, address);
            second.Parents.Add(new SecondTable.Parent(table, index));
            AddUnfinishedWords(table, index, second);
            CheckLinked(store, second);
        }
        else if (after.IsHoldable)
        {
            Count(core, table, after, address, MibLength, 1, site);
        }
    }

    // A pointer goes: it may be held on its own, and so may each page that it led to.
    private void TakePointerAway(in Change store, uint stamp, int index, bool isSameTable)
    {
        if (!_seconds.TryGetValue(TableWalker.TableOf(store.Old), out SecondTable? second)
            || _memory.KindOf(new PhysicalAddress(second.Start)) != BankKind.Memory)
        {
            return; // it led out of memory: walks through it abort, and nothing of them is held
        }

        AddPagesOf(second, store, stamp, null);
        Add(store, store.Before, HoldersOf(store.Table, stamp, false), second);
        if (!isSameTable)
        {
            _ = second.Parents.Remove(new SecondTable.Parent((FirstTable)store.Table, index));
            ReleaseSecond(second, store.Core, store.Site, store.Address);
        }
    }

    // The pages that a pointer led to. Held by one residence, or by all that may have seen them.
    private void AddPagesOf(SecondTable second, in Change store, uint stamp, Residence? residence)
    {
        for (int word = NextWord(second, 0); word >= 0; word = NextWord(second, word + 1))
        {
            uint descriptor = _memory.Word(second.Start + ((uint)word << WordShift));
            Leaf leaf = TableWalker.DecodeSecond(descriptor, store.Old, store.Core.Registers);
            if (!leaf.IsHoldable)
            {
                continue;
            }

            Change page = store with { Address = store.Address | ((uint)word << PageShift), Level = 2 };
            List<Holder> holders = residence != null
                ? [new Holder(residence.Core, leaf.IsGlobal ? Holder.Global : residence.Tag)]
                : HoldersOf(store.Table, Math.Max(stamp, second.Stamps[word]), leaf.IsGlobal);
            Add(page, leaf, holders, null);
        }
    }

    private void StoreSecond(
        ProcessorCore core, SecondTable table, int index, uint physical, uint old, uint value, Site site)
    {
        TranslationRegisters registers = core.Registers;
        uint page = (uint)index << PageShift;
        foreach (SecondTable.Parent parent in table.Parents)
        {
            uint pointer = _memory.Word(parent.Table.Start + ((uint)parent.Index << WordShift));
            Change change = new(
                core,
                site,
                parent.Table,
                ((uint)parent.Index << MibShift) | page,
                2,
                physical,
                old,
                value,
                TableWalker.DecodeSecond(old, pointer, registers),
                TableWalker.DecodeSecond(value, pointer, registers));
            ReplaceLeaf(change, Math.Max(parent.Table.Stamps[parent.Index], table.Stamps[index]));
        }

        foreach (StaleEntry pointer in table.StalePointers)
        {
            if (!pointer.IsHeld)
            {
                continue;
            }

            Leaf leaf = TableWalker.DecodeSecond(old, pointer.Old, registers);
            List<Holder> holders = [];
            foreach (Holder holder in pointer.Holders)
            {
                if (holder.IsHeld && leaf.IsHoldable)
                {
                    holders.Add(new Holder(holder.Core, leaf.IsGlobal ? Holder.Global : holder.Tag));
                }
            }

            Change change = new(core, site, pointer.Table, pointer.Address | page, 2, physical, old, value, leaf, default);
            Add(change, leaf, holders, null, !leaf.IsHoldable);
        }

        if (!table.IsUnreachable)
        {
            uint pointer = PointerTo(table);
            uint alias = AliasOf(table) | page;
            FirstTable? owner = table.Parents.Count != 0 ? table.Parents[0].Table : null;
            Count(core, owner, TableWalker.DecodeSecond(old, pointer, registers), alias, PageLength, -1, site);
            table.Stamps[index] = ++_now;
            Count(core, owner, TableWalker.DecodeSecond(value, pointer, registers), alias, PageLength, 1, site);
        }
    }

    // One word that is no pointer, before or after.
    private void ReplaceLeaf(in Change change, uint stamp)
    {
        if (change.Before.IsHoldable)
        {
            List<Holder> holders = HoldersOf(change.Table, stamp, change.Before.IsGlobal);
            if (change.After.IsHoldable && holders.Count != 0 && !IsPermissionChange(change.Before, change.After))
            {
                ReportUnbroken(change, null);
            }

            Add(change, change.Before, holders, null);
        }
        else if (change.After.IsHoldable)
        {
            CheckOverlaps(change);
            AddFresh(change);
        }
    }

    // Who may hold what a word of this table gave, if it was stored at the time of the stamp.
    private static List<Holder> HoldersOf(FollowedTable table, uint stamp, bool isGlobal)
    {
        List<Holder> holders = [];
        foreach (Residence residence in ((FirstTable)table).Residences)
        {
            if (!residence.MaySee(stamp) || (residence.IsOnlyGlobal && !isGlobal))
            {
                continue;
            }

            int tag = isGlobal ? Holder.Global : residence.Tag;
            bool isKnown = false;
            foreach (Holder holder in holders)
            {
                isKnown |= holder.Core == residence.Core && holder.Tag == tag;
            }

            if (!isKnown)
            {
                holders.Add(new Holder(residence.Core, tag)
                {
                    State = residence.InvalidatedBy < 0 ? HolderState.Holds : HolderState.Invalidated,
                    InvalidatedBy = residence.InvalidatedBy,
                    Invalidators = residence.Invalidators,
                });
            }
        }

        return holders;
    }

    private void AddFresh(in Change change)
    {
        if (IsWalked((FirstTable)change.Table))
        {
            Add(change, Leaf.Refused(FaultCode.TranslationFirstLevel), [], null, true);
        }
    }

    // True when some core may walk the table now.
    private static bool IsWalked(FirstTable table)
    {
        foreach (Residence residence in table.Residences)
        {
            if (residence.IsCurrent)
            {
                return true;
            }
        }

        return false;
    }

    private void Add(in Change change, in Leaf old, List<Holder> holders, SecondTable? target, bool isFresh = false)
    {
        if (holders.Count == 0 && !isFresh)
        {
            return;
        }

        StaleEntry entry = new()
        {
            Address = change.Address,
            Level = change.Level,
            Word = change.Physical,
            Old = change.Old,
            New = change.New,
            Leaf = old,
            StoreCore = change.Core.Index,
            Store = change.Site,
            IsPointer = target != null,
            IsFresh = isFresh,
            Table = change.Table,
            Target = target,
            NeedsClean = IsLineUnclean(change.Physical),
        };
        _contexts[entry.StoreCore].Stores.Add(entry);
        Enter(entry, holders);
        if (!isFresh)
        {
            // What a walk finds here changed from something. From nothing, no simulated cache would hold it.
            _machine.NoteTableChange(GranuleMarks.WalkedLower | GranuleMarks.WalkedUpper);
        }
    }

    // What may be held of a table on cores that do not use the tag now, as a picture: the memory is given back.
    private void AddPicture(
        ProcessorCore core, Residence residence, uint address, int level, uint word, in Leaf leaf, Site site)
    {
        StaleEntry entry = new()
        {
            Address = address,
            Level = level,
            Word = word,
            Old = _memory.Word(word),
            New = _memory.Word(word),
            Leaf = leaf,
            StoreCore = core.Index,
            Store = site,
            IsPointer = false,
            Table = residence.Table,
            IsComplete = true,
            ReturnedAt = site,
        };
        Enter(entry, [new Holder(residence.Core, leaf.IsHoldable && leaf.IsGlobal ? Holder.Global : residence.Tag)]);
        _machine.NoteTableChange(GranuleMarks.WalkedLower | GranuleMarks.WalkedUpper);
    }

    private void Enter(StaleEntry entry, List<Holder> holders)
    {
        entry.ListIndex = _entries.Count;
        entry.Holders.AddRange(holders);
        foreach (Holder holder in holders)
        {
            for (uint left = holder.Invalidators; left != 0; left &= left - 1)
            {
                _contexts[BitOperations.TrailingZeroCount(left)].Invalidations.Add(entry);
            }
        }

        _entries.Add(entry);
        List<StaleEntry> bucket = _buckets[entry.Address >> MibShift] ??= [];
        entry.BucketIndex = bucket.Count;
        bucket.Add(entry);
        entry.Target?.StalePointers.Add(entry);
        CountStale(entry, 1);
    }

    private void RemoveIfOver(StaleEntry entry)
    {
        if (entry.IsRemoved || !entry.IsOver)
        {
            return;
        }

        entry.IsRemoved = true;
        StaleEntry last = _entries[^1];
        _entries[entry.ListIndex] = last;
        last.ListIndex = entry.ListIndex;
        _entries.RemoveAt(_entries.Count - 1);
        List<StaleEntry> bucket = _buckets[entry.Address >> MibShift]!;
        StaleEntry lastOfMib = bucket[^1];
        bucket[entry.BucketIndex] = lastOfMib;
        lastOfMib.BucketIndex = entry.BucketIndex;
        bucket.RemoveAt(bucket.Count - 1);
        CountStale(entry, -1);
        if (entry.Target is SecondTable target)
        {
            _ = target.StalePointers.Remove(entry);
            ReleaseSecond(target, _machine.Cores[entry.StoreCore], entry.Store);
        }
    }

    // Only permissions, XN and domain may change in a valid word without the invalid state between. B3.10.1.
    private static bool IsPermissionChange(in Leaf before, in Leaf after) =>
        before.Kind == after.Kind && before.Base == after.Base && before.IsGlobal == after.IsGlobal
        && before.Attributes == after.Attributes;

    // A word becomes valid: nothing else may be held for its addresses where the word can be walked.
    private void CheckOverlaps(in Change change)
    {
        if (_buckets[change.Address >> MibShift] is not { Count: > 0 } bucket)
        {
            return;
        }

        bool isPointer = change.Level == 1 && TableWalker.IsTable(change.New);
        foreach (StaleEntry entry in bucket)
        {
            if (!entry.Covers(change.Address) && unchecked(entry.Address - change.Address) >= LengthOf(change.Level))
            {
                continue;
            }

            if (entry.ReturnedAt.IsKnown && !entry.Leaf.IsHoldable)
            {
                continue; // shows when its tag is used again
            }

            if (entry.IsPointer)
            {
                if (change.Level == 2 || (isPointer && TableWalker.TableOf(change.New) == entry.Target?.Start))
                {
                    continue; // the store of the pointer was checked, or it is the same again
                }
            }
            else if (!entry.Leaf.IsHoldable || (!isPointer && IsPermissionChange(entry.Leaf, change.After)))
            {
                continue;
            }
            else if (isPointer && entry.Level == 2 && IsStillGiven(entry, change.New))
            {
                continue;
            }

            foreach (Holder holder in entry.Holders)
            {
                if (holder.IsHeld && IsWalkedBy((FirstTable)change.Table, holder))
                {
                    ReportUnbroken(change, entry);
                    return;
                }
            }
        }
    }

    // The page may be held from before, and the new pointer leads to the same page, or to none.
    private bool IsStillGiven(StaleEntry entry, uint pointer)
    {
        uint slot = TableWalker.SecondLevelSlot(pointer, entry.Address);
        if (_memory.KindOf(new PhysicalAddress(slot)) != BankKind.Memory)
        {
            return true;
        }

        Leaf leaf = TableWalker.DecodeSecond(_memory.Word(slot), pointer, _machine.Cores[entry.StoreCore].Registers);
        return !leaf.IsHoldable || IsPermissionChange(entry.Leaf, leaf);
    }

    private static bool IsWalkedBy(FirstTable table, in Holder holder)
    {
        foreach (Residence residence in table.Residences)
        {
            if (residence.IsCurrent && residence.Core == holder.Core
                && (holder.Tag >= Holder.Global || residence.Tag == Holder.EveryAsid || residence.Tag == holder.Tag))
            {
                return true;
            }
        }

        return false;
    }

    private static uint LengthOf(int level) => level == 1 ? MibLength : PageLength;

    private const uint MibLength = 1u << MibShift;
    private const uint PageLength = 1u << PageShift;

    /// <summary>A store to a word, as it shows at one virtual address.</summary>
    private readonly record struct Change(
        ProcessorCore Core,
        Site Site,
        FollowedTable Table,
        uint Address,
        int Level,
        uint Physical,
        uint Old,
        uint New,
        Leaf Before,
        Leaf After);
}
