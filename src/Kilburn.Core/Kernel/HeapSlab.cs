namespace Kilburn.Core.Kernel;

/// <summary>From where a size class allocates: blocks of its current page that it has claimed. Zero when there is none.</summary>
/// <remarks>Guarded by the lock of the heap.</remarks>
internal struct HeapSlab
{
    /// <summary>Link to the first claimed block; zero for none.</summary>
    public uint Head;

    /// <summary>Address of the page's states, less one: a link added to it finds a block's state.</summary>
    public uint States;

    /// <summary>Address of the page, less a granule: a link's granules added to it find a block.</summary>
    public uint Blocks;

    /// <summary>The state of a live block of the class.</summary>
    public uint LiveState;
}
