using System;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Programs;

/// <summary>Files of the boot image: an archive in cpio's newc format.</summary>
/// <remarks>
/// Each entry is a header of ASCII, a name with a zero at its end, and bytes; name and bytes are filled up to a multiple of 4:
/// <code>
/// "070701"  inode mode uid gid links time size major minor major minor namesize check    8 hexadecimal digits each
/// </code>
/// Every length is held against the archive before it is used. Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
/// </remarks>
/// <param name="archive">All of it.</param>
public ref struct CpioArchive(ReadOnlySpan<byte> archive)
{
    private const int MagicLength = 6;
    private const int FieldLength = 8;
    private const int FieldCount = 13;
    private const int SizeField = 6;
    private const int NameSizeField = 11;
    private const int HeaderLength = MagicLength + (FieldLength * FieldCount);
    private const uint AlignmentMask = 3;
    private const int BitsPerDigit = 4;
    private const uint Ten = 10;
    private const uint Sixteen = 16;

    private readonly ReadOnlySpan<byte> _archive = archive;
    private uint _next;

    private static ReadOnlySpan<byte> Trailer => "TRAILER!!!"u8;

    /// <summary>Finds a file.</summary>
    /// <param name="archive">All of an archive.</param>
    /// <param name="name">The whole name.</param>
    /// <param name="contents">Its bytes; empty when it is not found.</param>
    /// <returns>The first status that is not <see cref="ArchiveStatus.Ok"/> on the way, or that.</returns>
    public static ArchiveStatus TryFind(ReadOnlySpan<byte> archive, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> contents)
    {
        CpioArchive files = new(archive);
        ArchiveStatus status;
        do
        {
            status = files.TryReadNext(out ReadOnlySpan<byte> found, out contents);
            if (status == ArchiveStatus.Ok && Words.AreEqual(found, name))
            {
                return ArchiveStatus.Ok;
            }
        }
        while (status == ArchiveStatus.Ok);

        contents = default;
        return status;
    }

    /// <summary>Goes on to the next file.</summary>
    /// <param name="name">Its name, without the zero; empty unless there is one.</param>
    /// <param name="contents">Its bytes; empty unless there is one.</param>
    /// <returns><see cref="ArchiveStatus.NotFound"/> at the end; any other but <see cref="ArchiveStatus.Ok"/> when the archive is damaged.</returns>
    public ArchiveStatus TryReadNext(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> contents)
    {
        name = default;
        contents = default;
        if (!Fits(_next, HeaderLength))
        {
            return ArchiveStatus.Truncated;
        }

        ReadOnlySpan<byte> header = _archive.Slice((int)_next, HeaderLength);
        if (!Words.AreEqual(header.Slice(0, MagicLength), "070701"u8))
        {
            return ArchiveStatus.BadMagic;
        }

        if (!TryReadNumber(header, SizeField, out uint size) || !TryReadNumber(header, NameSizeField, out uint nameSize))
        {
            return ArchiveStatus.BadNumber;
        }

        uint nameStart = _next + HeaderLength;
        if (!Fits(nameStart, nameSize))
        {
            return ArchiveStatus.Truncated;
        }

        ReadOnlySpan<byte> nameBytes = _archive.Slice((int)nameStart, (int)nameSize);
        if (nameSize == 0 || nameBytes[(int)nameSize - 1] != 0)
        {
            return ArchiveStatus.BadName;
        }

        nameBytes = nameBytes.Slice(0, (int)nameSize - 1);
        if (Words.AreEqual(nameBytes, Trailer))
        {
            return ArchiveStatus.NotFound; // stays here: the end is the end
        }

        uint start = AlignUp(nameStart + nameSize);
        if (!Fits(start, size))
        {
            return ArchiveStatus.Truncated;
        }

        name = nameBytes;
        contents = _archive.Slice((int)start, (int)size);
        _next = AlignUp(start + size);
        return ArchiveStatus.Ok;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> header, int field, out uint value)
    {
        value = 0;
        for (int index = 0; index < FieldLength; index++)
        {
            byte digit = header[MagicLength + (field * FieldLength) + index];
            uint number = digit is >= (byte)'0' and <= (byte)'9' ? digit - (uint)'0'
                : digit is >= (byte)'A' and <= (byte)'F' ? digit - (uint)'A' + Ten
                : digit is >= (byte)'a' and <= (byte)'f' ? digit - (uint)'a' + Ten
                : Sixteen;
            if (number == Sixteen)
            {
                return false;
            }

            value = (value << BitsPerDigit) | number;
        }

        return true;
    }

    // An archive is at most 2 GiB long, so that what lies in it does not wrap.
    private static uint AlignUp(uint offset) => (offset + AlignmentMask) & ~AlignmentMask;

    private readonly bool Fits(uint start, uint length) =>
        start <= (uint)_archive.Length && length <= (uint)_archive.Length - start;
}
