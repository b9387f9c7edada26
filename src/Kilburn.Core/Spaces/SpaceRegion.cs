using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

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

    /// <summary>One past the last byte.</summary>
    public readonly VirtualAddress End => Start.Add(LengthInBytes);
}
