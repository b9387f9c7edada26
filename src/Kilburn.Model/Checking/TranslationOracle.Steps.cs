using System.Collections.Generic;
using System.Numerics;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <content>Registers, barriers and invalidations.</content>
internal sealed partial class TranslationOracle
{
    private const uint ContextRegisters = (1u << (int)SystemRegister.SystemControl)
        | (1u << (int)SystemRegister.TranslationTableBase0)
        | (1u << (int)SystemRegister.TranslationTableBase1)
        | (1u << (int)SystemRegister.TranslationTableBaseControl)
        | (1u << (int)SystemRegister.ContextId);

    private readonly List<(FirstTable Table, int Tag)> _wanted = [];

    /// <summary>A core did a step. A register write has taken place already.</summary>
    /// <param name="core">The core.</param>
    /// <param name="step">What it did.</param>
    /// <param name="before">The registers before the step.</param>
    /// <param name="site">Where the program asked for it.</param>
    /// <returns>False when nothing needed it.</returns>
    public bool Note(ProcessorCore core, Step step, in TranslationRegisters before, Site site)
    {
        CoreContext context = _contexts[core.Index];
        switch (step.Kind)
        {
            case StepKind.DataBarrier:
                return NoteDataBarrier(context);
            case StepKind.ContextBarrier:
                return NoteContextBarrier(context, site);
            case StepKind.RegisterWrite:
                return NoteRegister(context, (SystemRegister)step.Address, before, site);
            case StepKind.CleanToUnification:
            case StepKind.CleanInvalidateToCoherency:
                return NoteClean(context, step.Address, step.Operand);
            case StepKind.InstructionCaches:
                context.IsInstructionCacheInvalidated = true;
                return NoteInstructionCaches(context);
            case StepKind.InstructionCacheLine:
                return NoteInstructionLine(context, step.Address);
            case StepKind.BranchPredictors:
                context.IsPredictorInvalidated = true;
                return NotePredictors(context);
            default:
                return Invalidate(context, step, site);
        }
    }

    private bool NoteRegister(
        CoreContext context, SystemRegister register, in TranslationRegisters before, Site site)
    {
        TranslationRegisters after = context.Core.Registers;
        uint bit = 1u << (int)register;
        if (before.Get(register) == after.Get(register) && (context.Unsynchronized & bit) == 0)
        {
            return false;
        }

        context.Unsynchronized |= bit;
        context.RegisterSites[(int)register] = site;
        if (before.IsMmuOn && IsDoubtful(register, before, after))
        {
            context.Doubt = register;
            context.AllInvalidated &= ~(1u << context.Core.Index);
        }

        if ((bit & ContextRegisters) != 0)
        {
            UpdateResidences(context, site);
        }

        const uint VectorsRaised = TranslationRegisters.SctlrHighVectors;
        if (register == SystemRegister.SystemControl && after.IsMmuOn
            && (after.SystemControl & ~before.SystemControl & VectorsRaised) != 0)
        {
            CheckVectors(context, site);
        }

        return true;
    }

    // An exception may come at once. It synchronizes the context, but completes no store: its first walk must see the mapping.
    private void CheckVectors(CoreContext context, Site site)
    {
        const uint Vectors = 0xFFFF_0000;
        if (_buckets[Vectors >> MibShift] is not { } bucket)
        {
            return;
        }

        foreach (StaleEntry entry in bucket)
        {
            if (entry.IsComplete || !entry.Covers(Vectors))
            {
                continue;
            }

            ViolationKind kind = entry.NeedsClean ? ViolationKind.LineNotCleaned : ViolationKind.StoreNotComplete;
            Report(new Violation
            {
                Kind = kind,
                CoreIndex = context.Core.Index,
                Address = new VirtualAddress(Vectors),
                Cause = entry.Store,
                Found = site,
                Finding = $"exceptions are taken to 0x{Vectors:X8} from here on, and a walk may not see what is mapped there: "
                    + $"{entry.StoreInWords}.",
                Missing = MissingFor(entry, null, kind, context.Core.Index),
            });
            return;
        }
    }

