namespace System;

// The types that C# keywords stand for. The compilers know their layout; they hold no members that the core does not use.

public struct Void
{
}

public struct Boolean
{
}

public struct Char
{
}

public struct SByte
{
}

public struct Byte
{
}

public struct Int16
{
    public const short MaxValue = 0x7FFF;
}

public struct UInt16
{
    public const ushort MaxValue = 0xFFFF;
}

public struct Int32
{
    public const int MaxValue = 0x7FFF_FFFF;
    public const int MinValue = unchecked((int)0x8000_0000);
}

public struct UInt32
{
    public const uint MaxValue = 0xFFFF_FFFF;
    public const uint MinValue = 0;
}

public struct Int64
{
    public const long MaxValue = 0x7FFF_FFFF_FFFF_FFFF;
}

public struct UInt64
{
    public const ulong MaxValue = 0xFFFF_FFFF_FFFF_FFFF;
}

public struct Single
{
}

public struct Double
{
}

public readonly struct IntPtr
{
}

public readonly struct UIntPtr
{
}
