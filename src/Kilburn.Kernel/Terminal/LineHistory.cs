using System;
using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Terminal;

/// <summary>The last lines typed. The oldest makes room for the newest.</summary>
/// <remarks>A value of all zeroes is an empty history.</remarks>
public struct LineHistory
{
    /// <summary>Lines kept: a power of two.</summary>
    public const int Capacity = 16;

    private const int IndexMask = Capacity - 1;

    private Lines _lines;
    private Lengths _lengths;
    private int _next;
    private int _count;

    /// <summary>Lines held.</summary>
    public readonly int Count => _count;

    /// <summary>Keeps a line, unless it is empty or the same as the last one.</summary>
    /// <param name="line">At most <see cref="LineEditor.Capacity"/> characters.</param>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0 || IsLast(line))
        {
            return;
        }

        for (int index = 0; index < line.Length; index++)
        {
            _lines[_next][index] = line[index];
        }

        _lengths[_next] = line.Length;
        _next = (_next + 1) & IndexMask;
        _count = _count < Capacity ? _count + 1 : Capacity;
    }

    /// <summary>Copies a line.</summary>
    /// <param name="age">1 for the last, up to <see cref="Count"/>.</param>
    /// <param name="line">Where to.</param>
    /// <returns>Its length.</returns>
    public readonly int CopyTo(int age, ref LineBytes line)
    {
        int slot = (_next - age) & IndexMask;
        line = _lines[slot];
        return _lengths[slot];
    }

    private readonly bool IsLast(ReadOnlySpan<byte> line)
    {
        int slot = (_next - 1) & IndexMask;
        return _count != 0 && Words.AreEqual(line, ((ReadOnlySpan<byte>)_lines[slot]).Slice(0, _lengths[slot]));
    }

    [InlineArray(Capacity)]
    private struct Lines
    {
        private LineBytes _first;
    }

    [InlineArray(Capacity)]
    private struct Lengths
    {
        private int _first;
    }
}
