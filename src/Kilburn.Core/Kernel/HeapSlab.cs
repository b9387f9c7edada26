namespace Kilburn.Core.Kernel;

/// <summary>The pages of a size class that have free blocks, and the blocks that it has claimed of one of them, the current page.</summary>
/// <remarks>Pages are named by the addresses of their records; zero for none. Guarded by the lock of the heap.</remarks>
internal struct HeapSlab
{
    /// <summary>Link to the first claimed block; zero for none.</summary>
    public uint Head;

    /// <summary>Address of the current page's states, less one: a link added to it finds a block's state.</summary>
    public uint States;

    /// <summary>Address of the current page, less a granule: a link's granules added to it find a block.</summary>
    public uint Blocks;

    /// <summary>The state of a live block of the class; zero before the heap is used.</summary>
    public uint LiveState;

    /// <summary>The current page.</summary>
    public uint Current;

    /// <summary>First of the other pages with free and live blocks: it has waited longest, and so has most to claim.</summary>
    public uint First;

    /// <summary>Last of them; of no meaning when there is none.</summary>
    public uint Last;

    /// <summary>First of the pages without live blocks.</summary>
    public uint FirstEmpty;
}
