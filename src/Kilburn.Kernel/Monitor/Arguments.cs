using System;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>The words of a command that are still to be read.</summary>
/// <param name="text">The command without its name.</param>
public ref struct Arguments(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = Words.Trim(text);

    /// <summary>True when no word is left.</summary>
    public readonly bool IsEmpty => _rest.Length == 0;

    /// <summary>True when the next word is a number.</summary>
    public readonly bool StartsWithNumber
    {
        get
        {
            Arguments ahead = this;
            return ahead.TryTake(out ReadOnlySpan<byte> word) && Number.TryParse(word, out _);
        }
    }

    /// <summary>Takes all that is left, as it is.</summary>
    public ReadOnlySpan<byte> TakeRest()
    {
        ReadOnlySpan<byte> rest = _rest;
        _rest = default;
        return rest;
    }

    /// <summary>Takes the next word.</summary>
    /// <param name="word">The word; empty at the end.</param>
    /// <returns>False at the end.</returns>
    public bool TryTake(out ReadOnlySpan<byte> word)
    {
        int length = 0;
        while (length < _rest.Length && !Words.IsBlank(_rest[length]))
        {
            length++;
        }

        word = _rest.Slice(0, length);
        _rest = Words.Trim(_rest.Slice(length));
        return length != 0;
    }

    /// <summary>Takes the next word if it is a given one.</summary>
    /// <param name="expected">The word.</param>
    /// <returns>False, with nothing taken, when another word or none follows.</returns>
    public bool TryTakeWord(scoped ReadOnlySpan<byte> expected)
    {
        Arguments ahead = this;
        if (!ahead.TryTake(out ReadOnlySpan<byte> word) || !Words.AreEqual(word, expected))
        {
            return false;
        }

        this = ahead;
        return true;
    }
}
