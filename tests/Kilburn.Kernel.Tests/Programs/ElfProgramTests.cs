using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Kilburn.Core.Descriptors;
using Kilburn.Kernel.Programs;
using Xunit;

namespace Kilburn.Kernel.Tests.Programs;

public sealed class ElfProgramTests
{
    private const int FirstSegment = ElfWriter.HeaderBytes;
    private const int OffsetField = FirstSegment + 4;
    private const int AddressField = FirstSegment + 8;
    private const int FileLengthField = FirstSegment + 16;
    private const int LengthField = FirstSegment + 20;
    private const int FlagsField = FirstSegment + 24;
    private const int AlignmentField = FirstSegment + 28;
    private const int EntryField = 24;

    [Fact]
    public void TryRead_TypicalProgram_HasItsSegmentsAndEntry()
    {
        byte[] file = ElfWriter.Typical().Write();
        Assert.Equal(ElfStatus.Ok, ElfProgram.TryRead(file, out ElfProgram program));
        Assert.Equal(0x1_0001u, program.Entry);
        Assert.Equal(
            [
                (0x1_0000u, 0x1234u, 0x1234u, UserRights.ReadExecute),
                (0x1_2000u, 0x80u, 0x80u, UserRights.Read),
                (0x1_3000u, 0x2800u, 0x203u, UserRights.ReadWrite),
            ],
            SegmentsOf(program));
        Assert.Equal(ElfWriter.Pattern(0x203, 3), ContentsOf(program, 2));
    }

    [Fact]
    public void TryRead_SegmentsOfOtherKindsAndEmptyOnes_AreLeftOut()
    {
        ElfWriter writer = ElfWriter.Typical();
        writer.Segments.Add(new(0xFFFF_F000, [1, 2, 3], 3, 0, Type: 0x6474_E551)); // a note on the stack
        writer.Segments.Add(new(0, [], 0, ElfWriter.Read));
        Assert.Equal(ElfStatus.Ok, ElfProgram.TryRead(writer.Write(), out ElfProgram program));
        Assert.Equal(3, program.SegmentCount);
    }

    [Theory]
    [InlineData(0, 0x7E, ElfStatus.BadMagic)]
    [InlineData(3, 'G', ElfStatus.BadMagic)]
    [InlineData(4, 2, ElfStatus.WrongClass)]
    [InlineData(5, 2, ElfStatus.WrongByteOrder)]
    [InlineData(6, 0, ElfStatus.WrongVersion)]
    [InlineData(20, 2, ElfStatus.WrongVersion)]
    [InlineData(7, 9, ElfStatus.WrongSystem)]
    [InlineData(16, 3, ElfStatus.NotExecutable)]
    [InlineData(18, 62, ElfStatus.WrongMachine)]
    [InlineData(39, 4, ElfStatus.WrongInterface)]
    [InlineData(40, 64, ElfStatus.WrongHeaderSize)]
    [InlineData(42, 56, ElfStatus.WrongHeaderSize)]
    [InlineData(31, 1, ElfStatus.HeadersPastFile)]
    [InlineData(45, 0x40, ElfStatus.HeadersPastFile)]
    [InlineData(44, 0, ElfStatus.NoSegments)]
    [InlineData(FirstSegment, 2, ElfStatus.Dynamic)]
    [InlineData(FirstSegment, 3, ElfStatus.Dynamic)]
    public void TryRead_HeaderByteIsWrong_SaysWhy(int offset, byte value, ElfStatus expected)
    {
        byte[] file = ElfWriter.Typical().Write();
        file[offset] = value;
        Refuses(file, expected);
    }

