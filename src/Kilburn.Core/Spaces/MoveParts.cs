using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Goes through a range of pages and the place that it moves to: parts that lie within one MiB here as well as there.</summary>
/// <param name="start">First byte, a multiple of 4 KiB.</param>
/// <param name="end">One past the last byte, a multiple of 4 KiB, at most 0x80000000.</param>
/// <param name="destination">First byte of the place, a multiple of 4 KiB; the place ends at 0x80000000 at most.</param>
internal struct MoveParts(VirtualAddress start, VirtualAddress end, VirtualAddress destination)
{
    private readonly uint _end = end.Value;
    private uint _next = start.Value;
    private uint _nextDestination = destination.Value;

    /// <summary>First byte of the part.</summary>
    public VirtualAddress Source;

    /// <summary>Where it moves to.</summary>
    public VirtualAddress Destination;

    /// <summary>Pages of the part.</summary>
    public uint PageCount;

    /// <summary>VA[19:12] of the last page of the part's place.</summary>
    public readonly uint LastDestinationPage => Destination.SecondLevelIndex + PageCount - 1;

    /// <summary>Goes on to the next part.</summary>
    /// <returns>False at the end.</returns>
    public bool TryNext()
    {
        if (_next >= _end)
        {
            return false;
        }

        Source = new VirtualAddress(_next);
        Destination = new VirtualAddress(_nextDestination);
        uint most = (_end - _next) >> PageSize.SmallShift;
        uint here = SecondLevelTable.EntryCount - Source.SecondLevelIndex;
        uint there = SecondLevelTable.EntryCount - Destination.SecondLevelIndex;
        PageCount = most < here ? most : here;
        PageCount = PageCount < there ? PageCount : there;
        _next += PageCount << PageSize.SmallShift;
        _nextDestination += PageCount << PageSize.SmallShift;
        return true;
    }
}
