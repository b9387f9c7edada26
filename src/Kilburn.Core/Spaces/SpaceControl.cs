using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Spaces;

/// <summary>The start of a space's control page; the whole page is laid out by <see cref="SpaceLayout"/>.</summary>
internal struct SpaceControl
{
    /// <summary>Tells a control page from other memory: "SPAC".</summary>
    public const uint LiveMark = 0x4341_5053;

    /// <summary>The ASID allocator's part. First, because it finds a space by this address.</summary>
    public AsidOwner Owner;

    /// <summary><see cref="LiveMark"/> from creation to destruction. Written by those two alone.</summary>
    public uint Mark;

    /// <summary>Guards what follows, the bitmaps and counts of the page, and the tables. Rank <see cref="LockRank.Space"/>.</summary>
    public SpinLock Lock;

    /// <summary>First-level table, 8 KiB. Written once at creation.</summary>
    public PhysicalAddress Table;

    /// <summary>
    /// MiBs whose first-level word is neither a reserved run nor the link to a table of the space's own: sections, and tables that other
    /// spaces may have as well (their bits in <see cref="SpaceLayout"/>).
    /// </summary>
    public uint SpecialMibs;

    /// <summary>
    /// Control page of the next space of the family, a ring; default when there is no other. Spaces that share tables are of one
    /// family. Guarded by <see cref="SpaceCommons.Sharing"/>.
    /// </summary>
    public PhysicalAddress NextInFamily;

    /// <summary>Control page of the previous space, as <see cref="NextInFamily"/>.</summary>
    public PhysicalAddress PreviousInFamily;
}
