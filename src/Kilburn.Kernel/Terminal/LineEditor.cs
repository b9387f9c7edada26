using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Terminal;

/// <summary>Reads a line that can be edited and called back: what a person types at a prompt.</summary>
/// <remarks>
/// Keys: backspace, delete, the arrows, home, end, and ctrl with A (start), E (end), B and F (left, right), P and N (older, newer),
/// D (delete), K (cut to the end), U (cut all before), C (forget the line), L (clear the screen).
/// A value of all zeroes is an editor without history.
/// </remarks>
public struct LineEditor
{
    /// <summary>Longest line, in characters. What is typed past it is dropped.</summary>
    public const int Capacity = 160;

    private const byte ControlA = 1;
    private const byte ControlB = 2;
    private const byte ControlC = 3;
    private const byte ControlD = 4;
    private const byte ControlE = 5;
    private const byte ControlF = 6;
    private const byte ControlH = 8;
    private const byte ControlK = 11;
    private const byte ControlL = 12;
    private const byte ControlN = 14;
    private const byte ControlP = 16;
    private const byte ControlU = 21;
    private const byte Escape = 27;
    private const byte FirstPrintable = 32;
    private const byte Rubout = 127;

    private LineBytes _line;
    private int _length;
    private int _cursor;
    private LineHistory _history;
    private int _age; // 0: the new line; 1 and up: that many lines back

    /// <summary>The line that was read last.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Line => ((ReadOnlySpan<byte>)_line).Slice(0, _length);

    /// <summary>Shows a prompt and reads a line.</summary>
    /// <param name="board">The board.</param>
    /// <param name="prompt">What stands before the line.</param>
    /// <returns>False when the input has ended.</returns>
    public bool TryRead<TBoard>(ref TBoard board, ReadOnlySpan<byte> prompt)
        where TBoard : struct, IBoard
    {
        _length = 0;
        _cursor = 0;
        _age = 0;
        board.Write(prompt);
        while (board.TryReadByte(out byte key))
        {
            if (key is (byte)'\r' or (byte)'\n')
            {
                board.EndLine();
                _history.Add(Line);
                return true;
            }

            Press(ref board, prompt, key);
        }

        return false;
    }

    private void Press<TBoard>(ref TBoard board, ReadOnlySpan<byte> prompt, byte key)
        where TBoard : struct, IBoard
    {
        switch (key)
        {
            case ControlA:
                _cursor = 0;
                break;
            case ControlE:
                _cursor = _length;
                break;
            case ControlB:
                MoveCursor(-1);
                break;
            case ControlF:
                MoveCursor(1);
                break;
            case ControlP:
                Recall(_age + 1);
                break;
            case ControlN:
                Recall(_age - 1);
                break;
            case ControlC:
                _length = 0;
                _cursor = 0;
                break;
            case ControlK:
                _length = _cursor;
                break;
            case ControlU:
                Cut(0, _cursor);
                break;
            case ControlD:
                Cut(_cursor, _cursor + 1);
                break;
            case ControlH:
            case Rubout:
                Cut(_cursor - 1, _cursor);
                break;
            case ControlL:
                board.Write("\e[2J\e[H"u8);
                break;
            case Escape:
                PressSequence(ref board);
                break;
            default:
                if (key < FirstPrintable || !TryInsert(key))
                {
                    return;
                }

                if (_cursor == _length)
                {
                    board.WriteByte(key);
                    return;
                }

                break;
        }

        Redraw(ref board, prompt);
    }

    /// <summary>A key that sends an escape sequence: <c>ESC [ A</c>, <c>ESC O H</c>, <c>ESC [ 3 ~</c>.</summary>
    private void PressSequence<TBoard>(ref TBoard board)
        where TBoard : struct, IBoard
    {
        if (!board.TryReadByte(out byte introducer) || introducer is not ((byte)'[' or (byte)'O'))
        {
            return;
        }

        byte number = 0;
        byte final = 0;
        while (board.TryReadByte(out final) && final is (>= (byte)'0' and <= (byte)'9') or (byte)';')
        {
            number = number == 0 ? final : number;
        }

        switch (final)
        {
            case (byte)'A':
                Recall(_age + 1);
                break;
            case (byte)'B':
                Recall(_age - 1);
                break;
            case (byte)'C':
                MoveCursor(1);
                break;
            case (byte)'D':
                MoveCursor(-1);
                break;
            case (byte)'H':
                _cursor = 0;
                break;
            case (byte)'F':
                _cursor = _length;
                break;
            case (byte)'~' when number is (byte)'1' or (byte)'7':
                _cursor = 0;
                break;
            case (byte)'~' when number is (byte)'4' or (byte)'8':
                _cursor = _length;
                break;
            case (byte)'~' when number is (byte)'3':
                Cut(_cursor, _cursor + 1);
                break;
            default:
                break;
        }
    }

    private void MoveCursor(int distance)
    {
        int target = _cursor + distance;
        if (target >= 0 && target <= _length)
        {
            _cursor = target;
        }
    }

    private bool TryInsert(byte character)
    {
        if (_length == Capacity)
        {
            return false;
        }

        for (int index = _length; index > _cursor; index--)
        {
            _line[index] = _line[index - 1];
        }

        _line[_cursor++] = character;
        _length++;
        return true;
    }

    /// <summary>Takes characters out. The cursor goes where they were. Does nothing past either end.</summary>
    private void Cut(int start, int end)
    {
        if (start < 0 || end > _length)
        {
            return;
        }

        for (int index = end; index < _length; index++)
        {
            _line[start + index - end] = _line[index];
        }

        _length -= end - start;
        _cursor = start;
    }

    private void Recall(int age)
    {
        if (age < 0 || age > _history.Count)
        {
            return;
        }

        _age = age;
        _length = age == 0 ? 0 : _history.CopyTo(age, ref _line);
        _cursor = _length;
    }

    private readonly void Redraw<TBoard>(ref TBoard board, ReadOnlySpan<byte> prompt)
        where TBoard : struct, IBoard
    {
        board.WriteByte((byte)'\r');
        board.Write(prompt);
        board.Write(Line);
        board.Write("\e[K"u8);
        if (_cursor < _length)
        {
            board.Write("\e["u8);
            board.WriteDecimal((uint)(_length - _cursor));
            board.WriteByte((byte)'D');
        }
    }
}
