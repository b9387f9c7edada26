namespace System.Runtime.CompilerServices;

public static class RuntimeHelpers
{
    /// <summary>A constant array as a span over the image. The compiler replaces the call.</summary>
    [Intrinsic]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern ReadOnlySpan<T> CreateSpan<T>(RuntimeFieldHandle fieldHandle);

    [Intrinsic]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern bool IsReferenceOrContainsReferences<T>();
}