    // Behaviour 12: what entries mean, or which half an address is in, is not what it was.
    private static bool IsDoubtful(SystemRegister register, in TranslationRegisters before, in TranslationRegisters after)
    {
        uint changed = before.Get(register) ^ after.Get(register);
        return register switch
        {
            SystemRegister.SystemControl =>
                (changed & (TranslationRegisters.SctlrTexRemap | TranslationRegisters.SctlrAccessFlag)) != 0,
            SystemRegister.TranslationTableBaseControl =>
                (changed & (TranslationRegisters.TtbcrSplitMask | TranslationRegisters.TtbcrExtended)) != 0,
            SystemRegister.PrimaryRegionRemap or SystemRegister.NormalMemoryRemap => changed != 0,
            _ => false,
        };
    }

    // Which tables the core may walk now, and under which ASIDs: every mixture of old and new values up to the ISB.
    private void UpdateResidences(CoreContext context, Site site)
    {
        _now++;
        _wanted.Clear();
        uint mask = context.Unsynchronized & ContextRegisters;
        uint subset = mask;
        while (true)
        {
            AddWanted(context.Core, Mixed(context, subset), site);
            if (subset == 0)
            {
                break;
            }

            subset = (subset - 1) & mask;
        }

        for (int index = context.Current.Count - 1; index >= 0; index--)
        {
            Residence residence = context.Current[index];
            if (!_wanted.Contains((residence.Table, residence.Tag)))
            {
                residence.IsCurrent = false;
                residence.LastTime = _now;
                context.Current.RemoveAt(index);
            }
        }

        foreach ((FirstTable table, int tag) in _wanted)
        {
            MakeCurrent(context, table, tag, site);
        }
    }

    // The registers with the old values of some of those that no ISB has followed.
    private static TranslationRegisters Mixed(CoreContext context, uint oldOnes)
    {
        TranslationRegisters registers = context.Core.Registers;
        for (uint left = oldOnes; left != 0; left &= left - 1)
        {
            SystemRegister register = (SystemRegister)BitOperations.TrailingZeroCount(left);
            registers.Set(register, context.Old.Get(register));
        }

        return registers;
    }

    private void AddWanted(ProcessorCore core, in TranslationRegisters registers, Site site)
    {
        const int AllWords = 4096;
        if (!registers.IsMmuOn)
        {
            return;
        }

        bool isSplit = registers.UpperMask != 0;
        if (!registers.AreLowerWalksOff)
        {
            FirstTable lower = FollowFirst(core, registers.Table0, registers.Table0Words, 0, false, site);
            AddWanted(lower, (int)registers.Asid);
        }

        if (isSplit && !registers.AreUpperWalksOff)
        {
            FirstTable upper = FollowFirst(core, registers.Table1, AllWords, registers.Table0Words, true, site);
            AddWanted(upper, Holder.EveryAsid);
        }
    }

    private void AddWanted(FirstTable table, int tag)
    {
        if (!_wanted.Contains((table, tag)))
        {
            _wanted.Add((table, tag));
        }
    }

    private void MakeCurrent(CoreContext context, FirstTable table, int tag, Site site)
    {
        List<Residence> sharers = context.Residences[tag] ??= [];
        Residence? residence = sharers.Find(candidate => candidate.Table == table);
        if (residence is { IsCurrent: true })
        {
            return;
        }

        if (residence == null)
        {
            residence = new Residence(context.Core.Index, table, tag);
            if (sharers.Count == 0)
            {
                context.Tags.Add(tag);
            }

            sharers.Add(residence);
            table.Residences.Add(residence);
        }

        residence.IsCurrent = true;
        residence.InvalidatedBy = -1;
        residence.Invalidators = 0;
        residence.IsOnlyGlobal = false;
        residence.Since = site;
        context.Current.Add(residence);
        AddUnfinishedStores(residence);
        if (tag is > 0 and < Holder.Global)
        {
            CheckPairing(context, residence, sharers, site);
            CheckLeftovers(context, residence, site);
        }
    }

