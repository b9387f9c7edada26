using System;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using Kilburn.Archive;
using Kilburn.Kernel.Programs;
using Xunit;

namespace Kilburn.Kernel.Tests.Programs;

public sealed class CpioArchiveTests
{
    private const int SizeOffset = 6 + (6 * 8);
    private const int NameSizeOffset = 6 + (11 * 8);
    private const int HeaderBytes = 110;

    private static byte[] Typical()
    {
        ArchiveWriter writer = new();
        writer.Add("manifest", "hello: exited 0\n"u8);
        writer.Add("empty", []);
        writer.Add("hello", ElfWriter.Pattern(1001, 5));
        return writer.Finish();
    }

    [Fact]
    public void TryReadNext_TypicalArchive_GivesEachFileInTurn()
    {
        CpioArchive archive = new(Typical());
        List<(string, int)> files = [];
        ArchiveStatus status;
        while ((status = archive.TryReadNext(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> contents)) == ArchiveStatus.Ok)
        {
            files.Add((Encoding.ASCII.GetString(name), contents.Length));
        }

        Assert.Equal(ArchiveStatus.NotFound, status);
        Assert.Equal([("manifest", 16), ("empty", 0), ("hello", 1001)], files);
        Assert.Equal(ArchiveStatus.NotFound, archive.TryReadNext(out _, out _));
    }

    [Fact]
    public void TryFind_NameOfAFile_GivesItsBytes()
    {
        Assert.Equal(ArchiveStatus.Ok, CpioArchive.TryFind(Typical(), "hello"u8, out ReadOnlySpan<byte> contents));
        Assert.Equal(ElfWriter.Pattern(1001, 5), contents.ToArray());
    }

    [Theory]
    [InlineData("hell")]
    [InlineData("hello ")]
    [InlineData("")]
    [InlineData("TRAILER!!!")]
    public void TryFind_NoSuchName_FindsNothing(string name)
    {
        Assert.Equal(ArchiveStatus.NotFound, CpioArchive.TryFind(Typical(), Encoding.ASCII.GetBytes(name), out ReadOnlySpan<byte> contents));
        Assert.True(contents.IsEmpty);
    }

    [Theory]
    [InlineData(0, '1', ArchiveStatus.BadMagic)]
    [InlineData(5, '2', ArchiveStatus.BadMagic)] // the format with checksums
    [InlineData(SizeOffset, 'x', ArchiveStatus.BadNumber)]
    [InlineData(SizeOffset, 'F', ArchiveStatus.Truncated)]
    [InlineData(SizeOffset + 3, '1', ArchiveStatus.Truncated)]
    [InlineData(NameSizeOffset, 'G', ArchiveStatus.BadNumber)]
    [InlineData(NameSizeOffset, 'F', ArchiveStatus.Truncated)]
    [InlineData(NameSizeOffset + 7, '0', ArchiveStatus.BadName)]
    [InlineData(NameSizeOffset + 7, '8', ArchiveStatus.BadName)]
    [InlineData(HeaderBytes + 8, 'x', ArchiveStatus.BadName)]
    public void TryFind_FirstEntryIsDamaged_SaysHow(int offset, char value, ArchiveStatus expected)
    {
        byte[] archive = Typical();
        archive[offset] = (byte)value;
        Assert.Equal(expected, CpioArchive.TryFind(archive, "hello"u8, out ReadOnlySpan<byte> contents));
        Assert.True(contents.IsEmpty);
    }

    [Fact]
    public void TryFind_EveryPrefix_IsTruncatedUnlessTheFileIsWhole()
    {
        byte[] archive = Typical();
        int end = archive.AsSpan().IndexOf("TRAILER!!!"u8) - HeaderBytes;
        for (int length = 0; length < archive.Length; length++)
        {
            ArchiveStatus status = CpioArchive.TryFind(archive.AsSpan(0, length), "hello"u8, out ReadOnlySpan<byte> contents);
            Assert.Equal(length >= end - 3 ? ArchiveStatus.Ok : ArchiveStatus.Truncated, status);
            Assert.Equal(status == ArchiveStatus.Ok ? 1001 : 0, contents.Length);
        }
    }

    [Fact]
    public void TryFind_AnyDamage_StaysInTheArchive()
    {
        byte[] good = Typical();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.OneOf(Gen.Byte, Gen.Byte[(byte)'0', (byte)'9'])).Array[1, 8].Sample(
            changes =>
            {
                byte[] archive = [.. good];
                foreach ((int offset, byte value) in changes)
                {
                    archive[offset] = value;
                }

                CpioArchive files = new(archive);
                int count = 0;
                while (files.TryReadNext(out _, out _) == ArchiveStatus.Ok)
                {
                    Assert.InRange(++count, 1, archive.Length / HeaderBytes);
                }
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("TRAILER!!!")]
    public void Add_NameThatIsNone_IsRefused(string name) => Assert.Throws<ArgumentException>(() => new ArchiveWriter().Add(name, []));
}
