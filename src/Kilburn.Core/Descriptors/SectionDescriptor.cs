using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Descriptors;

/// <summary>A first-level descriptor of the section form: maps 1 MiB.</summary>
/// <remarks>
/// <code>
///  31       20 19 18 17 16  15 14  12 11 10 9 8    5 4  3  2  1  0
/// +-----------+--+--+--+--+---+------+-----+-+------+--+--+--+--+---+
/// | PA[31:20] |NS| 0|nG| S|AP2| TEX  |AP10 |0|domain|XN| C| B| 1|PXN|
/// +-----------+--+--+--+--+---+------+-----+-+------+--+--+--+--+---+
/// </code>
/// Source: ARM DDI 0406C.d, B3.5.1.
/// </remarks>
public readonly struct SectionDescriptor
{
    private const uint FrameMask = 0xFFF0_0000;
    private const uint NotSecureBit = 1u << 19;
    private const uint SupersectionBit = 1u << 18;
    private const int NotGlobalShift = 17;
    private const int ShareableShift = 16;
    private const int Ap2Shift = 15;
    private const int TexShift = 12;
    private const int Ap10Shift = 10;
    private const uint ZeroBit = 1u << 9;
    private const int DomainShift = 5;
    private const int ExecuteNeverShift = 4;
    private const int CAndBShift = 2;
    private const uint TypeBit = 1u << 1;
    private const uint PrivilegedExecuteNeverBit = 1u << 0;

    private const ulong FieldSum = (ulong)FrameMask + NotSecureBit + SupersectionBit + (1u << NotGlobalShift)
        + (1u << ShareableShift) + (1u << Ap2Shift) + (7u << TexShift) + (3u << Ap10Shift) + ZeroBit + (15u << DomainShift)
        + (1u << ExecuteNeverShift) + (3u << CAndBShift) + TypeBit + PrivilegedExecuteNeverBit;

    private const uint FieldsTileTheWord = 1u / (FieldSum == 0xFFFF_FFFFul ? 1u : 0u);

    private readonly uint _raw;

    private SectionDescriptor(uint raw) => _raw = raw;

    /// <summary>The word as the walker reads it.</summary>
    public uint Raw => _raw;

    /// <summary>First byte of the MiB.</summary>
    public PhysicalAddress Frame => new(_raw & FrameMask);

    /// <summary>AP[2:0].</summary>
    public AccessPermission Access => (AccessPermission)(((_raw >> (Ap2Shift - 2)) & 4) | ((_raw >> Ap10Shift) & 3));

    /// <summary>AP[0]: an access does not fault for its sake.</summary>
    internal bool IsAccessed => (_raw & (1u << Ap10Shift)) != 0;

    /// <summary>The same mapping with another access flag.</summary>
    /// <param name="flag">The flag.</param>
    internal SectionDescriptor With(AccessFlag flag) => new((_raw & ~(1u << Ap10Shift)) | ((uint)flag << Ap10Shift));

    /// <summary>TEX[0], C, B.</summary>
    public MemoryType Type => (MemoryType)(((_raw >> (TexShift - 2)) & 4) | ((_raw >> CAndBShift) & 3));

    /// <summary>nG.</summary>
    public Scope Scope => (Scope)((_raw >> NotGlobalShift) & 1);

    /// <summary>XN.</summary>
    public Execution Execution => (Execution)((_raw >> ExecuteNeverShift) & 1);

    /// <summary>S.</summary>
    public bool IsShareable => ((_raw >> ShareableShift) & 1) != 0;

    /// <summary>Domain, 0 to 15.</summary>
    public uint Domain => (_raw >> DomainShift) & 15;

    /// <summary>PXN: the kernel may not execute it.</summary>
    public bool IsPrivilegedExecuteNever => (_raw & PrivilegedExecuteNeverBit) != 0;

    /// <summary>The section that 16 large pages come to: a program's, so that the kernel never executes it.</summary>
    /// <param name="first">The first of them: its frame is a multiple of 1 MiB, and the others are the same with the frames that follow.</param>
    public static SectionDescriptor Join(LargePageDescriptor first) =>
        new((first.Frame.Value & FrameMask)
            | ((uint)first.Scope << NotGlobalShift)
            | (1u << ShareableShift)
            | (((uint)first.Access >> 2) << Ap2Shift)
            | (first.Tex << TexShift)
            | (((uint)first.Access & 3) << Ap10Shift)
            | ((uint)Descriptors.Domain.User << DomainShift)
            | ((uint)first.Execution << ExecuteNeverShift)
            | (((uint)first.Type & 3) << CAndBShift)
            | TypeBit
            | PrivilegedExecuteNeverBit);

    /// <summary>One of the 16 large pages that the section comes to; what TEX[2:1] say to software stays.</summary>
    /// <param name="part">VA[19:16].</param>
    public LargePageDescriptor PartAt(uint part) =>
        LargePageDescriptor.OfSection(
            Frame.Add(part << PageSize.LargeShift), Access, Type, Scope, Execution, (_raw >> TexShift) & 7);

    /// <summary>What the range lets a program do with the section.</summary>
    public UserRights Rights => PartAt(0).PageAt(0).Rights;

    /// <summary>Encodes a shareable mapping.</summary>
    /// <param name="frame">First byte, a multiple of 1 MiB: the low bits are dropped.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="type">How the memory behaves.</param>
    /// <param name="scope">Under which ASIDs it holds.</param>
    /// <param name="execution">Whether it may be executed.</param>
    /// <param name="domain">Whose it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SectionDescriptor Create(
        PhysicalAddress frame, AccessPermission access, MemoryType type, Scope scope, Execution execution, Domain domain) =>
        new((frame.Value & FrameMask)
            | ((uint)scope << NotGlobalShift)
            | (1u << ShareableShift)
            | (((uint)access >> 2) << Ap2Shift)
            | (((uint)type >> 2) << TexShift)
            | (((uint)access & 3) << Ap10Shift)
            | ((uint)domain << DomainShift)
            | ((uint)execution << ExecuteNeverShift)
            | (((uint)type & 3) << CAndBShift)
            | TypeBit);

    /// <summary>Takes a word that <see cref="FirstLevelEntry.Kind"/> has shown to be of this form.</summary>
    internal static SectionDescriptor FromEntry(uint raw) => new(raw);
}