    // Stores to the table that no DSB has completed: the core may walk the old words.
    private void AddUnfinishedStores(Residence residence)
    {
        foreach (CoreContext other in _contexts)
        {
            foreach ((uint word, uint old, Site site) in other.StoredWords)
            {
                AddUnfinishedStore(residence, other, word, old, site);
            }
        }
    }

    private void AddUnfinishedStore(Residence residence, CoreContext storer, uint word, uint old, Site site)
    {
        uint granule = word >> Memory.PhysicalMemory.GranuleShift;
        uint now = _memory.Word(word);
        if (!_tables.TryGetValue(granule, out FollowedTable[]? tables))
        {
            return;
        }

        TranslationRegisters registers = storer.Core.Registers;
        foreach (FollowedTable table in tables)
        {
            uint index = (word - table.Start) >> WordShift;
            if (table == residence.Table && index >= residence.Table.FirstIndex)
            {
                Change change = new(
                    storer.Core, site, table, index << MibShift, 1, word, old, now, default, default);
                if (!TableWalker.IsTable(old))
                {
                    AddUnfinished(residence, change, TableWalker.DecodeFirst(old, registers));
                }
                else if (_memory.KindOf(new PhysicalAddress(TableWalker.TableOf(old))) == Memory.BankKind.Memory)
                {
                    SecondTable second =
                        FollowSecond(storer.Core, residence.Table, TableWalker.TableOf(old), site, change.Address);
                    AddPagesOf(second, change, 0, residence);
                    Add(change, s_noLeaf, [new Holder(residence.Core, residence.Tag)], second);
                }
            }
            else if (table is SecondTable below)
            {
                foreach (SecondTable.Parent parent in below.Parents)
                {
                    if (parent.Table == residence.Table)
                    {
                        uint address = ((uint)parent.Index << MibShift) | (index << PageShift);
                        uint pointer = _memory.Word(parent.Table.Start + ((uint)parent.Index << WordShift));
                        Change change = new(
                            storer.Core, site, residence.Table, address, 2, word, old, now, default, default);
                        AddUnfinished(residence, change, TableWalker.DecodeSecond(old, pointer, registers));
                    }
                }
            }
        }
    }

    // A table is linked while stores to its words are not complete: through the new pointer, the old words may be walked.
    private void AddUnfinishedWords(FirstTable table, int index, SecondTable second)
    {
        foreach (CoreContext storer in _contexts)
        {
            foreach ((uint word, uint old, Site site) in storer.StoredWords)
            {
                if (word - second.Start >= SecondTable.LengthInBytes)
                {
                    continue;
                }

                uint address = ((uint)index << MibShift) | (((word - second.Start) >> WordShift) << PageShift);
                uint pointer = _memory.Word(table.Start + ((uint)index << WordShift));
                Leaf leaf = TableWalker.DecodeSecond(old, pointer, storer.Core.Registers);
                Change change = new(
                    storer.Core, site, table, address, 2, word, old, _memory.Word(word), default, default);
                foreach (Residence residence in table.Residences)
                {
                    if (residence.IsCurrent)
                    {
                        AddUnfinished(residence, change, leaf);
                    }
                }
            }
        }
    }

    private void AddUnfinished(Residence residence, in Change change, in Leaf old)
    {
        List<Holder> holders = [];
        if (old.IsHoldable)
        {
            holders.Add(new Holder(residence.Core, old.IsGlobal ? Holder.Global : residence.Tag));
        }

        Add(change, old, holders, null, !old.IsHoldable);
    }

