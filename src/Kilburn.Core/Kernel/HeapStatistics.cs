using System.Runtime.CompilerServices;

namespace Kilburn.Core.Kernel;

/// <summary>How the kernel heap stands.</summary>
public struct HeapStatistics
{
    private ClassTable _classes;

    /// <summary>Live blocks below a page.</summary>
    public uint SmallBlockCount;

    /// <summary>Live blocks of whole pages.</summary>
    public uint LargeBlockCount;

    /// <summary>Pages that the live blocks of whole pages hold.</summary>
    public uint LargePageCount;

    /// <summary>Bytes of live blocks: asked for in a checked build, else held.</summary>
    public uint BytesInUse;

    /// <summary>Pages mapped for blocks, cached ones included.</summary>
    public uint MappedPageCount;

    /// <summary>Pages mapped and unused.</summary>
    public uint CachedPageCount;

    /// <summary>Pages mapped for the directory.</summary>
    public uint DirectoryPageCount;

    /// <summary>Most pages that were ever mapped, directory included.</summary>
    public uint HighWaterPageCount;

    /// <summary>Requests refused for want of frames or of room in the window.</summary>
    public uint FailureCount;

    /// <summary>Misuses found: bad frees, guards and free blocks written over.</summary>
    public uint FaultCount;

    /// <summary>The last misuse.</summary>
    public HeapFault LastFault;

    /// <summary>How a size class stands.</summary>
    /// <param name="index">Below <see cref="KernelHeapClasses.Count"/>.</param>
    public readonly HeapClassStatistics GetClass(int index) => _classes[index];

    /// <summary>Adds a page to a class.</summary>
    /// <param name="index">Below <see cref="KernelHeapClasses.Count"/>.</param>
    /// <param name="liveCount">Blocks in use.</param>
    /// <param name="freeCount">Blocks free.</param>
    internal void AddPage(uint index, uint liveCount, uint freeCount)
    {
        ref HeapClassStatistics statistics = ref _classes[(int)index];
        statistics.PageCount++;
        statistics.LiveCount += liveCount;
        statistics.FreeCount += freeCount;
        SmallBlockCount += liveCount;
    }

    [InlineArray(KernelHeapClasses.Count)]
    private struct ClassTable
    {
        private HeapClassStatistics _first;
    }
}
