namespace Kilburn.Core.Descriptors;

/// <summary>A word of a first-level table: what it is must be asked before it is read as one form or another.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.5.1, Figure B3-4.</remarks>
/// <param name="raw">The word as it stands in memory.</param>
public readonly struct FirstLevelEntry(uint raw)
{
    private const uint TypeMask = 3;
    private const uint PageTableType = 1;
    private const uint SectionTypeBit = 2;
    private const uint SupersectionBit = 1u << 18;

    private readonly uint _raw = raw;

    /// <summary>The word.</summary>
    public uint Raw => _raw;

    /// <summary>The form.</summary>
    public FirstLevelKind Kind
    {
        get
        {
            if ((_raw & TypeMask) == 0)
            {
                return FirstLevelKind.Fault;
            }

            if ((_raw & TypeMask) == PageTableType)
            {
                return FirstLevelKind.PageTable;
            }

            return (_raw & SupersectionBit) == 0 ? FirstLevelKind.Section : FirstLevelKind.Supersection;
        }
    }

    /// <summary>True when the walker follows the word.</summary>
    public bool IsLive => (_raw & TypeMask) != 0;

    /// <summary>True for a link to a second-level table.</summary>
    public bool IsPageTable => (_raw & TypeMask) == PageTableType;

    /// <summary>Bit 0, to compare with: set for a link, and for a section that the kernel never executes.</summary>
    public uint LinkBit => _raw & PageTableType;

    /// <summary>True for a section or supersection.</summary>
    public bool IsBlock => (_raw & SectionTypeBit) != 0;

    /// <summary>The word as a run of pages that are reserved and not there. <see cref="IsLive"/> must be false.</summary>
    public ReservedPages Reserved => ReservedPages.Of(_raw);

    /// <summary>True for a MiB that is all reserved as anonymous memory.</summary>
    public bool IsAnonymousMib =>
        !IsLive && Reserved.Kind == ReservedKind.Anonymous && Reserved.FirstPage == 0 && Reserved.LastPage == ReservedPages.LastPageOfMib;

    /// <summary>What a program has in a MiB without a table, as a run: reserved pages, a section, or nothing.</summary>
    public ReservedPages Run => IsBlock
        ? ReservedPages.Page(ReservedKind.Anonymous, Section.Rights).Run(0, ReservedPages.LastPageOfMib)
        : Reserved;

    /// <summary>The word as a link. <see cref="Kind"/> must be <see cref="FirstLevelKind.PageTable"/>.</summary>
    public PageTableDescriptor PageTable => PageTableDescriptor.FromEntry(_raw);

    /// <summary>The word as a section. <see cref="Kind"/> must be <see cref="FirstLevelKind.Section"/>.</summary>
    public SectionDescriptor Section => SectionDescriptor.FromEntry(_raw);

    /// <summary>The word as a supersection. <see cref="Kind"/> must be <see cref="FirstLevelKind.Supersection"/>.</summary>
    public SupersectionDescriptor Supersection => SupersectionDescriptor.FromEntry(_raw);
}
