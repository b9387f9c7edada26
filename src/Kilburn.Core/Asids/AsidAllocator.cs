using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Asids;

/// <summary>Gives ASIDs to spaces, and switches cores between spaces.</summary>
/// <remarks>
/// <para>
/// A space keeps its ASID as long as the generation lasts. When none is left, a generation begins: every word of an earlier one
/// is worthless, what runs on a core keeps its number, and each core flushes its TLB once, at its own next switch, which
/// the fast path cannot be. A switch within the generation takes no lock: it finds the space's word and the core's in the
/// generation, writes the core's, and looks again. The idea is that of Linux's ARM ports, whose fast path exchanges the core's word
/// where this one writes it and reads the generation once more.
/// </para>
/// <para>
/// Invariants. A1: of two live spaces with words of the current generation, no two have one ASID. A2: an ASID whose owner ended
/// is given out only after its entries were invalidated wherever they can be, and one of an earlier generation is used by a core
/// only after that core's flush. A3: while a core's registers hold a space's table, the core's <c>Owner</c>,
/// <c>Active</c> or <c>Reserved</c> says so, so that <see cref="TryRetire"/> refuses. A4: a space's word is changed before the first walk
/// under its new ASID, with a DSB between; whoever clears a descriptor reads the word after a DSB
/// (<see cref="Maintenance.InvalidationBatch"/>), and so invalidates every ASID under which the old descriptor could be walked. A6: a core
/// walks a space only after its bit is in the owner's <c>Cores</c>, with a DSB between; whoever clears a descriptor reads the set after a DSB,
/// and need not tell a core that is not in it: an entry of an ASID is made only by a core whose CONTEXTIDR has it (B3.9.1, B3.10.1).
/// </para>
/// <para>
/// A number that a space used in an earlier generation may still tag entries of it on a core that has not flushed, even when their
/// frames are another's by now. No core can use them: until it flushes, a core runs only what it ran when the generation began.
/// </para>
/// <para>
/// Locking: <c>_lock</c>, rank <see cref="LockRank.Asids"/>. Not for interrupt handlers: nothing that switches may come between
/// the steps of a switch on one core. Source: ARM DDI 0406C.d, B3.9.1, B3.10.4.
/// </para>
/// </remarks>
public struct AsidAllocator
{
    private const int BitsPerWordShift = 5;
    private const int BitMask = (1 << BitsPerWordShift) - 1;
    private const int WordCapacity = 256 >> BitsPerWordShift;
    private const int CoreCapacity = 4;
    private const uint FirstAsid = 1;
    private const uint NoOwner = 0;

    private SpinLock _lock;
    private uint _generation;      // an AsidWord without ASID; written under _lock by release, read by acquire
    private uint _cursor;          // where the next search begins; guarded by _lock
    private uint _flushPending;    // a bit for each core; guarded by _lock
    private uint _emptyTableBase;  // TTBR0 while no space is active; written once at start
    private uint _firstOwner;      // guarded by _lock
    private uint _lastOwner;       // guarded by _lock
    private uint _lastId;          // guarded by _lock
    private bool _haveIdsWrapped;  // guarded by _lock
    private int _ownerCount;       // guarded by _lock
    private uint _rolloverCount;   // guarded by _lock
    private uint _wrapCount;       // guarded by _lock
    private uint _flushCount;      // guarded by _lock
    private UsedMap _used;         // guarded by _lock: an ASID that cannot be given out
    private Cores _cores;          // see AsidCore

    /// <summary>Begins the first generation, with no owner. Called once, before any other member, on one core.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="emptyTable">An 8 KiB first-level table that maps nothing: TTBR0's while no space is active.</param>
    public void Start<TMachine>(ref TMachine machine, PhysicalAddress emptyTable)
        where TMachine : struct, IMachine
    {
        if (TMachine.AsidCount <= TMachine.CoreCount + (int)FirstAsid || TMachine.CoreCount > CoreCapacity)
        {
            BugCheck.Fail(ref machine, "A5: each core keeps an ASID, and one more is needed"u8, (uint)TMachine.AsidCount);
        }

        _emptyTableBase = TranslationControl.TableBase(emptyTable);
        for (uint index = 0; index < (uint)TMachine.CoreCount; index++)
        {
            CoreOf(index).Bit = 1u << (int)index;
        }

        ClearUsed<TMachine>();
        _cursor = FirstAsid;
        machine.StoreRelease(ref _generation, AsidWord.Of(AsidWord.FirstGeneration, 0));
    }

