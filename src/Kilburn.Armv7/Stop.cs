using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kilburn.Armv7;

/// <summary>The end of the machine. A kernel gives its own by exporting the symbols.</summary>
internal static unsafe class Stop
{
    /// <summary>Says what broke, and stops.</summary>
    /// <param name="invariant">Number and text.</param>
    /// <param name="value">The address or word that shows it.</param>
    [DoesNotReturn]
    internal static void Panic(ReadOnlySpan<byte> invariant, uint value) =>
        KilburnPanic((byte*)Unsafe.AsPointer(in MemoryMarshal.GetReference(invariant)), invariant.Length, value);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "kilburn_panic")]
    private static extern void KilburnPanic(byte* text, int lengthInBytes, uint value);
}
