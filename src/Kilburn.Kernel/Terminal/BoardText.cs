using System;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Terminal;

/// <summary>Text and numbers for a board's console.</summary>
/// <remarks>Nothing is buffered: what was written before a panic has been seen.</remarks>
public static class BoardText
{
    private const byte Zero = (byte)'0';
    private const byte Space = (byte)' ';
    private const uint Ten = 10;
    private const int HexDigits = 8;
    private const int BitsPerHexDigit = 4;
    private const uint HexDigitMask = 15;
    private const int KibiShift = 10;
    private const int MebiShift = 20;
    private const int GibiShift = 30;

    /// <summary>Writes text.</summary>
    /// <param name="board">The board.</param>
    /// <param name="text">ASCII.</param>
    public static void Write<TBoard>(this ref TBoard board, ReadOnlySpan<byte> text)
        where TBoard : struct, IBoard
    {
        for (int index = 0; index < text.Length; index++)
        {
            board.WriteByte(text[index]);
        }
    }

    /// <summary>Writes text and ends the line.</summary>
    /// <param name="board">The board.</param>
    /// <param name="text">ASCII.</param>
    public static void WriteLine<TBoard>(this ref TBoard board, ReadOnlySpan<byte> text)
        where TBoard : struct, IBoard
    {
        board.Write(text);
        board.EndLine();
    }

    /// <summary>Ends the line.</summary>
    /// <param name="board">The board.</param>
    public static void EndLine<TBoard>(this ref TBoard board)
        where TBoard : struct, IBoard => board.WriteByte((byte)'\n');

    /// <summary>Writes spaces.</summary>
    /// <param name="board">The board.</param>
    /// <param name="count">None when zero or less.</param>
    public static void Pad<TBoard>(this ref TBoard board, int count)
        where TBoard : struct, IBoard
    {
        for (; count > 0; count--)
        {
            board.WriteByte(Space);
        }
    }

    /// <summary>Writes text, and spaces up to a width.</summary>
    /// <param name="board">The board.</param>
    /// <param name="text">ASCII.</param>
    /// <param name="width">In characters; longer text is not cut.</param>
    public static void WriteLeft<TBoard>(this ref TBoard board, ReadOnlySpan<byte> text, int width)
        where TBoard : struct, IBoard
    {
        board.Write(text);
        board.Pad(width - text.Length);
    }

    /// <summary>Writes a word as <c>0x</c> and eight digits.</summary>
    /// <param name="board">The board.</param>
    /// <param name="value">Any.</param>
    public static void WriteHex<TBoard>(this ref TBoard board, uint value)
        where TBoard : struct, IBoard
    {
        board.Write("0x"u8);
        for (int digit = HexDigits - 1; digit >= 0; digit--)
        {
            board.WriteByte("0123456789ABCDEF"u8[(int)((value >> (digit * BitsPerHexDigit)) & HexDigitMask)]);
        }
    }

    /// <summary>Writes a number in decimal.</summary>
    /// <param name="board">The board.</param>
    /// <param name="value">Any.</param>
    public static void WriteDecimal<TBoard>(this ref TBoard board, uint value)
        where TBoard : struct, IBoard
    {
        uint tenth = Tenth(value);
        if (tenth != 0)
        {
            board.WriteDecimal(tenth);
        }

        board.WriteByte((byte)(Zero + (value - (tenth * Ten))));
    }

    /// <summary>Writes a number in decimal, with spaces before it up to a width.</summary>
    /// <param name="board">The board.</param>
    /// <param name="value">Any.</param>
    /// <param name="width">In characters; longer numbers are not cut.</param>
    public static void WriteDecimalRight<TBoard>(this ref TBoard board, uint value, int width)
        where TBoard : struct, IBoard
    {
        board.Pad(width - CountDigits(value));
        board.WriteDecimal(value);
    }

    /// <summary>Writes a number in decimal, with zeroes before it up to a width.</summary>
    /// <param name="board">The board.</param>
    /// <param name="value">Any.</param>
    /// <param name="width">In characters; longer numbers are not cut.</param>
    public static void WriteDecimalZeroes<TBoard>(this ref TBoard board, uint value, int width)
        where TBoard : struct, IBoard
    {
        for (int digits = CountDigits(value); digits < width; digits++)
        {
            board.WriteByte(Zero);
        }

        board.WriteDecimal(value);
    }

    /// <summary>Writes a length in the largest unit that divides it: <c>16M</c>, <c>4K</c>, <c>100</c>.</summary>
    /// <param name="board">The board.</param>
    /// <param name="lengthInBytes">Any.</param>
    /// <param name="width">Spaces before it up to this many characters.</param>
    public static void WriteSize<TBoard>(this ref TBoard board, uint lengthInBytes, int width)
        where TBoard : struct, IBoard
    {
        if (lengthInBytes != 0 && IsMultiple(lengthInBytes, GibiShift))
        {
            board.WriteUnits(lengthInBytes >> GibiShift, "G"u8, width);
        }
        else if (lengthInBytes != 0 && IsMultiple(lengthInBytes, MebiShift))
        {
            board.WriteUnits(lengthInBytes >> MebiShift, "M"u8, width);
        }
        else if (lengthInBytes != 0 && IsMultiple(lengthInBytes, KibiShift))
        {
            board.WriteUnits(lengthInBytes >> KibiShift, "K"u8, width);
        }
        else
        {
            board.WriteDecimalRight(lengthInBytes, width);
        }
    }

    /// <summary>Characters that a number takes in decimal.</summary>
    /// <param name="value">Any.</param>
    public static int CountDigits(uint value)
    {
        int digits = 1;
        for (uint rest = Tenth(value); rest != 0; rest = Tenth(rest))
        {
            digits++;
        }

        return digits;
    }

    private static void WriteUnits<TBoard>(this ref TBoard board, uint count, ReadOnlySpan<byte> unit, int width)
        where TBoard : struct, IBoard
    {
        board.WriteDecimalRight(count, width - unit.Length);
        board.Write(unit);
    }

    private static bool IsMultiple(uint value, int shift) => value >> shift << shift == value;

    /// <summary>A tenth, rounded down, without a division: 0.8 as a sum of halves, an eighth of it, and a correction.</summary>
    /// <remarks>Source: H. S. Warren, Hacker's Delight, 2nd edition, 10-3 (divu10).</remarks>
    /// <param name="value">Any.</param>
    internal static uint Tenth(uint value)
    {
        uint tenth = (value >> 1) + (value >> 2);
        tenth += tenth >> 4;
        tenth += tenth >> 8;
        tenth += tenth >> 16;
        tenth >>= 3;
        return value - (tenth * Ten) >= Ten ? tenth + 1 : tenth;
    }
}
