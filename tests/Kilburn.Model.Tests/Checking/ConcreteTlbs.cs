using System;
using System.Collections.Generic;
using Kilburn.Model.Boot;
using Kilburn.Model.Cores;
using Kilburn.Model.Litmus;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Tests.Checking;

/// <summary>
/// Two cores with real TLBs, that do one of the things that the architecture allows, drawn from a seed: they fetch what they like,
/// keep it as long as they like, and are as late as they may. Written without a look at the oracle, to hold it against.
/// </summary>
/// <remarks>Lower half only, MMU on, TTBCR.N = 1, domain 0 client, coherent walks.</remarks>
internal sealed class ConcreteTlbs(int seed)
{
    private const int CoreCount = 2;
    private const uint PageMask = 0xFFFF_F000;
    private const uint Disabled = TranslationRegisters.TtbcrDisable0;

    private readonly Random _random = new(seed);
    private readonly Dictionary<uint, uint> _visible = [];
    private readonly List<(uint Word, uint Value, int Core)> _stores = []; // in coherence order, not yet surely visible
    private readonly Core[] _cores = [new(), new()];

    private static readonly TranslationRegisters s_attributes = new()
    {
        SystemControl = BootCode.SystemControl,
        PrimaryRemap = BootCode.PrimaryRemap,
        NormalRemap = BootCode.NormalRemap,
    };

    public void Store(int core, uint word, uint value) => _stores.Add((word, value, core));

    public void Write(int core, RegisterName register, uint value)
    {
        Registers registers = _cores[core].Registers;
        registers.Old[(int)register] ??= registers.New[(int)register];
        registers.New[(int)register] = value;
    }

    public void Step(int core, Step step)
    {
        switch (step.Kind)
        {
            case StepKind.DataBarrier:
                foreach ((int by, int target, Step pending) in _cores[core].Pending.ToArray())
                {
                    Apply(by, target, pending);
                }

                _cores[core].Pending.Clear();
                Complete(core);
                break;
            case StepKind.ContextBarrier:
                Array.Clear(_cores[core].Registers.Old);
                _cores[core].Ghosts.Clear();
                _cores[core].LateWords.Clear();
                break;
            default:
                for (int target = 0; target < CoreCount; target++)
                {
                    bool isLocal = step.Kind is StepKind.TlbLocal or StepKind.TlbAsidLocal or StepKind.TlbPageLocal;
                    if (!isLocal || target == core)
                    {
                        if (_random.Next(2) == 0)
                        {
                            Apply(core, target, step);
                        }
                        else
                        {
                            _cores[core].Pending.Add((core, target, step));
                        }
                    }
                }

                break;
        }
    }

    /// <summary>Some walks that nobody asked for.</summary>
    public void Speculate(uint[] addresses)
    {
        for (int index = 0; index < CoreCount; index++)
        {
            for (int count = _random.Next(4); count > 0; count--)
            {
                (uint table, uint asid, uint control) = Pick(_cores[index]);
                _ = Walk(_cores[index], addresses[_random.Next(addresses.Length)], table, asid, control, false);
            }
        }
    }

    public (FaultCode Fault, uint Physical) Access(int core, uint address, AccessKind kind)
    {
        Core state = _cores[core];
        (uint table, uint asid, uint control) = Pick(state);
        List<Entry> matching = [.. state.Entries, .. state.Ghosts];
        _ = matching.RemoveAll(entry => entry.Page != (address & PageMask) || !(entry.IsGlobal || entry.Asid == asid));
        int choice = _random.Next(matching.Count + 1);
        Leaf leaf = choice < matching.Count ? matching[choice].Leaf : Walk(state, address, table, asid, control, true);
        FaultCode fault = TableWalker.Check(leaf, 1, true, kind, Privilege.User);
        return (fault, fault == FaultCode.None ? leaf.Translate(address) : 0);
    }

    private (uint Table, uint Asid, uint Control) Pick(Core core)
    {
        Registers registers = core.Registers;
        return (Value(registers, RegisterName.Table), Value(registers, RegisterName.Asid), Value(registers, RegisterName.Control));
    }

    private uint Value(Registers registers, RegisterName name) =>
        registers.Old[(int)name] is uint old && _random.Next(2) == 0 ? old : registers.New[(int)name];

