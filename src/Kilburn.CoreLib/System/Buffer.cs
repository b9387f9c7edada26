using System.Runtime;
using System.Runtime.CompilerServices;

namespace System;

/// <summary>Block copies that compiled code calls for large structs.</summary>
internal static unsafe class Buffer
{
    internal static void BulkMoveWithWriteBarrier(ref byte destination, ref byte source, nuint byteCount) =>
        _ = Memmove((byte*)Unsafe.AsPointer(in destination), (byte*)Unsafe.AsPointer(in source), byteCount);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "memmove")]
    internal static extern byte* Memmove(byte* destination, byte* source, nuint byteCount);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "memset")]
    internal static extern byte* Memset(byte* destination, int value, nuint byteCount);
}
