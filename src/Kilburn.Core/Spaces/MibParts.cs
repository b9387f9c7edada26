using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Goes through a range of pages of the user half, MiB by MiB.</summary>
/// <param name="start">First byte, a multiple of 4 KiB.</param>
/// <param name="end">One past the last byte, a multiple of 4 KiB, at most 0x80000000.</param>
internal struct MibParts(VirtualAddress start, VirtualAddress end)
{
    private readonly uint _end = end.Value;
    private uint _next = start.Value;

    /// <summary>VA[30:20] of the current part.</summary>
    public uint Mib;

    /// <summary>VA[19:12] of the part's first page.</summary>
    public uint FirstPage;

    /// <summary>VA[19:12] of the part's last page.</summary>
    public uint LastPage;

    /// <summary>True when the part is all of its MiB.</summary>
    public readonly bool IsWhole => PageCount == SecondLevelTable.EntryCount;

    /// <summary>Pages of the part.</summary>
    public readonly uint PageCount => LastPage - FirstPage + 1;

    /// <summary>First byte of the MiB.</summary>
    public readonly VirtualAddress MibStart => new(Mib << PageSize.SectionShift);

    /// <summary>First byte of a page of the MiB.</summary>
    /// <param name="page">VA[19:12].</param>
    public readonly VirtualAddress AddressOf(uint page) => new((Mib << PageSize.SectionShift) | (page << PageSize.SmallShift));

    /// <summary>Goes on to the next part.</summary>
    /// <returns>False at the end.</returns>
    public bool TryNext()
    {
        if (_next >= _end)
        {
            return false;
        }

        VirtualAddress first = new(_next);
        uint mibEnd = (_next | PageSize.SectionMask) + 1;
        _next = mibEnd < _end ? mibEnd : _end;
        Mib = first.FirstLevelIndex;
        FirstPage = first.SecondLevelIndex;
        LastPage = new VirtualAddress(_next - 1).SecondLevelIndex;
        return true;
    }
}