    // Behaviour 7, and ASIDs that are given away: two tables under one tag, and something may be held of one of them.
    private void CheckPairing(CoreContext context, Residence residence, List<Residence> sharers, Site site)
    {
        foreach (Residence other in sharers)
        {
            if (other == residence || other.Table.Start == residence.Table.Start)
            {
                continue;
            }

            Residence? holder = MayHoldAnything(other) ? other : other.IsCurrent && MayHoldAnything(residence) ? residence : null;
            if (holder == null)
            {
                continue;
            }

            const uint Paired =
                (1u << (int)SystemRegister.TranslationTableBase0) | (1u << (int)SystemRegister.ContextId);
            bool isWindow = other.IsCurrent || BitOperations.PopCount(context.Unsynchronized & Paired) == 2;
            Report(new Violation
            {
                Kind = isWindow ? ViolationKind.ContextPairing : ViolationKind.AsidReused,
                CoreIndex = context.Core.Index,
                Asid = new Asid((uint)residence.Tag),
                Physical = new PhysicalAddress(residence.Table.Start),
                Cause = other.Since,
                Found = site,
                Finding = isWindow
                    ? $"walks of the tables at 0x{other.Table.Start:X8} and 0x{residence.Table.Start:X8} may both be "
                        + $"held under ASID {residence.Tag}: the register writes at {other.Since} and {site} let a walk "
                        + "pair one with the ASID of the other."
                    : $"ASID {residence.Tag} now names the table at 0x{residence.Table.Start:X8}, while entries of the "
                        + $"table at 0x{other.Table.Start:X8}, active since {other.Since}, may be held under it.",
                Missing = isWindow
                    ? "TTBCR.PD0 set, ISB, around the change of CONTEXTIDR and TTBR0, or the reserved ASID between."
                    : $"TLBIASID {residence.Tag} or TLBIALL on core {context.Core.Index}, DSB, before the ASID is used again.",
            });
            return;
        }
    }

    // What is left under the tag of other tables, or leads to memory that was given back.
    private void CheckLeftovers(CoreContext context, Residence residence, Site site)
    {
        foreach (StaleEntry entry in _entries)
        {
            bool isReturned = entry.ReturnedAt.IsKnown;
            if (entry.Table == residence.Table && !isReturned)
            {
                continue;
            }

            foreach (Holder holder in entry.Holders)
            {
                if (holder.Core != context.Core.Index || holder.Tag != residence.Tag || !holder.IsHeld)
                {
                    continue;
                }

                string given = isReturned ? $" Its memory was given back at {entry.ReturnedAt}." : string.Empty;
                Report(new Violation
                {
                    Kind = ViolationKind.AsidReused,
                    CoreIndex = holder.Core,
                    Asid = new Asid((uint)holder.Tag),
                    Address = new VirtualAddress(entry.Address),
                    Physical = entry.Leaf.IsHoldable ? new PhysicalAddress(entry.Leaf.Translate(entry.Address)) : null,
                    Cause = entry.Store,
                    Found = site,
                    Finding = $"ASID {holder.Tag} is used again with the table at 0x{residence.Table.Start:X8}, while an entry "
                        + $"of the table at 0x{entry.Table.Start:X8} may be held under it: {entry.StoreInWords}.{given}",
                    Missing = MissingFor(
                        entry, holder, KindOf(entry, holder, Leaf.Refused(FaultCode.TranslationFirstLevel)), holder.Core),
                });
                return;
            }
        }
    }

    // True when a core may use entries with the tag of the holder now.
    private bool IsInUse(in Holder holder)
    {
        if (holder.Tag >= Holder.Global)
        {
            return true;
        }

        foreach (Residence residence in _contexts[holder.Core].Current)
        {
            if (residence.Tag == holder.Tag)
            {
                return true;
            }
        }

        return false;
    }

