using Internal.Runtime;

namespace System;

/// <summary>The root of all types. No object is ever made in a freestanding program; the type is here for the compilers.</summary>
public unsafe class Object
{
#pragma warning disable CS0169, CS0649 // laid out by the ahead-of-time compiler
    internal MethodTable* _methodTable;
#pragma warning restore CS0169, CS0649

    public virtual bool Equals(object? other) => false;

    public virtual int GetHashCode() => 0;
}
