using System.Collections.Generic;

namespace Kilburn.Inspector.Translation;

/// <summary>Long descriptors (Large Physical Address Extension): up to three levels, 64-bit words.</summary>
/// <remarks>
/// <code>
///        63 62 61 60 59      52 51 40 39                     12 11 10 9 8 7 6 5 4  2 1 0
/// table  |NS| AP |XN|PXN|   ignored  | table[39:12]            |      ignored        | 1 1
///        63     55 54  53  52 51 40 39                     12 11 10 9 8 7 6 5 4  2 1 0
/// block  |ignored | XN|PXN|Co| 0    | PA[39:30, 21 or 12]     |nG|AF| SH | AP|NS|Attr | t 1   t: 0, and 1 at level 3
/// </code>
/// Source: ARM DDI 0406C.d, B3.6.1 (formats), B3.6.5 (TTBCR and first tables), B3.7.1 (APTable, AP[2:1]), B4.1.104 (MAIR).
/// </remarks>
public sealed class LongFormat : ITableFormat
{
    private const int FirstLevel = 1;
    private const int SecondLevel = 2;
    private const int PageLevel = 3;
    private const int GigabyteShift = 30;
    private const int MiddleShift = 21;
    private const int PageShift = 12;
    private const int EntriesOfATable = 512;
    private const int CopiesOfAContiguousBlock = 16;
    private const int AddressBits = 32;
    private const int LongestSizeFromLevel1 = 1;
    private const int Level1Alignment = 5;  // TTBR[39:5-TxSZ]
    private const int Level2Alignment = 14; // TTBR[39:14-TxSZ]
    private const ulong ReservedShareability = 1;

    private static readonly BitField s_type = new("type", 1, 0);
    private static readonly BitField s_valid = BitField.Bit("valid", 0);
    private static readonly BitField s_tableNs = BitField.Bit("NSTable", 63);
    private static readonly BitField s_tableReadOnly = BitField.Bit("APTable[1]", 62);
    private static readonly BitField s_tableKernelOnly = BitField.Bit("APTable[0]", 61);
    private static readonly BitField s_tableXn = BitField.Bit("XNTable", 60);
    private static readonly BitField s_tablePxn = BitField.Bit("PXNTable", 59);
    private static readonly BitField s_table = new("table[39:12]", 39, 12);
    private static readonly BitField s_xn = BitField.Bit("XN", 54);
    private static readonly BitField s_pxn = BitField.Bit("PXN", 53);
    private static readonly BitField s_contiguous = BitField.Bit("contiguous", 52);
    private static readonly BitField s_notGlobal = BitField.Bit("nG", 11);
    private static readonly BitField s_accessFlag = BitField.Bit("AF", 10);
    private static readonly BitField s_sharing = new("SH", 9, 8);
    private static readonly BitField s_readOnly = BitField.Bit("AP[2]", 7);
    private static readonly BitField s_user = BitField.Bit("AP[1]", 6);
    private static readonly BitField s_nonSecure = BitField.Bit("NS", 5);
    private static readonly BitField s_attributes = new("AttrIndx", 4, 2);
    private static readonly BitField s_base = new("TTBR[39:0]", 39, 0);
    private static readonly BitField s_size0 = new("T0SZ", 2, 0);
    private static readonly BitField s_size1 = new("T1SZ", 18, 16);
    private static readonly BitField s_off0 = BitField.Bit("EPD0", 7);
    private static readonly BitField s_off1 = BitField.Bit("EPD1", 23);
    private static readonly BitField s_upperZero = new("0", 51, 40);

    private static readonly DescriptorForm[] s_faults =
        [Fault(FirstLevel, "fault"), Fault(SecondLevel, "fault"), Fault(PageLevel, "fault")];

    private static readonly DescriptorForm s_reservedPage = Fault(PageLevel, "reserved encoding");

    private static readonly DescriptorForm[] s_tables = [Link(FirstLevel), Link(SecondLevel)];

    private static readonly DescriptorForm[] s_blocks =
    [
        Block(FirstLevel, "1 GiB block", GigabyteShift),
        Block(SecondLevel, "2 MiB block", MiddleShift),
        Block(PageLevel, "page", PageShift),
    ];

    private readonly GuestRegisters _registers;

    /// <summary>Takes the registers in.</summary>
    /// <param name="registers">With TTBCR.EAE set.</param>
    public LongFormat(GuestRegisters registers)
    {
        _registers = registers;
        Roots = FindRoots(registers);
    }

    /// <inheritdoc/>
    public string Name => "long descriptors";

    /// <inheritdoc/>
    public int WordLength => sizeof(ulong);

