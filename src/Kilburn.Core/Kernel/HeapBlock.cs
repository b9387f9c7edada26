using Kilburn.Core.Addresses;

namespace Kilburn.Core.Kernel;

/// <summary>A live block of the kernel heap.</summary>
public struct HeapBlock
{
    /// <summary>Its first byte.</summary>
    public VirtualAddress Address;

    /// <summary>Bytes: those asked for in a checked build, else those that the block holds.</summary>
    public uint LengthInBytes;

    /// <summary>Code address of the owner; zero in an unchecked build.</summary>
    public uint Owner;
}
