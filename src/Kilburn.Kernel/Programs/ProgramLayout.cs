using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Programs;

/// <summary>What a program finds in its space beside its own segments.</summary>
/// <remarks>
/// <code>
///  0x00001000  segments, as the file has them
///              ...
///  0x7FDFF000  guard of the stack
///  0x7FE00000  stack, 1 MiB, filled as it grows
///  0x7FF00000  not mapped: the stack's upper guard
/// </code>
/// </remarks>
public static class ProgramLayout
{
    /// <summary>Most bytes of arguments.</summary>
    public const uint LongestArguments = 1024;

    /// <summary>Bytes of the first thread's stack: its limit.</summary>
    public const uint StackBytes = PageSize.Section;

    /// <summary>Bytes below it that end what grows into them.</summary>
    public const uint StackGuardBytes = PageSize.Small;

    /// <summary>The stack's first byte.</summary>
    public static VirtualAddress Stack => new(0x7FE0_0000);

    /// <summary>One past its last byte.</summary>
    public static VirtualAddress StackTop => Stack.Add(StackBytes);
}
