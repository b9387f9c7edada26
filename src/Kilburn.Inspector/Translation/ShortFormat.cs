using System.Collections.Generic;

namespace Kilburn.Inspector.Translation;

/// <summary>Short descriptors: two levels, 32-bit words.</summary>
/// <remarks>
/// <code>
///            31        20 19 18 17 16 15 14  12 11 10 9 8     5 4 3 2 1 0
/// table      | base[31:10]                            |  domain |0 NS P 0 1    P: PXN
/// section    | base      |NS| 0|nG| S|A2| TEX  | A1A0|  domain |XN C B 1 P
/// super      | base |35:32 |NS| 1|nG| S|A2| TEX  | A1A0| 39:36 |XN C B 1 P
///
///            31        16 15 14 12 11 10 9 8 6 5  4 3 2 1 0
/// large      | base      |XN| TEX |nG| S|A2|   |A1A0 C B 0 1
/// small      | base[31:12]         |nG| S|A2|TEX|A1A0 C B 1 XN
/// </code>
/// Source: ARM DDI 0406C.d, B3.5.1 (formats), B3.5.4 (TTBCR.N), B3.7 (access control), B3.8 (attributes).
/// </remarks>
public sealed class ShortFormat : ITableFormat
{
    private const int TableLevel = 1;
    private const int PageLevel = 2;
    private const int SectionShift = 20;
    private const int PageShift = 12;
    private const ulong SmallLength = 1ul << PageShift;
    private const ulong LargeLength = 1ul << 16;
    private const ulong SectionLength = 1ul << SectionShift;
    private const ulong SupersectionLength = 1ul << 24;
    private const int FirstTableShift = 14; // log2 of the bytes of a table of 4096 words
    private const int CopiesOfABlock = 16;
    private const int ExtendedBase35Shift = 32;
    private const int ExtendedBase39Shift = 36;
    private const uint ReservedAccess = 0b100;

    private static readonly BitField s_type = new("type", 1, 0);
    private static readonly BitField s_blockType = BitField.Bit("type", 1);
    private static readonly BitField s_bufferable = BitField.Bit("B", 2);
    private static readonly BitField s_cacheable = BitField.Bit("C", 3);
    private static readonly BitField s_domain = new("domain", 8, 5);
    private static readonly BitField s_firstPxn = BitField.Bit("PXN", 0);
    private static readonly BitField s_implementation = BitField.Bit("IMP", 9);

    private static readonly BitField s_tableBase = new("table[31:10]", 31, 10);
    private static readonly BitField s_tableNs = BitField.Bit("NS", 3);
    private static readonly BitField s_tablePxn = BitField.Bit("PXN", 2);

    private static readonly BitField s_sectionBase = new("PA[31:20]", 31, 20);
    private static readonly BitField s_superBase = new("PA[31:24]", 31, 24);
    private static readonly BitField s_superBase35 = new("PA[35:32]", 23, 20);
    private static readonly BitField s_superBase39 = new("PA[39:36]", 8, 5);
    private static readonly BitField s_sectionNs = BitField.Bit("NS", 19);
    private static readonly BitField s_super = BitField.Bit("supersection", 18);
    private static readonly BitField s_sectionNg = BitField.Bit("nG", 17);
    private static readonly BitField s_sectionS = BitField.Bit("S", 16);
    private static readonly BitField s_sectionAp2 = BitField.Bit("AP[2]", 15);
    private static readonly BitField s_sectionTex = new("TEX", 14, 12);
    private static readonly BitField s_sectionAp = new("AP[1:0]", 11, 10);
    private static readonly BitField s_sectionXn = BitField.Bit("XN", 4);

    private static readonly BitField s_smallBase = new("PA[31:12]", 31, 12);
    private static readonly BitField s_largeBase = new("PA[31:16]", 31, 16);
    private static readonly BitField s_pageNg = BitField.Bit("nG", 11);
    private static readonly BitField s_pageS = BitField.Bit("S", 10);
    private static readonly BitField s_pageAp2 = BitField.Bit("AP[2]", 9);
    private static readonly BitField s_smallTex = new("TEX", 8, 6);
    private static readonly BitField s_pageAp = new("AP[1:0]", 5, 4);
    private static readonly BitField s_smallXn = BitField.Bit("XN", 0);
    private static readonly BitField s_largeXn = BitField.Bit("XN", 15);
    private static readonly BitField s_largeTex = new("TEX", 14, 12);

    private static readonly DescriptorForm s_firstFault =
        new("fault", TableLevel, DescriptorKind.Invalid, 0, [s_type], 0);

    private static readonly DescriptorForm s_secondFault = s_firstFault with { Level = PageLevel };

