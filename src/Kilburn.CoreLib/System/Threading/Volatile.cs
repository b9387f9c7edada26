using System.Runtime.CompilerServices;

namespace System.Threading;

/// <summary>Loads with acquire and stores with release order. Compiled in place: <c>ldr; dmb</c> and <c>dmb; str</c>.</summary>
public static unsafe class Volatile
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read(ref readonly uint location) => ((VolatileWord*)Unsafe.AsPointer(in location))->_value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref readonly int location) => (int)((VolatileWord*)Unsafe.AsPointer(in location))->_value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref uint location, uint value) =>
        ((VolatileWord*)Unsafe.AsPointer(in location))->_value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref int location, int value) =>
        ((VolatileWord*)Unsafe.AsPointer(in location))->_value = (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref byte location, byte value) =>
        ((VolatileByte*)Unsafe.AsPointer(in location))->_value = value;

    private struct VolatileWord
    {
        internal volatile uint _value;
    }

    private struct VolatileByte
    {
        internal volatile byte _value;
    }
}
