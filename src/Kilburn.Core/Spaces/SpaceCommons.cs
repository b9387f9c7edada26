using Kilburn.Core.Locks;

namespace Kilburn.Core.Spaces;

/// <summary>What all spaces have in common, in a page of its own that each of them knows.</summary>
internal struct SpaceCommons
{
    /// <summary>
    /// Guards the rings of spaces that share tables, and which of them links to a shared one. Rank <see cref="LockRank.Sharing"/>.
    /// </summary>
    public SpinLock Sharing;
}
