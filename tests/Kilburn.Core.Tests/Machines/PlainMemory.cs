using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Tests.Machines;

/// <summary>What the cores of a <see cref="PlainMachine{TAsids}"/> share: memory, and who may be found in whose TLB.</summary>
/// <remarks>
/// The TLB is reduced to pairs: a core that runs a table under an ASID may hold entries of it until they are invalidated. To
/// run another table under the ASID while such a pair is left is the fault that ASIDs are about.
/// </remarks>
public sealed class PlainMemory
{
    public const int CoreCount = 4;

    /// <summary>Behind the name of an invalidation in <see cref="Maintenance"/> that stays on its core.</summary>
    public const string Locally = " locally";

    private readonly byte[] _bytes;
    private readonly uint[] _interruptMasks = new uint[CoreCount];
    private readonly uint[] _heldLocks = new uint[CoreCount];
    private readonly HashSet<(uint TableBase, uint Asid)>[] _pairs = new HashSet<(uint, uint)>[CoreCount];
    private readonly bool[] _areWalksOff = new bool[CoreCount];

    public PlainMemory(uint lengthInBytes)
    {
        LengthInBytes = lengthInBytes;
        _bytes = GC.AllocateArray<byte>((int)lengthInBytes + 64, pinned: true);
        for (int core = 0; core < CoreCount; core++)
        {
            _pairs[core] = [];
        }
    }

    public uint LengthInBytes { get; }

    public uint[] TableBases { get; } = new uint[CoreCount];

    public uint[] CurrentAsids { get; } = new uint[CoreCount];

    public int[] LocalFlushes { get; } = new int[CoreCount];

    /// <summary>Called before every access to a word that cores share: another core's step may come here.</summary>
    public Action<string>? BeforeSharedAccess { get; set; }

    /// <summary>When there is a list: the maintenance by address or ASID, by the member's name.</summary>
    public List<(string Member, uint Address, uint AsidOrLength)>? Maintenance { get; set; }

    /// <summary>Called when memory changes hands.</summary>
    public Action<FrameChange, FrameUse, PhysicalRange>? OnFrames { get; set; }

    /// <summary>Masks a core's interrupts; the state is 1 while they are masked.</summary>
    public uint MaskInterrupts(uint core)
    {
        uint before = _interruptMasks[core];
        _interruptMasks[core] = 1;
        return before;
    }

    public void RestoreInterrupts(uint core, uint state)
    {
        if (_interruptMasks[core] != 1)
        {
            throw new InvalidOperationException($"core {core} restores interrupts that it has not masked");
        }

        _interruptMasks[core] = state;
    }

    public void NoteLock(uint core, LockRank rank, LockChange change)
    {
        uint bit = 1u << (int)rank;
        if (change == LockChange.Released)
        {
            if ((_heldLocks[core] & bit) == 0)
            {
                throw new InvalidOperationException($"core {core} releases {rank}, which it does not hold");
            }

            _heldLocks[core] &= ~bit;
            return;
        }

        if (_heldLocks[core] >= bit && (change == LockChange.Taken || (_heldLocks[core] & bit) != 0))
        {
            throw new InvalidOperationException($"core {core} takes {rank} while it holds ranks 0x{_heldLocks[core]:x}");
        }

        _heldLocks[core] |= bit;
    }

    /// <summary>True when the core is out of every masked section and holds no lock.</summary>
    public bool IsIdle(uint core) => _interruptMasks[core] == 0 && _heldLocks[core] == 0;

    public Span<byte> At(PhysicalAddress address, uint lengthInBytes) =>
        _bytes.AsSpan(checked((int)address.Value), checked((int)lengthInBytes));

    public ref byte ByteAt(PhysicalAddress address) => ref _bytes[address.Value];

    public void Run(uint core, uint tableBase, uint asid)
    {
        if (asid == 0)
        {
            throw new InvalidOperationException("a space runs under ASID 0");
        }

        foreach ((uint heldTable, uint heldAsid) in _pairs[core])
        {
            if (heldAsid == asid && heldTable != tableBase)
            {
                throw new InvalidOperationException(
                    $"core {core} runs table 0x{tableBase:x8} under ASID {asid}, whose entries of 0x{heldTable:x8} are left");
            }
        }

        for (int other = 0; other < CoreCount; other++)
        {
            if (other != core && CurrentAsids[other] == asid && TableBases[other] != tableBase)
            {
                throw new InvalidOperationException($"cores {core} and {other} run two tables under ASID {asid}");
            }
        }

        TableBases[core] = tableBase;
        CurrentAsids[core] = asid;
        AllowWalks(core, true);
    }

    /// <summary>Whether the core walks the table that its registers hold (TTBCR.PD0): what it walks, it holds at once.</summary>
    public void AllowWalks(uint core, bool areAllowed)
    {
        _areWalksOff[core] = !areAllowed;
        Refill(core);
    }

    public void Leave(uint core, uint tableBase)
    {
        TableBases[core] = tableBase;
        CurrentAsids[core] = 0;
    }

    public void InvalidateCore(uint core)
    {
        _pairs[core].Clear();
        Refill(core);
    }

    public void InvalidateAsid(uint asid)
    {
        for (uint core = 0; core < CoreCount; core++)
        {
            InvalidateAsid(asid, core);
        }
    }

    public void InvalidateAsid(uint asid, uint core)
    {
        _ = _pairs[core].RemoveWhere(pair => pair.Asid == asid);
        Refill(core);
    }

    /// <summary>True when some core runs the table, or could still hit an entry of it under an ASID that it uses.</summary>
    public bool IsReachable(uint tableBase)
    {
        for (uint core = 0; core < CoreCount; core++)
        {
            if (CurrentAsids[core] != 0 && TableBases[core] == tableBase)
            {
                return true;
            }

            if (_pairs[core].Contains((tableBase, CurrentAsids[core])))
            {
                return true;
            }
        }

        return false;
    }

    // A running core may walk at any time.
    private void Refill(uint core)
    {
        if (CurrentAsids[core] != 0 && !_areWalksOff[core])
        {
            _ = _pairs[core].Add((TableBases[core], CurrentAsids[core]));
        }
    }
}
