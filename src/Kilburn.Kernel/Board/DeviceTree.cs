using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Kernel.Board;

/// <summary>A flattened device tree: the memory it names, and what is reserved in it.</summary>
/// <remarks>
/// Reads untrusted bytes: every offset is checked, and a tree that does not add up is <see cref="DeviceTreeStatus.Damaged"/>.
/// Addresses past 4 GiB are left out. Source: Devicetree Specification v0.4, 3.4 (/memory), 3.5 (/reserved-memory), 5 (format).
/// </remarks>
internal ref struct DeviceTree
{
    /// <summary>Bytes of the header, which tells the length of the whole.</summary>
    internal const int HeaderBytes = 40;

    private const uint Magic = 0xD00D_FEED;
    private const int TotalSizeField = 4;
    private const int StructureField = 8;
    private const int StringsField = 12;
    private const int ReserveField = 16;

    private const uint BeginNode = 1;
    private const uint EndNode = 2;
    private const uint Property = 3;
    private const uint Nop = 4;
    private const uint End = 9;

    private const int WordBytes = 4;
    private const uint DefaultAddressCells = 2;
    private const uint DefaultSizeCells = 1;
    private const uint MostCells = 2;

    private readonly ReadOnlySpan<byte> _tree;
    private bool _isSound;

    private DeviceTree(ReadOnlySpan<byte> tree)
    {
        _tree = tree;
        _isSound = true;
    }

    /// <summary>The nodes that matter here.</summary>
    private enum Node
    {
        Other,
        Root,
        Memory,
        ReservedParent,
        Reserved,
        Chosen,
    }

    /// <summary>Tells how long a tree is.</summary>
    /// <param name="header">Its first <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="lengthInBytes">The whole; zero when there is none.</param>
    internal static bool TryGetLength(ReadOnlySpan<byte> header, out uint lengthInBytes)
    {
        DeviceTree tree = new(header);
        bool isTree = tree.ReadWord(0) == Magic;
        lengthInBytes = isTree ? tree.ReadWord(TotalSizeField) : 0;
        return isTree && tree._isSound && lengthInBytes >= HeaderBytes && lengthInBytes <= int.MaxValue;
    }

    /// <summary>Adds the tree's banks and reserved ranges to a map.</summary>
    /// <param name="bytes">The whole tree.</param>
    /// <param name="map">Gets banks and reserved ranges; not to be used after a failure.</param>
    internal static DeviceTreeStatus TryReadMemory(ReadOnlySpan<byte> bytes, ref MemoryMap map)
    {
        if (!TryGetLength(bytes, out uint length) || length > (uint)bytes.Length)
        {
            return DeviceTreeStatus.None;
        }

        DeviceTree tree = new(bytes.Slice(0, (int)length));
        bool isUsable = tree.ReadReservations(ref map) && tree.ReadNodes(ref map);
        if (!tree._isSound)
        {
            return DeviceTreeStatus.Damaged;
        }

        if (!isUsable)
        {
            return DeviceTreeStatus.Unusable;
        }

        return map.BankCount == 0 ? DeviceTreeStatus.NoMemory : DeviceTreeStatus.Ok;
    }

    /// <summary>The block of reserved ranges: pairs of 64-bit numbers, ended by a pair of zeroes.</summary>
    private bool ReadReservations(ref MemoryMap map)
    {
        int offset = (int)ReadWord(ReserveField);
        bool isUsable = true;
        while (_isSound && isUsable)
        {
            uint addressHigh = ReadWord(offset);
            uint address = ReadWord(offset + WordBytes);
            uint lengthHigh = ReadWord(offset + (2 * WordBytes));
            uint length = ReadWord(offset + (3 * WordBytes));
            if ((addressHigh | address | lengthHigh | length) == 0)
            {
                break;
            }

            isUsable = TryAdd(ref map, Node.Reserved, addressHigh, address, lengthHigh, length);
            offset += 4 * WordBytes;
        }

        return isUsable;
    }

    private bool ReadNodes(ref MemoryMap map)
    {
        int offset = (int)ReadWord(StructureField);
        int strings = (int)ReadWord(StringsField);
        int depth = 0;
        Node top = Node.Other; // at depth 2: a child of the root
        Node current = Node.Other;
        Cells rootCells = new(DefaultAddressCells, DefaultSizeCells);
        Cells reservedCells = rootCells;
        uint initrdStart = 0;
        uint initrdEnd = 0;
        bool isUsable = true;
        while (_isSound && isUsable)
        {
            uint token = ReadWord(offset);
            offset += WordBytes;
            switch (token)
            {
                case BeginNode:
                    depth++;
                    current = Classify(offset, depth, top);
                    top = depth == 2 ? current : top;
                    offset = SkipName(offset);
                    break;
                case EndNode:
                    depth--;
                    current = depth == 1 ? Node.Root : depth == 2 ? top : Node.Other;
                    break;
                case Property:
                    int length = (int)ReadWord(offset);
                    int name = unchecked(strings + (int)ReadWord(offset + WordBytes));
                    int value = offset + (2 * WordBytes);
                    offset = AlignWord(value, length);
                    switch (current)
                    {
                        case Node.Root:
                            rootCells = ReadCells(rootCells, name, value);
                            break;
                        case Node.ReservedParent:
                            reservedCells = ReadCells(reservedCells, name, value);
                            break;
                        case Node.Memory when Matches(name, "reg"u8):
                            isUsable = TryAddRanges(ref map, Node.Memory, value, length, rootCells);
                            break;
                        case Node.Reserved when Matches(name, "reg"u8):
                            isUsable = TryAddRanges(ref map, Node.Reserved, value, length, reservedCells);
                            break;
                        case Node.Chosen when Matches(name, "linux,initrd-start"u8):
                            initrdStart = ReadWord(value + length - WordBytes);
                            break;
                        case Node.Chosen when Matches(name, "linux,initrd-end"u8):
                            initrdEnd = ReadWord(value + length - WordBytes);
                            break;
                        default:
                            break;
                    }

                    break;
                case Nop:
                    break;
                case End:
                    return initrdEnd <= initrdStart
                        || TryAdd(ref map, Node.Reserved, 0, initrdStart, 0, initrdEnd - initrdStart);
                default:
                    _isSound = false;
                    break;
            }
        }

        return isUsable;
    }

    private Node Classify(int name, int depth, Node parent)
    {
        if (depth == 1)
        {
            return Node.Root;
        }

        if (depth == 3)
        {
            return parent == Node.ReservedParent ? Node.Reserved : Node.Other;
        }

        if (depth != 2)
        {
            return Node.Other;
        }

        return MatchesUnit(name, "memory"u8) ? Node.Memory
            : Matches(name, "reserved-memory"u8) ? Node.ReservedParent
            : Matches(name, "chosen"u8) ? Node.Chosen
            : Node.Other;
    }

    private Cells ReadCells(Cells cells, int name, int value) =>
        Matches(name, "#address-cells"u8) ? new Cells(ReadWord(value), cells.Size)
        : Matches(name, "#size-cells"u8) ? new Cells(cells.Address, ReadWord(value))
        : cells;

    private bool TryAddRanges(ref MemoryMap map, Node node, int value, int length, Cells cells)
    {
        if (cells.Address - 1 >= MostCells || cells.Size - 1 >= MostCells)
        {
            _isSound = false;
            return false;
        }

        int entryBytes = (int)(cells.Address + cells.Size) * WordBytes;
        bool isUsable = true;
        for (int end = value + length; _isSound && isUsable && value <= end - entryBytes; value += entryBytes)
        {
            int size = value + ((int)cells.Address * WordBytes);
            isUsable = TryAdd(
                ref map,
                node,
                cells.Address == MostCells ? ReadWord(value) : 0,
                ReadWord(size - WordBytes),
                cells.Size == MostCells ? ReadWord(size) : 0,
                ReadWord(value + entryBytes - WordBytes));
        }

        return isUsable;
    }

    /// <summary>Adds a range, as far as it lies below 4 GiB.</summary>
    private static bool TryAdd(
        ref MemoryMap map, Node node, uint addressHigh, uint address, uint lengthHigh, uint length)
    {
        if (addressHigh != 0 || (lengthHigh | length) == 0)
        {
            return true;
        }

        uint most = unchecked(0u - address); // up to 4 GiB; zero stands for all of it
        if (most == 0)
        {
            most = ~PageSize.SmallMask;
        }

        PhysicalRange range = new(new PhysicalAddress(address), lengthHigh != 0 || length > most ? most : length);
        VmStatus status = node == Node.Memory ? map.TryAddBank(range) : map.TryReserve(range);
        return status == VmStatus.Ok;
    }

    /// <summary>A big-endian word; zero, and the end of all reading, outside of the tree.</summary>
    private uint ReadWord(int offset)
    {
        if ((uint)offset > (uint)_tree.Length || _tree.Length - offset < WordBytes)
        {
            _isSound = false;
            return 0;
        }

        return ((uint)_tree[offset] << 24) | ((uint)_tree[offset + 1] << 16)
            | ((uint)_tree[offset + 2] << 8) | _tree[offset + 3];
    }

    /// <summary>The offset behind a name and its padding.</summary>
    private int SkipName(int offset)
    {
        while ((uint)offset < (uint)_tree.Length && _tree[offset] != 0)
        {
            offset++;
        }

        return AlignWord(offset, 1);
    }

    /// <summary>The next multiple of a word behind a field.</summary>
    private int AlignWord(int offset, int length)
    {
        if (length < 0 || offset < 0 || length > _tree.Length || offset > _tree.Length - length)
        {
            _isSound = false;
            return 0;
        }

        return (offset + length + WordBytes - 1) & ~(WordBytes - 1);
    }

    private readonly bool Matches(int offset, ReadOnlySpan<byte> name) => EndOf(offset, name) == 0;

    /// <summary>Like <see cref="Matches"/>, with or without a unit address.</summary>
    private readonly bool MatchesUnit(int offset, ReadOnlySpan<byte> name) =>
        EndOf(offset, name) == 0 || EndOf(offset, name) == (byte)'@';

    /// <summary>The byte after a name that starts as given; anything but 0 and '@' when it does not.</summary>
    private readonly byte EndOf(int offset, ReadOnlySpan<byte> name)
    {
        const byte Different = 1;
        if (offset < 0 || offset > _tree.Length || _tree.Length - offset <= name.Length)
        {
            return Different;
        }

        for (int index = 0; index < name.Length; index++)
        {
            if (_tree[offset + index] != name[index])
            {
                return Different;
            }
        }

        return _tree[offset + name.Length];
    }

    /// <summary>Words of an address and of a size in a node's ranges.</summary>
    private readonly struct Cells(uint address, uint size)
    {
        internal uint Address => address;

        internal uint Size => size;
    }
}
