namespace System.Runtime;

/// <summary>Asked for by the ahead-of-time compiler by name; generics are specialised when compiled.</summary>
internal static class TypeLoaderExports
{
    private static nint GVMLookupForSlot(object instance, nint slot) => 0;
}