    // True when some entry of the table may be held under the tag of the residence, global ones left out.
    private bool MayHoldAnything(Residence residence)
    {
        if (residence.IsOnlyGlobal)
        {
            return false;
        }

        foreach (StaleEntry entry in _entries)
        {
            if (entry.Table == residence.Table)
            {
                foreach (Holder holder in entry.Holders)
                {
                    if (holder.Core == residence.Core && holder.Tag == residence.Tag && holder.IsHeld)
                    {
                        return true;
                    }
                }
            }
        }

        FirstTable table = residence.Table;
        if (!_memory.IsMemory(new PhysicalAddress(table.Start), (uint)table.WordCount << WordShift))
        {
            return false;
        }

        TranslationRegisters registers = _machine.Cores[residence.Core].Registers;
        for (int index = NextWord(table, table.FirstIndex); index >= 0; index = NextWord(table, index + 1))
        {
            uint word = _memory.Word(table.Start + ((uint)index << WordShift));
            if (!TableWalker.IsValid(word) || !residence.MaySee(table.Stamps[index]))
            {
                continue;
            }

            Leaf leaf = TableWalker.IsTable(word) ? default : TableWalker.DecodeFirst(word, registers);
            if (TableWalker.IsTable(word) || (leaf.IsHoldable && !leaf.IsGlobal))
            {
                return true;
            }
        }

        return false;
    }

    private bool NoteDataBarrier(CoreContext context)
    {
        bool isNeeded = context.AwaitsDataBarrier;
        context.StoredWords.Clear();
        CompleteCleans(context);
        for (int index = context.Stores.Count - 1; index >= 0; index--)
        {
            StaleEntry entry = context.Stores[index];
            if (entry.NeedsClean && !entry.IsRemoved)
            {
                continue; // the line was not cleaned before this DSB
            }

            entry.IsComplete = true;
            if (entry.IsFresh)
            {
                entry.AwaitsContext = true;
                context.AwaitingContext.Add(entry);
            }

            context.Stores.RemoveAt(index);
            RemoveIfOver(entry);
        }

        foreach (StaleEntry entry in context.Invalidations)
        {
            CompleteInvalidation(context, entry);
        }

        context.Invalidations.Clear();
        foreach (Residence residence in context.InvalidatedResidences)
        {
            if ((residence.Invalidators & BitOf(context)) != 0)
            {
                residence.InvalidatedBy = -1;
                residence.Invalidators = 0;
                End(residence, context.Core);
            }
        }

        context.InvalidatedResidences.Clear();
        for (uint left = context.AllInvalidated; left != 0; left &= left - 1)
        {
            CoreContext target = _contexts[BitOperations.TrailingZeroCount(left)];
            target.Doubt = null;
            target.HoldsRubbish &= target != context; // a core's own TLBIALL after reset, not another's
        }

        context.AllInvalidated = 0;
        return isNeeded;
    }

    private void CompleteInvalidation(CoreContext context, StaleEntry entry)
    {
        List<Holder> holders = entry.Holders;
        for (int index = 0; index < holders.Count; index++)
        {
            Holder holder = holders[index];
            if (holder.State != HolderState.Invalidated || (holder.Invalidators & BitOf(context)) == 0)
            {
                continue;
            }

            bool isOwn = holder.Core == context.Core.Index;
            holder.State = isOwn ? HolderState.Unsynchronized : HolderState.Gone;
            holders[index] = holder;
            if (isOwn)
            {
                context.AwaitingContext.Add(entry);
            }
        }

        RemoveIfOver(entry);
    }

    // Nothing of a table that was active is held any more.
    private void End(Residence residence, ProcessorCore core)
    {
        if (residence.IsCurrent)
        {
            return;
        }

        CoreContext holder = _contexts[residence.Core];
        List<Residence> sharers = holder.Residences[residence.Tag]!;
        _ = sharers.Remove(residence);
        if (sharers.Count == 0)
        {
            _ = holder.Tags.Remove(residence.Tag);
        }

        _ = residence.Table.Residences.Remove(residence);
        if (residence.Table.Residences.Count == 0)
        {
            Unfollow(residence.Table, core, residence.Since);
        }
    }