    /// <summary>Adds a space that has no ASID yet.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="owner">Its control page, cleared; <see cref="AsidOwner"/> lies at the start.</param>
    /// <param name="table">Its first-level table, 8 KiB.</param>
    /// <param name="id">The number given to it: from 1 up, unlike that of every live space.</param>
    public void Attach<TMachine>(ref TMachine machine, PhysicalAddress owner, PhysicalAddress table, out uint id)
        where TMachine : struct, IMachine
    {
        ref AsidOwner record = ref machine.Data<AsidOwner>(owner);
        record.TableBase = TranslationControl.TableBase(table);
        record.Word = 0;
        record.Cores = CoreSet.Unknown;
        record.Next = NoOwner;
        _lock.Acquire(ref machine, LockRank.Asids);
        id = NextIdLocked(ref machine);
        record.Id = id;
        record.Previous = _lastOwner;
        if (_lastOwner == NoOwner)
        {
            _firstOwner = owner.Value;
        }
        else
        {
            machine.Data<AsidOwner>(new PhysicalAddress(_lastOwner)).Next = owner.Value;
        }

        _lastOwner = owner.Value;
        _ownerCount++;
        _lock.Release(ref machine, LockRank.Asids);
    }

    /// <summary>
    /// Takes a space out for good: no core runs it, none will, and no TLB holds anything that was walked through its tables.
    /// </summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="owner">An attached owner.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; with nothing changed, <see cref="VmStatus.SpaceActive"/> when a core runs it or is about to, or
    /// <see cref="VmStatus.NoSuchSpace"/> when it was taken out before.
    /// </returns>
    /// <remarks>
    /// Meets <see cref="Request"/> as two who each raise a flag and then look for the other's: here the set of the space's cores is emptied,
    /// then the cores are looked at; there the core's word is set, then the space's set is read. Both put a full barrier between.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one caller
    public VmStatus TryRetire<TMachine>(ref TMachine machine, PhysicalAddress owner)
        where TMachine : struct, IMachine
    {
        ref AsidOwner record = ref machine.Data<AsidOwner>(owner);
        _lock.Acquire(ref machine, LockRank.Asids);
        uint word = machine.LoadAcquire(ref record.Word);
        if (word == AsidWord.Retired)
        {
            _lock.Release(ref machine, LockRank.Asids);
            return VmStatus.NoSuchSpace;
        }

        uint cores = record.Cores;
        record.Cores = CoreSet.Unknown; // what a switch looks at again
        machine.StoreRelease(ref record.Word, AsidWord.Retired);
        machine.OrderMemory();
        Asid asid = AsidWord.AsidOf(word);
        if (asid.Value != 0)
        {
            if (IsRunningLocked<TMachine>(word, owner, out bool wasReserved))
            {
                record.Cores = cores;
                machine.StoreRelease(ref record.Word, word);
                _lock.Release(ref machine, LockRank.Asids);
                return VmStatus.SpaceActive;
            }

            // Under a word of an earlier generation the number may be another space's by now, which only costs that one some walks.
            // No core runs the space, so that no predictor learns anything of it before the DSB.
            if (TMachine.BranchPredictorNeedsMaintenance)
            {
                machine.InvalidateBranchPredictors();
            }

            machine.RemoveAsid(asid, ref cores);
            if (wasReserved || AsidWord.IsSameGeneration(word, _generation))
            {
                _used[(int)(asid.Value >> BitsPerWordShift)] &= ~(1u << (int)(asid.Value & BitMask));
            }
        }

        UnlinkLocked(ref machine, ref record);
        _lock.Release(ref machine, LockRank.Asids);
        return VmStatus.Ok;
    }

    /// <summary>Makes a space's table and ASID current on this core.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="owner">An attached owner.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.NoSuchSpace"/> when it is taken out: the core runs what it ran.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one caller in a kernel's scheduler; its own call would cost 10 of 60
    public VmStatus Switch<TMachine>(ref TMachine machine, PhysicalAddress owner)
        where TMachine : struct, IMachine
    {
        if (TryEnter(ref machine, owner))
        {
            return VmStatus.Ok;
        }

        Resume(ref machine);
        return VmStatus.NoSuchSpace;
    }

