using System.Runtime;
using System.Runtime.CompilerServices;

namespace System.Threading;

/// <summary>Atomic read-modify-write of a word. Each is a full barrier, as in .NET.</summary>
public static unsafe class Interlocked
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint CompareExchange(ref uint location1, uint value, uint comparand) =>
        ArmCompareExchange((uint*)Unsafe.AsPointer(in location1), value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CompareExchange(ref int location1, int value, int comparand) =>
        (int)ArmCompareExchange((uint*)Unsafe.AsPointer(in location1), (uint)value, (uint)comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Exchange(ref uint location1, uint value) =>
        ArmExchange((uint*)Unsafe.AsPointer(in location1), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Exchange(ref int location1, int value) =>
        (int)ArmExchange((uint*)Unsafe.AsPointer(in location1), (uint)value);

    /// <returns>The sum, as in .NET.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(ref uint location1, uint value) =>
        ArmAdd((uint*)Unsafe.AsPointer(in location1), value);

    /// <returns>The sum, as in .NET.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Add(ref int location1, int value) =>
        (int)ArmAdd((uint*)Unsafe.AsPointer(in location1), (uint)value);

    /// <returns>The value before, as in .NET.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Or(ref uint location1, uint value) =>
        ArmOr((uint*)Unsafe.AsPointer(in location1), value);

    /// <returns>The value before, as in .NET.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint And(ref uint location1, uint value) =>
        ArmAnd((uint*)Unsafe.AsPointer(in location1), value);

    [Intrinsic]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryBarrier() => MemoryBarrier();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_compare_exchange")]
    private static extern uint ArmCompareExchange(uint* location, uint value, uint comparand);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_exchange")]
    private static extern uint ArmExchange(uint* location, uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_add")]
    private static extern uint ArmAdd(uint* location, uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_or")]
    private static extern uint ArmOr(uint* location, uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_and")]
    private static extern uint ArmAnd(uint* location, uint value);
}
