using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Kernel.Programs;

/// <summary>A part of a program: bytes of the file, zeroes behind them, and what may be done with both.</summary>
public struct ElfSegment
{
    /// <summary>First byte, anywhere in a page.</summary>
    public VirtualAddress Start;

    /// <summary>Bytes in memory; not zero.</summary>
    public uint LengthInBytes;

    /// <summary>First byte in the file.</summary>
    public uint FileOffset;

    /// <summary>Bytes from the file, at most <see cref="LengthInBytes"/>; the rest is zeroes.</summary>
    public uint FileLengthInBytes;

    /// <summary>Never <see cref="UserRights.Write"/> together with <see cref="UserRights.Execute"/>.</summary>
    public UserRights Rights;

    /// <summary>The pages that it lies in.</summary>
    public readonly VirtualRange Pages => PagesOf(LengthInBytes);

    /// <summary>The pages that bytes of the file lie in; empty when none do.</summary>
    public readonly VirtualRange FilePages => FileLengthInBytes == 0 ? default : PagesOf(FileLengthInBytes);

    /// <summary>True when an address lies in it.</summary>
    /// <param name="address">Any.</param>
    public readonly bool Contains(VirtualAddress address) => new VirtualRange(Start, LengthInBytes).Contains(address);

    private readonly VirtualRange PagesOf(uint length)
    {
        VirtualAddress first = Start.AlignDown(PageSize.Small);
        VirtualAddress last = Start.Add(length - 1).AlignDown(PageSize.Small);
        return VirtualRange.Between(first, last.Add(PageSize.Small));
    }
}
