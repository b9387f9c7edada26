using System;

namespace Kilburn.Kernel.Programs;

/// <summary>Files that are no programs, in words.</summary>
public static class ElfText
{
    /// <summary>The reason: <c>not an ELF file</c>.</summary>
    /// <param name="status">Any.</param>
    public static ReadOnlySpan<byte> Of(ElfStatus status) => status switch
    {
        ElfStatus.Ok => "a program"u8,
        ElfStatus.Truncated => "the file ends within its header"u8,
        ElfStatus.BadMagic => "not an ELF file"u8,
        ElfStatus.WrongClass => "not for a 32-bit processor"u8,
        ElfStatus.WrongByteOrder => "not little-endian"u8,
        ElfStatus.WrongVersion => "not version 1 of ELF"u8,
        ElfStatus.WrongSystem => "for another operating system"u8,
        ElfStatus.NotExecutable => "not an executable"u8,
        ElfStatus.WrongMachine => "not for ARM"u8,
        ElfStatus.WrongInterface => "not version 5 of ARM's EABI"u8,
        ElfStatus.WrongHeaderSize => "a header has the wrong size"u8,
        ElfStatus.HeadersPastFile => "program headers lie past the file's end"u8,
        ElfStatus.Dynamic => "wants a dynamic linker"u8,
        ElfStatus.TooManySegments => "too many segments"u8,
        ElfStatus.SegmentPastFile => "a segment lies past the file's end"u8,
        ElfStatus.SegmentTooShort => "a segment is shorter than its bytes in the file"u8,
        ElfStatus.SegmentWraps => "a segment goes on past the last address"u8,
        ElfStatus.NullPage => "a segment touches page 0"u8,
        ElfStatus.KernelAddress => "a segment touches the kernel's addresses"u8,
        ElfStatus.Misaligned => "a segment is misaligned"u8,
        ElfStatus.NoRights => "a segment has no rights"u8,
        ElfStatus.WriteAndExecute => "a segment may be written and executed"u8,
        ElfStatus.Overlap => "two segments share a page"u8,
        ElfStatus.NoSegments => "nothing to load"u8,
        ElfStatus.EntryOutside => "the entry lies in no code"u8,
        ElfStatus.EntryMisaligned => "the entry is misaligned"u8,
        _ => "unknown"u8,
    };
}
