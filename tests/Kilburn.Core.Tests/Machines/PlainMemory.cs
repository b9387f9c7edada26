using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Tests.Machines;

/// <summary>What the cores of a <see cref="PlainMachine{TAsids}"/> share: memory, and who may be found in whose TLB.</summary>
/// <remarks>
/// The TLB is reduced to pairs: a core that runs a table under an ASID may hold entries of it until they are invalidated. To
/// run another table under the ASID while such a pair is left is the fault that ASIDs are about.
/// </remarks>
public sealed class PlainMemory
{
    public const int CoreCount = 4;

    private readonly byte[] _bytes;
    private readonly HashSet<(uint TableBase, uint Asid)>[] _pairs = new HashSet<(uint, uint)>[CoreCount];

    public PlainMemory(uint lengthInBytes)
    {
        _bytes = GC.AllocateArray<byte>((int)lengthInBytes + 64, pinned: true);
        for (int core = 0; core < CoreCount; core++)
        {
            _pairs[core] = [];
        }
    }

    public uint[] TableBases { get; } = new uint[CoreCount];

    public uint[] CurrentAsids { get; } = new uint[CoreCount];

    public int[] LocalFlushes { get; } = new int[CoreCount];

    /// <summary>Called before every access to a word that cores share: another core's step may come here.</summary>
    public Action<string>? BeforeSharedAccess { get; set; }

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
        _ = _pairs[core].Add((tableBase, asid));
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
            _ = _pairs[core].RemoveWhere(pair => pair.Asid == asid);
            Refill(core);
        }
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
        if (CurrentAsids[core] != 0)
        {
            _ = _pairs[core].Add((TableBases[core], CurrentAsids[core]));
        }
    }
}
