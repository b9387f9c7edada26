using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Kernel.Tests.Programs;

/// <summary>Writes executables, good ones unless a test changes a field.</summary>
internal sealed class ElfWriter
{
    public const int HeaderBytes = 52;
    public const int SegmentBytes = 32;
    public const uint Load = 1;
    public const uint Read = 4;
    public const uint ReadWrite = 6;
    public const uint ReadExecute = 5;

    public uint Entry = 0x1_0001;
    public List<Segment> Segments = [];

    public sealed record Segment(uint Address, byte[] Contents, uint Length, uint Flags, uint Type = Load, uint Alignment = 4);

    /// <summary>Text, constants, data and two pages of zeroes behind it.</summary>
    public static ElfWriter Typical() => new()
    {
        Segments =
        [
            new(0x1_0000, Pattern(0x1234, 1), 0x1234, ReadExecute),
            new(0x1_2000, Pattern(0x80, 2), 0x80, Read),
            new(0x1_3000, Pattern(0x203, 3), 0x2800, ReadWrite),
        ],
    };

    public static byte[] Pattern(int length, byte seed) => [.. Enumerable.Range(0, length).Select(index => (byte)((index * 7) + seed))];

    public byte[] Write()
    {
        List<byte> file = [.. new byte[HeaderBytes + (SegmentBytes * Segments.Count)]];
        int header = HeaderBytes;
        foreach (Segment segment in Segments)
        {
            while (segment.Alignment > 1 && (segment.Address - (uint)file.Count) % segment.Alignment != 0)
            {
                file.Add(0xEE);
            }

            uint offset = (uint)file.Count;
            file.AddRange(segment.Contents);
            Put(
                file,
                header,
                segment.Type,
                offset,
                segment.Address,
                segment.Address,
                (uint)segment.Contents.Length,
                segment.Length,
                segment.Flags,
                segment.Alignment);
            header += SegmentBytes;
        }

        byte[] bytes = [.. file];
        new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 1, 1, 1 }.CopyTo(bytes, 0);
        PutHalf(bytes, 16, 2);
        PutHalf(bytes, 18, 40);
        PutWord(bytes, 20, 1);
        PutWord(bytes, 24, Entry);
        PutWord(bytes, 28, HeaderBytes);
        PutWord(bytes, 36, 0x0500_0400);
        PutHalf(bytes, 40, HeaderBytes);
        PutHalf(bytes, 42, SegmentBytes);
        PutHalf(bytes, 44, (ushort)Segments.Count);
        return bytes;
    }

    public static void PutWord(byte[] file, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);

    public static void PutHalf(byte[] file, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);

    private static void Put(List<byte> file, int offset, params ReadOnlySpan<uint> words)
    {
        foreach (uint word in words)
        {
            for (int index = 0; index < 4; index++)
            {
                file[offset++] = (byte)(word >> (8 * index));
            }
        }
    }
}
