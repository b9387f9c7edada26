namespace Kilburn.Kernel.Programs;

/// <summary>Why a file is no program that can be run: the first reason that is met, in this order but for what a segment's place is.</summary>
public enum ElfStatus : byte
{
    /// <summary>It is one.</summary>
    Ok,

    /// <summary>The file ends within its header.</summary>
    Truncated,

    /// <summary>It does not begin with 0x7F, <c>ELF</c>.</summary>
    BadMagic,

    /// <summary>It is not for a 32-bit processor.</summary>
    WrongClass,

    /// <summary>It is not little-endian.</summary>
    WrongByteOrder,

    /// <summary>A version other than 1.</summary>
    WrongVersion,

    /// <summary>It is not for an operating system of this kind (System V).</summary>
    WrongSystem,

    /// <summary>It is no executable: an object file, a library, a core.</summary>
    NotExecutable,

    /// <summary>It is not for ARM.</summary>
    WrongMachine,

    /// <summary>It does not keep version 5 of ARM's binary interface.</summary>
    WrongInterface,

    /// <summary>A header has another size than this format gives it.</summary>
    WrongHeaderSize,

    /// <summary>Program headers lie past the file's end.</summary>
    HeadersPastFile,

    /// <summary>A segment wants a dynamic linker.</summary>
    Dynamic,

    /// <summary>More segments than <see cref="ElfProgram.SegmentCapacity"/>.</summary>
    TooManySegments,

    /// <summary>A segment's bytes lie past the file's end.</summary>
    SegmentPastFile,

    /// <summary>A segment is shorter than its bytes in the file.</summary>
    SegmentTooShort,

    /// <summary>A segment goes on past the last address.</summary>
    SegmentWraps,

    /// <summary>A segment has a byte in page 0.</summary>
    NullPage,

    /// <summary>A segment has a byte that is the kernel's.</summary>
    KernelAddress,

    /// <summary>A segment's alignment is no power of two, or its address and its place in the file do not agree with it.</summary>
    Misaligned,

    /// <summary>A segment may not even be read.</summary>
    NoRights,

    /// <summary>A segment may be written and executed.</summary>
    WriteAndExecute,

    /// <summary>Two segments share a page.</summary>
    Overlap,

    /// <summary>There is nothing to load.</summary>
    NoSegments,

    /// <summary>The first instruction lies in no segment that may be executed.</summary>
    EntryOutside,

    /// <summary>The first instruction is ARM's, and not at a multiple of 4.</summary>
    EntryMisaligned,
}
