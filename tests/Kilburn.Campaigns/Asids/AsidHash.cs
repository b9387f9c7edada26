using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;

namespace Kilburn.Campaigns.Asids;

/// <summary>Hashes states, so that two which differ in nothing but the names of spaces are one.</summary>
/// <remarks>
/// All that a state says of a space is said of that space alone: so the spaces of a state are a bag, whose hash needs no names. Its
/// place in the allocator's list counts where the list is gone through, at the wrap. Left out is what changes nothing that follows within
/// the bounds: the numbers that people call spaces by, statistics, and words that nothing is compared with any more. What a core knows in the middle of an operation is a function of what it
/// has read; reads of plain fields are not seen, so that the hash of its history takes in every field that it may have read: while
/// it does not hold the lock, the generation, its own word and the words of the spaces whose records it asked for; when it
/// takes the lock, everything that the lock guards.
/// </remarks>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidHash<TBounds>
    where TBounds : struct, IAsidBounds
{
    private const int StateShift = 32;
    private const int RelationShift = 36; // bits of a space: 4 for each core, then 2 for each core and tag, then its place in the list

    private readonly AsidWorld<TBounds> _world;
    private readonly int[] _words; // offsets of the allocator's words that count, beside the cores'
    private readonly bool _isListRead;
    private readonly bool _isExact;
    private readonly bool _hasEnds;
    private readonly bool _hasNamedCores;
    private readonly int _slotCount;
    private readonly HashSet<int> _ownerOffsets = [];

    /// <summary>Prepares for a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="plan">The bounds.</param>
    public AsidHash(AsidWorld<TBounds> world, AsidPlan plan)
    {
        _world = world;
        _slotCount = plan.SpaceCount;
        _isListRead = plan.StartsAtLastGeneration;
        _hasNamedCores = plan.Detail.HasFlag(AsidDetail.NamedCores);
        _hasEnds = plan.Events.HasFlag(AsidEvents.Ends);
        _isExact = plan.Detail.HasFlag(AsidDetail.EveryRead);
        ref AsidAllocator allocator = ref world.Allocator;
        List<int> words =
        [
            world.OffsetOf(ref AsidInternals.Generation(ref allocator)),
            world.OffsetOf(ref AsidInternals.RolloverCount(ref allocator)),
            world.OffsetOf(ref AsidInternals.FirstUsed(ref allocator)),
        ];
        for (uint core = 0; core < (uint)TBounds.CoreCount; core++)
        {
            _ = _ownerOffsets.Add(world.OffsetOf(ref AsidInternals.CoreOf(ref allocator, core).Owner));
        }

        _words = [.. words];
    }

    /// <summary>What a core knows after a call that it has just done; the world is as the call left it.</summary>
    /// <param name="at">The core; <see cref="AsidProgress.Pending"/> is the call.</param>
    /// <param name="core">Its number.</param>
    /// <param name="returned">What the call returned.</param>
    /// <param name="asked">Bit n: the operation has asked for the record of slot n.</param>
    /// <param name="isSeen">Whether others can see the call.</param>
    public AsidProgress Extend(AsidProgress at, int core, uint returned, uint asked, bool isSeen)
    {
        bool isName = at.Pending == AsidCall.Load && _ownerOffsets.Contains(at.PendingOffset);
        ulong call = ((ulong)at.Pending << 32) ^ (isName ? 0 : returned);
        if (_isExact)
        {
            ulong all = Mix(at.History, call);
            if (at.Pending == AsidCall.CompareExchange)
            {
                all = Mix(OwnWords(Guarded(all, core), core ^ 1, 0), Spaces(null, at.Operation, core));
                at = at with { WordAtLock = WordOf(at.Operation) };
            }

            return at with { History = _world.HasLock(core) ? all : Seen(all, at.Operation.Slot, core, asked) };
        }

        if (at.Pending == AsidCall.CompareExchange)
        {
            // Whatever an operation does under the lock follows from what the lock guards.
            uint word = WordOf(at.Operation);
            ulong guarded = Guarded(at.IsResuming ? 1u : 0, core);
            return at with { History = Mix(guarded, SetAndWordOf(at.Operation, core)), WordAtLock = word };
        }

        if (_world.HasLock(core))
        {
            // What an unseen call returns is guarded, or the core's own.
            return isSeen ? at with { History = Mix(at.History, call) } : at;
        }

        bool isRelease = at.Pending == AsidCall.Store && at.PendingOffset == _world.LockOffset;
        bool isSwitch = at.Operation.Kind == AsidOperationKind.Switch;
        if (isSwitch && (at.IsResuming || (isRelease && _world.OwnerOf(at.Operation.Slot).Word == AsidWord.Retired)))
        {
            ulong seen = Seen(Mix(at.History, call), at.Operation.Slot, core, asked);
            return at with { History = seen, IsResuming = true };
        }

        return at.Operation.Kind switch
        {
            AsidOperationKind.Unmap => at with { History = Mix(Mix(at.History, call), SetAndWordOf(at.Operation, core)) },
            AsidOperationKind.Leave when _ownerOffsets.Contains(at.PendingOffset) => at with { History = Active(core, 0) },
            _ => at,
        };
    }

    /// <summary>What a core that stops before a call has to remember; the world is as the core has just seen it.</summary>
    /// <param name="at">The core; <see cref="AsidProgress.Pending"/> is the call.</param>
    /// <param name="core">Its number.</param>
    /// <param name="operand">What the call is given.</param>
    public AsidProgress StopAt(in AsidProgress at, int core, uint operand)
    {
        if (_isExact)
        {
            return at.Pending is AsidCall.Store or AsidCall.SwitchSpace && !_ownerOffsets.Contains(at.PendingOffset)
                ? at with { History = Mix(at.History, operand) }
                : at;
        }

        if (at.IsResuming || _world.HasLock(core))
        {
            // A word that counts nowhere when it is the core's own does not count on its way there; and the owner that is stored is a
            // name, of the space that the registers lead to.
            bool isName = _ownerOffsets.Contains(at.PendingOffset);
            operand = isName || (_world.IsActiveOf(at.PendingOffset, core) && IsOverWithoutAsid(operand)) ? 0 : operand;
            return at.Pending == AsidCall.Store ? at with { History = Mix(at.History, operand) } : at;
        }

        return at.Pending switch
        {
            // All that was read before is read again under the lock.
            AsidCall.CompareExchange => at with { History = 0 },

            // The operand is all that a switch has found out.
            AsidCall.SwitchSpace => at with { History = operand },
            AsidCall.Store when _world.IsActiveOf(at.PendingOffset, core) && at.Operation.Kind == AsidOperationKind.Switch =>
                at with { History = operand },
            _ => at,
        };
    }

    /// <summary>The hash of a state, which the world is in.</summary>
    public ulong Of(AsidProgress[] cores) => _hasNamedCores ? Of(cores, 0) : WithoutNames(cores);

    /// <summary>The hash of a state in which cores have no names: of the two orders of two cores, the one with the lower hash counts.</summary>
    /// <remarks>
    /// The allocator goes through the cores by number, so that one which begins a generation comes to the other before itself or after.
    /// Nobody else has to do with its own words until it gives the lock back: it counts as having come to itself first.
    /// </remarks>
    public ulong WithoutNames(AsidProgress[] cores)
    {
        int ahead = cores.Length - 1;
        while (ahead >= 0 && !IsBeforeItself(ahead, cores[ahead]))
        {
            ahead--;
        }

        if (ahead < 0)
        {
            return Math.Min(Of(cores, 0), Of(cores, 1));
        }

        ref AsidCore words = ref AsidInternals.CoreOf(ref _world.Allocator, (uint)ahead);
        ref uint used = ref AsidInternals.FirstUsed(ref _world.Allocator);
        (AsidCore keptWords, uint keptUsed) = (words, used);
        ComeToItself(ref words, ref used, cores[ahead].Pending);
        ulong hash = Math.Min(Of(cores, 0), Of(cores, 1));
        (words, used) = (keptWords, keptUsed);
        return hash;
    }

    // Under the lock nothing but the beginning of a generation loads another core's word, and nothing but the wrap stores one.
    private bool IsBeforeItself(int core, in AsidProgress at)
    {
        bool isBefore = false;
        for (int other = 0; other < core; other++)
        {
            isBefore |= at.Pending is AsidCall.Load or AsidCall.Store && _world.IsActiveOf(at.PendingOffset, other);
        }

        return isBefore && _world.HasLock(core);
    }

    // What the allocator does to a core when it begins a generation (AsidAllocator.BeginGenerationLocked), and at the wrap
    // (ResetWordsLocked), where the words are stored.
    private void ComeToItself(ref AsidCore words, ref uint used, AsidCall pending)
    {
        if (pending == AsidCall.Load)
        {
            words.Reserved = AsidWord.IsSameGeneration(words.Active, _world.EndedGeneration) ? words.Active : words.Reserved;
            used |= 1u << (int)AsidWord.AsidOf(words.Reserved).Value;
        }
        else
        {
            words.Reserved = AsidInternals.Generation(ref _world.Allocator) | AsidWord.AsidOf(words.Reserved).Value;
            words.Active = 0;
        }
    }

    private ulong Of(AsidProgress[] cores, int first)
    {
        ulong hash = Mix(Spaces(cores, default, first), Cursor());
        foreach (int offset in _words)
        {
            hash = Mix(hash, _world.WordAt(offset));
        }

        uint inHand = WordInHand(cores);
        for (int index = 0; index < cores.Length; index++)
        {
            hash = OfCore(hash, index ^ first, cores[index ^ first], inHand);
        }

        return Final(hash);
    }

    // What a core may read without the lock.
    private ulong Seen(ulong hash, int ownSlot, int core, uint asked)
    {
        ref AsidAllocator allocator = ref _world.Allocator;
        hash = Mix(hash, ((ulong)AsidInternals.Generation(ref allocator) << 32) | Active(core, 0));
        for (int slot = 0; slot < _slotCount; slot++)
        {
            hash += ((asked >> slot) & 1) == 0
                ? 0
                : Final(((ulong)((slot == ownSlot ? 1 : 2) | (_world.IsInSet(slot, core) ? 4 : 0)) << 32) | _world.OwnerOf(slot).Word);
        }

        return hash;
    }

    // What the lock guards, and the core's own words.
    private ulong Guarded(ulong hash, int core)
    {
        hash = Mix(hash, Cursor());
        foreach (int offset in _words)
        {
            hash = Mix(hash, _world.WordAt(offset));
        }

        ref AsidAllocator allocator = ref _world.Allocator;
        for (int index = 0; index < TBounds.CoreCount; index++)
        {
            int other = index ^ core; // itself first
            uint isPending = (AsidInternals.FlushPending(ref allocator) >> other) & 1;
            hash = Mix(hash, ((ulong)Reserved(other, 0) << 1) | isPending);
        }

        return Mix(hash, Active(core, 0));
    }

    // Where the search for an ASID goes on. Where none is freed, the one that it comes to says as much.
    private uint Cursor()
    {
        ref AsidAllocator allocator = ref _world.Allocator;
        uint cursor = AsidInternals.Cursor(ref allocator);
        if (_hasEnds)
        {
            return cursor == (uint)TBounds.AsidCount ? 1 : cursor;
        }

        uint free = ~AsidInternals.FirstUsed(ref allocator);
        uint ahead = free & (uint.MaxValue << (int)cursor);
        return (uint)BitOperations.TrailingZeroCount(ahead != 0 ? ahead : free);
    }

    // What a core keeps from the generation before. When no other generation comes, it counts as far as a space's word is compared with it:
    // one of an earlier generation, or one whose core has not asked yet in this one.
    private uint Reserved(int core, uint inHand)
    {
        ref AsidCore words = ref AsidInternals.CoreOf(ref _world.Allocator, (uint)core);
        bool isLeft = AsidWord.AsidOf(words.Reserved).Value != 0;
        bool isCurrent = _world.IsCurrent(words.Reserved) && _world.IsCurrent(words.Active);
        return isLeft && (!_world.IsSettled || (!isCurrent && IsWordOfSpace(words.Reserved, inHand))) ? words.Reserved : 0;
    }

    // What a core runs. A word of an earlier generation counts as far as a space still has it.
    private uint Active(int core, uint inHand)
    {
        uint active = AsidInternals.CoreOf(ref _world.Allocator, (uint)core).Active;
        return IsOverWithoutAsid(active) || (IsOver(active) && !IsWordOfSpace(active, inHand)) ? 0 : active;
    }

    private bool IsOver(uint word) => _world.IsSettled && !_world.IsCurrent(word);

    // With such a word no space's is compared.
    private bool IsOverWithoutAsid(uint word) => IsOver(word) && AsidWord.AsidOf(word).Value == 0;

    // The word of a space that a core is about to take out (AsidAllocator.TryRetire). The space's own says already that it is retired, but it
    // is the one before with which the cores' are compared, and which the space has again when a core runs it.
    private uint WordInHand(AsidProgress[] cores)
    {
        for (int core = 0; core < cores.Length; core++)
        {
            if (cores[core].Operation.Kind == AsidOperationKind.Retire && _world.HasLock(core))
            {
                return cores[core].WordAtLock;
            }
        }

        return 0;
    }

    // The cores of the operation's space, its own first, and the word: what an operation has in hand when others have changed the record.
    private ulong SetAndWordOf(AsidOperation operation, int core)
    {
        uint set = 0;
        for (int index = 0; operation.HasSpace && index < TBounds.CoreCount; index++)
        {
            set |= _world.IsInSet(operation.Slot, index ^ core) ? 1u << index : 0;
        }

        return ((ulong)set << 32) | WordOf(operation);
    }

    private uint WordOf(AsidOperation operation) => operation.HasSpace ? _world.OwnerOf(operation.Slot).Word : 0;

    private bool IsWordOfSpace(uint word, uint inHand)
    {
        if (word == inHand)
        {
            return true;
        }

        for (int slot = 0; slot < _slotCount; slot++)
        {
            if (_world.OwnerOf(slot).Word == word)
            {
                return true;
            }
        }

        return false;
    }

    // What is said of one core by the allocator's words.
    private ulong OwnWords(ulong hash, int core, uint inHand)
    {
        ref AsidAllocator allocator = ref _world.Allocator;
        hash = Mix(hash, ((ulong)Active(core, inHand) << 32) | Reserved(core, inHand));
        bool isHolder = _world.HasLock(core);
        uint isPending = (AsidInternals.FlushPending(ref allocator) >> core) & 1;
        return Mix(hash, (isHolder ? 2u : 0u) | isPending);
    }

    private ulong OfCore(ulong hash, int core, in AsidProgress progress, uint inHand)
    {
        ulong tags = _world.TagOn(core);
        for (int tag = 1; tag < TBounds.ProcessorAsidCount; tag++)
        {
            tags = (tags << 1) | (_world.Held(core, tag) >> AsidWorld<TBounds>.DeadShift);
        }

        hash = OwnWords(Mix(hash, tags), core, inHand);
        if (progress.Operation.Kind == AsidOperationKind.None)
        {
            return Mix(hash, 0);
        }

        ulong place = (ulong)_world.PlaceOf(progress.PendingOffset, core);
        hash = Mix(hash, (ulong)progress.Operation.Kind | ((ulong)progress.Pending << 8) | (place << 16));
        return Mix(hash, progress.History);
    }

    // Everything that is said of spaces. In the middle of a state: of all cores; in a history: of the operation alone.
    private ulong Spaces(AsidProgress[]? cores, AsidOperation operation, int first)
    {
        Span<int> places = stackalloc int[_slotCount];
        places.Clear();
        bool isInOrder = _isListRead && !_world.IsSettled;
        int place = 0;
        for (uint next = AsidInternals.FirstOwner(ref _world.Allocator); next != 0 && place < _slotCount;)
        {
            int slot = AsidWorld<TBounds>.SlotOf(next);
            place++;
            places[slot] = isInOrder ? place : 1;
            next = _world.OwnerOf(slot).Next;
        }

        ulong sum = 0;
        for (int slot = 0; slot < _slotCount; slot++)
        {
            ulong key = _world.OwnerOf(slot).Word
                | ((ulong)_world.Slots[slot] << StateShift);
            ulong relations = 0;
            uint address = AsidWorld<TBounds>.AddressOf(slot).Value;
            for (int index = 0; index < TBounds.CoreCount; index++)
            {
                int core = index ^ first;
                AsidOperation current = cores == null ? operation : cores[core].Operation;
                relations = (relations << 4)
                    | (_world.IsInSet(slot, core) ? 8ul : 0)
                    | (_world.RunningOn(core) == slot ? 1ul : 0)
                    | (AsidInternals.CoreOf(ref _world.Allocator, (uint)core).Owner == address ? 2ul : 0)
                    | (current.Slot == slot && current.HasSpace ? 4ul : 0);
                for (int tag = 1; tag < TBounds.ProcessorAsidCount; tag++)
                {
                    uint held = _world.Held(core, tag) >> slot;
                    relations = (relations << 2) | (held & 1) | ((held >> (AsidWorld<TBounds>.OldShift - 1)) & 2);
                }
            }

            key |= ((relations << 3) | (uint)places[slot]) << RelationShift;
            sum += Final(key);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Final(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        value = (value ^ (value >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return value ^ (value >> 33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value ^ (hash >> 29)) * 0x9E37_79B9_7F4A_7C15;
        return hash ^ (hash >> 32);
    }
}
