using System;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;

namespace Kilburn.Kernel.Programs;

/// <summary>A program as its file describes it: a static executable in ELF's 32-bit format, for ARM.</summary>
/// <remarks>
/// Nothing of the file is believed before it is checked; a value of this type that was read with <see cref="ElfStatus.Ok"/> can be
/// loaded. Sections are not looked at. Sources: Tool Interface Standard, ELF 1.2; ARM IHI 0044 (ELF for the ARM architecture), 4.
/// </remarks>
public ref struct ElfProgram
{
    /// <summary>Most segments of a program.</summary>
    public const int SegmentCapacity = 16;

    private const int HeaderBytes = 52;
    private const int ProgramHeaderBytes = 32;

    private const int ClassOffset = 4;
    private const int ByteOrderOffset = 5;
    private const int IdentityVersionOffset = 6;
    private const int SystemOffset = 7;
    private const int TypeOffset = 16;
    private const int MachineOffset = 18;
    private const int VersionOffset = 20;
    private const int EntryOffset = 24;
    private const int ProgramHeadersOffset = 28;
    private const int FlagsOffset = 36;
    private const int HeaderSizeOffset = 40;
    private const int ProgramHeaderSizeOffset = 42;
    private const int ProgramHeaderCountOffset = 44;

    private const int SegmentTypeOffset = 0;
    private const int SegmentFileOffset = 4;
    private const int SegmentAddressOffset = 8;
    private const int SegmentFileLengthOffset = 16;
    private const int SegmentLengthOffset = 20;
    private const int SegmentFlagsOffset = 24;
    private const int SegmentAlignmentOffset = 28;

    private const byte Class32 = 1;
    private const byte LittleEndian = 1;
    private const uint CurrentVersion = 1;
    private const uint TypeExecutable = 2;
    private const uint MachineArm = 40;
    private const uint InterfaceMask = 0xFF00_0000;
    private const uint Interface5 = 0x0500_0000;

    private const uint SegmentLoad = 1;
    private const uint SegmentDynamic = 2;
    private const uint SegmentInterpreter = 3;
    private const uint FlagExecute = 1;
    private const uint FlagWrite = 2;
    private const uint FlagRead = 4;

    private const uint ThumbBit = 1;
    private const uint ArmAlignment = 4;

    private ReadOnlySpan<byte> _file;
    private Segments _segments;
    private int _count;
    private uint _entry;

    /// <summary>The file.</summary>
    public readonly ReadOnlySpan<byte> File => _file;

    /// <summary>Segments that have bytes in memory.</summary>
    public readonly int SegmentCount => _count;

    /// <summary>Address of the first instruction; bit 0 says Thumb.</summary>
    public readonly uint Entry => _entry;

    /// <summary>A segment.</summary>
    /// <param name="index">Below <see cref="SegmentCount"/>; in the order of the file.</param>
    public readonly ElfSegment GetSegment(int index) => _segments[index];

    /// <summary>Reads and checks a file.</summary>
    /// <param name="file">All of it. It must not change while the program is in use.</param>
    /// <param name="program">The program; default unless the status is <see cref="ElfStatus.Ok"/>.</param>
    public static ElfStatus TryRead(ReadOnlySpan<byte> file, out ElfProgram program)
    {
        program = default;
        ElfStatus status = CheckHeader(file);
        if (status != ElfStatus.Ok)
        {
            return status;
        }

        ElfProgram read = default;
        read._file = file;
        read._entry = Word(file, EntryOffset);
        status = read.ReadSegments();
        status = status == ElfStatus.Ok ? read.CheckEntry() : status;
        if (status == ElfStatus.Ok)
        {
            program = read;
        }

        return status;
    }

    private static ElfStatus CheckHeader(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderBytes)
        {
            return ElfStatus.Truncated;
        }

        if (file[0] != 0x7F || file[1] != (byte)'E' || file[2] != (byte)'L' || file[3] != (byte)'F')
        {
            return ElfStatus.BadMagic;
        }

        return file[ClassOffset] != Class32 ? ElfStatus.WrongClass
            : file[ByteOrderOffset] != LittleEndian ? ElfStatus.WrongByteOrder
            : file[IdentityVersionOffset] != CurrentVersion || Word(file, VersionOffset) != CurrentVersion ? ElfStatus.WrongVersion
            : file[SystemOffset] != 0 ? ElfStatus.WrongSystem
            : Half(file, TypeOffset) != TypeExecutable ? ElfStatus.NotExecutable
            : Half(file, MachineOffset) != MachineArm ? ElfStatus.WrongMachine
            : (Word(file, FlagsOffset) & InterfaceMask) != Interface5 ? ElfStatus.WrongInterface
            : Half(file, HeaderSizeOffset) != HeaderBytes || Half(file, ProgramHeaderSizeOffset) != ProgramHeaderBytes
                ? ElfStatus.WrongHeaderSize
            : HeadersFit(file) ? ElfStatus.Ok
            : ElfStatus.HeadersPastFile;
    }

    private static bool HeadersFit(ReadOnlySpan<byte> file)
    {
        uint length = Half(file, ProgramHeaderCountOffset) * (uint)ProgramHeaderBytes;
        return Fits(file, Word(file, ProgramHeadersOffset), length);
    }

    private static bool Fits(ReadOnlySpan<byte> file, uint offset, uint length) =>
        offset <= (uint)file.Length && length <= (uint)file.Length - offset;

    private static ElfStatus CheckSegment(ReadOnlySpan<byte> file, in ElfSegment segment, uint flags, uint alignment)
    {
        uint start = segment.Start.Value;
        uint last = segment.LengthInBytes - 1;
        return !Fits(file, segment.FileOffset, segment.FileLengthInBytes) ? ElfStatus.SegmentPastFile
            : last > uint.MaxValue - start ? ElfStatus.SegmentWraps
            : start < PageSize.Small ? ElfStatus.NullPage
            : start + last >= AddressSpace.EndValue ? ElfStatus.KernelAddress
            : !IsAligned(in segment, alignment) ? ElfStatus.Misaligned
            : (flags & (FlagRead | FlagWrite | FlagExecute)) == 0 ? ElfStatus.NoRights
            : (flags & (FlagWrite | FlagExecute)) == (FlagWrite | FlagExecute) ? ElfStatus.WriteAndExecute
            : ElfStatus.Ok;
    }

    // An alignment of 0 or 1 asks for none.
    private static bool IsAligned(in ElfSegment segment, uint alignment) =>
        alignment <= 1
        || ((alignment & (alignment - 1)) == 0 && ((segment.Start.Value - segment.FileOffset) & (alignment - 1)) == 0);

    private static UserRights RightsOf(uint flags) =>
        UserRights.Read
        | ((flags & FlagWrite) != 0 ? UserRights.Write : UserRights.None)
        | ((flags & FlagExecute) != 0 ? UserRights.Execute : UserRights.None);

    private static uint Half(ReadOnlySpan<byte> file, int offset) => file[offset] | ((uint)file[offset + 1] << 8);

    private static uint Word(ReadOnlySpan<byte> file, int offset) => Half(file, offset) | (Half(file, offset + 2) << 16);

    private ElfStatus ReadSegments()
    {
        int header = (int)Word(_file, ProgramHeadersOffset);
        for (uint rest = Half(_file, ProgramHeaderCountOffset); rest != 0; rest--, header += ProgramHeaderBytes)
        {
            uint type = Word(_file, header + SegmentTypeOffset);
            ElfStatus status =
                type is SegmentDynamic or SegmentInterpreter ? ElfStatus.Dynamic
                : type == SegmentLoad ? ReadSegment(header)
                : ElfStatus.Ok;
            if (status != ElfStatus.Ok)
            {
                return status;
            }
        }

        return _count == 0 ? ElfStatus.NoSegments : ElfStatus.Ok;
    }

    private ElfStatus ReadSegment(int header)
    {
        uint flags = Word(_file, header + SegmentFlagsOffset);
        ElfSegment segment = new()
        {
            Start = new VirtualAddress(Word(_file, header + SegmentAddressOffset)),
            LengthInBytes = Word(_file, header + SegmentLengthOffset),
            FileOffset = Word(_file, header + SegmentFileOffset),
            FileLengthInBytes = Word(_file, header + SegmentFileLengthOffset),
            Rights = RightsOf(flags),
        };
        if (segment.FileLengthInBytes > segment.LengthInBytes)
        {
            return ElfStatus.SegmentTooShort;
        }

        if (segment.LengthInBytes == 0)
        {
            return ElfStatus.Ok; // an empty part of a program that has none of the kind
        }

        if (_count == SegmentCapacity)
        {
            return ElfStatus.TooManySegments;
        }

        ElfStatus status = CheckSegment(_file, in segment, flags, Word(_file, header + SegmentAlignmentOffset));
        if (status != ElfStatus.Ok)
        {
            return status;
        }

        for (int index = 0; index < _count; index++)
        {
            VirtualRange others = _segments[index].Pages;
            VirtualRange own = segment.Pages;
            if (own.Start < others.End && others.Start < own.End)
            {
                return ElfStatus.Overlap;
            }
        }

        _segments[_count++] = segment;
        return ElfStatus.Ok;
    }

    private readonly ElfStatus CheckEntry()
    {
        VirtualAddress entry = new(_entry & ~ThumbBit);
        for (int index = 0; index < _count; index++)
        {
            ElfSegment segment = _segments[index];
            if ((segment.Rights & UserRights.Execute) != 0 && segment.Contains(entry))
            {
                return (_entry & ThumbBit) != 0 || entry.IsAligned(ArmAlignment) ? ElfStatus.Ok : ElfStatus.EntryMisaligned;
            }
        }

        return ElfStatus.EntryOutside;
    }

    [InlineArray(SegmentCapacity)]
    private struct Segments
    {
        private ElfSegment _first;
    }
}
