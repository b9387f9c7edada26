using System;
using System.Threading;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Maintenance;

namespace Kilburn.Campaigns.Asids;

/// <summary>Takes an operation of one core one call further.</summary>
/// <remarks>
/// The operation is ordinary code, and cannot stand still in the middle. So it is run from its start again: at each call that it
/// has behind it, the shared state becomes what it was then, and the call returns what it returned then. The next call
/// is done on the state as it is now, and what follows it up to one call more. There the state is kept; the rest of the
/// operation runs on in a state that is thrown away.
/// </remarks>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidRun<TBounds>
    where TBounds : struct, IAsidBounds
{
    /// <summary>From the ASID to the set of cores in the operand of <see cref="AsidCall.RemoveAsid"/> and <see cref="AsidCall.RemovePage"/>.</summary>
    public const int CoresShift = 8;

    private const int MostCalls = 4096;
    private const uint PageAddress = 0x0000_1000;

    private readonly AsidPlan _plan;
    private readonly AsidHash<TBounds> _hash;
    private readonly AsidTransaction<TBounds> _transaction;
    private readonly AsidStep?[] _past = new AsidStep?[MostCalls];
    private AsidOperation _operation;
    private AsidProgress _before;
    private AsidProgress _after;
    private byte[]? _now;
    private byte[]? _result;
    private int _pastCount;
    private int _position;
    private uint _firstWord; // with AsidFlaw.AsidReadTooEarly
    private uint _asked; // bit n: the record of slot n
    private AsidMover _mover; // of the call that is done now
    private Mode _mode;

    /// <summary>Prepares for a plan.</summary>
    public AsidRun(AsidPlan plan)
    {
        _plan = plan;
        World = new AsidWorld<TBounds>(plan);
        _transaction = new AsidTransaction<TBounds>(World, plan);
        _hash = new AsidHash<TBounds>(World, plan);
    }

    /// <summary>What is shared.</summary>
    public AsidWorld<TBounds> World { get; }

    /// <summary>Hashes states of <see cref="World"/>.</summary>
    public AsidHash<TBounds> Hash => _hash;

    /// <summary>The core whose operation runs.</summary>
    public int Core { get; private set; }

    /// <summary>The state in which everything begins: all spaces attached, none current.</summary>
    public AsidState<TBounds> Begin()
    {
        _mode = Mode.Direct;
        Array.Clear(World.Bytes);
        ExploredMachine<TBounds> machine = new(this);
        ref AsidAllocator allocator = ref World.Allocator;
        allocator.Start(ref machine, new PhysicalAddress(AsidWorld<TBounds>.TableBase - 0x4000));
        if (_plan.StartsAtLastGeneration)
        {
            _ = allocator.TryBeginGeneration(ref machine, AsidWord.LastGeneration);
        }

        AsidInternals.RolloverCount(ref allocator) = 0;
        for (int slot = 0; slot < _plan.SpaceCount; slot++)
        {
            Attach(ref machine, slot);
            World.Slots[slot] = AsidSlotState.Attached;
        }

        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            World.Stop(core);
        }

        Core = TBounds.CoreCount - 1;
        for (int slot = _plan.SpaceCount - _plan.ParkedCount; slot < _plan.SpaceCount; slot++)
        {
            _ = allocator.Switch(ref machine, AsidWorld<TBounds>.AddressOf(slot));
        }

        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            Core = core;
            allocator.Leave(ref machine);
        }

        return new AsidState<TBounds>(World.Save(), new AsidProgress[TBounds.CoreCount], null);
    }

    /// <summary>Begins an operation on a core, or takes the one that it is at one call further.</summary>
    /// <param name="state">The state; it is not changed.</param>
    /// <param name="core">The core.</param>
    /// <param name="operation">What to begin; ignored when the core is at something.</param>
    public AsidState<TBounds> Advance(AsidState<TBounds> state, int core, AsidOperation operation)
    {
        Core = core;
        _before = state.Cores[core];
        _now = state.Bytes;
        _result = null;
        _position = 0;
        _asked = 0;
        if (_before.Operation.Kind == AsidOperationKind.None)
        {
            _operation = operation;
            _before = new AsidProgress(operation, null, 0, false, AsidCall.None, 0);
            _pastCount = 0;
            World.Restore(state.Bytes);
            _transaction.Begin(operation.Kind);
            World.IsSwitching(core) = operation.Kind == AsidOperationKind.Switch;
            if (operation.Kind == AsidOperationKind.Attach)
            {
                World.Slots[operation.Slot] = AsidSlotState.Attaching;
            }

            _after = _before with { Last = new AsidStep(null, World.SaveUnless(state.Bytes), 0) };
            _mode = Mode.Capture;
        }
        else
        {
            _operation = _before.Operation;
            _pastCount = 0;
            for (AsidStep? step = _before.Last; step != null; step = step.Previous)
            {
                _pastCount++;
            }

            int index = _pastCount;
            for (AsidStep? step = _before.Last; step != null; step = step.Previous)
            {
                _past[--index] = step;
            }

            _transaction.Begin(AsidOperationKind.None);
            World.Restore(_past[0]!.After);
            _mode = Mode.Replay;
        }

        try
        {
            Execute();
        }
        catch (AsidViolationException) when (_mode == Mode.Ghost)
        {
            // In the state that is thrown away.
        }

        AsidProgress progress = _mode == Mode.Ghost ? _after : default;
        if (_mode != Mode.Ghost)
        {
            World.Check();
            _result = World.Save();
        }

        AsidProgress[] cores = (AsidProgress[])state.Cores.Clone();
        cores[core] = progress;
        return new AsidState<TBounds>(_result!, cores, new AsidPath(state.Path, core, _operation));
    }

    /// <summary>What is at a place of a state.</summary>
    public AsidSlotState SlotIn(in AsidState<TBounds> state, int slot) =>
        (AsidSlotState)state.Bytes[^(World.SlotCount - slot)];

    /// <summary>True when a state's space is in the allocator's list.</summary>
    public bool IsListedIn(in AsidState<TBounds> state, int slot)
    {
        World.Restore(state.Bytes);
        uint next = AsidInternals.FirstOwner(ref World.Allocator);
        while (next != 0 && AsidWorld<TBounds>.SlotOf(next) != slot)
        {
            next = World.OwnerOf(AsidWorld<TBounds>.SlotOf(next)).Next;
        }

        return next != 0;
    }

    /// <summary>The lock's word in a state.</summary>
    public uint LockIn(in AsidState<TBounds> state) => BitConverter.ToUInt32(state.Bytes, World.LockOffset);

    /// <summary>True when a state's core holds the lock.</summary>
    public bool HasLockIn(in AsidState<TBounds> state, int core) => LockIn(state) is uint word and not 0 && (word >> 8) == (uint)core;

    /// <summary>A compare-and-swap: the allocator's lock, which is free when the call is done.</summary>
    public uint CompareExchange(ref uint location, uint value, uint comparand)
    {
        int offset = World.OffsetOf(ref location);
        if (Arrive(AsidCall.CompareExchange, offset, 0, out uint result))
        {
            result = location;
            if (result == comparand)
            {
                location = value;
            }

            Depart(AsidCall.CompareExchange, offset, result);
        }

        return _mode == Mode.Ghost ? comparand : result;
    }

    /// <summary>A load.</summary>
    public uint Load(ref uint location)
    {
        int offset = World.OffsetOf(ref location);
        if (Arrive(AsidCall.Load, offset, 0, out uint result))
        {
            result = Volatile.Read(ref location);
            if (_plan.Flaw == AsidFlaw.AsidReadTooEarly && _operation.Kind == AsidOperationKind.Unmap)
            {
                result = _firstWord;
            }

            Depart(AsidCall.Load, offset, result);
        }

        return _mode == Mode.Ghost ? Volatile.Read(ref location) : result;
    }

    /// <summary>A store.</summary>
    public void Store(ref uint location, uint value)
    {
        int offset = World.OffsetOf(ref location);
        if (Arrive(AsidCall.Store, offset, value, out _))
        {
            location = value;
            Depart(AsidCall.Store, offset, 0);
        }
        else if (_mode == Mode.Ghost)
        {
            location = value;
        }
    }

    /// <summary>The operation asks for an owner's record.</summary>
    public void NoteAsked(PhysicalAddress owner) => _asked |= 1u << (AsidWorld<TBounds>.SlotOf(owner.Value) & 31);

    /// <summary>Any other call.</summary>
    public void Do(AsidCall call, uint tableBase, uint operand)
    {
        if (Arrive(call, 0, operand, out _))
        {
            Perform(call, tableBase, operand);
            Depart(call, 0, 0);
        }
    }

    private void Perform(AsidCall call, uint tableBase, uint operand)
    {
        switch (call)
        {
            case AsidCall.SwitchSpace:
                World.Run(Core, (int)((tableBase - AsidWorld<TBounds>.TableBase) >> 14), operand);
                break;
            case AsidCall.LeaveSpace:
                World.Stop(Core);
                break;
            case AsidCall.FlushLocal:
                World.Flush(Core);
                break;
            case AsidCall.RemoveAsid:
                uint asid = AsidIn(operand);
                World.RemoveAsid(_plan.Flaw == AsidFlaw.NextAsidInvalidated ? asid + 1 : asid, CoresToTell(operand >> CoresShift));
                break;
            case AsidCall.SeeDescriptor:
                World.Slots[_operation.Slot] = AsidSlotState.Unmapped;
                break;
            case AsidCall.RemovePage:
                World.RemovePage(_operation.Slot, AsidIn(operand), CoresToTell(operand >> CoresShift));
                break;
            case AsidCall.ClearDescriptor:
                World.BeginUnmap(_operation.Slot);
                break;
            default:
                break; // barriers: the states of the search are in order as they are
        }
    }

    private static uint AsidIn(uint operand) => operand & ((1u << CoresShift) - 1);

    private uint CoresToTell(uint cores) =>
        CoreSet.IsOnly(cores, (uint)Core) || _plan.Flaw == AsidFlaw.OthersNotTold ? 1u << Core : AsidWorld<TBounds>.AllCores;

    // Returns true when the call is to be done now. False: it lies in the past, or in the state that is thrown away.
    private bool Arrive(AsidCall call, int offset, uint operand, out uint result)
    {
        result = 0;
        switch (_mode)
        {
            case Mode.Direct:
                return true;
            case Mode.Replay when _position + 1 < _pastCount:
                AsidStep step = _past[++_position]!;
                World.Restore(step.After);
                result = step.Returned;
                return false;
            case Mode.Replay:
                World.Restore(_now!);
                _mover = _transaction.MoverOf(Core, _operation.Kind, call, offset, operand);
                return true;
            case Mode.Capture:
                PlantFlaw();
                if (_position++ == MostCalls)
                {
                    throw new AsidViolationException("an operation does not end");
                }

                _mover = _transaction.MoverOf(Core, _operation.Kind, call, offset, operand);
                if (_transaction.Includes(call, _mover))
                {
                    return true;
                }

                World.Check();
                _result = World.SaveUnless(_after.Last!.After);
                _after = _hash.StopAt(_after with { Pending = call, PendingOffset = offset }, Core, operand);
                _mode = Mode.Ghost;
                return false;
            default:
                if (++_position > MostCalls)
                {
                    throw new AsidViolationException("an operation does not end");
                }

                return false;
        }
    }

    private void Depart(AsidCall call, int offset, uint returned)
    {
        if (_mode is Mode.Direct)
        {
            return;
        }

        bool wasPending = _mode == Mode.Replay;
        AsidProgress at = (wasPending ? _before : _after) with { Pending = call, PendingOffset = offset };
        byte[] known = wasPending ? _now! : at.Last!.After;
        _after = _hash.Extend(at, Core, returned, _asked, _mover == AsidMover.None)
            with
        { Last = new AsidStep(at.Last, World.SaveUnless(known), returned) };
        _transaction.Note(call, _mover);
        _mode = Mode.Capture;
    }

    private void PlantFlaw()
    {
        ref uint pending = ref AsidInternals.FlushPending(ref World.Allocator);
        if (_plan.Flaw == AsidFlaw.OneFlushTooFew && pending == (1u << TBounds.CoreCount) - 1)
        {
            pending >>= 1;
        }
    }

    private void Execute()
    {
        ExploredMachine<TBounds> machine = new(this);
        ref AsidAllocator allocator = ref World.Allocator;
        int slot = _operation.Slot;
        PhysicalAddress owner = AsidWorld<TBounds>.AddressOf(slot);
        switch (_operation.Kind)
        {
            case AsidOperationKind.Switch:
                _ = allocator.Switch(ref machine, owner);
                if (_mode != Mode.Ghost)
                {
                    World.IsSwitching(Core) = false;
                }

                break;
            case AsidOperationKind.Leave:
                allocator.Leave(ref machine);
                break;
            case AsidOperationKind.Unmap:
                Unmap(ref machine, slot);
                break;
            case AsidOperationKind.Retire:
                if (allocator.TryRetire(ref machine, owner) == VmStatus.Ok && _mode != Mode.Ghost)
                {
                    World.EndSpace(slot);
                }

                break;
            case AsidOperationKind.Attach:
                Attach(ref machine, slot);
                if (_mode != Mode.Ghost)
                {
                    World.Slots[slot] = AsidSlotState.Attached;
                }

                break;
            case AsidOperationKind.Begin:
                _ = allocator.TryBeginGeneration(ref machine, AsidWord.GenerationOf(AsidInternals.Generation(ref allocator)) + 1);
                break;
            default:
                throw new InvalidOperationException("No operation.");
        }

        if (_mode == Mode.Replay)
        {
            throw new InvalidOperationException("An operation ended before its past did: it is not deterministic.");
        }
    }

    private void Unmap(ref ExploredMachine<TBounds> machine, int slot)
    {
        machine.WriteWord(AsidWorld<TBounds>.TableOf(slot), 0);
        machine.OrderMemory(); // others may go on between the descriptor and the word
        NoteAsked(AsidWorld<TBounds>.AddressOf(slot));
        ref AsidOwner owner = ref World.OwnerOf(slot);
        _firstWord = owner.Word;
        PageInvalidation.Remove(ref machine, ref owner, new VirtualAddress(PageAddress));
        if (_mode != Mode.Ghost)
        {
            World.EndUnmap(slot);
        }
    }

    private void Attach(ref ExploredMachine<TBounds> machine, int slot) => World.Allocator.Attach(
        ref machine, AsidWorld<TBounds>.AddressOf(slot), AsidWorld<TBounds>.TableOf(slot), out _);

    private enum Mode
    {
        /// <summary>Calls are done, one after the other.</summary>
        Direct,

        /// <summary>Calls return what they did.</summary>
        Replay,

        /// <summary>The next call is where the operation stands then.</summary>
        Capture,

        /// <summary>The state is thrown away.</summary>
        Ghost,
    }
}
