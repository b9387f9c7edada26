using System;

namespace Kilburn.Kernel.Monitor;

/// <summary>Numbers as they are typed: <c>0x1F</c>, <c>31</c>, <c>64K</c>, <c>16M</c>; an underscore may part digits.</summary>
public static class Number
{
    private const int HexPrefixLength = 2;
    private const int BitsPerHexDigit = 4;
    private const uint Ten = 10;
    private const uint Sixteen = 16;
    private const uint LargestBeforeTen = uint.MaxValue / Ten;
    private const uint LargestBeforeHex = uint.MaxValue >> BitsPerHexDigit;
    private const int KibiShift = 10;
    private const int MebiShift = 20;
    private const uint NoDigit = uint.MaxValue;

    /// <summary>Reads a number.</summary>
    /// <param name="word">The characters.</param>
    /// <param name="value">The number; zero on failure.</param>
    /// <returns>False when it is none, or does not fit into 32 bits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> word, out uint value)
    {
        bool isHex = word.Length > HexPrefixLength && word[0] == (byte)'0' && word[1] is (byte)'x' or (byte)'X';
        if (isHex)
        {
            return TryParseDigits(word.Slice(HexPrefixLength), Sixteen, out value);
        }

        int shift = word.Length == 0 ? 0 : ShiftOf(word[word.Length - 1]);
        ReadOnlySpan<byte> digits = shift == 0 ? word : word.Slice(0, word.Length - 1);
        if (!TryParseDigits(digits, Ten, out uint count) || count > uint.MaxValue >> shift)
        {
            value = 0;
            return false;
        }

        value = count << shift;
        return true;
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> digits, uint numberBase, out uint value)
    {
        value = 0;
        bool hasDigit = false;
        uint largest = numberBase == Ten ? LargestBeforeTen : LargestBeforeHex;
        for (int index = 0; index < digits.Length; index++)
        {
            if (digits[index] == (byte)'_')
            {
                continue;
            }

            uint digit = DigitOf(digits[index]);
            if (digit >= numberBase || value > largest || value * numberBase > uint.MaxValue - digit)
            {
                value = 0;
                return false;
            }

            value = (value * numberBase) + digit;
            hasDigit = true;
        }

        return hasDigit;
    }

    private static uint DigitOf(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => (uint)(character - (byte)'0'),
        >= (byte)'a' and <= (byte)'f' => Ten + character - (byte)'a',
        >= (byte)'A' and <= (byte)'F' => Ten + character - (byte)'A',
        _ => NoDigit,
    };

    private static int ShiftOf(byte suffix) => suffix switch
    {
        (byte)'K' or (byte)'k' => KibiShift,
        (byte)'M' or (byte)'m' => MebiShift,
        _ => 0,
    };
}
