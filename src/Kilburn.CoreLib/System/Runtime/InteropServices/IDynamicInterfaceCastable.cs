namespace System.Runtime.InteropServices;

/// <summary>Asked for by the ahead-of-time compiler by name; there are no objects to cast.</summary>
public interface IDynamicInterfaceCastable
{
    private static nint GetDynamicInterfaceImplementation(
        IDynamicInterfaceCastable instance, nint interfaceType, ushort slot) => 0;
}
