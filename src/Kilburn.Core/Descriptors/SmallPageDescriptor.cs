using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Descriptors;

/// <summary>A second-level descriptor of the small-page form: maps 4 KiB.</summary>
/// <remarks>
/// <code>
///  31                12 11 10  9  8   6 5   4  3  2  1  0
/// +--------------------+--+--+---+-----+-----+--+--+--+--+
/// |     PA[31:12]      |nG| S|AP2| TEX |AP10 | C| B| 1|XN|
/// +--------------------+--+--+---+-----+-----+--+--+--+--+
/// </code>
/// Source: ARM DDI 0406C.d, B3.5.1.
/// </remarks>
public readonly struct SmallPageDescriptor
{
    private const uint FrameMask = 0xFFFF_F000;
    private const int NotGlobalShift = 11;
    private const int ShareableShift = 10;
    private const int Ap2Shift = 9;
    internal const int TexShift = 6;
    private const uint ShareBit = 1u << (TexShift + 1);
    private const uint DeferredBit = ShareBit;
    private const uint RangeBit = 1u << (TexShift + 2);
    private const int Ap10Shift = 4;
    private const int CAndBShift = 2;
    internal const uint TypeBit = 1u << 1;
    private const uint ExecuteNeverBit = 1u << 0;
    private const uint WritableMask = RangeBit | (1u << Ap2Shift) | AnyRight | TypeBit;
    private const uint WritableOfRange = RangeBit | AnyRight | TypeBit; // whatever the access flag says
    private const uint OfRange = RangeBit | TypeBit | ((uint)Scope.NotGlobal << NotGlobalShift) | (1u << ShareableShift)
        | (((uint)MemoryType.Normal >> 2) << TexShift) | (((uint)MemoryType.Normal & 3) << CAndBShift) | (1u << Ap10Shift);

    private const uint AccessFlagBit = 1u << Ap10Shift;
    private const uint AnyRight = 2u << Ap10Shift;
    private const int ExecuteShift = 2; // UserRights.Execute to XN
    private const uint PermissionMask = (1u << Ap2Shift) | (3u << Ap10Shift) | ExecuteNeverBit;

    // The fields tile the word: no gap, no overlap. A mistake here divides by zero, which is compile error CS0020.
    private const ulong FieldSum = (ulong)FrameMask + (1u << NotGlobalShift) + (1u << ShareableShift) + (1u << Ap2Shift)
        + (7u << TexShift) + (3u << Ap10Shift) + (3u << CAndBShift) + TypeBit + ExecuteNeverBit;

    private const uint FieldsTileTheWord = 1u / (FieldSum == 0xFFFF_FFFFul ? 1u : 0u);

    private readonly uint _raw;

    private SmallPageDescriptor(uint raw) => _raw = raw;

    /// <summary>The word as the walker reads it.</summary>
    public uint Raw => _raw;

    /// <summary>First byte of the page.</summary>
    public PhysicalAddress Frame => new((_raw >> PageSize.SmallShift) << PageSize.SmallShift); // a mask takes one more

    /// <summary>AP[2:0].</summary>
    public AccessPermission Access => (AccessPermission)(((_raw >> (Ap2Shift - 2)) & 4) | ((_raw >> Ap10Shift) & 3));

    /// <summary>TEX[0], C, B.</summary>
    public MemoryType Type => (MemoryType)(((_raw >> (TexShift - 2)) & 4) | ((_raw >> CAndBShift) & 3));

    /// <summary>nG.</summary>
    public Scope Scope => (Scope)((_raw >> NotGlobalShift) & 1);

    /// <summary>XN.</summary>
    public Execution Execution => (Execution)(_raw & ExecuteNeverBit);

    /// <summary>S.</summary>
    public bool IsShareable => ((_raw >> ShareableShift) & 1) != 0;

    /// <summary>
    /// TEX[1], which TEX remap leaves to software: the mapping has a share in its page, and gives it back when it goes.
    /// For pages that were given; of a range's pages the bit says <see cref="IsWriteDeferred"/>. Source: ARM DDI 0406C.d, B3.8.3.
    /// </summary>
    public bool HasShare => (_raw & ShareBit) != 0;

    /// <summary>TEX[2], which TEX remap leaves to software: the page belongs to a range that faults fill.</summary>
    public bool IsOfRange => (_raw & RangeBit) != 0;

    /// <summary>TEX[1] of a range's page: it may be written, but not before a fault has made the page the space's alone.</summary>
    public bool IsWriteDeferred => (_raw & (RangeBit | DeferredBit)) == (RangeBit | DeferredBit);

    /// <summary>True for a range's page that may be written at once; false for words of any other form.</summary>
    internal bool IsWritableOfRange => (_raw & WritableMask) == WritableOfRange;

    /// <summary>AP[0]: an access does not fault for its sake.</summary>
    internal bool IsAccessed => (_raw & AccessFlagBit) != 0;

    /// <summary>The same mapping with another access flag.</summary>
    /// <param name="flag">The flag.</param>
    internal SmallPageDescriptor With(AccessFlag flag) => new((_raw & ~AccessFlagBit) | ((uint)flag << Ap10Shift));

    /// <summary>What the range lets a program do with the page.</summary>
    public UserRights Rights
    {
        get
        {
            AccessPermission access = Access | (AccessPermission)AccessFlag.Set;
            return (access is AccessPermission.Read or AccessPermission.ReadWrite ? UserRights.Read : UserRights.None)
                | (access == AccessPermission.ReadWrite || IsWriteDeferred ? UserRights.Write : UserRights.None)
                | (Execution == Execution.Allowed ? UserRights.Execute : UserRights.None);
        }
    }

    /// <summary>Encodes a shareable mapping.</summary>
    /// <param name="frame">First byte of the page, a multiple of 4 KiB: the low bits are dropped.</param>
    /// <param name="access">Who may read and write.</param>
    /// <param name="type">How the memory behaves.</param>
    /// <param name="scope">Under which ASIDs it holds.</param>
    /// <param name="execution">Whether it may be executed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SmallPageDescriptor Create(
        PhysicalAddress frame, AccessPermission access, MemoryType type, Scope scope, Execution execution) =>
        new((frame.Value & FrameMask)
            | ((uint)scope << NotGlobalShift)
            | (1u << ShareableShift)
            | (((uint)access >> 2) << Ap2Shift)
            | (((uint)type >> 2) << TexShift)
            | (((uint)access & 3) << Ap10Shift)
            | (((uint)type & 3) << CAndBShift)
            | TypeBit
            | (uint)execution);

    /// <summary>Encodes a page of a range.</summary>
    /// <param name="frame">First byte of the page, a multiple of 4 KiB: the low bits are dropped.</param>
    /// <param name="rights">What a program may do with it; those to read are part of those to write and to execute.</param>
    /// <param name="writing">Whether a right to write holds at once.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // half of it would be the call
    public static SmallPageDescriptor CreateForRange(PhysicalAddress frame, UserRights rights, Writing writing)
    {
        // AP[0] is common to all three that are used: KernelRead, Read, ReadWrite. AP[1] is set with any right, AP[2] unless it may be written.
        uint raw = (frame.Value & FrameMask) | OfRange | (((uint)rights >> ExecuteShift) ^ ExecuteNeverBit);
        raw |= rights != UserRights.None ? AnyRight : 0;
        return new SmallPageDescriptor(
            (rights & UserRights.Write) == 0 ? raw | (1u << Ap2Shift)
            : writing == Writing.AfterFault ? raw | (1u << Ap2Shift) | DeferredBit
            : raw);
    }

    /// <summary>The same mapping with other rights. A live entry may be changed so without break-before-make.</summary>
    /// <param name="access">Who may read and write.</param>
    /// <param name="execution">Whether it may be executed.</param>
    public SmallPageDescriptor WithRights(AccessPermission access, Execution execution) =>
        new((_raw & ~PermissionMask)
            | (((uint)access >> 2) << Ap2Shift)
            | (((uint)access & 3) << Ap10Shift)
            | (uint)execution);

    /// <summary>The same page of a range, to be written after a fault only. <see cref="IsWritableOfRange"/> must be true.</summary>
    internal SmallPageDescriptor WithWritesDeferred() => new(_raw | (1u << Ap2Shift) | DeferredBit);

    /// <summary>Another page of a range in this one's place, to be written at once. <see cref="IsWriteDeferred"/> must be true.</summary>
    /// <param name="frame">First byte of the page.</param>
    internal SmallPageDescriptor WithWritesAllowed(PhysicalAddress frame) =>
        new((_raw & ~(FrameMask | (1u << Ap2Shift) | DeferredBit)) | frame.Value);

    /// <summary>The same mapping with a share in its page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SmallPageDescriptor WithShare() => new(_raw | ShareBit);

    /// <summary>Takes a word that <see cref="SecondLevelEntry.Kind"/> has shown to be of this form.</summary>
    internal static SmallPageDescriptor FromEntry(uint raw) => new(raw);
}
