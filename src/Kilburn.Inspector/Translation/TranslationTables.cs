using System.Buffers.Binary;
using System.Collections.Generic;
using Kilburn.Inspector.Sources;

namespace Kilburn.Inspector.Translation;

/// <summary>The translation tables of a guest, walked in software.</summary>
/// <remarks>
/// Reads the tables as they stand in memory; what a TLB still holds is another matter.
/// Source: ARM DDI 0406C.d, B3.5.5, B3.6.6 (walks), B3.12.3 (order of checks: translation, access flag, domain, permission).
/// </remarks>
public sealed class TranslationTables
{
    private const ulong WholeSpace = 1ul << 32;
    private readonly IPhysicalMemory _memory;
    private readonly GuestRegisters _registers;

    /// <summary>Takes registers and memory in.</summary>
    /// <param name="registers">What walks start from.</param>
    /// <param name="memory">Where the tables lie.</param>
    public TranslationTables(GuestRegisters registers, IPhysicalMemory memory)
    {
        _registers = registers;
        _memory = memory;
        Format = Formats.Of(registers);
    }

    /// <summary>The tables' format.</summary>
    public ITableFormat Format { get; }

    /// <summary>Walks an address, and checks an access to it.</summary>
    /// <param name="address">Any virtual address.</param>
    /// <param name="access">What is done.</param>
    /// <param name="privilege">By whom.</param>
    public Walk Walk(uint address, AccessKind access, Privilege privilege)
    {
        List<WalkStep> steps = [];
        if (!_registers.IsMmuOn)
        {
            return new Walk(address, null, steps, Flat(), default);
        }

        TableRoot? root = FindRoot(address);
        if (root is null || root.IsOff)
        {
            return new Walk(address, root, steps, null, new WalkFault(FaultReason.Translation, 1));
        }

        ulong table = root.Table;
        uint addressMask = root.AddressMask;
        Inherited above = default;
        for (int level = root.Level; ; level++)
        {
            int shift = Format.IndexShift(level);
            ulong slot = table + ((ulong)((address & addressMask) >> shift) * (uint)Format.WordLength);
            if (!TryReadWord(slot, out ulong word))
            {
                steps.Add(new WalkStep(level, slot, 0, null));
                return new Walk(address, root, steps, null, new WalkFault(FaultReason.ExternalOnWalk, level));
            }

            DescriptorForm form = Format.FormOf(word, level);
            steps.Add(new WalkStep(level, slot, word, form));
            if (form.Kind == DescriptorKind.Invalid)
            {
                return new Walk(address, root, steps, null, new WalkFault(FaultReason.Translation, level));
            }

            if (form.Kind == DescriptorKind.Block)
            {
                uint entry = address & (uint.MaxValue << shift);
                Leaf leaf = MakeLeaf(entry, shift, form, word, slot, above);
                return new Walk(address, root, steps, leaf, Check(leaf, level, access, privilege));
            }

            above = Format.Follow(above, word);
            table = Format.TableOf(word);
            addressMask = (1u << shift) - 1;
        }
    }

    /// <summary>Reads all tables.</summary>
    public TableScan Scan()
    {
        TableScan scan = new();
        if (!_registers.IsMmuOn)
        {
            scan.Leaves.Add(Flat());
            return scan;
        }

        Dictionary<ulong, ulong?[]> known = [];
        foreach (TableRoot root in Format.Roots)
        {
            if (root.IsOff)
            {
                continue;
            }

            int shift = Format.IndexShift(root.Level);
            int first = (int)((root.Start & root.AddressMask) >> shift);
            int count = (int)((root.Last - root.Start) >> shift) + 1;
            ulong start = root.Table + ((ulong)first * (uint)Format.WordLength);
            TableUse use = new(root.Table, start, root.Level, count, root.Start, null, root.Register);
            Scan(scan, known, use, default);
        }

        return scan;
    }

    private static Leaf Flat()
    {
        MemoryAttributes memory = MemoryAttributes.Uncached(MemoryKind.StronglyOrdered, Shareability.Outer);
        return new Leaf(0, WholeSpace, 0, null, 0, 0, new PageAttributes(Rights.All, Rights.All, memory, true, true, false, 0));
    }

