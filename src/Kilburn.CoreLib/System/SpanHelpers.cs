using System.Runtime.CompilerServices;

namespace System;

/// <summary>The block operations that the ahead-of-time compiler calls by these names.</summary>
internal static unsafe class SpanHelpers
{
    internal static void Memmove(ref byte destination, ref byte source, nuint byteCount) =>
        _ = Buffer.Memmove((byte*)Unsafe.AsPointer(in destination), (byte*)Unsafe.AsPointer(in source), byteCount);

    internal static void Fill(ref byte destination, byte value, nuint byteCount) =>
        _ = Buffer.Memset((byte*)Unsafe.AsPointer(in destination), value, byteCount);

    internal static void ClearWithoutReferences(ref byte destination, nuint byteCount) =>
        _ = Buffer.Memset((byte*)Unsafe.AsPointer(in destination), 0, byteCount);
}
