using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kilburn.Kernel.Board;

/// <summary>The host of an emulated kernel. On a bare board each call answers that there is none.</summary>
/// <remarks>Source: ARM semihosting 2.0 (100863), 7.11 SYS_EXIT_EXTENDED, 7.15 SYS_GET_CMDLINE.</remarks>
internal static unsafe class Semihosting
{
    private const uint GetCommandLine = 0x15;
    private const uint ExitExtended = 0x20;
    private const uint ApplicationExit = 0x2_0026;

    /// <summary>Ends the emulator with a status. Comes back only where there is none.</summary>
    /// <param name="status">The process's exit status.</param>
    internal static void Exit(uint status)
    {
        Block block = new() { First = ApplicationExit, Second = status };
        _ = Call(ExitExtended, &block); // comes back on a bare board only
    }

    /// <summary>Reads the command line that the emulator was given for the kernel.</summary>
    /// <param name="buffer">Gets it, without its final zero.</param>
    /// <param name="length">Its bytes; zero when there is none.</param>
    internal static bool TryGetCommandLine(Span<byte> buffer, out int length)
    {
        Block block = new()
        {
            First = (uint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer)),
            Second = (uint)buffer.Length,
        };
        bool isThere = Call(GetCommandLine, &block) == 0;
        length = isThere ? (int)block.Second : 0;
        return isThere;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_semihosting")]
    private static extern uint Call(uint operation, void* block);

    private struct Block
    {
        internal uint First;
        internal uint Second;
    }
}