    /// <inheritdoc/>
    public IReadOnlyList<TableRoot> Roots { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DescriptorForm> Forms => [.. s_faults, s_reservedPage, .. s_tables, .. s_blocks];

    /// <inheritdoc/>
    public int EntriesOfLinkedTable => EntriesOfATable;

    /// <inheritdoc/>
    public int IndexShift(int level) => level switch
    {
        FirstLevel => GigabyteShift,
        SecondLevel => MiddleShift,
        _ => PageShift,
    };

    /// <inheritdoc/>
    public DescriptorForm FormOf(ulong word, int level)
    {
        if (!s_valid.IsSet(word))
        {
            return s_faults[level - 1];
        }

        bool hasBit1 = s_type.Of(word) == 3;
        if (level == PageLevel)
        {
            return hasBit1 ? s_blocks[level - 1] : s_reservedPage;
        }

        return hasBit1 ? s_tables[level - 1] : s_blocks[level - 1];
    }

    /// <inheritdoc/>
    public ulong TableOf(ulong word) => word & s_table.Mask;

    /// <inheritdoc/>
    public Inherited Follow(in Inherited above, ulong word) => above with
    {
        IsExecuteNever = above.IsExecuteNever || s_tableXn.IsSet(word),
        IsKernelExecuteNever = above.IsKernelExecuteNever || s_tablePxn.IsSet(word),
        IsKernelOnly = above.IsKernelOnly || s_tableKernelOnly.IsSet(word),
        IsReadOnly = above.IsReadOnly || s_tableReadOnly.IsSet(word),
        IsNonSecure = above.IsNonSecure || s_tableNs.IsSet(word),
    };

    /// <inheritdoc/>
    public ulong BaseOf(DescriptorForm form, ulong word) => word & BaseField(form.Level).Mask;

    /// <inheritdoc/>
    public PageAttributes AttributesOf(DescriptorForm form, ulong word, in Inherited above)
    {
        bool isReadOnly = above.IsReadOnly || s_readOnly.IsSet(word);
        Rights kernel = isReadOnly ? Rights.Read : Rights.Read | Rights.Write;
        Rights user = s_user.IsSet(word) && !above.IsKernelOnly ? kernel : Rights.None;
        Execution.Apply(
            _registers,
            above.IsExecuteNever || s_xn.IsSet(word),
            above.IsKernelExecuteNever || s_pxn.IsSet(word),
            ref kernel,
            ref user);
        return new PageAttributes(
            kernel,
            user,
            Memory(word),
            !s_notGlobal.IsSet(word),
            s_accessFlag.IsSet(word),
            above.IsNonSecure || s_nonSecure.IsSet(word),
            0);
    }

    /// <inheritdoc/>
    public string? FlawOf(DescriptorForm form, ulong word)
    {
        if (form == s_reservedPage)
        {
            return "0b01 at level 3 is reserved";
        }

        if ((word & form.Reserved) != 0)
        {
            return $"bits 0x{word & form.Reserved:X} of a {form.Name} are reserved";
        }

        if (form.Kind != DescriptorKind.Block)
        {
            return null;
        }

        if (s_sharing.Of(word) == ReservedShareability)
        {
            return "SH = 0b01 is reserved";
        }

        return Memory(word).Kind == MemoryKind.Reserved ? "AttrIndx chooses a reserved encoding of MAIR" : null;
    }

    /// <inheritdoc/>
    public bool IsCopy(DescriptorForm form, ulong word) =>
        form.Kind == DescriptorKind.Block && form.Level != FirstLevel && s_contiguous.IsSet(word);

    private static DescriptorForm Fault(int level, string name) =>
        new(name, level, DescriptorKind.Invalid, 0, [s_type], 0);

    private static DescriptorForm Link(int level) => new(
        "table",
        level,
        DescriptorKind.Table,
        0,
        [s_tableNs, s_tableReadOnly, s_tableKernelOnly, s_tableXn, s_tablePxn, s_table, s_type],
        s_upperZero.Mask);

    private static DescriptorForm Block(int level, string name, int shift) => new(
        name,
        level,
        DescriptorKind.Block,
        1ul << shift,
        [
            s_xn, s_pxn, s_contiguous, BaseField(level), s_notGlobal, s_accessFlag, s_sharing, s_readOnly, s_user, s_nonSecure,
            s_attributes, s_type,
        ],
        s_upperZero.Mask | (((1ul << shift) - 1) & ~((1ul << PageShift) - 1)),
        CopiesOfAContiguousBlock);

    private static BitField BaseField(int level)
    {
        int low = level switch { FirstLevel => GigabyteShift, SecondLevel => MiddleShift, _ => PageShift };
        return new BitField($"PA[39:{low}]", 39, low);
    }

    // B3.6.5: which addresses each register serves, and where its walks begin.
    private static List<TableRoot> FindRoots(GuestRegisters registers)
    {
        int size0 = (int)s_size0.Of(registers.TableControl);
        int size1 = (int)s_size1.Of(registers.TableControl);
        bool isOff0 = s_off0.IsSet(registers.TableControl);
        bool isOff1 = s_off1.IsSet(registers.TableControl);
        uint start1 = size1 == 0 ? uint.MaxValue >> size0 : uint.MaxValue << (AddressBits - size1);
        start1 += size1 == 0 ? 1u : 0; // with T0SZ = 0 too, TTBR1 serves nothing, and this is zero
        uint last0 = size0 == 0 ? start1 - 1 : uint.MaxValue >> size0;
        List<TableRoot> roots = [Root("TTBR0", registers.TableBase0, size0, 0, last0, isOff0)];
        if (start1 != 0)
        {
            roots.Add(Root("TTBR1", registers.TableBase1, size1, start1, uint.MaxValue, isOff1));
        }

        return roots;
    }

    private static TableRoot Root(string register, ulong value, int size, uint start, uint last, bool isOff)
    {
        bool startsAtLevel1 = size <= LongestSizeFromLevel1;
        int alignment = (startsAtLevel1 ? Level1Alignment : Level2Alignment) - size;
        ulong table = value & s_base.Mask & (ulong.MaxValue << alignment);
        return new TableRoot(
            register, table, startsAtLevel1 ? FirstLevel : SecondLevel, start, last, uint.MaxValue >> size, isOff);
    }

    private MemoryAttributes Memory(ulong word)
    {
        Shareability sharing = s_sharing.Of(word) switch
        {
            2 => Shareability.Outer,
            3 => Shareability.Inner,
            _ => Shareability.None,
        };
        return MemoryAttributeIndirection.Decode(_registers, (int)s_attributes.Of(word), sharing);
    }
}
