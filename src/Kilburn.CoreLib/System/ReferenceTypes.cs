namespace System;

// Reference types that the compilers ask for by name.

public abstract class ValueType
{
}

public abstract class Enum : ValueType
{
}

public abstract class Attribute
{
}

public abstract class Delegate
{
}

public abstract class MulticastDelegate : Delegate
{
}

public class Exception
{
}

public abstract class Type
{
}

public sealed class String
{
#pragma warning disable CS0649 // literals are laid out by the ahead-of-time compiler
    private readonly int _stringLength;
    private readonly char _firstChar;
#pragma warning restore CS0649

    public int Length => _stringLength;

    internal ref readonly char FirstCharacter => ref _firstChar;
}

public abstract class Array
{
#pragma warning disable CS0649 // laid out by the ahead-of-time compiler
    private readonly int _numComponents;
#pragma warning restore CS0649

    public int Length => _numComponents;
}

internal class Array<T> : Array
{
}

public struct Nullable<T> where T : struct
{
}

public struct RuntimeTypeHandle
{
}

public struct RuntimeMethodHandle
{
}

public struct RuntimeFieldHandle
{
}

public interface IDisposable
{
    void Dispose();
}

public interface IEquatable<T>
{
    bool Equals(T other);
}
