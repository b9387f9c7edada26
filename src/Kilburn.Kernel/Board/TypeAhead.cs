using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Board;

/// <summary>What was typed while a program ran, for who reads the console next.</summary>
/// <remarks>Core 0 only.</remarks>
internal static class TypeAhead
{
    private const int Capacity = 1024; // a power of two
    private const byte ControlC = 3;

    private static Bytes s_bytes; // a ring: those from s_taken up to s_come, modulo Capacity
    private static uint s_come;
    private static uint s_taken;

    /// <summary>Takes what has come from the UART, looking for Ctrl-C. What finds no place is lost.</summary>
    /// <returns>True when it was there; all that came before is forgotten then.</returns>
    internal static bool TakeInterrupt()
    {
        while (Uart.TryRead(out byte value))
        {
            if (value == ControlC)
            {
                s_taken = s_come;
                return true;
            }

            if (s_come - s_taken < Capacity)
            {
                s_bytes[(int)(s_come++ & (Capacity - 1))] = value;
            }
        }

        return false;
    }

    /// <summary>The next byte; waits for one.</summary>
    internal static byte Read()
    {
        if (s_taken != s_come)
        {
            return s_bytes[(int)(s_taken++ & (Capacity - 1))];
        }

        byte value;
        while (!Uart.TryRead(out value))
        {
        }

        return value;
    }

    [InlineArray(Capacity)]
    private struct Bytes
    {
        private byte _first;
    }
}