    [Theory]
    [InlineData(OffsetField, 0x10_0000u, ElfStatus.SegmentPastFile)]
    [InlineData(OffsetField, 0xFFFF_FFFFu, ElfStatus.SegmentPastFile)]
    [InlineData(FileLengthField, 0x1235u, ElfStatus.SegmentTooShort)]
    [InlineData(LengthField, 0x1233u, ElfStatus.SegmentTooShort)]
    [InlineData(LengthField, 0u, ElfStatus.SegmentTooShort)]
    [InlineData(LengthField, 0xFFFF_0001u, ElfStatus.SegmentWraps)]
    [InlineData(LengthField, 0xFFFF_0000u, ElfStatus.KernelAddress)]
    [InlineData(LengthField, 0x7FFF_0001u, ElfStatus.KernelAddress)]
    [InlineData(AddressField, 0x8000_0000u, ElfStatus.KernelAddress)]
    [InlineData(AddressField, 0xFFFF_0000u, ElfStatus.KernelAddress)]
    [InlineData(AddressField, 0u, ElfStatus.NullPage)]
    [InlineData(AddressField, 0xFFCu, ElfStatus.NullPage)]
    [InlineData(AddressField, 0x1_0002u, ElfStatus.Misaligned)]
    [InlineData(AlignmentField, 3u, ElfStatus.Misaligned)]
    [InlineData(AlignmentField, 0x1000u, ElfStatus.Misaligned)]
    [InlineData(FlagsField, 0u, ElfStatus.NoRights)]
    [InlineData(FlagsField, 7u, ElfStatus.WriteAndExecute)]
    [InlineData(FlagsField, 3u, ElfStatus.WriteAndExecute)]
    [InlineData(AddressField, 0x1_1000u, ElfStatus.Overlap)]
    [InlineData(AddressField, 0x1_2FFCu, ElfStatus.Overlap)]
    [InlineData(LengthField, 0x2001u, ElfStatus.Overlap)]
    [InlineData(EntryField, 0x1_1234u, ElfStatus.EntryOutside)]
    [InlineData(EntryField, 0x1_2000u, ElfStatus.EntryOutside)]
    [InlineData(EntryField, 0u, ElfStatus.EntryOutside)]
    [InlineData(EntryField, 0x8000_0000u, ElfStatus.EntryOutside)]
    [InlineData(EntryField, 0x1_0002u, ElfStatus.EntryMisaligned)]
    public void TryRead_WordIsWrong_SaysWhy(int offset, uint value, ElfStatus expected)
    {
        byte[] file = ElfWriter.Typical().Write();
        ElfWriter.PutWord(file, offset, value);
        Refuses(file, expected);
    }

    [Theory]
    [InlineData(LengthField, 0x2000u)]
    [InlineData(AlignmentField, 0u)]
    [InlineData(AlignmentField, 1u)]
    [InlineData(EntryField, 0x1_0004u)]
    [InlineData(EntryField, 0x1_1233u)]
    [InlineData(FlagsField, 1u)]
    public void TryRead_WordAtTheEdge_IsTaken(int offset, uint value)
    {
        byte[] file = ElfWriter.Typical().Write();
        ElfWriter.PutWord(file, offset, value);
        Assert.Equal(ElfStatus.Ok, ElfProgram.TryRead(file, out _));
    }

    [Fact]
    public void TryRead_LastByteOfUserSpace_IsTaken()
    {
        ElfWriter writer = ElfWriter.Typical();
        writer.Segments.Add(new(0x7FFF_FFFC, [1, 2, 3, 4], 4, ElfWriter.Read));
        Assert.Equal(ElfStatus.Ok, ElfProgram.TryRead(writer.Write(), out _));
    }

