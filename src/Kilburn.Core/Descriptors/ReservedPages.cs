using System.Runtime.CompilerServices;

namespace Kilburn.Core.Descriptors;

/// <summary>A faulting descriptor, whose upper 30 bits are the software's: pages that are reserved and not there.</summary>
/// <remarks>
/// <code>
///  31       24 23       16 15          8 7    5 4    2 1 0
/// +-----------+-----------+-------------+------+------+---+
/// | last page | first page|      0      | kind |rights|0 0|   first level: a run of pages of the MiB
/// |                   0                 | kind |rights|0 0|   second level: one page
/// +-------------------------------------+------+------+---+
/// </code>
/// A word of zero is no page. So a run of reserved pages in a MiB of its own, however short, needs no second-level table.
/// Bits [1:0] clear make the walker fault and ignore the others. Source: ARM DDI 0406C.d, B3.5.1.
/// </remarks>
public readonly struct ReservedPages
{
    private const int RightsShift = 2;
    private const int KindShift = 5;
    private const uint KindMask = 7;
    private const uint StateMask = 0xFF;
    private const int FirstShift = 16;
    private const int LastShift = 24;
    private const uint PageMask = 0xFF;

    /// <summary>VA[19:12] of the last page of a MiB.</summary>
    public const uint LastPageOfMib = PageMask;

    private readonly uint _raw;

    private ReservedPages(uint raw) => _raw = raw;

    /// <summary>The word as it stands in memory.</summary>
    public uint Raw => _raw;

    /// <summary>Kind and rights: the word of one page in a second-level table.</summary>
    public uint State => _raw & StateMask;

    /// <summary>What the pages are.</summary>
    public ReservedKind Kind => (ReservedKind)((_raw >> KindShift) & KindMask);

    /// <summary>What a program may do with them.</summary>
    public UserRights Rights => (UserRights)((_raw >> RightsShift) & (uint)UserRights.All);

    /// <summary>VA[19:12] of a run's first page.</summary>
    public uint FirstPage => (_raw >> FirstShift) & PageMask;

    /// <summary>VA[19:12] of a run's last page.</summary>
    public uint LastPage => _raw >> LastShift;

    /// <summary>True when there is no page.</summary>
    public bool IsNone => _raw == 0;

    /// <summary>True for pages that can have a frame, and count as reserved: anonymous ones, and those of objects.</summary>
    public bool IsFillable => Kind is ReservedKind.Anonymous or ReservedKind.Object;

    /// <summary>Encodes one page.</summary>
    /// <param name="kind">What it is; not <see cref="ReservedKind.None"/>.</param>
    /// <param name="rights">What a program may do with it.</param>
    public static ReservedPages Page(ReservedKind kind, UserRights rights) =>
        new(((uint)kind << KindShift) | ((uint)rights << RightsShift));

    /// <summary>Takes a faulting word of a table.</summary>
    /// <param name="raw">Bits [1:0] clear.</param>
    public static ReservedPages Of(uint raw) => new(raw);

    /// <summary>The same pages with other rights.</summary>
    /// <param name="rights">What a program may do with them.</param>
    public ReservedPages WithRights(UserRights rights) =>
        new((_raw & ~((uint)UserRights.All << RightsShift)) | ((uint)rights << RightsShift));

    /// <summary>A run of pages in this state.</summary>
    /// <param name="firstPage">VA[19:12] of the first.</param>
    /// <param name="lastPage">VA[19:12] of the last.</param>
    public ReservedPages Run(uint firstPage, uint lastPage) =>
        new(State | (firstPage << FirstShift) | (lastPage << LastShift));

    /// <summary>True when a page is one of a run's.</summary>
    /// <param name="page">VA[19:12].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Covers(uint page) => _raw != 0 && page >= FirstPage && page <= LastPage;

    /// <summary>Takes pages out of a run.</summary>
    /// <param name="pages">The run, or nothing.</param>
    /// <param name="firstPage">VA[19:12] of the first.</param>
    /// <param name="lastPage">VA[19:12] of the last.</param>
    /// <param name="rest">What is left.</param>
    /// <returns>False when two runs would be left.</returns>
    public static bool TryCut(ReservedPages pages, uint firstPage, uint lastPage, out ReservedPages rest)
    {
        rest = pages;
        if (pages.IsNone || lastPage < pages.FirstPage || firstPage > pages.LastPage)
        {
            return true;
        }

        if (firstPage <= pages.FirstPage)
        {
            rest = lastPage >= pages.LastPage ? default : pages.Run(lastPage + 1, pages.LastPage);
            return true;
        }

        rest = pages.Run(pages.FirstPage, firstPage - 1);
        return lastPage >= pages.LastPage;
    }

    /// <summary>Adds pages to a run that they are not in.</summary>
    /// <param name="pages">What the MiB is: a run, or nothing.</param>
    /// <param name="state">The new pages' state.</param>
    /// <param name="firstPage">VA[19:12] of the first.</param>
    /// <param name="lastPage">VA[19:12] of the last.</param>
    /// <param name="run">What the MiB then is.</param>
    /// <returns>False when that is no single run, or some of them are there.</returns>
    public static bool TryAdd(ReservedPages pages, ReservedPages state, uint firstPage, uint lastPage, out ReservedPages run)
    {
        run = state.Run(firstPage, lastPage);
        if (pages.IsNone)
        {
            return true;
        }

        bool isAbove = firstPage == pages.LastPage + 1;
        if (pages.State != state.State || (!isAbove && lastPage + 1 != pages.FirstPage))
        {
            return false;
        }

        run = isAbove ? state.Run(pages.FirstPage, lastPage) : state.Run(firstPage, pages.LastPage);
        return true;
    }

    /// <summary>Gives pages a state, whatever they were.</summary>
    /// <param name="pages">What the MiB is: a run, or nothing.</param>
    /// <param name="state">The pages' new state.</param>
    /// <param name="firstPage">VA[19:12] of the first.</param>
    /// <param name="lastPage">VA[19:12] of the last.</param>
    /// <param name="run">What the MiB then is.</param>
    /// <returns>False when that is no single run.</returns>
    public static bool TryPut(ReservedPages pages, ReservedPages state, uint firstPage, uint lastPage, out ReservedPages run)
    {
        run = state.Run(firstPage, lastPage);
        if (pages.IsNone || (firstPage <= pages.FirstPage && lastPage >= pages.LastPage))
        {
            return true;
        }

        if (pages.State != state.State || firstPage > pages.LastPage + 1 || lastPage + 1 < pages.FirstPage)
        {
            return false;
        }

        run = state.Run(
            firstPage < pages.FirstPage ? firstPage : pages.FirstPage, lastPage > pages.LastPage ? lastPage : pages.LastPage);
        return true;
    }
}