    private bool NoteContextBarrier(CoreContext context, Site site)
    {
        bool isNeeded = context.Unsynchronized != 0 || context.AwaitingContext.Count != 0
            || context.LastContextBarrier < _lastFetchable;
        isNeeded |= context.Predictor.Synchronize();
        uint changed = context.Unsynchronized;
        context.Unsynchronized = 0;
        context.Old = context.Core.Registers;
        if ((changed & ContextRegisters) != 0)
        {
            UpdateResidences(context, site);
        }

        foreach (StaleEntry entry in context.AwaitingContext)
        {
            entry.AwaitsContext &= entry.StoreCore != context.Core.Index;
            for (int index = 0; index < entry.Holders.Count; index++)
            {
                Holder holder = entry.Holders[index];
                if (holder.State == HolderState.Unsynchronized && holder.Core == context.Core.Index)
                {
                    holder.State = HolderState.Gone;
                    entry.Holders[index] = holder;
                }
            }

            RemoveIfOver(entry);
        }

        context.AwaitingContext.Clear();
        context.LastContextBarrier = ++_now;
        return isNeeded;
    }

    private bool Invalidate(CoreContext context, Step step, Site site)
    {
        bool isLocal = step.Kind
            is StepKind.TlbLocal or StepKind.TlbAsidLocal or StepKind.TlbPageLocal or StepKind.TlbPageAllAsidsLocal;
        bool isByPage = step.Kind is StepKind.TlbPage or StepKind.TlbPageAllAsids
            or StepKind.TlbPageLocal or StepKind.TlbPageAllAsidsLocal;
        bool isNeeded = false;
        List<StaleEntry>? candidates = isByPage ? _buckets[step.Address >> MibShift] : _entries;
        if (candidates != null)
        {
            foreach (StaleEntry entry in candidates)
            {
                if (!isByPage || entry.IsCoveredBy(step.Address))
                {
                    isNeeded |= Invalidate(context, entry, step, isLocal, site);
                }
            }
        }

        if (!isByPage)
        {
            isNeeded |= InvalidateResidences(context, step, isLocal);
        }

        if (step.Kind is StepKind.TlbLocal or StepKind.Tlbs)
        {
            foreach (CoreContext target in _contexts)
            {
                if (!isLocal || target == context)
                {
                    context.AllInvalidated |= 1u << target.Core.Index;
                    isNeeded |= target.Doubt != null || (target.HoldsRubbish && target == context);
                }
            }
        }

        return isNeeded;
    }

    private bool Invalidate(CoreContext context, StaleEntry entry, Step step, bool isLocal, Site site)
    {
        bool isNeeded = false;
        List<Holder> holders = entry.Holders;
        for (int index = 0; index < holders.Count; index++)
        {
            Holder holder = holders[index];
            // Another core's invalidation may wait for that core's DSB: this one does as well, and may be complete earlier.
            bool isFirst = holder.State == HolderState.Holds;
            bool isAnother = holder.State == HolderState.Invalidated && (holder.Invalidators & BitOf(context)) == 0
                && MatchesTag(step, holder.Tag) && (!isLocal || holder.Core == context.Core.Index);
            if (isAnother)
            {
                holder.Invalidators |= BitOf(context);
                holders[index] = holder;
                context.Invalidations.Add(entry);
            }

            if (!isFirst)
            {
                continue;
            }

            if (!MatchesTag(step, holder.Tag))
            {
                entry.NearMiss ??= new NearMiss(step, context.Core.Index, site, NearMissReason.OtherTag);
            }
            else if (isLocal && holder.Core != context.Core.Index)
            {
                entry.NearMiss = new NearMiss(step, context.Core.Index, site, NearMissReason.OtherCore);
            }
            else if (!entry.IsComplete && IsInUse(holder))
            {
                entry.NearMiss = new NearMiss(step, context.Core.Index, site, NearMissReason.StoreNotComplete);
            }
            else
            {
                holder.State = HolderState.Invalidated;
                holder.InvalidatedBy = context.Core.Index;
                holder.Invalidators = BitOf(context);
                holder.InvalidatedAt = site;
                holders[index] = holder;
                context.Invalidations.Add(entry);
                isNeeded = true;
            }
        }

        return isNeeded;
    }

