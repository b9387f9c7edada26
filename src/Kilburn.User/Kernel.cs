using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>System calls as they are: <c>native/calls.S</c>, same order. What a program calls instead stands beside this class.</summary>
/// <remarks>
/// Public so that a program can make a call that no class here makes, with any arguments. Addresses are not checked here:
/// the kernel checks them.
/// </remarks>
public static class Kernel
{
    private const int ValueShift = 32;

    /// <summary>Makes a call without arguments.</summary>
    /// <param name="number">Which.</param>
    /// <param name="value">What the call gives; zero where it gives nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SystemCallError Call(SystemCall number, out uint value) => Split(UserCall0((uint)number), out value);

    /// <summary>Makes a call with one argument.</summary>
    /// <param name="number">Which.</param>
    /// <param name="argument0">r0.</param>
    /// <param name="value">What the call gives; zero where it gives nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SystemCallError Call(SystemCall number, uint argument0, out uint value) =>
        Split(UserCall1(argument0, (uint)number), out value);

    /// <summary>Makes a call with two arguments.</summary>
    /// <param name="number">Which.</param>
    /// <param name="argument0">r0.</param>
    /// <param name="argument1">r1.</param>
    /// <param name="value">What the call gives; zero where it gives nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SystemCallError Call(SystemCall number, uint argument0, uint argument1, out uint value) =>
        Split(UserCall2(argument0, argument1, (uint)number), out value);

    /// <summary>Makes a call with three arguments.</summary>
    /// <param name="number">Which.</param>
    /// <param name="argument0">r0.</param>
    /// <param name="argument1">r1.</param>
    /// <param name="argument2">r2.</param>
    /// <param name="value">What the call gives; zero where it gives nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SystemCallError Call(
        SystemCall number, uint argument0, uint argument1, uint argument2, out uint value) =>
        Split(UserCall3(argument0, argument1, argument2, (uint)number), out value);

    /// <summary>Makes a call with up to five arguments.</summary>
    /// <param name="number">Which.</param>
    /// <param name="argument0">r0.</param>
    /// <param name="argument1">r1.</param>
    /// <param name="argument2">r2.</param>
    /// <param name="argument3">r3.</param>
    /// <param name="argument4">r4.</param>
    /// <param name="value">What the call gives; zero where it gives nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SystemCallError Call(
        SystemCall number,
        uint argument0,
        uint argument1,
        uint argument2,
        uint argument3,
        uint argument4,
        out uint value) =>
        Split(UserCall5(argument0, argument1, argument2, argument3, argument4, (uint)number), out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SystemCallError Split(ulong result, out uint value)
    {
        value = (uint)(result >> ValueShift);
        return (SystemCallError)(uint)result;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_call0")]
    private static extern ulong UserCall0(uint number);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_call1")]
    private static extern ulong UserCall1(uint argument0, uint number);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_call2")]
    private static extern ulong UserCall2(uint argument0, uint argument1, uint number);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_call3")]
    private static extern ulong UserCall3(uint argument0, uint argument1, uint argument2, uint number);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_call5")]
    private static extern ulong UserCall5(
        uint argument0, uint argument1, uint argument2, uint argument3, uint argument4, uint number);
}
