using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Spaces;

/// <summary>A range that moves, and pages that it gets behind it.</summary>
internal struct MovePlan
{
    /// <summary>First byte of the range.</summary>
    public VirtualAddress Start;

    /// <summary>One past its last byte.</summary>
    public VirtualAddress End;

    /// <summary>First byte of its new place, which does not touch the old one.</summary>
    public VirtualAddress Destination;

    /// <summary>Bytes that are added behind it there; the place is free.</summary>
    public uint AddedInBytes;

    /// <summary>What the added pages are.</summary>
    public ReservedPages AddedState;

    /// <summary>True when what is in the new place goes.</summary>
    public bool IsReplacing;

    /// <summary>One past the last byte of the moved pages in their new place.</summary>
    public readonly VirtualAddress MovedEnd => Destination.Add(End.Value - Start.Value);

    /// <summary>One past the last byte of the new place.</summary>
    public readonly VirtualAddress DestinationEnd => MovedEnd.Add(AddedInBytes);

    /// <summary>True when both places have a part of one MiB.</summary>
    public readonly bool MeetsInAMib =>
        Start.FirstLevelIndex <= LastMib(DestinationEnd) && Destination.FirstLevelIndex <= LastMib(End);

    private static uint LastMib(VirtualAddress end) => end.Add(unchecked(0 - PageSize.Small)).FirstLevelIndex;
}
