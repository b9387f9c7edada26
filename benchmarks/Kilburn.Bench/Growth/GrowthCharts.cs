using System.Collections.Generic;

namespace Kilburn.Bench.Growth;

/// <summary>The charts of <c>docs/growth.md</c>.</summary>
internal static class GrowthCharts
{
    /// <summary>In the order of the page.</summary>
    internal static IReadOnlyList<GrowthChart> All { get; } =
    [
        new("size", "A page, against the size of the memory", "MiB", ["size.allocate", "size.free"],
            "1024 pages in, then out at random, four times. It falls: a core keeps a 256th of the memory at hand, so that in more memory more of the 1024 stay there."),
        new("fill", "A page, against how full 512 MiB are", "% taken", ["fill.allocate", "fill.free"],
            "Flat: the search goes down three levels of bits, and never along the memory."),
        new("start", "Start of the frame allocator", "MiB", ["start.frames"],
            "It grows with the memory: a word per frame is cleared, 32 frames to a word are marked free, a word per MiB is written."),
        new("regions", "One page, against regions in the space", "regions",
            ["regions.map", "regions.fault", "regions.unmap"],
            "A page beside the last of so many regions of one page, each with gaps around it. Flat: there is no tree of regions, the table is the map."),
        new("search", "Room that the space chooses, against regions", "regions",
            ["regions.map_anywhere", "regions.map_64k_anywhere"],
            "One page, which fits into the first gap, and 64 KiB, which fits into none, each 64 times, and each time after a page in the first gap has come and gone. The first search for 64 KiB passes the gaps that are new, three pages each; the others begin behind them."),
        new("pages", "A whole range, against its pages", "pages", ["pages.map", "pages.unmap", "pages.unmap_touched"],
            "Untouched: flat up to a MiB (256 pages), then three instructions a MiB. Touched: each page's frame goes back on its own."),
        new("fault", "A first write, against pages touched before", "pages", ["pages.fault"],
            "The mean of 64 faults, the page's clearing included. Flat: what differs is whether the core's stack of free pages had to be filled meanwhile."),
        new("clone", "Clone, exit, wait, against memory written", "MiB", ["clone.written", "clone.again"],
            "Written: all of it since the last clone. Again: nothing since; the tables are still shared, and only their links are copied."),
        new("switch", "A switch, against spaces that take turns", "spaces", ["spaces.switch"],
            "Flat up to 255. Past that each switch meets a space that has lost its ASID: a new generation every 255 of them, and a search each time."),
    ];
}