    [Fact]
    public void TryRead_EveryPrefix_IsRefused()
    {
        byte[] file = ElfWriter.Typical().Write();
        for (int length = 0; length < file.Length; length++)
        {
            Assert.NotEqual(ElfStatus.Ok, ElfProgram.TryRead(file.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData(ElfProgram.SegmentCapacity, ElfStatus.Ok)]
    [InlineData(ElfProgram.SegmentCapacity + 1, ElfStatus.TooManySegments)]
    public void TryRead_ManySegments_AreTakenUpToALimit(int count, ElfStatus expected)
    {
        ElfWriter writer = new()
        {
            Segments = [.. Enumerable.Range(1, count).Select(
                index => new ElfWriter.Segment((uint)index << 16, [1, 2], 2, ElfWriter.ReadExecute, Alignment: 1))],
        };
        Assert.Equal(expected, ElfProgram.TryRead(writer.Write(), out _));
    }

    [Fact]
    public void TryRead_AnyDamage_IsRefusedOrStaysInTheFileAndInUserSpace()
    {
        Gen<(int Offset, byte Value)> damage = Gen.Select(
            Gen.OneOf(Gen.Int[0, ElfWriter.HeaderBytes + (3 * ElfWriter.SegmentBytes) - 1], Gen.Int[0, 0x1600]),
            Gen.OneOf(Gen.Byte, Gen.Byte[0, 1], Gen.Byte[0x7F, 0x80], Gen.Const((byte)0xFF)));
        Gen.Select(damage.Array[1, 6], Gen.Int[0, 0x1700]).Sample(
            (changes, length) =>
            {
                byte[] file = ElfWriter.Typical().Write();
                foreach ((int offset, byte value) in changes)
                {
                    file[offset % file.Length] = value;
                }

                ElfStatus status = ElfProgram.TryRead(file.AsSpan(0, Math.Min(file.Length, length * 2)), out ElfProgram program);
                Assert.True(Enum.IsDefined(status));
                if (status == ElfStatus.Ok)
                {
                    IsSound(program);
                }
                else
                {
                    Assert.Equal(0, program.SegmentCount);
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void TextOf_EveryStatus_IsItsOwn()
    {
        List<string> texts = [.. Enum.GetValues<ElfStatus>().Select(status => System.Text.Encoding.ASCII.GetString(ElfText.Of(status)))];
        Assert.Equal(texts.Count, texts.Distinct().Count());
        Assert.DoesNotContain("unknown", texts);
    }

    private static void Refuses(byte[] file, ElfStatus expected)
    {
        Assert.Equal(expected, ElfProgram.TryRead(file, out ElfProgram program));
        Assert.Equal(0, program.SegmentCount);
        Assert.Equal(0u, program.Entry);
    }

    private static void IsSound(ElfProgram program)
    {
        List<(ulong First, ulong Last)> pages = [];
        bool isEntryInCode = false;
        for (int index = 0; index < program.SegmentCount; index++)
        {
            ElfSegment segment = program.GetSegment(index);
            ulong end = (ulong)segment.Start.Value + segment.LengthInBytes;
            Assert.InRange(segment.Start.Value, 0x1000u, 0x7FFF_FFFFu);
            Assert.InRange(end, segment.Start.Value + 1ul, 0x8000_0000ul);
            Assert.InRange((ulong)segment.FileOffset + segment.FileLengthInBytes, 0ul, (ulong)program.File.Length);
            Assert.InRange(segment.FileLengthInBytes, 0u, segment.LengthInBytes);
            Assert.NotEqual(UserRights.All, segment.Rights);
            (ulong, ulong) own = (segment.Start.Value >> 12, (end - 1) >> 12);
            Assert.DoesNotContain(pages, other => other.First <= own.Item2 && own.Item1 <= other.Last);
            pages.Add(own);
            isEntryInCode |= segment.Rights == UserRights.ReadExecute && segment.Start.Value <= (program.Entry & ~1u)
                && (program.Entry & ~1u) < end;
        }

        Assert.True(isEntryInCode);
    }

    private static List<(uint, uint, uint, UserRights)> SegmentsOf(ElfProgram program)
    {
        List<(uint, uint, uint, UserRights)> segments = [];
        for (int index = 0; index < program.SegmentCount; index++)
        {
            ElfSegment segment = program.GetSegment(index);
            segments.Add((segment.Start.Value, segment.LengthInBytes, segment.FileLengthInBytes, segment.Rights));
        }

        return segments;
    }

    private static byte[] ContentsOf(ElfProgram program, int index)
    {
        ElfSegment segment = program.GetSegment(index);
        return program.File.Slice((int)segment.FileOffset, (int)segment.FileLengthInBytes).ToArray();
    }
}
