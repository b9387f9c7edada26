namespace System.Runtime;

/// <summary>Casts that the ahead-of-time compiler asks for by name. No freestanding program casts an object.</summary>
internal static class TypeCast
{
    private static object? IsInstanceOfAny(nint targetType, object? value) => value;

    private static object? IsInstanceOfInterface(nint targetType, object? value) => value;

    private static object? IsInstanceOfClass(nint targetType, object? value) => value;

    private static object? IsInstanceOfException(nint targetType, object? value) => value;

    private static object? CheckCastAny(nint targetType, object? value) => value;

    private static object? CheckCastInterface(nint targetType, object? value) => value;

    private static object? CheckCastClass(nint targetType, object? value) => value;

    private static object? CheckCastClassSpecial(nint targetType, object? value) => value;

    private static void CheckArrayStore(object array, object? value)
    {
    }

    private static void StelemRef(object array, nint index, object? value)
    {
    }

    private static nint LdelemaRef(object array, nint index, nint elementType) => 0;
}
