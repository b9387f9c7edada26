using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Objects;

namespace Kilburn.Campaigns.Workloads;

/// <summary>What the reference knows of a memory object.</summary>
/// <param name="handle">The object.</param>
/// <param name="pageCount">Its pages.</param>
/// <param name="isPaged">True when a pager brings its pages.</param>
public sealed class ShadowObject(MemoryObject handle, uint pageCount, bool isPaged)
{
    private readonly Dictionary<uint, ShadowCell> _cells = [];

    /// <summary>The object.</summary>
    public MemoryObject Handle => handle;

    /// <summary>True when a pager brings its pages.</summary>
    public bool IsPaged => isPaged;

    /// <summary>Pages that were brought, or could not be (null).</summary>
    public Dictionary<uint, ShadowCell?> Brought { get; } = [];

    /// <summary>Pages that were written, and not taken back since.</summary>
    public HashSet<uint> Dirty { get; } = [];

    /// <summary>Its pages.</summary>
    public uint PageCount { get; private set; } = pageCount;

    /// <summary>The cell of a page.</summary>
    /// <param name="page">Its number.</param>
    public ShadowCell this[uint page]
    {
        get
        {
            if (!_cells.TryGetValue(page, out ShadowCell? cell))
            {
                cell = new ShadowCell(0);
                _cells.Add(page, cell);
            }

            return cell;
        }
    }

    /// <summary>The object was resized: what is cut off is gone.</summary>
    /// <param name="pages">Its pages from now on.</param>
    public void Resize(uint pages)
    {
        PageCount = pages;
        _ = Dirty.RemoveWhere(page => page >= pages);
        foreach (uint page in Brought.Keys.Where(page => page >= pages).ToList())
        {
            _ = Brought.Remove(page);
        }

        foreach (uint page in _cells.Keys.Where(page => page >= pages).ToList())
        {
            _ = _cells.Remove(page);
        }
    }
}
