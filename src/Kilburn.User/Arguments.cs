using System;

namespace Kilburn.User;

/// <summary>What a program was started with: words between spaces.</summary>
/// <param name="text">ASCII.</param>
public ref struct Arguments(ReadOnlySpan<byte> text)
{
    private const byte Space = (byte)' ';
    private const uint Ten = 10;
    private const uint Sixteen = 16;
    private const int BitsPerHexDigit = 4;
    private const int TopDigitShift = 28;
    private const uint LargestTenth = uint.MaxValue / Ten; // a constant: nothing is divided

    private ReadOnlySpan<byte> _rest = text;

    /// <summary>The arguments as the start-up code gets them.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="lengthInBytes">May be zero.</param>
    public unsafe Arguments(byte* address, uint lengthInBytes)
        : this(new ReadOnlySpan<byte>(address, (int)lengthInBytes))
    {
    }

    /// <summary>Takes the next word.</summary>
    /// <param name="word">The word; empty at the end.</param>
    /// <returns>False at the end.</returns>
    public bool TryTake(out ReadOnlySpan<byte> word)
    {
        int start = 0;
        while (start < _rest.Length && _rest[start] == Space)
        {
            start++;
        }

        int end = start;
        while (end < _rest.Length && _rest[end] != Space)
        {
            end++;
        }

        word = _rest.Slice(start, end - start);
        _rest = _rest.Slice(end);
        return word.Length != 0;
    }

    /// <summary>Takes the next word, which must be a number: decimal, or hexadecimal behind <c>0x</c>.</summary>
    /// <param name="value">The number; zero when there is none.</param>
    /// <returns>False at the end, and when the word is no number of 32 bits.</returns>
    public bool TryTakeNumber(out uint value)
    {
        value = 0;
        if (!TryTake(out ReadOnlySpan<byte> word))
        {
            return false;
        }

        return word.Length > 2 && word[0] == (byte)'0' && word[1] == (byte)'x'
            ? TryReadHexadecimal(word.Slice(2), out value)
            : TryReadDecimal(word, out value);
    }

    private static bool TryReadDecimal(ReadOnlySpan<byte> digits, out uint value)
    {
        value = 0;
        for (int index = 0; index < digits.Length; index++)
        {
            uint digit = (uint)(digits[index] - (byte)'0');
            if (digit >= Ten || value > LargestTenth || (value * Ten) > uint.MaxValue - digit)
            {
                value = 0;
                return false;
            }

            value = (value * Ten) + digit;
        }

        return true;
    }

    private static bool TryReadHexadecimal(ReadOnlySpan<byte> digits, out uint value)
    {
        value = 0;
        for (int index = 0; index < digits.Length; index++)
        {
            byte digit = digits[index];
            uint number = digit is >= (byte)'0' and <= (byte)'9' ? digit - (uint)'0'
                : digit is >= (byte)'A' and <= (byte)'F' ? digit - (uint)'A' + Ten
                : digit is >= (byte)'a' and <= (byte)'f' ? digit - (uint)'a' + Ten
                : Sixteen;
            if (number == Sixteen || value >> TopDigitShift != 0)
            {
                value = 0;
                return false;
            }

            value = (value << BitsPerHexDigit) | number;
        }

        return true;
    }
}
