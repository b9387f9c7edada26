namespace Kilburn.Core.Kernel;

/// <summary>What the heap knows about one of its pages: 32 bytes in the directory.</summary>
/// <remarks>
/// Which fields count depends on <see cref="Kind"/>. Lists link records by their addresses; zero ends a list.
/// Guarded by the lock of the heap.
/// </remarks>
internal struct HeapPage
{
    /// <summary>Slab: blocks on the page's own list. In the current page of a class, only whether it is zero counts: it is not.</summary>
    public byte FreeCount;

    /// <summary>Slab: link to the first block of the page's own list; zero for none.</summary>
    public byte Head;

    /// <summary>
    /// A free is simple when it finds 1 to this many in <see cref="FreeCount"/>: such a page is on its list already and does not become
    /// empty. 255 in a current page: every free is simple there. Zero when the page is no slab.
    /// </summary>
    public byte SimpleFrees;

    /// <summary>What the page is.</summary>
    public HeapPageKind Kind;

    /// <summary>First and last page of a free run, first page of a large block: pages. Slab: blocks.</summary>
    public uint Length;

    /// <summary>Slab: next in its class. First page of a free run: next in its bin.</summary>
    public uint Next;

    /// <summary>Slab: previous in its class. First page of a free run: previous in its bin.</summary>
    public uint Previous;

    /// <summary>Slab: its class.</summary>
    public uint Class;

    /// <summary>Slab: <see cref="SimpleFrees"/> while it is not current.</summary>
    public uint UsualSimpleFrees;

    /// <summary>Large block of a checked build: size and owner.</summary>
    public HeapBlockNote Note;
}
