using System;
using System.Collections.Generic;
using System.Numerics;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <content>The set of answers that an access may get.</content>
internal sealed partial class TranslationOracle
{
    private const int MixedRegistersLimit = 6;

    private readonly List<Candidate> _candidates = [];
    private ulong _random;

    /// <summary>What an access comes to. More than one possible answer is a violation, or one is drawn.</summary>
    /// <param name="core">The core.</param>
    /// <param name="address">Any address.</param>
    /// <param name="kind">What is done.</param>
    /// <param name="privilege">By whom.</param>
    /// <param name="leaf">The translation behind the answer.</param>
    /// <param name="isStable">True when the answer stays the same until a table or register changes.</param>
    /// <returns>The answer.</returns>
    public Answer Resolve(
        ProcessorCore core, uint address, AccessKind kind, Privilege privilege, out Leaf leaf, out bool isStable)
    {
        CoreContext context = _contexts[core.Index];
        Collect(context, address, kind, privilege);
        Candidate first = _candidates[0];
        leaf = first.Leaf;
        isStable = _candidates.Count == 1 && first.Kind == null && context.Unsynchronized == 0;
        if (core.Registers.IsMmuOn)
        {
            CheckContext(context, address);
        }

        if (first.Kind is ViolationKind kindOfFirst)
        {
            ReportAccess(context, address, first, first, kindOfFirst);
        }

        for (int index = 1; index < _candidates.Count; index++)
        {
            Candidate other = _candidates[index];
            if (other.Answer != first.Answer)
            {
                if (_machine.Options.Tlb == TlbModel.Random)
                {
                    Candidate drawn = _candidates[(int)(Draw() % (ulong)_candidates.Count)];
                    leaf = drawn.Leaf;
                    return drawn.Answer;
                }

                ReportAccess(context, address, first, other, other.Kind ?? ViolationKind.StaleTranslation);
                break;
            }
        }

        return first.Answer;
    }

    /// <summary>Every answer that an access may get, without a report: for accesses that race on purpose.</summary>
    public List<Answer> AnswersOf(ProcessorCore core, uint address, AccessKind kind, Privilege privilege)
    {
        Collect(_contexts[core.Index], address, kind, privilege);
        List<Answer> answers = [];
        foreach (Candidate candidate in _candidates)
        {
            if (!answers.Contains(candidate.Answer))
            {
                answers.Add(candidate.Answer);
            }
        }

        return answers;
    }