    private static readonly DescriptorForm s_table = new(
        "table",
        TableLevel,
        DescriptorKind.Table,
        0,
        [s_tableBase, s_implementation, s_domain, s_tableNs, s_tablePxn, s_type],
        1u << 4);

    private static readonly DescriptorForm s_section = new(
        "section",
        TableLevel,
        DescriptorKind.Block,
        SectionLength,
        [
            s_sectionBase, s_sectionNs, s_super, s_sectionNg, s_sectionS, s_sectionAp2, s_sectionTex, s_sectionAp,
            s_implementation, s_domain, s_sectionXn, s_cacheable, s_bufferable, s_blockType, s_firstPxn,
        ],
        0);

    private static readonly DescriptorForm s_supersection = new(
        "supersection",
        TableLevel,
        DescriptorKind.Block,
        SupersectionLength,
        [
            s_superBase, s_superBase35, s_sectionNs, s_super, s_sectionNg, s_sectionS, s_sectionAp2, s_sectionTex,
            s_sectionAp, s_implementation, s_superBase39, s_sectionXn, s_cacheable, s_bufferable, s_blockType, s_firstPxn,
        ],
        0,
        CopiesOfABlock);

    private static readonly DescriptorForm s_large = new(
        "large page",
        PageLevel,
        DescriptorKind.Block,
        LargeLength,
        [
            s_largeBase, s_largeXn, s_largeTex, s_pageNg, s_pageS, s_pageAp2, s_pageAp, s_cacheable, s_bufferable, s_type,
        ],
        7u << 6,
        CopiesOfABlock);

    private static readonly DescriptorForm s_small = new(
        "small page",
        PageLevel,
        DescriptorKind.Block,
        SmallLength,
        [
            s_smallBase, s_pageNg, s_pageS, s_pageAp2, s_smallTex, s_pageAp, s_cacheable, s_bufferable, s_blockType, s_smallXn,
        ],
        0);

    private static readonly BitField s_split = new("N", 2, 0);
    private static readonly BitField s_off0 = BitField.Bit("PD0", 4);
    private static readonly BitField s_off1 = BitField.Bit("PD1", 5);

    private readonly GuestRegisters _registers;

    /// <summary>Takes the registers in.</summary>
    /// <param name="registers">With TTBCR.EAE clear.</param>
    public ShortFormat(GuestRegisters registers)
    {
        _registers = registers;
        Roots = FindRoots(registers);
    }

    /// <inheritdoc/>
    public string Name => "short descriptors";

    /// <inheritdoc/>
    public int WordLength => sizeof(uint);