    private static WalkFault Check(in Leaf leaf, int level, AccessKind access, Privilege privilege)
    {
        PageAttributes attributes = leaf.Attributes;
        if (!attributes.IsAccessed)
        {
            return new WalkFault(FaultReason.AccessFlag, level);
        }

        if (attributes.IsDomainClosed)
        {
            return new WalkFault(FaultReason.Domain, level);
        }

        Rights rights = privilege == Privilege.Kernel ? attributes.Kernel : attributes.User;
        Rights wanted = access switch
        {
            AccessKind.Read => Rights.Read,
            AccessKind.Write => Rights.Write,
            _ => Rights.Execute,
        };
        return rights.HasFlag(wanted) ? default : new WalkFault(FaultReason.Permission, level);
    }

    private TableRoot? FindRoot(uint address)
    {
        foreach (TableRoot root in Format.Roots)
        {
            if (address >= root.Start && address <= root.Last)
            {
                return root;
            }
        }

        return null;
    }

    // An entry covers a part of its block when the block takes several: 4 KiB of a large page.
    private Leaf MakeLeaf(uint entry, int shift, DescriptorForm form, ulong word, ulong slot, in Inherited above)
    {
        ulong length = 1ul << shift;
        ulong offset = entry & (form.LengthInBytes - 1) & ~(length - 1);
        ulong physical = Format.BaseOf(form, word) + offset;
        return new Leaf(entry, length, physical, form, word, slot, Format.AttributesOf(form, word, above));
    }

    private bool TryReadWord(ulong slot, out ulong word)
    {
        System.Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes = bytes[..Format.WordLength];
        bool isRead = _memory.TryRead(slot, bytes);
        word = isRead ? Word(bytes) : 0;
        return isRead;
    }

    private ulong Word(System.ReadOnlySpan<byte> bytes) => Format.WordLength == sizeof(uint)
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes)
        : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private ulong?[] ReadTable(ulong start, int count)
    {
        ulong?[] words = new ulong?[count];
        byte[] bytes = new byte[count * Format.WordLength];
        bool isWhole = _memory.TryRead(start, bytes);
        for (int index = 0; index < count; index++)
        {
            int offset = index * Format.WordLength;
            if (isWhole)
            {
                words[index] = Word(System.MemoryExtensions.AsSpan(bytes, offset, Format.WordLength));
            }
            else if (TryReadWord(start + (ulong)offset, out ulong word))
            {
                words[index] = word;
            }
        }

        return words;
    }

    private void Scan(TableScan scan, Dictionary<ulong, ulong?[]> known, TableUse use, in Inherited above)
    {
        bool isShared = known.TryGetValue(use.Start, out ulong?[]? words) && words.Length == use.EntryCount;
        if (!isShared)
        {
            words = ReadTable(use.Start, use.EntryCount);
            known[use.Start] = words;
        }

        scan.Tables.Add(use);
        int shift = Format.IndexShift(use.Level);
        for (int index = 0; index < use.EntryCount; index++)
        {
            uint address = use.Address + ((uint)index << shift);
            ulong slot = use.Start + (ulong)(index * Format.WordLength);
            if (words![index] is not ulong word)
            {
                use.UnreadCount++;
                continue;
            }

            DescriptorForm form = Format.FormOf(word, use.Level);
            if (!isShared && Format.FlawOf(form, word) is string flaw)
            {
                scan.Flaws.Add(new DescriptorFlaw(address, slot, word, flaw));
            }

            switch (form.Kind)
            {
                case DescriptorKind.Block:
                    use.ValidCount++;
                    scan.Leaves.Add(MakeLeaf(address, shift, form, word, slot, above));
                    break;
                case DescriptorKind.Table:
                    use.ValidCount++;
                    ulong table = Format.TableOf(word);
                    TableUse below = new(
                        table, table, use.Level + 1, Format.EntriesOfLinkedTable, address, slot, use.Register);
                    Scan(scan, known, below, Format.Follow(above, word));
                    break;
                default:
                    break;
            }
        }
    }
}
