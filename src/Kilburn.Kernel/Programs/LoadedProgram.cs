using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Programs;

/// <summary>What the first thread of a program begins with.</summary>
public struct LoadedProgram
{
    /// <summary>The first instruction; bit 0 says Thumb.</summary>
    public uint Entry;

    /// <summary>A multiple of 8.</summary>
    public VirtualAddress StackPointer;

    /// <summary>The arguments' first byte.</summary>
    public VirtualAddress Arguments;

    /// <summary>Their length; may be zero.</summary>
    public uint ArgumentsLengthInBytes;
}
