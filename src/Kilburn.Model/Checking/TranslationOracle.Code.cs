using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <content>Lines of the caches: what was written, cleaned, and made fetchable (behaviours 6 and 14).</content>
internal sealed partial class TranslationOracle
{
    private const int LineShift = 6;
    private const uint LinesMask = 63;

    private readonly ulong[] _unclean;     // by frame, a bit for each line: written, and not cleaned to unification
    private readonly ulong[] _unfetchable; // by frame, a bit for each line: written, and not made fetchable since
    private readonly Dictionary<uint, ushort> _uncleanWords = [];  // by line, a bit for each word; only where walks need it
    private readonly Dictionary<uint, ushort> _cleaningWords = []; // by line: cleaned, with no DSB since
    private readonly Dictionary<uint, ulong> _cleaning = []; // by frame: cleaned, with no DSB since
    private readonly HashSet<uint> _cleaned = [];            // frames with lines cleaned since the last ICIALLUIS
    private readonly HashSet<(uint Line, uint Address)> _fetchableAt = []; // lines made fetchable at one virtual address
    private readonly Dictionary<uint, ulong> _invalidating = []; // by frame: made fetchable by an ICIALLUIS with no DSB since
    private readonly Dictionary<uint, uint> _fetchableSince = []; // by frame: when
    private readonly Dictionary<uint, ulong> _unpredictable = []; // by frame: not followed by BPIALLIS
    private readonly List<(uint Line, uint Address)> _invalidatingAt = [];
    private uint _lastFetchable;
    private bool _isPredictorPending;

    /// <summary>A block was stored.</summary>
    public void NoteBlockStore(uint start, uint lengthInBytes)
    {
        for (ulong at = start; at < (ulong)start + lengthInBytes; at += 1u << LineShift)
        {
            MarkStored((uint)at);
            if (!_areWalksCoherent)
            {
                _uncleanWords[(uint)at >> LineShift] = ushort.MaxValue;
            }
        }
    }

    // Words of unfollowed memory: what a walk past the caches would find there is not known.
    private void MarkUnclean(uint physical)
    {
        uint line = physical >> LineShift;
        _ = _uncleanWords.TryGetValue(line, out ushort words);
        _uncleanWords[line] = (ushort)(words | WordBit(physical));
    }

