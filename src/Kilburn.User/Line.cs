using System;
using System.Runtime.CompilerServices;

namespace Kilburn.User;

/// <summary>A line of output. It is written with one system call, so that lines of processes and threads do not mix.</summary>
/// <remarks><c>default</c> is an empty line. What does not fit is cut off.</remarks>
public struct Line
{
    private const int Capacity = 160;
    private const byte End = (byte)'\n';
    private const uint Ten = 10;
    private const int HexDigits = 8;
    private const int BitsPerHexDigit = 4;
    private const uint HexDigitMask = 15;

    private Bytes _bytes;
    private int _length;

    /// <summary>Appends text.</summary>
    /// <param name="text">ASCII.</param>
    public void Add(ReadOnlySpan<byte> text)
    {
        for (int index = 0; index < text.Length; index++)
        {
            Add(text[index]);
        }
    }

    /// <summary>Appends a number in decimal.</summary>
    /// <param name="value">Any.</param>
    public void AddDecimal(uint value)
    {
        uint tenth = Tenth(value);
        if (tenth != 0)
        {
            AddDecimal(tenth);
        }

        Add((byte)((byte)'0' + (value - (tenth * Ten))));
    }

    /// <summary>Appends a word as <c>0x</c> and eight digits.</summary>
    /// <param name="value">Any.</param>
    public void AddHex(uint value)
    {
        Add("0x"u8);
        for (int digit = HexDigits - 1; digit >= 0; digit--)
        {
            Add("0123456789ABCDEF"u8[(int)((value >> (digit * BitsPerHexDigit)) & HexDigitMask)]);
        }
    }

    /// <summary>Writes the line, and empties it.</summary>
    public unsafe void Print()
    {
        _bytes[_length] = End;
        _ = Output.TryWrite(new ReadOnlySpan<byte>(Unsafe.AsPointer(in _bytes[0]), _length + 1), out _);
        _length = 0;
    }

    private void Add(byte character)
    {
        if (_length < Capacity)
        {
            _bytes[_length++] = character;
        }
    }

    // A tenth by shifts, rounded down: an approximation from below, put right by its remainder. Source: Hacker's Delight, 10-17.
    private static uint Tenth(uint value)
    {
        uint tenth = (value >> 1) + (value >> 2);
        tenth += tenth >> 4;
        tenth += tenth >> 8;
        tenth += tenth >> 16;
        tenth >>= 3;
        return value - (tenth * Ten) >= Ten ? tenth + 1 : tenth;
    }

    [InlineArray(Capacity + 1)]
    private struct Bytes
    {
        private byte _first;
    }
}
