using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Objects;

/// <summary>The start of an object's page; the whole page is laid out by <see cref="ObjectPages"/>.</summary>
internal struct ObjectControl
{
    /// <summary>Tells an object's page from other memory: "OBJT".</summary>
    public const uint LiveMark = 0x544A_424F;

    /// <summary><see cref="LiveMark"/> from creation to destruction. Written by those two alone.</summary>
    public uint Mark;

    /// <summary>The number that people call it by. Written once at creation.</summary>
    public uint Id;

    /// <summary>Handles and mappings. Guarded by <see cref="Spaces.SpaceCommons.Objects"/>.</summary>
    public uint References;

    /// <summary>The next object, as <see cref="Spaces.SpaceCommons.FirstObject"/>.</summary>
    public PhysicalAddress Next;

    /// <summary>The previous object.</summary>
    public PhysicalAddress Previous;

    /// <summary>Where the contents come from. Written once at creation.</summary>
    public ObjectKind Kind;

    /// <summary>Guards what follows, and the words of the pages. Rank <see cref="LockRank.Object"/>.</summary>
    public SpinLock Lock;

    /// <summary>Pages of 4 KiB that the object has. Written under <see cref="Spaces.SpaceCommons.Objects"/>, too.</summary>
    public uint PageCount;

    /// <summary>Frames that it holds.</summary>
    public uint ResidentPages;

    /// <summary>Pages that were written and not taken back by the pager since.</summary>
    public uint DirtyPages;

    /// <summary>Where the search for the next of them begins.</summary>
    public uint NextDirty;

    /// <summary>Pages that the pager has taken to keep them, and has neither answered for nor been through with since.</summary>
    public uint TakenPages;

    /// <summary>True when a page could not be kept, until somebody has been told.</summary>
    public bool HasFailed;

    /// <summary>Pages that the pager was not told of yet.</summary>
    public uint WaitingPages;

    /// <summary>The first of them, whose word has the next one's number; without meaning when there is none.</summary>
    public uint FirstWaiting;

    /// <summary>The last of them.</summary>
    public uint LastWaiting;

    /// <summary>True when the pager is gone: what it has not brought, nobody will.</summary>
    public bool IsAbandoned;
}