    private static ushort WordBit(uint physical) => (ushort)(1u << (int)((physical & LinesMask) >> WordShift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MarkStored(uint physical)
    {
        ulong line = LineBit(physical);
        uint frame = physical >> PageShift;
        _unclean[frame] |= line;
        _unfetchable[frame] |= line;
        if (_fetchableAt.Count != 0)
        {
            uint number = physical >> LineShift;
            _ = _fetchableAt.RemoveWhere(pair => pair.Line == number);
        }
    }

    // False where walks look in the caches; else whether the line was stored to since its last clean.
    private bool IsLineUnclean(uint physical) =>
        !_areWalksCoherent && (_unclean[physical >> PageShift] & LineBit(physical)) != 0;

    private static ulong LineBit(uint physical) => 1ul << (int)((physical >> LineShift) & LinesMask);

    private bool NoteClean(CoreContext context, uint start, uint lengthInBytes)
    {
        bool isNeeded = false;
        ulong end = (ulong)start + lengthInBytes;
        for (ulong at = start & ~LinesMask; at < end; at += 1u << LineShift)
        {
            uint frame = (uint)at >> PageShift;
            ulong line = LineBit((uint)at);
            if (_uncleanWords.Remove((uint)at >> LineShift, out ushort words))
            {
                _cleaningWords[(uint)at >> LineShift] = words;
                context.CleanedLines.Add((uint)at >> LineShift);
            }

            foreach (StaleEntry entry in context.Stores)
            {
                isNeeded |= entry.NeedsClean && entry.Word >> LineShift == (uint)at >> LineShift;
                entry.NeedsClean &= entry.Word >> LineShift != (uint)at >> LineShift;
            }

            if (frame >= (uint)_unclean.Length || (_unclean[frame] & line) == 0)
            {
                continue; // another core cleaned the line, but this one's stores are this one's to see to
            }

            isNeeded = true;
            _unclean[frame] &= ~line;
            _ = _cleaning.TryGetValue(frame, out ulong others);
            _cleaning[frame] = others | line;
            _ = _cleaned.Add(frame);
            context.Cleans.Add((frame, line));
        }

        return isNeeded;
    }

    private void CompleteCleans(CoreContext context)
    {
        foreach ((uint frame, ulong lines) in context.Cleans)
        {
            if (_cleaning.TryGetValue(frame, out ulong cleaning))
            {
                cleaning &= ~lines;
                if (cleaning == 0)
                {
                    _ = _cleaning.Remove(frame);
                }
                else
                {
                    _cleaning[frame] = cleaning;
                }
            }
        }

        context.Cleans.Clear();
        foreach (uint line in context.CleanedLines)
        {
            _ = _cleaningWords.Remove(line);
        }

        context.CleanedLines.Clear();
        if (context.IsInstructionCacheInvalidated)
        {
            CompleteInstructionCaches(context);
        }

        if (context.IsPredictorInvalidated)
        {
            context.IsPredictorInvalidated = false;
            foreach (CoreContext target in _contexts)
            {
                target.Predictor.Complete(context.Core.Index, target == context);
            }

            if (_isPredictorPending)
            {
                _isPredictorPending = false;
                _unpredictable.Clear();
            }
        }
    }

    // Lines whose clean is complete become fetchable; the others stay what they were.
    private bool NoteInstructionCaches(CoreContext context)
    {
        bool isNeeded = false;
        foreach (uint frame in _cleaned)
        {
            _ = _cleaning.TryGetValue(frame, out ulong cleaning);
            ulong ready = _unfetchable[frame] & ~_unclean[frame] & ~cleaning;
            if (ready != 0)
            {
                isNeeded = true;
                _ = _invalidating.TryGetValue(frame, out ulong others);
                _invalidating[frame] = others | ready;
            }
        }

        _ = _cleaned.RemoveWhere(frame => !_cleaning.ContainsKey(frame));
        return isNeeded;
    }

    private bool NoteInstructionLine(CoreContext context, uint address)
    {
        Leaf leaf = TableWalker.Walk(_memory, context.Core.Registers, address).Leaf;
        if (!leaf.IsHoldable)
        {
            return false;
        }

        uint physical = leaf.Translate(address);
        uint frame = physical >> PageShift;
        _ = _cleaning.TryGetValue(frame, out ulong cleaning);
        ulong line = LineBit(physical);
        if (frame >= (uint)_unfetchable.Length || (_unfetchable[frame] & line & ~_unclean[frame] & ~cleaning) == 0)
        {
            return false;
        }

        _invalidatingAt.Add((physical >> LineShift, address >> LineShift));
        context.IsInstructionCacheInvalidated = true;
        return true;
    }

    private bool NotePredictors(CoreContext context)
    {
        _isPredictorPending = true;
        bool isNeeded = _unpredictable.Count != 0;
        foreach (CoreContext target in _contexts)
        {
            isNeeded |= target.Predictor.Invalidate(context.Core.Index);
        }

        return isNeeded;
    }

    private void CompleteInstructionCaches(CoreContext context)
    {
        context.IsInstructionCacheInvalidated = false;
        foreach ((uint frame, ulong lines) in _invalidating)
        {
            _unfetchable[frame] &= ~(lines & ~_unclean[frame]);
            _fetchableSince[frame] = ++_now;
            _lastFetchable = _now;
            if (_machine.Constants.BranchPredictorNeedsMaintenance)
            {
                _ = _unpredictable.TryGetValue(frame, out ulong others);
                _unpredictable[frame] = _isPredictorPending ? others : others | lines;
            }
        }

        _invalidating.Clear();
        foreach ((uint line, uint address) in _invalidatingAt)
        {
            _ = _fetchableAt.Add((line, address));
            _fetchableSince[line >> (PageShift - LineShift)] = ++_now;
            _lastFetchable = _now;
        }

        _invalidatingAt.Clear();
    }

    /// <summary>An instruction is fetched.</summary>
    public void CheckFetch(ProcessorCore core, uint address, uint physical)
    {
        uint frame = physical >> PageShift;
        if (frame >= (uint)_unfetchable.Length)
        {
            return;
        }

        ulong line = LineBit(physical);
        _ = _cleaning.TryGetValue(frame, out ulong cleaning);
        _ = _unpredictable.TryGetValue(frame, out ulong unpredictable);
        string? missing = null;
        ViolationKind kind = ViolationKind.InstructionsNotCoherent;
        if ((_unclean[frame] & line) != 0)
        {
            missing = $"a clean of the line to unification (DCCMVAU), DSB, ICIALLUIS, DSB, ISB.";
        }
        else if ((_unfetchable[frame] & line) != 0
            && !_fetchableAt.Contains((physical >> LineShift, address >> LineShift)))
        {
            missing = (cleaning & line) != 0
                ? "DSB between the clean and the invalidation of the instruction cache."
                : "an invalidation of the instruction cache that covers every alias (ICIALLUIS), DSB, after the clean.";
        }
        else if ((unpredictable & line) != 0)
        {
            missing = "BPIALLIS, DSB.";
        }
        else if (_fetchableSince.TryGetValue(frame, out uint since) && _contexts[core.Index].LastContextBarrier < since)
        {
            missing = $"ISB on core {core.Index}.";
            kind = ViolationKind.ContextNotSynchronized;
        }

        if (missing != null)
        {
            Report(new Violation
            {
                Kind = kind,
                CoreIndex = core.Index,
                Asid = new Asid(core.Registers.Asid),
                Address = new VirtualAddress(address),
                Physical = new PhysicalAddress(physical),
                Finding = "an instruction is fetched from a line that was written, and may be what it was before.",
                Missing = missing,
            });
        }

        if (_machine.Constants.BranchPredictorNeedsMaintenance)
        {
            CheckPrediction(_contexts[core.Index], address, frame);
        }
    }

    // The predictor may know the address from another frame, under this ASID or under all.
    private void CheckPrediction(CoreContext context, uint address, uint frame)
    {
        TranslationRegisters registers = context.Core.Registers;
        int asid = (int)registers.Asid;
        uint page = address >> PageShift;
        foreach (int tag in (ReadOnlySpan<int>)[asid, Holder.Global])
        {
            if (!context.Predictor.TryFind(tag, page, out BranchPredictor.Lesson lesson) || lesson.Frame == frame)
            {
                continue;
            }

            Report(new Violation
            {
                Kind = ViolationKind.StalePrediction,
                CoreIndex = context.Core.Index,
                Asid = new Asid(registers.Asid),
                Address = new VirtualAddress(address),
                Physical = new PhysicalAddress(frame << PageShift),
                Finding = $"the branch predictor may know the address from frame 0x{lesson.Frame << PageShift:X8}, "
                    + "which was mapped here before.",
                Missing = lesson.State switch
                {
                    HolderState.Invalidated => $"DSB on core {BitOperations.TrailingZeroCount(lesson.Invalidators)} after its BPIALLIS.",
                    HolderState.Unsynchronized => $"ISB on core {context.Core.Index}.",
                    _ => "BPIALLIS, DSB, ISB.",
                },
            });
        }

        bool isGlobal = TableWalker.Walk(_memory, registers, address).Leaf.IsGlobal;
        context.Predictor.Learn(isGlobal ? Holder.Global : asid, page, frame);
    }

    // Behaviour 6: a walk through a new pointer may find anything in the lines of the table that were not cleaned before.
    private void CheckLinked(in Change link, SecondTable table)
    {
        if (_areWalksCoherent || !IsWalked((FirstTable)link.Table))
        {
            return;
        }

        for (uint at = table.Start; at < table.Start + SecondTable.LengthInBytes; at += 1u << LineShift)
        {
            bool isUnclean = _uncleanWords.ContainsKey(at >> LineShift);
            if (isUnclean || _cleaningWords.ContainsKey(at >> LineShift))
            {
                Report(new Violation
                {
                    Kind = ViolationKind.LineNotCleaned,
                    CoreIndex = link.Core.Index,
                    Address = new VirtualAddress(link.Address),
                    Physical = new PhysicalAddress(at),
                    Cause = link.Site,
                    Found = link.Site,
                    Finding = $"the table at 0x{table.Start:X8} is linked at physical 0x{link.Physical:X8}, and a walk may find "
                        + $"anything in its line at 0x{at:X8}.",
                    Missing = isUnclean
                        ? "a clean of the line to unification (DCCMVAU), DSB, before the store of the link."
                        : "DSB between the clean of the line and the store of the link.",
                });
                return;
            }
        }
    }

    // Behaviour 6: a walk goes past the caches, and the line of the word was written but not cleaned.
    private bool IsUnclean(uint physical)
    {
        if (_areWalksCoherent)
        {
            return false;
        }

        uint line = physical >> LineShift;
        ushort word = WordBit(physical);
        return (_uncleanWords.TryGetValue(line, out ushort unclean) && (unclean & word) != 0)
            || (_cleaningWords.TryGetValue(line, out ushort cleaning) && (cleaning & word) != 0);
    }
}
