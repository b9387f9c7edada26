using System;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Faults;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel;

/// <summary>What the kernel was started for: a person, unless an emulator gives it a command line of ours.</summary>
/// <remarks><c>batch COMMANDS</c> or <c>crash KIND</c>. Without one the emulator answers with the image's file name.</remarks>
internal static class CommandLine
{
    private const int Capacity = 4096;
    private const uint FailedStatus = 1;
    private const byte Separator = (byte)' ';

    private static Buffer s_buffer; // core 0 only

    /// <summary>Runs the batch and ends the machine, or serves the console for ever.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="board">The board.</param>
    /// <param name="monitor">The monitor's memory.</param>
    internal static void Run(ref ArmV7Machine machine, ref PiBoard board, ref MonitorState monitor)
    {
        Span<byte> buffer = s_buffer;
        if (Semihosting.TryGetCommandLine(buffer, out int length))
        {
            ReadOnlySpan<byte> rest = buffer.Slice(0, length);
            ReadOnlySpan<byte> purpose = Words.TakeUntil(ref rest, Separator);
            if (Words.AreEqual(purpose, "batch"u8))
            {
                CommandOutcome outcome = MonitorShell.RunBatch(ref machine, ref board, ref monitor, rest);
                board.PowerOff(outcome == CommandOutcome.Done ? 0 : FailedStatus);
            }
            else if (Words.AreEqual(purpose, "crash"u8))
            {
                Crash.Run(rest);
                board.WriteLine("crash: the kernel goes on"u8);
                board.PowerOff(FailedStatus);
            }
        }

        MonitorShell.Run(ref machine, ref board, ref monitor);
    }

    [InlineArray(Capacity)]
    private struct Buffer
    {
        private byte _first;
    }
}