    /// <inheritdoc/>
    public IReadOnlyList<TableRoot> Roots { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DescriptorForm> Forms =>
        [s_firstFault, s_table, s_section, s_supersection, s_secondFault, s_large, s_small];

    /// <inheritdoc/>
    public int EntriesOfLinkedTable => 1 << (SectionShift - PageShift);

    /// <inheritdoc/>
    public int IndexShift(int level) => level == TableLevel ? SectionShift : PageShift;

    /// <inheritdoc/>
    public DescriptorForm FormOf(ulong word, int level) => (level, s_type.Of(word)) switch
    {
        (TableLevel, 0) => s_firstFault,
        (TableLevel, 1) => s_table,
        (TableLevel, _) => s_super.IsSet(word) ? s_supersection : s_section,
        (_, 0) => s_secondFault,
        (_, 1) => s_large,
        _ => s_small,
    };

    /// <inheritdoc/>
    public ulong TableOf(ulong word) => word & s_tableBase.Mask;

    /// <inheritdoc/>
    public Inherited Follow(in Inherited above, ulong word) => above with
    {
        Domain = (byte)s_domain.Of(word),
        IsKernelExecuteNever = s_tablePxn.IsSet(word),
        IsNonSecure = s_tableNs.IsSet(word),
    };

    /// <inheritdoc/>
    public ulong BaseOf(DescriptorForm form, ulong word)
    {
        if (form == s_supersection)
        {
            return (word & s_superBase.Mask)
                | (s_superBase35.Of(word) << ExtendedBase35Shift)
                | (s_superBase39.Of(word) << ExtendedBase39Shift);
        }

        return word & form.Fields[0].Mask;
    }

    /// <inheritdoc/>
    public PageAttributes AttributesOf(DescriptorForm form, ulong word, in Inherited above)
    {
        if (form.Level == TableLevel)
        {
            byte domain = form == s_supersection ? (byte)0 : (byte)s_domain.Of(word);
            return Combine(
                (uint)((s_sectionAp2.Of(word) << 2) | s_sectionAp.Of(word)),
                s_sectionXn.IsSet(word),
                s_firstPxn.IsSet(word),
                domain,
                Memory(s_sectionTex.Of(word), word, s_sectionS.IsSet(word)),
                !s_sectionNg.IsSet(word),
                s_sectionNs.IsSet(word));
        }

        bool isLarge = form == s_large;
        return Combine(
            (uint)((s_pageAp2.Of(word) << 2) | s_pageAp.Of(word)),
            (isLarge ? s_largeXn : s_smallXn).IsSet(word),
            above.IsKernelExecuteNever,
            above.Domain,
            Memory((isLarge ? s_largeTex : s_smallTex).Of(word), word, s_pageS.IsSet(word)),
            !s_pageNg.IsSet(word),
            above.IsNonSecure);
    }

    /// <inheritdoc/>
    public string? FlawOf(DescriptorForm form, ulong word)
    {
        if ((word & form.Reserved) != 0)
        {
            return $"bits 0x{word & form.Reserved:X} of a {form.Name} are reserved";
        }

        if (form.Kind != DescriptorKind.Block)
        {
            return null;
        }

        bool isFirst = form.Level == TableLevel;
        ulong access = ((isFirst ? s_sectionAp2 : s_pageAp2).Of(word) << 2) | (isFirst ? s_sectionAp : s_pageAp).Of(word);
        if (access == ReservedAccess && !_registers.IsAccessFlagOn)
        {
            return "AP[2:0] = 0b100 is reserved";
        }

        return AttributesOf(form, word, default).Memory.Kind == MemoryKind.Reserved
            ? "TEX, C and B choose a reserved memory type"
            : null;
    }

    /// <inheritdoc/>
    public bool IsCopy(DescriptorForm form, ulong word) => form.Copies > 1;

    private static List<TableRoot> FindRoots(GuestRegisters registers)
    {
        int split = (int)s_split.Of(registers.TableControl);
        ulong first = registers.TableBase0 & (uint.MaxValue << (FirstTableShift - split));
        uint last = uint.MaxValue >> split;
        List<TableRoot> roots =
        [
            new("TTBR0", first, TableLevel, 0, last, uint.MaxValue, s_off0.IsSet(registers.TableControl)),
        ];
        if (split != 0)
        {
            ulong second = registers.TableBase1 & (uint.MaxValue << FirstTableShift);
            bool isOff = s_off1.IsSet(registers.TableControl);
            roots.Add(new("TTBR1", second, TableLevel, last + 1, uint.MaxValue, uint.MaxValue, isOff));
        }

        return roots;
    }

    // B3.7: domain, then AP with APX or the access flag, then XN and PXN. A manager's accesses are not checked at all.
    private PageAttributes Combine(
        uint access, bool isNever, bool isKernelNever, byte domain, MemoryAttributes memory, bool isGlobal, bool isNonSecure)
    {
        bool isAccessed = !_registers.IsAccessFlagOn || (access & 1) != 0;
        Rights kernel = Rights.None;
        Rights user = Rights.None;
        byte domainAccess = (byte)((_registers.DomainAccess >> (2 * domain)) & 3);
        switch (domainAccess)
        {
            case PageAttributes.Manager:
                kernel = Rights.All;
                user = Rights.All;
                break;
            case PageAttributes.Client:
                (kernel, user) = RightsOf(_registers.IsAccessFlagOn ? access | 1 : access);
                Execution.Apply(_registers, isNever, isKernelNever, ref kernel, ref user);
                break;
            default:
                break; // no access; 0b10 is reserved, and the strictest reading denies
        }

        return new PageAttributes(kernel, user, memory, isGlobal, isAccessed, isNonSecure, domain, domainAccess);
    }

    // B3.7.1, AP[2:0].
    private static (Rights Kernel, Rights User) RightsOf(uint access) => access switch
    {
        0b001 => (Rights.Read | Rights.Write, Rights.None),
        0b010 => (Rights.Read | Rights.Write, Rights.Read),
        0b011 => (Rights.Read | Rights.Write, Rights.Read | Rights.Write),
        0b101 => (Rights.Read, Rights.None),
        0b110 or 0b111 => (Rights.Read, Rights.Read),
        _ => (Rights.None, Rights.None),
    };

    private MemoryAttributes Memory(ulong tex, ulong word, bool isShareable)
    {
        uint cb = (uint)((s_cacheable.Of(word) << 1) | s_bufferable.Of(word));
        return _registers.IsTexRemapOn
            ? TexRemap.Remapped(_registers, (int)(((uint)(tex & 1) << 2) | cb), isShareable)
            : TexRemap.Classic((uint)tex, cb, isShareable);
    }
}