    /// <summary>Makes no space current on this core. Does nothing to a core that runs none.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public void Leave<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref AsidCore core = ref CoreOf(machine.CoreIndex);
        machine.LeaveSpace(_emptyTableBase);
        machine.StoreRelease(ref core.Owner, NoOwner);
        uint active = core.Active;
        machine.StoreRelease(ref core.Active, AsidWord.WithoutAsid(active));
        machine.OrderMemory(); // pairs with BeginGenerationLocked, as in TryKeep
        if (!AsidWord.IsSameGeneration(active, machine.LoadAcquire(ref _generation)))
        {
            // A generation began since the last switch; what it keeps for this core is not needed any more.
            _lock.Acquire(ref machine, LockRank.Asids);
            core.Reserved = _generation;
            _lock.Release(ref machine, LockRank.Asids);
        }
    }

    /// <summary>The first half of <see cref="Switch"/>: sees to it that the space has an ASID, which this core may then run.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="owner">An attached owner.</param>
    /// <param name="asid">The ASID; zero on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.NoSuchSpace"/> when it is taken out.</returns>
    /// <remarks>For measurements and tests: a core that asks and does not switch says that it runs what it does not.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus Request<TMachine>(ref TMachine machine, PhysicalAddress owner, out Asid asid)
        where TMachine : struct, IMachine
    {
        bool isLive = TryAsk(ref machine, ref CoreOf(machine.CoreIndex), ref machine.Data<AsidOwner>(owner), out uint word);
        asid = isLive ? AsidWord.AsidOf(word) : Asid.None;
        return isLive ? VmStatus.Ok : VmStatus.NoSuchSpace;
    }

    /// <summary>Begins a generation before it is needed, which makes every space ask again.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="generation">Above the current one, at most <see cref="AsidWord.LastGeneration"/>.</param>
    /// <returns><see cref="VmStatus.Ok"/> or <see cref="VmStatus.OutOfRange"/>.</returns>
    /// <remarks>So that tests reach the end of the count.</remarks>
    public VmStatus TryBeginGeneration<TMachine>(ref TMachine machine, uint generation)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.OutOfRange;
        _lock.Acquire(ref machine, LockRank.Asids);
        if (generation > AsidWord.GenerationOf(_generation) && generation <= AsidWord.LastGeneration)
        {
            BeginGenerationLocked(ref machine, generation);
            status = VmStatus.Ok;
        }

        _lock.Release(ref machine, LockRank.Asids);
        return status;
    }

    /// <summary>The owner whose table this core's registers hold.</summary>
    /// <param name="machine">The machine of any core.</param>
    /// <param name="coreIndex">The core asked about.</param>
    /// <param name="owner">Its control page; default when none.</param>
    /// <returns>False when the core runs no space.</returns>
    public bool TryGetActive<TMachine>(ref TMachine machine, uint coreIndex, out PhysicalAddress owner)
        where TMachine : struct, IMachine
    {
        uint value = machine.LoadAcquire(ref CoreOf(coreIndex).Owner);
        owner = new PhysicalAddress(value);
        return value != NoOwner;
    }

    /// <summary>Finds the live space with the lowest number from <paramref name="id"/> up.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="id">The lowest number that is wanted.</param>
    /// <param name="owner">Its control page; default when there is none.</param>
    /// <param name="foundId">Its number; zero when there is none.</param>
    /// <returns>False when there is none.</returns>
    /// <remarks>Looks at every space under the lock: for people who ask, not for a hot path.</remarks>
    public bool TryFindOwner<TMachine>(ref TMachine machine, uint id, out PhysicalAddress owner, out uint foundId)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Asids);
        uint best = NoOwner;
        uint bestId = 0;
        uint next = _firstOwner;
        while (next != NoOwner)
        {
            ref AsidOwner record = ref machine.Data<AsidOwner>(new PhysicalAddress(next));
            if (record.Id >= id && (best == NoOwner || record.Id < bestId))
            {
                best = next;
                bestId = record.Id;
            }

            next = record.Next;
        }

        _lock.Release(ref machine, LockRank.Asids);
        owner = new PhysicalAddress(best);
        foundId = bestId;
        return best != NoOwner;
    }

    /// <summary>Counts and generation at one moment.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="state">The answer.</param>
    public void ReadState<TMachine>(ref TMachine machine, out AsidState state)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Asids);
        int usedCount = 0;
        for (int index = 0; index < WordCapacity; index++)
        {
            usedCount += BitOperations.PopCount(_used[index]);
        }

        state = default;
        state.Generation = AsidWord.GenerationOf(_generation);
        state.UsedCount = usedCount - (256 - TMachine.AsidCount) - (int)FirstAsid;
        state.Capacity = TMachine.AsidCount - (int)FirstAsid;
        state.OwnerCount = _ownerCount;
        state.RolloverCount = _rolloverCount;
        state.WrapCount = _wrapCount;
        state.FlushCount = _flushCount;
        _lock.Release(ref machine, LockRank.Asids);
    }

    /// <returns>False when the space is taken out, and nothing was changed but the core's word.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // for Switch
    private bool TryEnter<TMachine>(ref TMachine machine, PhysicalAddress owner)
        where TMachine : struct, IMachine
    {
        ref AsidCore core = ref CoreOf(machine.CoreIndex);
        ref AsidOwner record = ref machine.Data<AsidOwner>(owner);
        if (!TryAsk(ref machine, ref core, ref record, out uint word))
        {
            return false;
        }

        // The ISB at its end is before the store: IsRunningLocked reads that the table which was current is no more.
        machine.SwitchSpace(record.TableBase, AsidWord.AsidOf(word));
        machine.Store(ref core.Owner, owner.Value);
        return true;
    }

    /// <returns>True when the core now holds the space's word as its own; false when the space is taken out.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // for Switch
    private bool TryAsk<TMachine>(ref TMachine machine, ref AsidCore core, ref AsidOwner record, out uint word)
        where TMachine : struct, IMachine
    {
        word = record.Word;
        if (TryKeep(ref machine, ref record, ref core, word))
        {
            return true;
        }

        word = RequestSlowly(ref machine, ref record, ref core);
        return word != AsidWord.Retired;
    }

    // The fast path of every switch. The reads at its start may come in any order and be old: the core's word is written by
    // this core alone, and leaves the generation for good when the generation ends; a space's word of the generation changes only at its
    // end, or when the space is retired, which empties its set of cores first. So all that matters is what holds after the core's word is
    // seen by all, and that is looked at. The other side writes the generation, or the set, and then looks at the core's word: one of
    // the two sees the other.
    /// <returns>True when the core now holds <paramref name="word"/>, which the space had a moment ago.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryKeep<TMachine>(ref TMachine machine, ref AsidOwner record, ref AsidCore core, uint word)
        where TMachine : struct, IMachine
    {
        uint generation = _generation;
        if (!AsidWord.AreSameGeneration(word, core.Active, generation))
        {
            return false;
        }

        machine.Store(ref core.Active, word);
        machine.OrderMemory();
        return _generation == generation && (record.Cores & core.Bit) != 0;
    }

    /// <returns>The space's word, which the core now holds as its own; or <see cref="AsidWord.Retired"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint RequestSlowly<TMachine>(ref TMachine machine, ref AsidOwner record, ref AsidCore core)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Asids);
        uint word = machine.LoadAcquire(ref record.Word);
        if (word == AsidWord.Retired)
        {
            _lock.Release(ref machine, LockRank.Asids);
            return word;
        }

        if (AsidWord.IsSameGeneration(word, _generation))
        {
            record.Cores |= core.Bit;
        }
        else
        {
            word = AssignLocked(ref machine, word);
            record.Cores = (record.Cores & _flushPending) | core.Bit; // who has flushed holds nothing of the generations before
            machine.StoreRelease(ref record.Word, word);
        }

        if ((_flushPending & core.Bit) != 0)
        {
            _flushPending &= ~core.Bit;
            _flushCount++;

            // The number that the registers hold may be another space's by now (it is not kept when the generation began between the
            // core's word and its registers): nothing may be walked under it once the flush has begun. The switch that follows
            // changes the registers.
            machine.WriteRegister(
                SystemRegister.TranslationTableBaseControl, TranslationControl.HalfSplit | TranslationControl.NoUserWalks);
            machine.SynchronizeContext();
            machine.InvalidateLocalTlb();
            if (TMachine.BranchPredictorNeedsMaintenance)
            {
                machine.InvalidateBranchPredictors();
            }
        }

        machine.StoreRelease(ref core.Active, word);
        _lock.Release(ref machine, LockRank.Asids);

        // Completes the flush, and A4 and A6: word and set are seen by all before the first walk under the ASID. The switch has the ISB.
        machine.SynchronizeData();
        return word;
    }

    // After a failed request the core's word may be the dead space's. A generation that began in that moment has kept the dead
    // number and not the one that the registers hold, so the running space asks again; it cannot be dead, since Owner names it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Resume<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint running = machine.LoadAcquire(ref CoreOf(machine.CoreIndex).Owner);
        if (running == NoOwner)
        {
            Leave(ref machine);
        }
        else if (!TryEnter(ref machine, new PhysicalAddress(running)))
        {
            BugCheck.Fail(ref machine, "A3: a space was taken out while a core ran it"u8, running);
        }
    }

    private uint AssignLocked<TMachine>(ref TMachine machine, uint word)
        where TMachine : struct, IMachine
    {
        uint previous = AsidWord.AsidOf(word).Value;
        if (previous != 0)
        {
            uint renewed = _generation | previous;
            if (TryRenewReservedLocked<TMachine>(word, renewed))
            {
                return renewed;
            }

            // Entries that are left under the number are this space's own, or were invalidated: to keep it loses nothing.
            if ((_used[(int)(previous >> BitsPerWordShift)] & (1u << (int)(previous & BitMask))) == 0)
            {
                MarkUsedLocked(previous);
                return renewed;
            }
        }

        if (!TryTakeFreeLocked(out uint asid))
        {
            uint generation = AsidWord.GenerationOf(_generation);
            BeginGenerationLocked(
                ref machine, generation == AsidWord.LastGeneration ? AsidWord.FirstGeneration : generation + 1);
            if (!TryTakeFreeLocked(out asid))
            {
                BugCheck.Fail(ref machine, "A5: each core keeps an ASID, and one more is needed"u8, _generation);
            }
        }

        return _generation | asid;
    }

    // What a core ran when the generation began keeps its number: the core may run it still.
    private bool TryRenewReservedLocked<TMachine>(uint word, uint renewed)
        where TMachine : struct, IMachine
    {
        bool wasReserved = false;
        for (uint index = 0; index < (uint)TMachine.CoreCount; index++)
        {
            ref AsidCore core = ref CoreOf(index);
            if (core.Reserved == word)
            {
                core.Reserved = renewed;
                wasReserved = true;
            }
        }

        return wasReserved;
    }

    private void BeginGenerationLocked<TMachine>(ref TMachine machine, uint generation)
        where TMachine : struct, IMachine
    {
        bool isWrap = generation < AsidWord.GenerationOf(_generation);

        // The generation first, then the cores' words: a fast path at work on another core sees the new generation when it looks
        // again, or its word is found here.
        uint ended = _generation;
        machine.StoreRelease(ref _generation, AsidWord.Of(generation, 0));
        machine.OrderMemory();
        ClearUsed<TMachine>();
        for (uint index = 0; index < (uint)TMachine.CoreCount; index++)
        {
            ref AsidCore core = ref CoreOf(index);
            uint active = machine.LoadAcquire(ref core.Active);
            if (AsidWord.IsSameGeneration(active, ended))
            {
                core.Reserved = active;
            }

            MarkUsedLocked(AsidWord.AsidOf(core.Reserved).Value);
        }

        if (isWrap)
        {
            ResetWordsLocked(ref machine);
            _wrapCount++;
        }

        _flushPending = (1u << TMachine.CoreCount) - 1;
        _rolloverCount++;
        _cursor = FirstAsid;
    }

    // Words of the last count would be taken for words of this one when their generation comes. What runs moves into the first
    // generation at once; all others fall to generation 0, but still name the ASID that their entries may have.
    private void ResetWordsLocked<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint next = _firstOwner;
        while (next != NoOwner)
        {
            ref AsidOwner record = ref machine.Data<AsidOwner>(new PhysicalAddress(next));
            uint word = machine.LoadAcquire(ref record.Word);
            uint asid = AsidWord.AsidOf(word).Value;
            bool isRunning = false;
            for (uint index = 0; index < (uint)TMachine.CoreCount; index++)
            {
                isRunning |= CoreOf(index).Reserved == word;
            }

            machine.StoreRelease(ref record.Word, isRunning && asid != 0 ? _generation | asid : asid);
            next = record.Next;
        }

        for (uint index = 0; index < (uint)TMachine.CoreCount; index++)
        {
            ref AsidCore core = ref CoreOf(index);
            core.Reserved = _generation | AsidWord.AsidOf(core.Reserved).Value;
            machine.StoreRelease(ref core.Active, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a loop of four, with its operands in registers
    private bool IsRunningLocked<TMachine>(uint word, PhysicalAddress owner, out bool wasReserved)
        where TMachine : struct, IMachine
    {
        wasReserved = false;
        for (uint index = 0; index < (uint)TMachine.CoreCount; index++)
        {
            // Plain reads, after the barrier of TryRetire: a core that is on its way to the space sees it retired, and one that is
            // on its way from it names it in Owner until its registers do not.
            ref AsidCore core = ref CoreOf(index);
            if (core.Active == word || core.Owner == owner.Value)
            {
                return true;
            }

            if (core.Reserved == word)
            {
                wasReserved = true;
                if (!AsidWord.IsSameGeneration(core.Active, _generation))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool TryTakeFreeLocked(out uint asid)
    {
        // Once around, from the word of the cursor; that word is looked at twice, since its low bits come last.
        int first = (int)(_cursor >> BitsPerWordShift);
        uint mask = uint.MaxValue << (int)(_cursor & BitMask);
        for (int step = 0; step <= WordCapacity; step++)
        {
            int index = (first + step) & (WordCapacity - 1);
            uint free = ~_used[index] & mask;
            if (free != 0)
            {
                asid = ((uint)index << BitsPerWordShift) + (uint)BitOperations.TrailingZeroCount(free);
                MarkUsedLocked(asid);
                _cursor = (asid + 1) & ((WordCapacity << BitsPerWordShift) - 1);
                return true;
            }

            mask = uint.MaxValue;
        }

        asid = 0;
        return false;
    }

    private void MarkUsedLocked(uint asid) => _used[(int)(asid >> BitsPerWordShift)] |= 1u << (int)(asid & BitMask);

    private void ClearUsed<TMachine>()
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < WordCapacity; index++)
        {
            int bits = TMachine.AsidCount - (index << BitsPerWordShift);
            _used[index] = bits > BitMask ? 0 : bits <= 0 ? uint.MaxValue : uint.MaxValue << bits;
        }

        MarkUsedLocked(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // one caller
    private void UnlinkLocked<TMachine>(ref TMachine machine, ref AsidOwner record)
        where TMachine : struct, IMachine
    {
        if (record.Previous == NoOwner)
        {
            _firstOwner = record.Next;
        }
        else
        {
            machine.Data<AsidOwner>(new PhysicalAddress(record.Previous)).Next = record.Next;
        }

        if (record.Next == NoOwner)
        {
            _lastOwner = record.Previous;
        }
        else
        {
            machine.Data<AsidOwner>(new PhysicalAddress(record.Next)).Previous = record.Previous;
        }

        _ownerCount--;
    }

    private uint NextIdLocked<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        do
        {
            _lastId = unchecked(_lastId + 1);
            if (_lastId == 0)
            {
                _haveIdsWrapped = true;
                _lastId = 1;
            }
        }
        while (_haveIdsWrapped && IsIdInUseLocked(ref machine, _lastId));

        return _lastId;
    }

    private readonly bool IsIdInUseLocked<TMachine>(ref TMachine machine, uint id)
        where TMachine : struct, IMachine
    {
        uint next = _firstOwner;
        while (next != NoOwner)
        {
            ref AsidOwner record = ref machine.Data<AsidOwner>(new PhysicalAddress(next));
            if (record.Id == id)
            {
                return true;
            }

            next = record.Next;
        }

        return false;
    }

    // Without the bounds check of an index: a core's number is below CoreCount, which Start has checked.
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref AsidCore CoreOf(uint index) => ref Unsafe.Add(ref Unsafe.As<Cores, AsidCore>(ref _cores), (int)index);

    [InlineArray(CoreCapacity)]
    private struct Cores
    {
        private AsidCore _first;
    }

    [InlineArray(WordCapacity)]
    private struct UsedMap
    {
        private uint _first;
    }
}
