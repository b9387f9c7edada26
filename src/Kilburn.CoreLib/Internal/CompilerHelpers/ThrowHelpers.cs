using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using System.Runtime.CompilerServices;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>What the compiled code calls where .NET would throw: the kernel's panic, with a number for the reason.</summary>
internal static class ThrowHelpers
{
    private const int IndexOutOfRange = 1;
    private const int Overflow = 2;
    private const int DivideByZero = 3;
    private const int NullReference = 4;
    private const int Other = 5;

    [DoesNotReturn]
    internal static void ThrowIndexOutOfRangeException() => Fail(IndexOutOfRange);

    [DoesNotReturn]
    private static void ThrowOverflowException() => Fail(Overflow);

    [DoesNotReturn]
    private static void ThrowDivideByZeroException() => Fail(DivideByZero);

    [DoesNotReturn]
    private static void ThrowNullReferenceException() => Fail(NullReference);

    [DoesNotReturn]
    private static void ThrowArgumentException() => Fail(Other);

    [DoesNotReturn]
    private static void ThrowArgumentOutOfRangeException() => Fail(Other);

    [DoesNotReturn]
    private static void ThrowPlatformNotSupportedException() => Fail(Other);

    [DoesNotReturn]
    private static void ThrowFeatureBodyRemoved() => Fail(Other);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "kilburn_throw")]
    private static extern void Fail(int reason);
}
