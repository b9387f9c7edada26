using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Objects;

namespace Kilburn.Core.Spaces;

/// <summary>Neighbouring pages of one kind and the same rights.</summary>
public struct SpaceRegion
{
    /// <summary>First byte.</summary>
    public VirtualAddress Start;

    /// <summary>Bytes.</summary>
    public uint LengthInBytes;

    /// <summary>What they are.</summary>
    public RangeKind Kind;

    /// <summary>What a program may do with them.</summary>
    public UserRights Rights;

    /// <summary>Those that lead to memory, the shared frame of zeroes included.</summary>
    public uint MappedPages;

    /// <summary>The object, for <see cref="RangeKind.Shared"/> and <see cref="RangeKind.Private"/>; default for others. No reference comes with it.</summary>
    public MemoryObject Object;

    /// <summary>First byte in the object.</summary>
    public uint ObjectOffset;

    /// <summary>One past the last byte.</summary>
    public readonly VirtualAddress End => Start.Add(LengthInBytes);
}
