using System.Runtime;
using System.Runtime.CompilerServices;

namespace System.Numerics;

public static class BitOperations
{
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_leading_zero_count")]
    public static extern int LeadingZeroCount(uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_trailing_zero_count")]
    public static extern int TrailingZeroCount(uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_population_count")]
    public static extern int PopCount(uint value);

    /// <returns>31 less the leading zeros; 0 of 0, as in .NET.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Log2(uint value) => 31 ^ LeadingZeroCount(value | 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPow2(uint value) => value != 0 && (value & (value - 1)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RotateLeft(uint value, int offset) => (value << offset) | (value >> (32 - offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RotateRight(uint value, int offset) => (value >> offset) | (value << (32 - offset));
}
