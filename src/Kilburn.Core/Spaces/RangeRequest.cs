using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Objects;

namespace Kilburn.Core.Spaces;

/// <summary>A range as <see cref="AddressSpace.TryMap"/> is asked for it. Zeroes ask for a page-aligned guard anywhere, filled on demand.</summary>
public struct RangeRequest
{
    /// <summary>Where it goes.</summary>
    public RangePlacement Placement;

    /// <summary>First byte, without <see cref="GuardInBytes"/>: a multiple of 4 KiB, not 0. Not looked at for <see cref="RangePlacement.Anywhere"/>.</summary>
    public VirtualAddress Address;

    /// <summary>A multiple of 4 KiB, not 0.</summary>
    public uint LengthInBytes;

    /// <summary>Power of two from 4 KiB to 1 GiB that the first byte is a multiple of; 0 for 4 KiB.</summary>
    public uint Alignment;

    /// <summary>What the range is.</summary>
    public RangeKind Kind;

    /// <summary>What a program may do with it. A guard has none.</summary>
    public UserRights Rights;

    /// <summary>When it gets its frames. A guard gets none.</summary>
    public RangePopulation Population;

    /// <summary>
    /// A hole of so many bytes, a multiple of 4 KiB, is reserved below the range: what grows down into it ends in
    /// <see cref="Faults.FaultOutcome.StackOverflow"/>. The range itself is the stack at its limit, which costs nothing until it is touched.
    /// </summary>
    public uint GuardInBytes;

    /// <summary>The object, for <see cref="RangeKind.Shared"/> and <see cref="RangeKind.Private"/>. The caller has a reference to it meanwhile.</summary>
    public MemoryObject Object;

    /// <summary>First byte in the object, a multiple of 4 KiB. The object may end before the range does.</summary>
    public uint ObjectOffset;

    /// <summary>For parts of objects: what a program may be given later, besides <see cref="Rights"/>, by a change of rights.</summary>
    public UserRights MoreRights;
}
