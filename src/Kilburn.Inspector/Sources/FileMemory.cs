using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ELFSharp.ELF;
using ELFSharp.ELF.Segments;
using Microsoft.Win32.SafeHandles;

namespace Kilburn.Inspector.Sources;

/// <summary>Physical memory in files: raw images, or the segments of an ELF core.</summary>
public sealed class FileMemory : IPhysicalMemory, IDisposable
{
    private readonly List<Part> _parts = [];
    private readonly List<SafeFileHandle> _files = [];

    /// <summary>The addresses that the files hold.</summary>
    public IReadOnlyList<AddressRange> Ranges => [.. _parts.Select(part => part.Range)];

    /// <summary>True when nothing has been added.</summary>
    public bool IsEmpty => _parts.Count == 0;

    /// <summary>Adds a raw image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="address">Physical address of its first byte.</param>
    /// <exception cref="SourceException">It cannot be read, is empty, or overlaps another.</exception>
    public void AddImage(string path, ulong address)
    {
        SafeFileHandle file = Open(path);
        long length = RandomAccess.GetLength(file);
        if (length == 0)
        {
            throw new SourceException($"{path}: the image is empty.");
        }

        Add(new Part(new AddressRange(address, (ulong)length), file, 0, (ulong)length), path);
    }

    /// <summary>Adds what an ELF core holds, by physical addresses, as QEMU's <c>dump-guest-memory</c> writes it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SourceException">It is no ELF core, or is damaged.</exception>
    public void AddCore(string path)
    {
        SafeFileHandle file = Open(path);
        ulong fileLength = (ulong)RandomAccess.GetLength(file);
        foreach ((AddressRange range, ulong offset, ulong stored) in ReadSegments(path))
        {
            if (offset > fileLength || stored > fileLength - offset)
            {
                throw new SourceException($"{path}: cut short: the segment at 0x{range.Start:X8} ends past the end of the file.");
            }

            Add(new Part(range, file, offset, stored), path);
        }

        if (IsEmpty)
        {
            throw new SourceException($"{path}: an ELF file without memory: not a core.");
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        while (bytes.Length != 0)
        {
            if (_parts.Find(part => address >= part.Range.Start && address < part.Range.End) is not Part part)
            {
                return false;
            }

            ulong offset = address - part.Range.Start;
            int length = (int)Math.Min((ulong)bytes.Length, part.Range.LengthInBytes - offset);
            Span<byte> target = bytes[..length];
            target.Clear();
            if (offset < part.StoredLength)
            {
                int stored = (int)Math.Min((ulong)length, part.StoredLength - offset);
                if (RandomAccess.Read(part.File, target[..stored], (long)(part.Offset + offset)) != stored)
                {
                    throw new SourceException($"A file of memory became shorter while it was read, at 0x{address:X8}.");
                }
            }

            address += (ulong)length;
            bytes = bytes[length..];
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static List<(AddressRange Range, ulong Offset, ulong Stored)> ReadSegments(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (!ELFReader.TryLoad(stream, false, out IELF elf))
            {
                throw new SourceException($"{path}: not an ELF file. A raw image wants its address: {path}@0x40000000.");
            }

            return elf switch
            {
                ELF<uint> narrow =>
                [
                    .. narrow.Segments.Where(segment => segment.Type == SegmentType.Load && segment.Size != 0).Select(
                        segment => (
                            new AddressRange(segment.PhysicalAddress, segment.Size),
                            (ulong)segment.Offset,
                            (ulong)segment.FileSize)),
                ],
                ELF<ulong> wide =>
                [
                    .. wide.Segments.Where(segment => segment.Type == SegmentType.Load && segment.Size != 0).Select(
                        segment => (
                            new AddressRange(segment.PhysicalAddress, segment.Size),
                            (ulong)segment.Offset,
                            (ulong)segment.FileSize)),
                ],
                _ => [],
            };
        }
        catch (Exception damaged) when (damaged is not SourceException)
        {
            throw new SourceException($"{path}: a damaged ELF file: {damaged.Message}", damaged);
        }
    }

    private SafeFileHandle Open(string path)
    {
        try
        {
            SafeFileHandle file = File.OpenHandle(path);
            _files.Add(file);
            return file;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SourceException($"{path}: {unreadable.Message}", unreadable);
        }
    }

    private void Add(Part added, string path)
    {
        if (added.Range.End < added.Range.Start)
        {
            throw new SourceException($"{path}: a segment that reaches past the end of all addresses.");
        }

        if (_parts.Find(part => part.Range.Overlaps(added.Range)) is not null)
        {
            throw new SourceException($"{path}: 0x{added.Range.Start:X8} is already held by another file or segment.");
        }

        _parts.Add(added);
    }

    private sealed record Part(AddressRange Range, SafeFileHandle File, ulong Offset, ulong StoredLength);
}
