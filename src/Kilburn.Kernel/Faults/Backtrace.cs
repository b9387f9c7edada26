using Kilburn.Armv7;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Faults;

/// <summary>The chain of calls, as lines <c>  at 0x80012345</c>; <c>./run</c> puts methods and lines of C# to them.</summary>
internal static class Backtrace
{
    private const int MostFrames = 32;

    /// <summary>Prints one place.</summary>
    /// <param name="address">An instruction.</param>
    internal static void PrintPlace(uint address)
    {
        PiBoard board = default;
        board.Write("  at "u8);
        board.WriteHex(address);
        board.EndLine();
    }

    /// <summary>Prints a function's callers.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="unwinder">At the function.</param>
    internal static void PrintCallers(ref ArmV7Machine machine, Unwinder unwinder)
    {
        for (int depth = 0; depth < MostFrames && unwinder.TryStep(ref machine); depth++)
        {
            PrintPlace(unwinder.Place);
        }
    }
}
