using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>The console.</summary>
public static unsafe class Output
{
    /// <summary>Writes bytes.</summary>
    /// <param name="bytes">ASCII; a line ends with <c>\n</c> alone.</param>
    /// <param name="count">Bytes that were written.</param>
    public static SystemCallError TryWrite(ReadOnlySpan<byte> bytes, out uint count) =>
        Kernel.Call(
            SystemCall.Write, (uint)Unsafe.AsPointer(in MemoryMarshal.GetReference(bytes)), (uint)bytes.Length, out count);

    /// <summary>Writes a line.</summary>
    /// <param name="text">ASCII, at most 160 characters; the rest is cut off.</param>
    public static void WriteLine(ReadOnlySpan<byte> text)
    {
        Line line = default;
        line.Add(text);
        line.Print();
    }
}
