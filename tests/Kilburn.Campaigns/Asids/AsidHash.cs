using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;

namespace Kilburn.Campaigns.Asids;

/// <summary>Hashes states, so that two which differ in nothing but the names of spaces are one.</summary>
/// <remarks>
/// All that a state says of a space is said of that space alone: so the spaces of a state are a bag, whose hash needs no names. Its
/// place in the allocator's list counts where the list is gone through, at the wrap. Left out is what changes nothing that follows:
/// the numbers that people call spaces by, and statistics. What a core knows in the middle of an operation is a function of what it
/// has read; reads of plain fields are not seen, so that the hash of its history takes in every field that it may have read: while
/// it does not hold the lock, the generation, its own word and the words of the spaces whose records it asked for; when it
/// takes the lock, everything that the lock guards.
/// </remarks>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidHash<TBounds>
    where TBounds : struct, IAsidBounds
{
    private const int OldShift = 8;
    private const int StateShift = 32;
    private const ulong SpecialBit = 1ul << 35;
    private const int RelationShift = 36; // bits of a space: 3 for each core, then 2 for each core and tag, then its place in the list

    private readonly AsidWorld<TBounds> _world;
    private readonly int[] _words; // offsets of the allocator's words that count, beside the cores'
    private readonly int _lockOffset;
    private readonly bool _isListRead;
    private readonly bool _isFirstSpecial;
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
        _isFirstSpecial = plan.Events.HasFlag(AsidEvents.Unmaps);
        ref AsidAllocator allocator = ref world.Allocator;
        _lockOffset = world.OffsetOf(ref AsidInternals.Lock(ref allocator));
        List<int> words =
        [
            world.OffsetOf(ref AsidInternals.Generation(ref allocator)),
            world.OffsetOf(ref AsidInternals.Cursor(ref allocator)),
            world.OffsetOf(ref AsidInternals.RolloverCount(ref allocator)),
            world.OffsetOf(ref AsidInternals.FirstUsed(ref allocator)),
        ];
        for (uint core = 0; core < (uint)TBounds.CoreCount; core++)
        {
            _ = _ownerOffsets.Add(world.OffsetOf(ref AsidInternals.CoreOf(ref allocator, core).Owner));
        }

        _words = [.. words];
    }

    /// <summary>True when every read that is not seen counts as a read of everything: slow, to check the cheaper way.</summary>
    public bool IsExact { get; init; }

    /// <summary>Where the lock's word lies.</summary>
    public int LockOffset => _lockOffset;

    /// <summary>The history of a core after the call that it was about to do.</summary>
    /// <param name="before">Before the call.</param>
    /// <param name="core">The core.</param>
    /// <param name="returned">What the call returned.</param>
    /// <param name="asked">Bit n: the operation has asked for the record of slot n.</param>
    public ulong Extend(in AsidProgress before, int core, uint returned, uint asked)
    {
        bool isName = before.Pending == AsidCall.Load && _ownerOffsets.Contains(before.PendingOffset);
        ulong hash = Mix(before.History, ((ulong)before.Pending << 32) ^ (isName ? 0 : returned));
        uint lockWord = AsidInternals.Lock(ref _world.Allocator);
        bool isMine = lockWord != 0 && (lockWord >> 8) == (uint)core;
        if (IsExact || (isMine && before.Pending == AsidCall.CompareExchange))
        {
            foreach (int offset in _words)
            {
                hash = Mix(hash, WordAt(offset));
            }

            hash = OwnWords(OwnWords(hash, core), TBounds.CoreCount - 1 - core);
            return Mix(hash, Spaces(null, before.Operation, core));
        }

        if (!isMine)
        {
            ref AsidAllocator allocator = ref _world.Allocator;
            hash = Mix(
                hash,
                ((ulong)AsidInternals.Generation(ref allocator) << 32) | AsidInternals.CoreOf(ref allocator, (uint)core).Active);
            for (int slot = 0; slot < _slotCount; slot++)
            {
                if (((asked >> slot) & 1) != 0)
                {
                    hash += Final(((ulong)(slot == before.Operation.Slot ? 1 : 2) << 32) | _world.OwnerOf(slot).Word);
                }
            }
        }

        return hash;
    }

    /// <summary>The hash of a state, which the world is in.</summary>
    /// <remarks>Cores have no names either: of the two orders of two cores, the one with the lower hash counts.</remarks>
    public ulong Of(AsidProgress[] cores) => Math.Min(Of(cores, 0), Of(cores, 1));

    private ulong Of(AsidProgress[] cores, int first)
    {
        ulong hash = Spaces(cores, default, first);
        foreach (int offset in _words)
        {
            hash = Mix(hash, WordAt(offset));
        }

        for (int index = 0; index < cores.Length; index++)
        {
            hash = OfCore(hash, index ^ first, cores[index ^ first]);
        }

        return Final(hash);
    }

    // What is said of one core by the allocator's words.
    private ulong OwnWords(ulong hash, int core)
    {
        ref AsidAllocator allocator = ref _world.Allocator;
        ref AsidCore words = ref AsidInternals.CoreOf(ref allocator, (uint)core);
        hash = Mix(hash, ((ulong)words.Active << 32) | words.Reserved);
        uint lockWord = AsidInternals.Lock(ref allocator);
        bool isHolder = lockWord != 0 && (lockWord >> 8) == (uint)core;
        uint isPending = (AsidInternals.FlushPending(ref allocator) >> core) & 1;
        return Mix(hash, (isHolder ? 2u : 0u) | isPending);
    }

    private ulong OfCore(ulong hash, int core, in AsidProgress progress)
    {
        ulong tags = _world.TagOn(core);
        for (int tag = 1; tag < TBounds.ProcessorAsidCount; tag++)
        {
            tags = (tags << 1) | (_world.Held(core, tag) >> (2 * OldShift));
        }

        hash = OwnWords(Mix(hash, tags), core);
        if (progress.Operation.Kind == AsidOperationKind.None)
        {
            return Mix(hash, 0);
        }

        bool isAllocators = AsidWorld<TBounds>.IsAllocators(progress.PendingOffset);
        ulong place = isAllocators
            ? (ulong)progress.PendingOffset
            : (ulong)_world.FieldOf(progress.PendingOffset) | (1ul << 20);
        hash = Mix(hash, (ulong)progress.Operation.Kind | ((ulong)progress.Pending << 8) | (place << 16));
        return Mix(hash, progress.History);
    }

    // Everything that is said of spaces. In the middle of a state: of all cores; in a history: of the operation alone.
    private ulong Spaces(AsidProgress[]? cores, AsidOperation operation, int first)
    {
        Span<int> places = stackalloc int[_slotCount];
        places.Clear();
        int place = 0;
        for (uint next = AsidInternals.FirstOwner(ref _world.Allocator); next != 0 && place < _slotCount;)
        {
            int slot = AsidWorld<TBounds>.SlotOf(next);
            places[slot] = _isListRead ? ++place : 1;
            next = _world.OwnerOf(slot).Next;
        }

        ulong sum = 0;
        for (int slot = 0; slot < _slotCount; slot++)
        {
            ulong key = _world.OwnerOf(slot).Word
                | ((ulong)_world.Slots[slot] << StateShift)
                | (slot == 0 && _isFirstSpecial ? SpecialBit : 0);
            ulong relations = 0;
            uint address = AsidWorld<TBounds>.AddressOf(slot).Value;
            for (int index = 0; index < TBounds.CoreCount; index++)
            {
                int core = index ^ first;
                AsidOperation current = cores == null ? operation : cores[core].Operation;
                relations = (relations << 3)
                    | (_world.RunningOn(core) == slot ? 1ul : 0)
                    | (AsidInternals.CoreOf(ref _world.Allocator, (uint)core).Owner == address ? 2ul : 0)
                    | (current.Slot == slot && current.HasSpace ? 4ul : 0);
                for (int tag = 1; tag < TBounds.ProcessorAsidCount; tag++)
                {
                    uint held = _world.Held(core, tag) >> slot;
                    relations = (relations << 2) | (held & 1) | ((held >> (OldShift - 1)) & 2);
                }
            }

            key |= ((relations << 3) | (uint)places[slot]) << RelationShift;
            sum += Final(key);
        }

        return sum;
    }

    private uint WordAt(int offset) => Unsafe.As<byte, uint>(ref _world.Bytes[offset]);

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
