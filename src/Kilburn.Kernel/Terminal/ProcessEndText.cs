using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Terminal;

/// <summary>How a process ended, in words: <c>exited 0</c>; <c>ended, protection, write 0x00010000</c>.</summary>
public struct ProcessEndText
{
    private const int Capacity = 80;
    private const int TopDigitShift = 28;
    private const int BitsPerDigit = 4;
    private const uint DigitMask = 0xF;
    private const uint Ten = 10;

    private Bytes _bytes;
    private int _length;

    /// <summary>Puts an end into words.</summary>
    /// <param name="end">The end.</param>
    public ProcessEndText(in ProcessEnd end)
    {
        if (end.Reason == ProcessEndReason.Exited)
        {
            Add("exited "u8);
            AddDecimal(end.Status);
            return;
        }

        Add("ended, "u8);
        Add(NameOf(end.Reason));
        if (end.Reason is not (ProcessEndReason.Killed or ProcessEndReason.Interrupted))
        {
            Add(", "u8);
            Add(NameOf(end.Access));
            Add(" 0x"u8);
            AddHex(end.Address);
        }
    }

    /// <summary>The words.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Text =>
        MemoryMarshal.CreateReadOnlySpan(in Unsafe.As<Bytes, byte>(ref Unsafe.AsRef(in _bytes)), _length);

    /// <summary>True when the end is an expected one.</summary>
    /// <param name="outcome">Words of this type, all or as many of the first as count.</param>
    public readonly bool Matches(ReadOnlySpan<byte> outcome)
    {
        if (outcome.Length == 0 || outcome.Length > _length || !Words.AreEqual(Text.Slice(0, outcome.Length), outcome))
        {
            return false;
        }

        return outcome.Length == _length || _bytes[outcome.Length] is (byte)',' or (byte)' ';
    }

    /// <summary>The reason: <c>protection</c>.</summary>
    /// <param name="reason">Any.</param>
    public static ReadOnlySpan<byte> NameOf(ProcessEndReason reason) => reason switch
    {
        ProcessEndReason.Exited => "exited"u8,
        ProcessEndReason.NotMapped => "not mapped"u8,
        ProcessEndReason.Protection => "protection"u8,
        ProcessEndReason.Guard => "guard"u8,
        ProcessEndReason.StackOverflow => "stack overflow"u8,
        ProcessEndReason.OutOfMemory => "out of memory"u8,
        ProcessEndReason.LimitReached => "limit reached"u8,
        ProcessEndReason.Forbidden => "kernel address"u8,
        ProcessEndReason.Alignment => "alignment"u8,
        ProcessEndReason.External => "external"u8,
        ProcessEndReason.PastObject => "past the object's end"u8,
        ProcessEndReason.PagerFailed => "pager failed"u8,
        ProcessEndReason.UndefinedInstruction => "undefined instruction"u8,
        ProcessEndReason.Killed => "killed"u8,
        ProcessEndReason.Interrupted => "interrupted"u8,
        _ => "unexpected"u8,
    };

    private static ReadOnlySpan<byte> NameOf(MemoryAccess access) => access switch
    {
        MemoryAccess.Read => "read"u8,
        MemoryAccess.Write => "write"u8,
        _ => "execute"u8,
    };

    private void Add(ReadOnlySpan<byte> text)
    {
        for (int index = 0; index < text.Length && _length < Capacity; index++)
        {
            _bytes[_length++] = text[index];
        }
    }

    private void AddHex(uint value)
    {
        for (int shift = TopDigitShift; shift >= 0; shift -= BitsPerDigit)
        {
            uint digit = (value >> shift) & DigitMask;
            _bytes[_length++] = (byte)(digit < Ten ? '0' + digit : 'A' + digit - Ten);
        }
    }

    private void AddDecimal(uint value)
    {
        uint tenth = BoardText.Tenth(value);
        if (tenth != 0)
        {
            AddDecimal(tenth);
        }

        _bytes[_length++] = (byte)('0' + (value - (tenth * Ten)));
    }

    [InlineArray(Capacity)]
    private struct Bytes
    {
        private byte _first;
    }
}
