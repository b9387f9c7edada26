using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Objects;

namespace Kilburn.Campaigns.Workloads;

/// <summary>What the reference knows of a memory object.</summary>
/// <param name="handle">The object.</param>
/// <param name="pageCount">Its pages.</param>
public sealed class ShadowObject(MemoryObject handle, uint pageCount)
{
    private readonly Dictionary<uint, ShadowCell> _cells = [];

    /// <summary>The object.</summary>
    public MemoryObject Handle => handle;

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
        foreach (uint page in _cells.Keys.Where(page => page >= pages).ToList())
        {
            _ = _cells.Remove(page);
        }
    }
}
