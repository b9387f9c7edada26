namespace Kilburn.Core.Descriptors;

/// <summary>A word of a second-level table: what it is must be asked before it is read as one form or another.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.5.1, Figure B3-5.</remarks>
/// <param name="raw">The word as it stands in memory.</param>
public readonly struct SecondLevelEntry(uint raw)
{
    private const uint TypeMask = 3;
    private const uint SmallTypeBit = 2;
    private const uint RangeBit = 1u << 8; // TEX[2] of a small page

    private readonly uint _raw = raw;

    /// <summary>The word.</summary>
    public uint Raw => _raw;

    /// <summary>The form.</summary>
    public SecondLevelKind Kind =>
        (_raw & TypeMask) == 0 ? SecondLevelKind.Fault
        : (_raw & SmallTypeBit) == 0 ? SecondLevelKind.Large
        : SecondLevelKind.Small;

    /// <summary>True when the walker uses the word.</summary>
    public bool IsLive => (_raw & TypeMask) != 0;

    /// <summary>True for a small page.</summary>
    public bool IsSmall => (_raw & SmallTypeBit) != 0;

    /// <summary>True for a small page that was given: <see cref="SmallPageDescriptor.IsOfRange"/> is false.</summary>
    public bool IsGivenPage => (_raw & (SmallTypeBit | RangeBit)) == SmallTypeBit;

    /// <summary>The word as pages that are reserved and not there. <see cref="IsLive"/> must be false.</summary>
    public ReservedPages Reserved => ReservedPages.Of(_raw);

    /// <summary>True for a large page.</summary>
    public bool IsLarge => Kind == SecondLevelKind.Large;

    /// <summary>The word as what it says of one page: a large page's as the small page that it comes to there.</summary>
    /// <param name="page">VA[19:12]; only the last four bits count.</param>
    public SecondLevelEntry At(uint page) => IsLarge ? new(Large.PageAt(page & (LargePageDescriptor.PageCount - 1)).Raw) : this;

    /// <summary>The word as a small page. <see cref="Kind"/> must be <see cref="SecondLevelKind.Small"/>.</summary>
    public SmallPageDescriptor Small => SmallPageDescriptor.FromEntry(_raw);

    /// <summary>The word as a large page. <see cref="Kind"/> must be <see cref="SecondLevelKind.Large"/>.</summary>
    public LargePageDescriptor Large => LargePageDescriptor.FromEntry(_raw);
}
