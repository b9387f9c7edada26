using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Descriptors;

/// <summary>A second-level descriptor of the large-page form: maps 64 KiB, written into 16 entries that follow each other.</summary>
/// <remarks>
/// <code>
///  31         16 15 14  12 11 10  9  8   6 5   4  3  2  1 0
/// +-------------+--+------+--+--+---+-----+-----+--+--+---+
/// |  PA[31:16]  |XN| TEX  |nG| S|AP2|  0  |AP10 | C| B|0 1|
/// +-------------+--+------+--+--+---+-----+-----+--+--+---+
/// </code>
/// Source: ARM DDI 0406C.d, B3.5.1.
/// </remarks>
public readonly struct LargePageDescriptor
{
    /// <summary>log2 of the small pages that a large page comes to, and of the words that it takes.</summary>
    public const int PageCountShift = PageSize.LargeShift - PageSize.SmallShift;

    /// <summary>Small pages that a large page comes to, and words that it takes.</summary>
    public const uint PageCount = 1u << PageCountShift;

    private const uint FrameMask = 0xFFFF_0000;
    private const int ExecuteNeverShift = 15;
    private const int TexShift = 12;
    private const int NotGlobalShift = 11;
    private const int ShareableShift = 10;
    private const int Ap2Shift = 9;
    private const uint ZeroBits = 7u << 6;
    private const int Ap10Shift = 4;
    private const int CAndBShift = 2;
    private const uint TypeMask = 3u;
    private const uint TexMask = 7u;
    private const uint CommonMask = (1u << NotGlobalShift) + (1u << ShareableShift) + (1u << Ap2Shift) + (3u << Ap10Shift)
        + (3u << CAndBShift); // where a small page has the same
    private const uint TypeBit = 1u << 0;

    private const ulong FieldSum = (ulong)FrameMask + (1u << ExecuteNeverShift) + (7u << TexShift) + (1u << NotGlobalShift)
        + (1u << ShareableShift) + (1u << Ap2Shift) + ZeroBits + (3u << Ap10Shift) + (3u << CAndBShift) + TypeMask;

    private const uint FieldsTileTheWord = 1u / (FieldSum == 0xFFFF_FFFFul ? 1u : 0u);

    private readonly uint _raw;

    private LargePageDescriptor(uint raw) => _raw = raw;

    /// <summary>The word as the walker reads it.</summary>
    public uint Raw => _raw;

    /// <summary>First byte of the 64 KiB.</summary>
    public PhysicalAddress Frame => new(_raw & FrameMask);

    /// <summary>AP[2:0].</summary>
    public AccessPermission Access => (AccessPermission)(((_raw >> (Ap2Shift - 2)) & 4) | ((_raw >> Ap10Shift) & 3));

    /// <summary>AP[0]: an access does not fault for its sake.</summary>
    internal bool IsAccessed => (_raw & (1u << Ap10Shift)) != 0;

    /// <summary>The same mapping with another access flag.</summary>
    /// <param name="flag">The flag.</param>
    internal LargePageDescriptor With(AccessFlag flag) => new((_raw & ~(1u << Ap10Shift)) | ((uint)flag << Ap10Shift));

    /// <summary>TEX[0], C, B.</summary>
    public MemoryType Type => (MemoryType)(((_raw >> (TexShift - 2)) & 4) | ((_raw >> CAndBShift) & 3));

    /// <summary>nG.</summary>
    public Scope Scope => (Scope)((_raw >> NotGlobalShift) & 1);

    /// <summary>XN.</summary>
    public Execution Execution => (Execution)((_raw >> ExecuteNeverShift) & 1);

    /// <summary>S.</summary>
    public bool IsShareable => ((_raw >> ShareableShift) & 1) != 0;

    /// <summary>Encodes a shareable mapping.</summary>
    /// <param name="frame">First byte, a multiple of 64 KiB: the low bits are dropped.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="type">How the memory behaves.</param>
    /// <param name="scope">Under which ASIDs it holds.</param>
    /// <param name="execution">Whether it may be executed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LargePageDescriptor Create(
        PhysicalAddress frame, AccessPermission access, MemoryType type, Scope scope, Execution execution) =>
        new((frame.Value & FrameMask)
            | ((uint)execution << ExecuteNeverShift)
            | (((uint)type >> 2) << TexShift)
            | ((uint)scope << NotGlobalShift)
            | (1u << ShareableShift)
            | (((uint)access >> 2) << Ap2Shift)
            | (((uint)access & 3) << Ap10Shift)
            | (((uint)type & 3) << CAndBShift)
            | TypeBit);

    /// <summary>TEX, of which TEX remap leaves the upper two bits to software.</summary>
    internal uint Tex => (_raw >> TexShift) & TexMask;

    /// <summary>A part of a section.</summary>
    internal static LargePageDescriptor OfSection(
        PhysicalAddress frame, AccessPermission access, MemoryType type, Scope scope, Execution execution, uint tex) =>
        new(Create(frame, access, type, scope, execution).Raw | (tex << TexShift));

    /// <summary>The large page that 16 small ones come to.</summary>
    /// <param name="first">The first of them: its frame is a multiple of 64 KiB, and the others are the same with the frames that follow.</param>
    public static LargePageDescriptor Join(SmallPageDescriptor first) =>
        new((first.Raw & (FrameMask | CommonMask))
            | (((first.Raw >> SmallPageDescriptor.TexShift) & TexMask) << TexShift)
            | ((uint)first.Execution << ExecuteNeverShift)
            | TypeBit);

    /// <summary>One of the 16 small pages that the large one comes to; what TEX[2:1] say to software stays.</summary>
    /// <param name="page">VA[15:12].</param>
    public SmallPageDescriptor PageAt(uint page) =>
        SmallPageDescriptor.FromEntry(
            (_raw & (FrameMask | CommonMask))
            | (page << PageSize.SmallShift)
            | (((_raw >> TexShift) & TexMask) << SmallPageDescriptor.TexShift)
            | SmallPageDescriptor.TypeBit
            | (uint)Execution);

    /// <summary>Takes a word that <see cref="SecondLevelEntry.Kind"/> has shown to be of this form.</summary>
    internal static LargePageDescriptor FromEntry(uint raw) => new(raw);
}
