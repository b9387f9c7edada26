using System.Runtime.CompilerServices;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

/// <summary>
/// What overflows from the cores' caches and refills them: free pages and tables of the longest region, by their addresses. And blocks,
/// which no core keeps.
/// </summary>
/// <remarks>
/// Between the caches and the rows, as in Bonwick's magazines and depot (USENIX ATC 2001): an entry moves in three instructions,
/// where a row, its section and the lists cost over forty. What lies here is free to every core; a search that fails puts it back
/// into the rows first. Guarded by the lock of the <see cref="FrameAllocator"/>.
/// </remarks>
internal struct FrameDepot
{
    private const int PageCapacity = 1024;
    private const int QuarterCapacity = 1024;
    private const int PairCapacity = 1024;
    private const int UnitCapacity = 64;
    private const int SectionCapacity = 64;
    private const int ShareShift = 8;
    private const int BlockShareShift = 11;

#pragma warning disable CS0169 // room for the entries of the stack before it
    /// <summary>Free pages: at most 4 MiB, and a 256th of the memory.</summary>
    public CoreStack Pages;
    private PageEntries _pageEntries;

    /// <summary>Free second-level tables: at most 1 MiB, and a 1024th of the memory.</summary>
    public CoreStack Quarters;
    private QuarterEntries _quarterEntries;

    /// <summary>Free first-level tables: at most 8 MiB, and a 128th of the memory.</summary>
    public CoreStack Pairs;
    private PairEntries _pairEntries;

    /// <summary>Free blocks of 64 KiB, of any region: at most 4 MiB, and a 128th of the memory.</summary>
    public CoreStack Units;
    private UnitEntries _unitEntries;

    /// <summary>Free blocks of 1 MiB, of any region: at most 64 MiB, and an eighth of the memory.</summary>
    public CoreStack Sections;
    private SectionEntries _sectionEntries;
#pragma warning restore CS0169

    /// <summary>Makes it an empty one.</summary>
    /// <param name="frameCount">Frames of the longest region.</param>
    public void Clear(uint frameCount)
    {
        uint share = frameCount >> ShareShift;
        Pages.Clear(share < PageCapacity ? share : PageCapacity);
        Quarters.Clear(share < QuarterCapacity ? share : QuarterCapacity);
        Pairs.Clear(share < PairCapacity ? share : PairCapacity);
        share = frameCount >> BlockShareShift;
        Units.Clear(share < UnitCapacity ? share : UnitCapacity);
        Sections.Clear(share < SectionCapacity ? share : SectionCapacity);
    }

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

    [InlineArray(UnitCapacity)]
    private struct UnitEntries
    {
        private uint _element;
    }

    [InlineArray(SectionCapacity)]
    private struct SectionEntries
    {
        private uint _element;
    }
}
