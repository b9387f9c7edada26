namespace Kilburn.Core.Addresses;

/// <summary>The block sizes of the short-descriptor format. Source: ARM DDI 0406C.d, B3.5.</summary>
public static class PageSize
{
    /// <summary>log2 of a small page.</summary>
    public const int SmallShift = 12;

    /// <summary>A small page, 4 KiB.</summary>
    public const uint Small = 1u << SmallShift;

    /// <summary>The offset bits of a small page.</summary>
    public const uint SmallMask = Small - 1;

    /// <summary>log2 of a large page.</summary>
    public const int LargeShift = 16;

    /// <summary>A large page, 64 KiB: 16 equal second-level entries.</summary>
    public const uint Large = 1u << LargeShift;

    /// <summary>log2 of a section.</summary>
    public const int SectionShift = 20;

    /// <summary>A section, 1 MiB.</summary>
    public const uint Section = 1u << SectionShift;

    /// <summary>The offset bits of a section.</summary>
    public const uint SectionMask = Section - 1;

    /// <summary>log2 of a supersection.</summary>
    public const int SupersectionShift = 24;

    /// <summary>A supersection, 16 MiB: 16 equal first-level entries.</summary>
    public const uint Supersection = 1u << SupersectionShift;
}
