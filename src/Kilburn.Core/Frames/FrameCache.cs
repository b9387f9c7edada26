using System.Runtime.CompilerServices;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

/// <summary>The little that a core keeps at hand: free pages, second-level tables and first-level tables, by their addresses.</summary>
/// <remarks>
/// Owner core only, with interrupts masked; others read it for statistics. The caches of the cores follow each other. The longest
/// stack comes last, so that the offsets of all three heads fit into one instruction.
/// </remarks>
internal struct FrameCache
{
    /// <summary>Most pages: 6876 KiB.</summary>
    public const int PageCapacity = 1719;

    /// <summary>Most second-level tables: 256 KiB.</summary>
    public const int QuarterCapacity = 256;

    /// <summary>Most first-level tables: 512 KiB.</summary>
    public const int PairCapacity = 64;

    /// <summary>Pages that any memory affords: two rows, and some room for what is freed.</summary>
    private const uint LeastPages = 75;

    private const uint LeastQuarters = 28;
    private const uint LeastPairs = 16;
    private const int PageShareShift = 8;
    private const int QuarterShareShift = 9;
    private const int PairShareShift = 11;

    /// <summary>Free second-level tables.</summary>
    public CoreStack Quarters;
    private QuarterEntries _quarterEntries;

    /// <summary>Free first-level tables.</summary>
    public CoreStack Pairs;
    private PairEntries _pairEntries;

    /// <summary>Free pages.</summary>
    public CoreStack Pages;
    private PageEntries _pageEntries;

    /// <summary>Makes it an empty one.</summary>
    /// <param name="frameCount">Frames of the memory: a core keeps a few in a thousand of them at hand, and no more.</param>
    public void Clear(uint frameCount)
    {
        Pages.Clear(Share(frameCount >> PageShareShift, LeastPages, PageCapacity));
        Quarters.Clear(Share(frameCount >> QuarterShareShift, LeastQuarters, QuarterCapacity));
        Pairs.Clear(Share(frameCount >> PairShareShift, LeastPairs, PairCapacity));
    }

    private static uint Share(uint count, uint least, uint most) => count < least ? least : count > most ? most : count;

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
