using System;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel;

/// <summary>What the kernel was started for: a person, or a batch when the emulator's command line is <c>batch COMMANDS</c>.</summary>
internal static class CommandLine
{
    private const int Capacity = 4096;
    private const uint FailedStatus = 1;

    private static Buffer s_buffer; // core 0 only

    /// <summary>Runs the batch and ends the machine, or serves the console for ever.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="board">The board.</param>
    /// <param name="monitor">The monitor's memory.</param>
    internal static void Run(ref ArmV7Machine machine, ref PiBoard board, ref MonitorState monitor)
    {
        Span<byte> buffer = s_buffer;
        if (Semihosting.TryGetCommandLine(buffer, out int length) && TryFindBatch(buffer, length, out int start))
        {
            CommandOutcome outcome = MonitorShell.RunBatch(
                ref machine, ref board, ref monitor, buffer.Slice(start, length - start));
            board.PowerOff(outcome == CommandOutcome.Done ? 0 : FailedStatus);
        }

        MonitorShell.Run(ref machine, ref board, ref monitor);
    }

    /// <summary>Without arguments of ours the emulator answers with the image's file name.</summary>
    private static bool TryFindBatch(ReadOnlySpan<byte> text, int length, out int start)
    {
        ReadOnlySpan<byte> word = "batch "u8;
        start = word.Length;
        return length >= word.Length && Words.AreEqual(text.Slice(0, word.Length), word);
    }

    [InlineArray(Capacity)]
    private struct Buffer
    {
        private byte _first;
    }
}
