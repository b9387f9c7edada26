namespace Kilburn.Core.Kernel;

/// <summary>The pages of a size class that have free blocks. Links are page numbers plus one; zero for none.</summary>
/// <remarks>Guarded by the lock of the heap.</remarks>
internal struct HeapClass
{
    /// <summary>The current page.</summary>
    public uint Current;

    /// <summary>First of the other pages with free and live blocks.</summary>
    public uint First;

    /// <summary>First of the pages without live blocks.</summary>
    public uint FirstEmpty;
}