    /// <summary>A number of the seeded sequence.</summary>
    public ulong Draw()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return _random;
    }

    private void Collect(CoreContext context, uint address, AccessKind kind, Privilege privilege)
    {
        _candidates.Clear();
        uint mask = context.Unsynchronized;
        if (BitOperations.PopCount(mask) > MixedRegistersLimit)
        {
            CollectWith(context, context.Core.Registers, 0, address, kind, privilege);
            CollectWith(context, context.Old, mask, address, kind, privilege);
            return;
        }

        for (uint subset = 0; ; subset = (subset - mask) & mask)
        {
            CollectWith(context, Mixed(context, subset), subset, address, kind, privilege);
            if (subset == mask)
            {
                return;
            }
        }
    }

    private void CollectWith(
        CoreContext context, in TranslationRegisters registers, uint oldOnes, uint address, AccessKind kind, Privilege privilege)
    {
        Walk walk = TableWalker.Walk(_memory, registers, address);
        ViolationKind? doubt = oldOnes != 0 ? ViolationKind.ContextNotSynchronized : null;
        Candidate plain = new(AnswerOf(walk.Leaf, registers, address, kind, privilege), walk.Leaf, doubt, null, null, oldOnes);
        if (walk.Reads != 0 && oldOnes == 0)
        {
            if (IsUnclean(walk.FirstAddress) || (walk.Reads == 2 && IsUnclean(walk.SecondAddress)))
            {
                plain = plain with { Kind = ViolationKind.LineNotCleaned };
            }
            else if (DoCopiesDisagree(walk))
            {
                plain = plain with { Kind = ViolationKind.CopiesDisagree };
            }
        }

        _candidates.Add(plain);
        if (!registers.IsMmuOn)
        {
            return;
        }

        if (_buckets[address >> MibShift] is { Count: > 0 } bucket)
        {
            foreach (StaleEntry entry in bucket)
            {
                if (entry.Covers(address))
                {
                    CollectEntry(context, registers, walk, entry, address, kind, privilege);
                }
            }
        }

        CollectResidences(context, registers, address, kind, privilege);
    }

    private void CollectEntry(
        CoreContext context,
        in TranslationRegisters registers,
        in Walk walk,
        StaleEntry entry,
        uint address,
        AccessKind kind,
        Privilege privilege)
    {
        int core = context.Core.Index;
        foreach (Holder holder in entry.Holders)
        {
            if (holder.Core != core || holder.State == HolderState.Gone || !holder.Serves(registers.Asid))
            {
                continue;
            }

            Leaf leaf = entry.Leaf;
            if (entry.IsPointer)
            {
                uint slot = TableWalker.SecondLevelSlot(entry.Old, address);
                CollectLate(context, registers, entry, holder, slot, address, kind, privilege);
                leaf = entry.Target == null || _memory.KindOf(new PhysicalAddress(slot)) != BankKind.Memory
                    ? Leaf.Refused(FaultCode.ExternalOnSecondWalk)
                    : TableWalker.DecodeSecond(_memory.Word(slot), entry.Old, registers);
            }

            Answer answer = AnswerOf(leaf, registers, address, kind, privilege);
            _candidates.Add(new Candidate(answer, leaf, KindOf(entry, holder, walk.Leaf), entry, holder, 0));
            return;
        }

        if (IsSeenLate(entry, core) && (entry.Level == 1 ? walk.FirstAddress : walk.SecondAddress) == entry.Word && walk.Reads >= entry.Level)
        {
            Leaf leaf = entry.Level == 1
                ? Leaf.Refused(FaultCode.TranslationFirstLevel)
                : TableWalker.DecodeSecond(entry.Old, walk.FirstWord, registers);
            Answer answer = AnswerOf(leaf, registers, address, kind, privilege);
            ViolationKind late = entry.IsComplete
                ? ViolationKind.ContextNotSynchronized
                : entry.NeedsClean ? ViolationKind.LineNotCleaned : ViolationKind.StoreNotComplete;
            _candidates.Add(new Candidate(answer, leaf, late, entry, null, 0));
        }
    }

    // What the word was before stores that are not surely seen: a walk through an old pointer may read that too.
    private void CollectLate(
        CoreContext context,
        in TranslationRegisters registers,
        StaleEntry pointer,
        in Holder holder,
        uint slot,
        uint address,
        AccessKind kind,
        Privilege privilege)
    {
        foreach (StaleEntry entry in _buckets[address >> MibShift]!)
        {
            if (entry.Level == 2 && entry.Word == slot && entry.Covers(address) && IsSeenLate(entry, context.Core.Index))
            {
                Leaf leaf = TableWalker.DecodeSecond(entry.Old, pointer.Old, registers);
                Answer answer = AnswerOf(leaf, registers, address, kind, privilege);
                _candidates.Add(new Candidate(answer, leaf, KindOf(pointer, holder, leaf), pointer, holder, 0));
            }
        }
    }

    private static bool IsSeenLate(StaleEntry entry, int core) =>
        entry.IsFresh && (!entry.IsComplete || (entry.AwaitsContext && entry.StoreCore == core));

    // Tables that were active under this ASID, or under any when their entries are global.
    private void CollectResidences(
        CoreContext context, in TranslationRegisters registers, uint address, AccessKind kind, Privilege privilege)
    {
        bool isLower = (address & registers.UpperMask) == 0;
        foreach (int tag in context.Tags)
        {
            bool isOwnTag = tag == (isLower ? (int)registers.Asid : Holder.EveryAsid);
            if ((tag == Holder.EveryAsid) == isLower)
            {
                continue;
            }

            foreach (Residence residence in context.Residences[tag]!)
            {
                if (residence.IsCurrent || residence.Table.WordCount <= (int)(address >> MibShift))
                {
                    continue;
                }

                // A first-level word that is held leads to a second-level one, which may refuse.
                Leaf leaf = LeafOf(residence, registers, address);
                bool isHeld = leaf.IsHoldable || leaf.Fault != FaultCode.TranslationFirstLevel;
                if (isHeld && ((leaf.IsHoldable && leaf.IsGlobal) || (isOwnTag && !residence.IsOnlyGlobal)))
                {
                    Answer answer = AnswerOf(leaf, registers, address, kind, privilege);
                    _candidates.Add(new Candidate(answer, leaf, ViolationKind.AsidReused, null, null, 0, residence));
                    CollectStored(registers, residence, address, kind, privilege);
                }
            }
        }
    }

    // The second-level word that a held first-level word leads to, as it was before stores that no DSB has completed.
    private void CollectStored(
        in TranslationRegisters registers, Residence residence, uint address, AccessKind kind, Privilege privilege)
    {
        uint pointer = _memory.Word(residence.Table.Start + ((address >> MibShift) << WordShift));
        if (!TableWalker.IsTable(pointer))
        {
            return;
        }

        uint slot = TableWalker.SecondLevelSlot(pointer, address);
        foreach (CoreContext storer in _contexts)
        {
            foreach ((uint word, uint old, _) in storer.StoredWords)
            {
                if (word == slot)
                {
                    Leaf leaf = TableWalker.DecodeSecond(old, pointer, registers);
                    Answer answer = AnswerOf(leaf, registers, address, kind, privilege);
                    _candidates.Add(new Candidate(answer, leaf, ViolationKind.AsidReused, null, null, 0, residence));
                }
            }
        }
    }

    private Leaf LeafOf(Residence residence, in TranslationRegisters registers, uint address)
    {
        FirstTable table = residence.Table;
        int index = (int)(address >> MibShift);
        uint slot = table.Start + ((uint)index << WordShift);
        if (_memory.KindOf(new PhysicalAddress(slot)) != BankKind.Memory || !residence.MaySee(table.Stamps[index]))
        {
            return Leaf.Refused(FaultCode.TranslationFirstLevel);
        }

        uint word = _memory.Word(slot);
        if (!TableWalker.IsTable(word))
        {
            return TableWalker.DecodeFirst(word, registers);
        }

        uint second = TableWalker.SecondLevelSlot(word, address);
        return _memory.KindOf(new PhysicalAddress(second)) != BankKind.Memory
            ? Leaf.Refused(FaultCode.ExternalOnSecondWalk)
            : TableWalker.DecodeSecond(_memory.Word(second), word, registers);
    }

    private Answer AnswerOf(
        in Leaf leaf, in TranslationRegisters registers, uint address, AccessKind kind, Privilege privilege)
    {
        FaultCode fault =
            TableWalker.Check(leaf, registers.DomainAccess, registers.IsAccessFlagOn, kind, privilege);
        if (fault != FaultCode.None)
        {
            return new Answer(fault, 0, default);
        }

        uint physical = leaf.Translate(address);
        return _memory.KindOf(new PhysicalAddress(physical)) == BankKind.Hole
            ? new Answer(FaultCode.External, 0, default)
            : new Answer(FaultCode.None, physical, leaf.Attributes);
    }

    // Behaviour 10. B3.5.1: the 16 words of a large page or supersection are the same.
    private bool DoCopiesDisagree(in Walk walk)
    {
        const uint GroupMask = (TableWalker.Copies << WordShift) - 1;
        if (walk.Reads == 2)
        {
            return IsGroupMixed(walk.SecondAddress & ~GroupMask, TableWalker.IsLargePage);
        }

        return IsGroupMixed(walk.FirstAddress & ~GroupMask, TableWalker.IsSupersection);
    }

    private bool IsGroupMixed(uint group, Func<uint, bool> isCopy)
    {
        ReadOnlySpan<uint> words =
            System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref _memory.Word(group), TableWalker.Copies);
        if (words.IndexOfAnyExcept(words[0]) < 0)
        {
            return false;
        }

        foreach (uint word in words)
        {
            if (isCopy(word))
            {
                return true;
            }
        }

        return false;
    }

    private static ViolationKind KindOf(StaleEntry entry, in Holder holder, in Leaf now)
    {
        if (!entry.IsComplete)
        {
            return entry.NeedsClean ? ViolationKind.LineNotCleaned : ViolationKind.StoreNotComplete;
        }

        return holder.State switch
        {
            HolderState.Invalidated => ViolationKind.InvalidationNotComplete,
            HolderState.Unsynchronized => ViolationKind.ContextNotSynchronized,
            _ when entry.IsPointer => ViolationKind.StaleWalk,
            _ when now.IsHoldable && IsPermissionChange(entry.Leaf, now) => ViolationKind.StalePermissions,
            _ => ViolationKind.StaleTranslation,
        };
    }

    private void CheckContext(CoreContext context, uint address)
    {
        if (context.HoldsRubbish)
        {
            Report(new Violation
            {
                Kind = ViolationKind.NotInvalidatedAfterReset,
                CoreIndex = context.Core.Index,
                Address = new VirtualAddress(address),
                Cause = context.RegisterSites[(int)SystemRegister.SystemControl],
                Finding = "the TLB holds what it held at reset.",
                Missing = $"TLBIALL on core {context.Core.Index}, DSB, before the MMU is turned on.",
            });
        }

        if (context.Doubt is SystemRegister register)
        {
            Report(new Violation
            {
                Kind = ViolationKind.EntriesInDoubt,
                CoreIndex = context.Core.Index,
                Address = new VirtualAddress(address),
                Cause = context.RegisterSites[(int)register],
                Finding = $"{register} was changed at {context.RegisterSites[(int)register]}: what the TLB holds is in doubt.",
                Missing = $"TLBIALL on core {context.Core.Index}, DSB, ISB, before the next access.",
            });
        }
    }

    /// <summary>One possible answer, and why.</summary>
    private readonly record struct Candidate(
        Answer Answer,
        Leaf Leaf,
        ViolationKind? Kind,
        StaleEntry? Entry,
        Holder? Holder,
        uint OldRegisters,
        Residence? Residence = null);
}