    private static uint BitOf(CoreContext context) => 1u << context.Core.Index;

    // Behaviour 8.
    private static bool MatchesTag(Step step, int tag) => step.Kind switch
    {
        StepKind.TlbLocal or StepKind.Tlbs or StepKind.TlbPageAllAsids or StepKind.TlbPageAllAsidsLocal => true,
        StepKind.TlbAsid or StepKind.TlbAsidLocal => tag == (int)step.Operand,
        _ => tag == (int)step.Operand || tag == Holder.Global,
    };

    private bool InvalidateResidences(CoreContext context, Step step, bool isLocal)
    {
        bool isNeeded = false;
        bool isByAsid = step.Kind is StepKind.TlbAsid or StepKind.TlbAsidLocal;
        foreach (CoreContext target in _contexts)
        {
            if (isLocal && target != context)
            {
                continue;
            }

            if (isByAsid)
            {
                isNeeded |= InvalidateResidences(context, target.Residences[step.Operand & 0xFF], true);
                continue;
            }

            foreach (int tag in target.Tags)
            {
                isNeeded |= InvalidateResidences(context, target.Residences[tag], false);
            }
        }

        return isNeeded;
    }

    private bool InvalidateResidences(CoreContext context, List<Residence>? residences, bool isByAsid)
    {
        bool isNeeded = false;
        if (residences == null)
        {
            return false;
        }

        foreach (Residence residence in residences)
        {
            if (residence.IsCurrent || (residence.Invalidators & BitOf(context)) != 0)
            {
                continue;
            }

            if (isByAsid && HasGlobals(residence.Table))
            {
                residence.IsOnlyGlobal = true;
                continue;
            }

            bool isFirst = residence.InvalidatedBy < 0;
            residence.InvalidatedBy = isFirst ? context.Core.Index : residence.InvalidatedBy;
            residence.Invalidators |= BitOf(context);
            context.InvalidatedResidences.Add(residence);
            isNeeded |= isFirst;
        }

        return isNeeded;
    }

    // Global entries of a user table outlive an invalidation by ASID. Only tables with such entries are searched.
    private bool HasGlobals(FirstTable table)
    {
        if (!_memory.IsMemory(new PhysicalAddress(table.Start), (uint)table.WordCount << WordShift))
        {
            return false;
        }

        TranslationRegisters registers = _machine.Cores[0].Registers;
        for (int index = NextWord(table, table.FirstIndex); index >= 0; index = NextWord(table, index + 1))
        {
            uint word = _memory.Word(table.Start + ((uint)index << WordShift));
            if (!TableWalker.IsTable(word))
            {
                Leaf leaf = TableWalker.DecodeFirst(word, registers);
                if (leaf.IsHoldable && leaf.IsGlobal)
                {
                    return true;
                }

                continue;
            }

            if (_seconds.TryGetValue(TableWalker.TableOf(word), out SecondTable? second) && HasGlobals(second, word, registers))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasGlobals(SecondTable table, uint pointer, in TranslationRegisters registers)
    {
        if (_memory.KindOf(new PhysicalAddress(table.Start)) != Memory.BankKind.Memory)
        {
            return false;
        }

        for (int index = NextWord(table, 0); index >= 0; index = NextWord(table, index + 1))
        {
            uint word = _memory.Word(table.Start + ((uint)index << WordShift));
            Leaf leaf = TableWalker.DecodeSecond(word, pointer, registers);
            if (leaf.IsHoldable && leaf.IsGlobal)
            {
                return true;
            }
        }

        return false;
    }
}
