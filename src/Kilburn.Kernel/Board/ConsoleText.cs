using System;
using System.Runtime.InteropServices;

namespace Kilburn.Kernel.Board;

/// <summary>Words and numbers on the console, where nothing but the UART can be relied on: start-up and panics.</summary>
internal static class ConsoleText
{
    private const int HexDigits = 8;

    /// <summary>Writes text.</summary>
    /// <param name="text">ASCII.</param>
    internal static void Write(ReadOnlySpan<byte> text) => Uart.Write(text);

    /// <summary>Writes eight hexadecimal digits after <c>0x</c>.</summary>
    /// <param name="value">Any word.</param>
    internal static void WriteHex(uint value)
    {
        Uart.Write("0x"u8);
        for (int digit = HexDigits - 1; digit >= 0; digit--)
        {
            WriteDigit((value >> (digit * 4)) & 0xF);
        }
    }

    /// <summary>Writes a number in decimal.</summary>
    /// <param name="value">Any word.</param>
    internal static void WriteDecimal(uint value)
    {
        int digits = 1;
        for (uint rest = Tenth(value); rest != 0; rest = Tenth(rest))
        {
            digits++;
        }

        for (int after = digits - 1; after >= 0; after--)
        {
            uint leading = value;
            for (int dropped = 0; dropped < after; dropped++)
            {
                leading = Tenth(leading);
            }

            WriteDigit(leading - (Tenth(leading) * 10));
        }
    }

    /// <summary>A tenth, rounded down, without a division: 0.8 as a sum of halves, an eighth of it, and a correction.</summary>
    /// <remarks>Source: H. S. Warren, Hacker's Delight, 2nd edition, 10-3 (divu10).</remarks>
    private static uint Tenth(uint value)
    {
        uint tenth = (value >> 1) + (value >> 2);
        tenth += tenth >> 4;
        tenth += tenth >> 8;
        tenth += tenth >> 16;
        tenth >>= 3;
        return value - (tenth * 10) > 9 ? tenth + 1 : tenth;
    }

    private static void WriteDigit(uint digit)
    {
        byte character = (byte)(digit < 10 ? '0' + digit : 'A' + (digit - 10));
        Uart.Write(MemoryMarshal.CreateReadOnlySpan(in character, 1));
    }
}
