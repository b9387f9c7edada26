using System;

namespace Kilburn.Kernel.Terminal;

/// <summary>Comparison and splitting of ASCII text.</summary>
public static class Words
{
    /// <summary>True when both hold the same characters.</summary>
    /// <param name="left">Any text.</param>
    /// <param name="right">Any text.</param>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int index = 0; index < left.Length; index++)
        {
            if (left[index] != right[index])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes spaces and tabs off both ends.</summary>
    /// <param name="text">Any text.</param>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text.Slice(start, end - start);
    }

    /// <summary>Takes the text before the next separator off, and the separator.</summary>
    /// <param name="rest">In: the text; out: what follows the separator.</param>
    /// <param name="separator">One character.</param>
    /// <returns>The part; all of the text when there is no separator.</returns>
    public static ReadOnlySpan<byte> TakeUntil(scoped ref ReadOnlySpan<byte> rest, byte separator)
    {
        for (int index = 0; index < rest.Length; index++)
        {
            if (rest[index] == separator)
            {
                ReadOnlySpan<byte> part = rest.Slice(0, index);
                rest = rest.Slice(index + 1);
                return part;
            }
        }

        ReadOnlySpan<byte> all = rest;
        rest = default;
        return all;
    }

    /// <summary>True for a space or tab.</summary>
    /// <param name="character">Any.</param>
    public static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\t';
}
