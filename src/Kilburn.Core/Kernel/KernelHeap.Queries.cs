using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Kernel;

/// <content>What the monitor shows.</content>
public partial struct KernelHeap
{
    /// <summary>Counts what the heap holds.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="statistics">The counts.</param>
    /// <remarks>Walks the pages of the heap under its lock.</remarks>
    public void ReadStatistics<TMachine>(ref TMachine machine, out HeapStatistics statistics)
        where TMachine : struct, IMachine
    {
        statistics = default;
        _lock.Acquire(ref machine, LockRank.Heap);
        uint end = _pageCount << PageSize.SmallShift;
        for (uint pageIndex = 0; pageIndex < _pageCount; pageIndex++)
        {
            ref HeapPage page = ref RecordOf(ref machine, pageIndex);
            if (page.Kind == HeapPageKind.Slab)
            {
                uint freeCount = FreeCountOf(ref machine, KernelHeapLayout.RecordOf(pageIndex).Value);
                statistics.AddPage(page.Class, page.Length - freeCount, freeCount);
            }
            else if (page.Kind == HeapPageKind.Large)
            {
                statistics.LargeBlockCount++;
                statistics.LargePageCount += page.Length;
            }
        }

        for (uint offset = 0; TryFindLive(ref machine, ref offset, end, out HeapBlock block);)
        {
            statistics.BytesInUse += block.LengthInBytes;
        }

        statistics.MappedPageCount = _mappedPageCount - _directoryPageCount;
        statistics.CachedPageCount = (uint)_cachedCount;
        statistics.DirectoryPageCount = _directoryPageCount;
        statistics.HighWaterPageCount = _highWaterPageCount;
        statistics.FailureCount = _failureCount;
        statistics.FaultCount = _faultCount;
        statistics.LastFault = _lastFault;
        _lock.Release(ref machine, LockRank.Heap);
    }

    /// <summary>The next live block, in the order of addresses.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="cursor">Zero at first; left behind the block.</param>
    /// <param name="block">The block; default when there is none.</param>
    /// <returns>False when no block follows.</returns>
    /// <remarks>Takes the lock for each block: what others do in between may or may not be seen.</remarks>
    public bool TryGetNextBlock<TMachine>(ref TMachine machine, ref uint cursor, out HeapBlock block)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        bool isFound = TryFindLive(ref machine, ref cursor, _pageCount << PageSize.SmallShift, out block);
        _lock.Release(ref machine, LockRank.Heap);
        return isFound;
    }

    private static bool TryFindLive<TMachine>(ref TMachine machine, ref uint offset, uint end, out HeapBlock block)
        where TMachine : struct, IMachine
    {
        while (offset < end)
        {
            ref HeapPage page = ref RecordOf(ref machine, offset >> PageSize.SmallShift);
            if (page.Kind is not (HeapPageKind.Slab or HeapPageKind.Large))
            {
                offset = (offset & ~PageSize.SmallMask) + PageSize.Small;
                continue;
            }

            uint state = machine.Data<byte>(KernelHeapLayout.StateAt(offset));
            uint start = offset;
            offset += KernelHeapLayout.Granule;
            if (state >= FirstLiveState)
            {
                block = DescribeLive(ref machine, KernelHeapLayout.FirstPage.Add(start), state - FirstLiveState);
                return true;
            }
        }

        block = default;
        return false;
    }

    private static HeapBlock DescribeLive<TMachine>(ref TMachine machine, VirtualAddress address, uint blockClass)
        where TMachine : struct, IMachine
    {
        HeapBlock block = default;
        block.Address = address;
        block.LengthInBytes = LengthOf(ref machine, address, blockClass);
        if (BuildChecks.Enabled)
        {
            block.Owner = NoteOf(ref machine, address).Owner;
        }

        return block;
    }

    /// <summary>Bytes of a live block: asked for in a checked build, else held.</summary>
    private static uint LengthOf<TMachine>(ref TMachine machine, VirtualAddress block, uint blockClass)
        where TMachine : struct, IMachine
    {
        if (BuildChecks.Enabled)
        {
            return NoteOf(ref machine, block).LengthInBytes;
        }

        uint pageIndex = KernelHeapLayout.OffsetOf(block) >> PageSize.SmallShift;
        return blockClass == LargeClass
            ? RecordOf(ref machine, pageIndex).Length << PageSize.SmallShift
            : KernelHeapClasses.GranulesOf(blockClass) << KernelHeapLayout.GranuleShift;
    }
}
