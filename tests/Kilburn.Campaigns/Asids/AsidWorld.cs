using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;

namespace Kilburn.Campaigns.Asids;

/// <summary>All that cores share, in one block of bytes, so that a state is copied, compared and come back to.</summary>
/// <remarks>
/// In it: the allocator as it ships, the owners' records, and what the registers and TLBs of each core may hold. A TLB is, for
/// each tag, a set of origins: entries of a space, entries of a space's page that is being removed (old), and entries that
/// must never be used again (dead). All that the architecture lets a walk fetch is in it at once.
/// </remarks>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidWorld<TBounds>
    where TBounds : struct, IAsidBounds
{
    /// <summary>Address of the first owner's record; the others follow in steps of a page.</summary>
    public const uint OwnerBase = 0x0010_0000;

    /// <summary>Address of the first space's table; in steps of 16 KiB.</summary>
    public const uint TableBase = 0x0020_0000;

    /// <summary>No space.</summary>
    public const byte NoSlot = 0xFF;

    /// <summary>From the bit of a space in <see cref="Held"/> to that of its page which is being unmapped, or is.</summary>
    public const int OldShift = 8;

    /// <summary>The bit in <see cref="Held"/> of what nobody may use.</summary>
    public const int DeadShift = 2 * OldShift;

    private const uint DeadBit = 1u << DeadShift;

    /// <summary>A bit for each core.</summary>
    public static uint AllCores => (1u << TBounds.CoreCount) - 1;

    private const int CoreLength = 3;

    private static readonly int s_recordLength = Unsafe.SizeOf<AsidOwner>();
    private static readonly int s_allocatorLength = Unsafe.SizeOf<AsidAllocator>();
    private static readonly int s_tagLength = TBounds.ProcessorAsidCount * sizeof(uint);

    private readonly AsidPlan _plan;
    private readonly int _slotCount;
    private readonly int _lockOffset;
    private readonly int _generationOffset;
    private readonly int _tagsAt;
    private readonly int _ownersAt;
    private readonly int _coresAt;
    private readonly int _slotsAt;
    private readonly byte[] _bytes;
    private readonly (int Start, int Length)[] _kept; // the allocator's cores have a cache line each, most of it empty
    private readonly int _keptLength;

    /// <summary>Makes the bytes.</summary>
    /// <param name="plan">The bounds.</param>
    public AsidWorld(AsidPlan plan)
    {
        _plan = plan;
        _slotCount = plan.SpaceCount;
        _tagsAt = (s_allocatorLength + sizeof(uint) - 1) & ~(sizeof(uint) - 1);
        _ownersAt = _tagsAt + (TBounds.CoreCount * s_tagLength);
        _coresAt = _ownersAt + (_slotCount * s_recordLength);
        _slotsAt = _coresAt + (TBounds.CoreCount * CoreLength);
        _bytes = GC.AllocateArray<byte>(_slotsAt + _slotCount, pinned: true);
        _lockOffset = OffsetOf(ref AsidInternals.Lock(ref Allocator));
        _generationOffset = OffsetOf(ref AsidInternals.Generation(ref Allocator));
        _kept = new (int, int)[TBounds.CoreCount + 1];
        int start = 0;
        for (uint core = 0; core < (uint)TBounds.CoreCount; core++)
        {
            int end = OffsetOf(ref AsidInternals.CoreOf(ref Allocator, core).Owner) + sizeof(uint);
            _kept[core] = (start, end - start);
            start = core + 1 < (uint)TBounds.CoreCount
                ? OffsetOf(ref AsidInternals.CoreOf(ref Allocator, core + 1).Active)
                : _tagsAt;
        }

        _kept[^1] = (_tagsAt, _bytes.Length - _tagsAt);
        foreach ((int _, int length) in _kept)
        {
            _keptLength += length;
        }
    }

    /// <summary>Number of places for spaces.</summary>
    public int SlotCount => _slotCount;

    /// <summary>The bytes.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>The allocator.</summary>
    public ref AsidAllocator Allocator => ref Unsafe.As<byte, AsidAllocator>(ref _bytes[0]);

    /// <summary>Where the lock's word lies.</summary>
    public int LockOffset => _lockOffset;

    /// <summary>True when no core holds the lock.</summary>
    public bool IsLockFree => WordAt(_lockOffset) == 0;

    /// <summary>True when a generation has begun that is one too many.</summary>
    public bool IsBeyond => Generation == _plan.GenerationAfter(_plan.GenerationCount);

    /// <summary>True from when the last generation within the bounds is announced: it does not change any more.</summary>
    public bool IsInLastGeneration => Generation == _plan.GenerationAfter(_plan.GenerationCount - 1);

    /// <summary>True when the beginning of the last generation within the bounds is over.</summary>
    public bool IsSettled => AsidInternals.RolloverCount(ref Allocator) == (uint)_plan.GenerationCount - 1;

    /// <summary>While a generation begins, the one before, as an <see cref="AsidWord"/> without ASID.</summary>
    public uint EndedGeneration => AsidWord.Of(_plan.GenerationAfter((int)AsidInternals.RolloverCount(ref Allocator)), 0);

    /// <summary>True for a word of the generation.</summary>
    public bool IsCurrent(uint word) => AsidWord.IsSameGeneration(word, WordAt(_generationOffset));

    private uint Generation => AsidWord.GenerationOf(WordAt(_generationOffset));

    /// <summary>The state of each place for a space.</summary>
    public Span<AsidSlotState> Slots => MemoryMarshal.Cast<byte, AsidSlotState>(_bytes.AsSpan(_slotsAt, _slotCount));

    /// <summary>Goes back to a state.</summary>
    public void Restore(byte[] kept)
    {
        int at = 0;
        foreach ((int start, int length) in _kept)
        {
            Unsafe.CopyBlockUnaligned(ref _bytes[start], ref kept[at], (uint)length);
            at += length;
        }
    }

    /// <summary>Keeps the state.</summary>
    public byte[] Save()
    {
        byte[] copy = GC.AllocateUninitializedArray<byte>(_keptLength);
        int at = 0;
        foreach ((int start, int length) in _kept)
        {
            Unsafe.CopyBlockUnaligned(ref copy[at], ref _bytes[start], (uint)length);
            at += length;
        }

        return copy;
    }

    /// <summary>Keeps the state, unless it is one that is kept already.</summary>
    public byte[] SaveUnless(byte[] same)
    {
        int at = 0;
        foreach ((int start, int length) in _kept)
        {
            if (!_bytes.AsSpan(start, length).SequenceEqual(same.AsSpan(at, length)))
            {
                return Save();
            }

            at += length;
        }

        return same;
    }

    /// <summary>A slot's record.</summary>
    public ref AsidOwner OwnerOf(int slot) => ref Unsafe.As<byte, AsidOwner>(ref _bytes[_ownersAt + (slot * s_recordLength)]);

    /// <summary>True when a core is among those that may hold entries of a slot's space, as its record says.</summary>
    public bool IsInSet(int slot, int core) => ((OwnerOf(slot).Cores >> core) & 1) != 0;

    /// <summary>Data at a physical address that the allocator uses.</summary>
    public ref byte At(PhysicalAddress address)
    {
        uint slot = (address.Value - OwnerBase) >> PageSize.SmallShift;
        return ref slot < (uint)_slotCount
            ? ref _bytes[_ownersAt + ((int)slot * s_recordLength) + (int)(address.Value & PageSize.SmallMask)]
            : ref Throw(address);
    }

    /// <summary>Address of a slot's record.</summary>
    public static PhysicalAddress AddressOf(int slot) => new(OwnerBase + ((uint)slot << PageSize.SmallShift));

    /// <summary>The slot at an address.</summary>
    public static int SlotOf(uint address) => (int)((address - OwnerBase) >> PageSize.SmallShift);

    /// <summary>The table of a slot.</summary>
    public static PhysicalAddress TableOf(int slot) => new(TableBase + ((uint)slot << 14));

    /// <summary>Where in the bytes a word lies.</summary>
    public int OffsetOf(ref uint location) => (int)Unsafe.ByteOffset(ref _bytes[0], ref Unsafe.As<uint, byte>(ref location));

    /// <summary>A word.</summary>
    public uint WordAt(int offset) => Unsafe.As<byte, uint>(ref _bytes[offset]);

    /// <summary>True for the generation.</summary>
    public bool IsGeneration(int offset) => offset == _generationOffset;

    /// <summary>True when a core holds the allocator's lock.</summary>
    public bool HasLock(int core)
    {
        uint word = WordAt(_lockOffset);
        return word != 0 && (word >> 8) == (uint)core;
    }

    /// <summary>True for the word that says what a core runs.</summary>
    public bool IsActiveOf(int offset, int core) =>
        offset == OffsetOf(ref AsidInternals.CoreOf(ref Allocator, (uint)core).Active);

    /// <summary>True for the word that says which space's table a core's registers hold.</summary>
    public bool IsOwnerOf(int offset, int core) =>
        offset == OffsetOf(ref AsidInternals.CoreOf(ref Allocator, (uint)core).Owner);

    /// <summary>True for a word that another core writes without the lock.</summary>
    public bool IsOtherCores(int offset, int core)
    {
        for (int other = 0; other < TBounds.CoreCount; other++)
        {
            if (other != core && (IsActiveOf(offset, other) || IsOwnerOf(offset, other)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A number for what lies at an offset, as a core sees it: without the names of cores and spaces.</summary>
    public int PlaceOf(int offset, int core)
    {
        const int Records = 1 << 20;
        if (offset >= s_allocatorLength)
        {
            return Records + ((offset - _ownersAt) % s_recordLength);
        }

        int first = OffsetOf(ref AsidInternals.CoreOf(ref Allocator, 0).Active);
        int length = Unsafe.SizeOf<AsidCore>();
        int other = (offset - first) / length;
        return offset < first ? offset : offset + (((other ^ core) - other) * length);
    }

    /// <summary>The core's space.</summary>
    public ref byte RunningOn(int core) => ref _bytes[_coresAt + (core * CoreLength)];

    /// <summary>The core's ASID.</summary>
    public ref byte TagOn(int core) => ref _bytes[_coresAt + (core * CoreLength) + 1];

    /// <summary>True from the beginning of a switch until the registers change: the core uses no entry of any space.</summary>
    public ref bool IsSwitching(int core) => ref Unsafe.As<byte, bool>(ref _bytes[_coresAt + (core * CoreLength) + 2]);

    /// <summary>What the core's TLB may hold under a tag.</summary>
    public ref uint Held(int core, int tag) =>
        ref Unsafe.As<byte, uint>(ref _bytes[_tagsAt + (core * s_tagLength) + (tag * sizeof(uint))]);

    /// <summary>The registers lead to a space.</summary>
    public void Run(int core, int slot, uint asid)
    {
        if (Slots[slot] is not (AsidSlotState.Attached or AsidSlotState.Unmapping or AsidSlotState.Unmapped))
        {
            throw new AsidViolationException($"core {core} makes the table of space {(char)('A' + slot)} current, which was taken out");
        }

        if (asid == 0 || asid >= (uint)TBounds.ProcessorAsidCount)
        {
            throw new AsidViolationException($"core {core} runs space {(char)('A' + slot)} under ASID {asid}, which tags nothing of its own");
        }

        RunningOn(core) = (byte)slot;
        TagOn(core) = (byte)asid;
        IsSwitching(core) = false;
        Walk(core);
        CheckRunning(core);
    }

    /// <summary>The registers lead to no space: nothing is walked any more.</summary>
    public void Stop(int core)
    {
        RunningOn(core) = NoSlot;
        TagOn(core) = 0;
    }

    /// <summary>Empties a core's TLB; what may be walked is there again at once.</summary>
    public void Flush(int core)
    {
        for (int tag = 0; tag < TBounds.ProcessorAsidCount; tag++)
        {
            Held(core, tag) = 0;
        }

        Walk(core);
    }

    /// <summary>Invalidates an ASID on cores.</summary>
    public void RemoveAsid(uint asid, uint cores)
    {
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            if (((cores >> core) & 1) != 0)
            {
                Held(core, (int)asid % TBounds.ProcessorAsidCount) = 0;
                Walk(core);
            }
        }
    }

    /// <summary>The invalidation of the one page that a space's unmaps are about, under an ASID on cores. Each space has another.</summary>
    public void RemovePage(int slot, uint asid, uint cores)
    {
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            if (((cores >> core) & 1) != 0)
            {
                ref uint held = ref Held(core, (int)asid % TBounds.ProcessorAsidCount);
                held &= ~(1u << (slot + OldShift));
                Walk(core);
            }
        }
    }

    /// <summary>A space's descriptor is cleared: what led to it is old, wherever it is held.</summary>
    public void BeginUnmap(int slot)
    {
        Slots[slot] = AsidSlotState.Unmapping;
        ForEachHeld(slot, (held, live, old) => (held & live) != 0 ? held | old : held);
    }

    /// <summary>An unmap is over: what is still old must not be used by any core.</summary>
    public void EndUnmap(int slot)
    {
        Slots[slot] = AsidSlotState.Attached;
        ForEachHeld(slot, (held, live, old) => (held & old) != 0 ? (held & ~old) | DeadBit : held);
    }

    /// <summary>A space is gone: whatever TLBs still hold of it must not be used by any core.</summary>
    public void EndSpace(int slot)
    {
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            if (RunningOn(core) == slot)
            {
                throw new AsidViolationException($"A3: space {(char)('A' + slot)} was taken out while core {core} runs it");
            }
        }

        Slots[slot] = AsidSlotState.Absent;
        ForEachHeld(slot, (held, live, old) => (held & (live | old)) != 0 ? (held & ~(live | old)) | DeadBit : held);
    }

    /// <summary>What a core may walk and use now is the running space's own, and not older than it may be.</summary>
    public void Check()
    {
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            CheckRunning(core);
        }

        if (IsLockFree)
        {
            CheckWords();
        }
    }

    private void CheckRunning(int core)
    {
        // A generation that begins between a core's word and its registers does not keep the number that these still hold; but
        // then the core comes out of its switch only through its flush.
        int slot = RunningOn(core);
        if (slot == NoSlot || IsSwitching(core))
        {
            return;
        }

        uint allowed = (1u << slot)
            | (Slots[slot] is AsidSlotState.Unmapping or AsidSlotState.Unmapped ? 1u << (slot + OldShift) : 0);
        uint held = Held(core, TagOn(core));
        if ((held & ~allowed) != 0)
        {
            string what = (held & DeadBit) != 0 ? "entries that were to be gone" : "another space's entries";
            throw new AsidViolationException(
                $"A2: core {core} runs space {(char)('A' + slot)} under ASID {TagOn(core)}, and its TLB may hold {what} under it");
        }
    }

    private void CheckWords()
    {
        uint generation = AsidInternals.Generation(ref Allocator);
        uint taken = 0;
        for (int slot = 0; slot < _slotCount; slot++)
        {
            uint word = OwnerOf(slot).Word;
            if (Slots[slot] != AsidSlotState.Absent && word != AsidWord.Retired && AsidWord.IsSameGeneration(word, generation))
            {
                uint bit = 1u << (int)AsidWord.AsidOf(word).Value;
                if (bit != 1 && (taken & bit) != 0)
                {
                    throw new AsidViolationException($"A1: two live spaces have ASID {AsidWord.AsidOf(word).Value} in one generation");
                }

                taken |= bit;
            }
        }
    }

    // What a walk may fetch at any time is fetched at once.
    private void Walk(int core)
    {
        int slot = RunningOn(core);
        if (slot != NoSlot)
        {
            ref uint held = ref Held(core, TagOn(core));
            held = Merge(held | (1u << slot) | (Slots[slot] == AsidSlotState.Unmapping ? 1u << (slot + OldShift) : 0));
        }
    }

    // With entries of two spaces, or with dead ones, no use of the tag is right: more need not be known.
    private static uint Merge(uint held)
    {
        const uint LiveMask = (1u << OldShift) - 1;
        return (held & DeadBit) != 0 || !BitOperations.IsPow2(held & LiveMask) ? held == 0 ? 0 : DeadBit : held;
    }

    private void ForEachHeld(int slot, Func<uint, uint, uint, uint> change)
    {
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            for (int tag = 0; tag < TBounds.ProcessorAsidCount; tag++)
            {
                ref uint held = ref Held(core, tag);
                held = Merge(change(held, 1u << slot, 1u << (slot + OldShift)));
            }
        }
    }

    private static ref byte Throw(PhysicalAddress address) =>
        throw new AsidViolationException($"the allocator uses memory at 0x{address.Value:X8}, which is nobody's");
}

/// <summary>What is at a place for a space.</summary>
internal enum AsidSlotState : byte
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>A space is being attached.</summary>
    Attaching,

    /// <summary>A space.</summary>
    Attached,

    /// <summary>A space, one of whose descriptors was cleared; walks may still see the old one.</summary>
    Unmapping,

    /// <summary>The same; walks see that it is cleared.</summary>
    Unmapped,
}
