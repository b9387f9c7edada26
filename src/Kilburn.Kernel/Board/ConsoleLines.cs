using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Faults;

namespace Kilburn.Kernel.Board;

/// <summary>What cores print: each line goes out as a whole, whoever else prints at the time.</summary>
/// <remarks>
/// A core's bytes gather in a buffer of its own up to the end of their line, and a line that is longer than the buffer goes out in
/// parts. Locking: the UART's, rank <see cref="LockRank.Console"/>. A panic takes no lock: no core prints beside it.
/// </remarks>
internal static class ConsoleLines
{
    private const int Capacity = 256;

    private static SpinLock s_lock; // guards the UART
    private static Lines s_lines; // [core]: its core's own

    /// <summary>Prints a byte, at the latest with the end of its line.</summary>
    /// <param name="value">ASCII; a line ends with a line feed.</param>
    internal static void Write(byte value)
    {
        ref Line line = ref s_lines[(int)Cp15.CoreIndex()];
        line.Bytes[line.Length++] = value;
        if (value == (byte)'\n' || line.Length == Capacity)
        {
            Flush(ref line);
        }
    }

    /// <summary>Prints what has not been printed yet of this core's line.</summary>
    internal static void Flush()
    {
        ref Line line = ref s_lines[(int)Cp15.CoreIndex()];
        if (line.Length != 0)
        {
            Flush(ref line);
        }
    }

    private static void Flush(ref Line line)
    {
        ArmV7Machine machine = default;
        bool isLocked = !Panic.IsTold;
        if (isLocked)
        {
            s_lock.Acquire(ref machine, LockRank.Console);
        }

        Panic.WaitUnlessTeller();
        for (int index = 0; index < line.Length; index++)
        {
            Uart.Write(line.Bytes[index]);
        }

        line.Length = 0;
        if (isLocked)
        {
            s_lock.Release(ref machine, LockRank.Console);
        }
    }

    private struct Line
    {
        internal int Length;
        internal LineBytes Bytes;
    }

    [InlineArray(Capacity)]
    private struct LineBytes
    {
        private byte _first;
    }

    [InlineArray(BootImage.CoreCount)]
    private struct Lines
    {
        private Line _first;
    }
}
