using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Spaces;

/// <summary>What all spaces have in common, in a page of its own that each of them knows.</summary>
internal struct SpaceCommons
{
    /// <summary>
    /// Guards the rings of spaces that share tables, and which of them links to a shared one. Rank <see cref="LockRank.Sharing"/>.
    /// </summary>
    public SpinLock Sharing;

    /// <summary>
    /// Guards what follows, the references of objects, and, with the lock of a space, its mappings of objects. Rank
    /// <see cref="LockRank.Objects"/>.
    /// </summary>
    public SpinLock Objects;

    /// <summary>The number of the object made last.</summary>
    public uint LastObjectId;

    /// <summary>The object made last, a list by falling numbers; default when there is none.</summary>
    public PhysicalAddress FirstObject;

    /// <summary>Mappings of the first space that has some, a list: <see cref="SpaceMappings"/>; default when there is none.</summary>
    public PhysicalAddress FirstMappings;
}
