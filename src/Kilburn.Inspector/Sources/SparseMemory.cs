using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Inspector.Sources;

/// <summary>Physical memory of which only parts are known; zero where nothing was written to a known part.</summary>
public sealed class SparseMemory : IPhysicalMemory
{
    private const int PageShift = 12;
    private const int PageLength = 1 << PageShift;
    private readonly List<AddressRange> _known = [];
    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>The parts that are known.</summary>
    public IReadOnlyList<AddressRange> Known => _known;

    /// <summary>Makes a part known.</summary>
    /// <param name="range">Any range.</param>
    public void Add(AddressRange range) => _known.Add(range);

    /// <summary>Writes bytes. A part that nobody made known stays unknown.</summary>
    /// <param name="address">Of the first byte.</param>
    /// <param name="bytes">What to write.</param>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length != 0)
        {
            if (!_pages.TryGetValue(address >> PageShift, out byte[]? page))
            {
                page = new byte[PageLength];
                _pages.Add(address >> PageShift, page);
            }

            int offset = (int)(address & (PageLength - 1));
            int length = Math.Min(bytes.Length, PageLength - offset);
            bytes[..length].CopyTo(page.AsSpan(offset));
            address += (ulong)length;
            bytes = bytes[length..];
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        AddressRange range = new(address, (ulong)bytes.Length);
        if (!_known.Any(part => part.Contains(range)) && !AddressRange.Cover(_known, range))
        {
            return false;
        }

        bytes.Clear();
        while (bytes.Length != 0)
        {
            int offset = (int)(address & (PageLength - 1));
            int length = Math.Min(bytes.Length, PageLength - offset);
            if (_pages.TryGetValue(address >> PageShift, out byte[]? page))
            {
                page.AsSpan(offset, length).CopyTo(bytes);
            }

            address += (ulong)length;
            bytes = bytes[length..];
        }

        return true;
    }
}
