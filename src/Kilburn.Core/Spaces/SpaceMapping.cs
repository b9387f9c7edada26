using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Spaces;

/// <summary>A part of an object in a space. What each page may do stands in the tables.</summary>
internal struct SpaceMapping
{
    private const uint RightsMask = (uint)UserRights.All;
    private const uint SharedBit = 1u << 3;

    private uint _pageAndFlags;

    /// <summary>First byte.</summary>
    public VirtualAddress Start;

    /// <summary>One past the last byte.</summary>
    public VirtualAddress End;

    /// <summary>The object's page.</summary>
    public PhysicalAddress Object;

    /// <summary>Describes a mapping.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="memory">The object's page.</param>
    /// <param name="firstPage">Number in the object of the first page.</param>
    /// <param name="mostRights">What a program may be given.</param>
    /// <param name="isShared">True when writes are for all to see.</param>
    public SpaceMapping(
        VirtualAddress start, VirtualAddress end, PhysicalAddress memory, uint firstPage, UserRights mostRights, bool isShared)
    {
        Start = start;
        End = end;
        Object = memory;
        _pageAndFlags = (firstPage << PageSize.SmallShift) | (isShared ? SharedBit : 0) | (uint)mostRights;
    }

    /// <summary>Number in the object of the first page.</summary>
    public readonly uint FirstPage => _pageAndFlags >> PageSize.SmallShift;

    /// <summary>What a program may be given.</summary>
    public readonly UserRights MostRights => (UserRights)(_pageAndFlags & RightsMask);

    /// <summary>True when writes are for all to see; else they are the space's alone.</summary>
    public readonly bool IsShared => (_pageAndFlags & SharedBit) != 0;

    /// <summary>Number in the object of an address' page.</summary>
    /// <param name="address">In the mapping.</param>
    public readonly uint PageOf(VirtualAddress address) => FirstPage + ((address.Value - Start.Value) >> PageSize.SmallShift);

    /// <summary>A part of the mapping, or the mapping at another place.</summary>
    /// <param name="start">First byte in the mapping.</param>
    /// <param name="end">One past the last byte in the mapping.</param>
    public readonly SpaceMapping Part(VirtualAddress start, VirtualAddress end) =>
        new(start, end, Object, PageOf(start), MostRights, IsShared);
}
