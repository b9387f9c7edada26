using System.Runtime.CompilerServices;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

/// <summary>The little that a core keeps at hand: free pages, second-level tables and first-level tables, by their addresses.</summary>
/// <remarks>Owner core only, with interrupts masked; others read it for statistics. The caches of the cores follow each other.</remarks>
internal struct FrameCache
{
    /// <summary>Most pages: 300 KiB. Two rows, and some room for what is freed.</summary>
    public const int PageCapacity = 75;

    /// <summary>Most second-level tables: 28 KiB.</summary>
    public const int QuarterCapacity = 28;

    /// <summary>Most first-level tables: 128 KiB.</summary>
    public const int PairCapacity = 16;

    /// <summary>Free pages.</summary>
    public CoreStack Pages;
    private PageEntries _pageEntries;

    /// <summary>Free second-level tables.</summary>
    public CoreStack Quarters;
    private QuarterEntries _quarterEntries;

    /// <summary>Free first-level tables.</summary>
    public CoreStack Pairs;
    private PairEntries _pairEntries;

    /// <summary>Makes it an empty one.</summary>
    public void Clear()
    {
        Pages.Clear(PageCapacity);
        Quarters.Clear(QuarterCapacity);
        Pairs.Clear(PairCapacity);
    }

    // Together with the heads: CoreStack.StrideInBytes.
    [InlineArray(PageCapacity)]
    private struct PageEntries
    {
        private uint _element;
    }

    [InlineArray(QuarterCapacity)]
    private struct QuarterEntries
    {
        private uint _element;
    }

    [InlineArray(PairCapacity)]
    private struct PairEntries
    {
        private uint _element;
    }
}
