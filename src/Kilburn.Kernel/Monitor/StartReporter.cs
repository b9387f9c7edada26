using System;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>Says on the console what start-up has done and proven.</summary>
/// <param name="board">The board.</param>
public struct StartReporter<TBoard>(TBoard board) : IStartReporter
    where TBoard : struct, IBoard
{
    private TBoard _board = board;

    /// <inheritdoc/>
    public void Report(ref VirtualMemory memory, StartStep step)
    {
        _board.Write("start: "u8);
        _board.WriteLine(TextOf(step));
    }

    private static ReadOnlySpan<byte> TextOf(StartStep step) => step switch
    {
        StartStep.LinearMap => "memory is seen at 0x80000000"u8,
        StartStep.IdentityRemoved => "the identity map is gone"u8,
        StartStep.Vectors => "vectors are used at 0xFFFF0000"u8,
        StartStep.Protection => "text and constants are read-only, all else is never executed"u8,
        StartStep.Frames => "frames are managed from KERNEL END on"u8,
        StartStep.KernelWindow => "kernel heap and MMIO window are open"u8,
        StartStep.UserTableCleared => "the user table pointer is cleared"u8,
        _ => "one step more"u8,
    };
}
