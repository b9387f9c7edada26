using System;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Demo;

/// <summary>The lines of the demonstration: each ends in <c>ok</c> or <c>FAILED</c>.</summary>
/// <param name="board">Where they go.</param>
public ref struct DemoReport<TBoard>(ref ListeningBoard<TBoard> board)
    where TBoard : struct, IBoard
{
    private readonly ref ListeningBoard<TBoard> _board = ref board;
    private int _failures;

    /// <summary>Lines that ended in <c>FAILED</c>.</summary>
    public readonly int Failures => _failures;

    /// <summary>Writes a part of a line.</summary>
    /// <param name="text">ASCII.</param>
    public readonly void Say(ReadOnlySpan<byte> text) => _board.Write(text);

    /// <summary>Writes an address or word.</summary>
    /// <param name="value">Any.</param>
    public readonly void SayHex(uint value) => _board.WriteHex(value);

    /// <summary>Writes a number.</summary>
    /// <param name="value">Any.</param>
    public readonly void SayNumber(uint value) => _board.WriteDecimal(value);

    /// <summary>Writes a length.</summary>
    /// <param name="lengthInBytes">Any.</param>
    public readonly void SaySize(uint lengthInBytes) => _board.WriteSize(lengthInBytes, 0);

    /// <summary>Ends the line.</summary>
    /// <param name="isRight">Whether what was read back is what it should be.</param>
    public void End(bool isRight)
    {
        _failures += isRight ? 0 : 1;
        _board.WriteLine(isRight ? " ok"u8 : " FAILED"u8);
    }
}