    private Leaf Walk(Core core, uint address, uint table, uint asid, uint control, bool isAccess)
    {
        if ((control & Disabled) != 0)
        {
            return Leaf.Refused(FaultCode.TranslationFirstLevel);
        }

        uint mib = address >> 20;
        List<(uint Mib, uint Asid, uint Word)> cached = core.Pointers.FindAll(pointer => pointer.Mib == mib && pointer.Asid == asid);
        uint first = cached.Count != 0 && _random.Next(2) == 0
            ? cached[_random.Next(cached.Count)].Word
            : ReadAsWalker(core, table + (mib * 4), isAccess);
        if (!TableWalker.IsTable(first))
        {
            return Leaf.Refused(FaultCode.TranslationFirstLevel);
        }

        core.Pointers.Add((mib, asid, first));
        uint second = ReadAsWalker(core, LitmusBench.SecondSlot(TableWalker.TableOf(first), address), isAccess);
        Leaf leaf = TableWalker.DecodeSecond(second, first, s_attributes);
        if (leaf.IsHoldable)
        {
            core.Entries.Add(new Entry(address & PageMask, asid, leaf.IsGlobal, leaf));
        }

        return leaf;
    }

    private uint ReadAsWalker(Core core, uint word, bool isAccess)
    {
        List<uint> values = [_visible.GetValueOrDefault(word)];
        foreach ((uint stored, uint value, _) in _stores)
        {
            if (stored == word)
            {
                values.Add(value);
            }
        }

        if (isAccess && core.LateWords.TryGetValue(word, out uint late))
        {
            values.Add(late);
        }

        return values[_random.Next(values.Count)];
    }

    // A DSB: the core's stores are visible, and with each of them the earlier stores to the same word.
    private void Complete(int core)
    {
        for (int index = 0; index < _stores.Count; index++)
        {
            (uint word, uint value, int by) = _stores[index];
            if (by != core)
            {
                continue;
            }

            uint old = _visible.GetValueOrDefault(word);
            if (!TableWalker.IsValid(old))
            {
                _ = _cores[core].LateWords.TryAdd(word, old);
            }

            _visible[word] = value;
            for (int earlier = index; earlier >= 0; earlier--)
            {
                if (_stores[earlier].Word == word)
                {
                    _stores.RemoveAt(earlier);
                    index--;
                }
            }
        }
    }

    private void Apply(int by, int target, Step step)
    {
        Core core = _cores[target];
        for (int index = core.Entries.Count - 1; index >= 0; index--)
        {
            Entry entry = core.Entries[index];
            if (Covers(step, entry.Page, entry.Asid, entry.IsGlobal, PageMask))
            {
                core.Entries.RemoveAt(index);
                if (target == by)
                {
                    core.Ghosts.Add(entry);
                }
            }
        }

        _ = core.Pointers.RemoveAll(pointer => Covers(step, pointer.Mib << 20, pointer.Asid, false, 0xFFF0_0000));
    }

    private static bool Covers(Step step, uint address, uint asid, bool isGlobal, uint mask) => step.Kind switch
    {
        StepKind.TlbLocal or StepKind.Tlbs => true,
        StepKind.TlbAsid or StepKind.TlbAsidLocal => !isGlobal && asid == step.Operand,
        StepKind.TlbPageAllAsids => (step.Address & mask) == (address & mask),
        _ => (step.Address & mask) == (address & mask) && (isGlobal || asid == step.Operand),
    };

    private sealed record Entry(uint Page, uint Asid, bool IsGlobal, Leaf Leaf);

    private sealed class Registers
    {
        public readonly uint[] New = new uint[3];
        public readonly uint?[] Old = new uint?[3];

        public Registers() => New[(int)RegisterName.Control] = BootCode.TableBaseControl | Disabled;
    }

    private sealed class Core
    {
        public readonly Registers Registers = new();
        public readonly List<Entry> Entries = [];
        public readonly List<Entry> Ghosts = []; // invalidated, but the core's own instructions ran ahead
        public readonly Dictionary<uint, uint> LateWords = []; // complete, but the core's own instructions ran ahead
        public readonly List<(uint Mib, uint Asid, uint Word)> Pointers = [];
        public readonly List<(int By, int Target, Step Step)> Pending = [];
    }
}

/// <summary>The registers that <see cref="ConcreteTlbs"/> has.</summary>
internal enum RegisterName
{
    Table,
    Asid,
    Control,
}
