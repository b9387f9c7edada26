using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;

namespace Kilburn.Core.Kernel;

/// <content>Whole pages: blocks of them, the cache of mapped ones, frames and mappings.</content>
public partial struct KernelHeap
{
    /// <summary>Mapped pages that are kept for the next request.</summary>
    public const int CacheCapacity = 16;

    private VmStatus TryAllocateLarge<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint pageCount,
        uint alignmentInPages,
        out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        address = default;
        VmStatus status = TryTakePages(
            ref machine, ref frames, ref tables, ref window, pageCount, alignmentInPages, out uint pageIndex);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        MarkPages(ref machine, pageIndex + 1, pageIndex + pageCount, HeapPageKind.Inner);
        address = MakeLarge(ref machine, pageIndex, pageCount);
        return VmStatus.Ok;
    }

    /// <summary>Takes a block of one page from the cache.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="last">Bytes of the block less one; any number.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <returns>False when the block takes more than a page, or none is cached.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeCachedBlock<TMachine>(ref TMachine machine, uint last, out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        if (last >= PageSize.Small || _cachedCount == 0)
        {
            address = default;
            return false;
        }

        _cachedCount--;
        address = MakeLarge(ref machine, _cache[_cachedCount], 1);
        return true;
    }

    private static VirtualAddress MakeLarge<TMachine>(ref TMachine machine, uint pageIndex, uint pageCount)
        where TMachine : struct, IMachine
    {
        ref HeapPage first = ref RecordOf(ref machine, pageIndex);
        first.Kind = HeapPageKind.Large;
        first.SimpleFrees = 0;
        first.Length = pageCount;
        machine.Data<byte>(KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift)) = (byte)LargeState;
        return KernelHeapLayout.PageAt(pageIndex);
    }

    private void CachePage(ref HeapPage page, uint pageIndex)
    {
        page.Kind = HeapPageKind.Cached;
        _cache[_cachedCount] = pageIndex;
        _cachedCount++;
    }

    private void FreeLarge<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address)
        where TMachine : struct, IMachine
    {
        if (TryReturnBlock(ref machine, address.Value))
        {
            return;
        }

        uint offset = KernelHeapLayout.OffsetOf(address);
        uint pageIndex = offset >> PageSize.SmallShift;
        machine.Data<byte>(KernelHeapLayout.StateAt(offset)) = NoBlock;
        uint pageCount = RecordOf(ref machine, pageIndex).Length;
        UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, pageCount);
    }

    /// <summary>Changes the length of a block of whole pages without moving it.</summary>
    /// <returns>False, with nothing changed, when what lies behind it is in use, or no frames are left.</returns>
    private bool TryResizeLarge<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address,
        uint pageCount)
        where TMachine : struct, IMachine
    {
        uint pageIndex = KernelHeapLayout.OffsetOf(address) >> PageSize.SmallShift;
        uint oldCount = RecordOf(ref machine, pageIndex).Length;
        if (pageCount > oldCount)
        {
            uint behind = pageIndex + oldCount;
            uint more = pageCount - oldCount;
            if (TryTakeRunAt(ref machine, ref frames, ref tables, ref window, behind, more) != VmStatus.Ok)
            {
                return false;
            }

            if (TryMapPages(ref machine, ref frames, ref tables, KernelHeapLayout.PageAt(behind), more) != VmStatus.Ok)
            {
                ReturnRun(ref machine, ref frames, ref tables, ref window, behind, more);
                return false;
            }

            MarkPages(ref machine, behind, behind + more, HeapPageKind.Inner);
        }

        RecordOf(ref machine, pageIndex).Length = pageCount;
        if (pageCount < oldCount)
        {
            UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex + pageCount, oldCount - pageCount);
        }

        return true;
    }

    /// <summary>Takes mapped pages: one from the cache if that will do, else new ones.</summary>
    private VmStatus TryTakePages<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint pageCount,
        uint alignmentInPages,
        out uint pageIndex)
        where TMachine : struct, IMachine
    {
        if ((pageCount | alignmentInPages) == 1 && _cachedCount != 0)
        {
            _cachedCount--;
            pageIndex = _cache[_cachedCount];
            return VmStatus.Ok;
        }

        VmStatus status = TryTakeNewPages(
            ref machine, ref frames, ref tables, ref window, pageCount, alignmentInPages, out pageIndex);
        if (status != VmStatus.Ok && ReleaseUnusedPages(ref machine, ref frames, ref tables, ref window))
        {
            status = TryTakeNewPages(
                ref machine, ref frames, ref tables, ref window, pageCount, alignmentInPages, out pageIndex);
        }

        return status;
    }

    private VmStatus TryTakeNewPages<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint pageCount,
        uint alignmentInPages,
        out uint pageIndex)
        where TMachine : struct, IMachine
    {
        VmStatus status = TryTakeRun(
            ref machine, ref frames, ref tables, ref window, pageCount, alignmentInPages, out pageIndex);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = TryMapPages(ref machine, ref frames, ref tables, KernelHeapLayout.PageAt(pageIndex), pageCount);
        if (status != VmStatus.Ok)
        {
            ReturnRun(ref machine, ref frames, ref tables, ref window, pageIndex, pageCount);
        }

        return status;
    }

    /// <summary>Gives back every mapped page without a live block.</summary>
    /// <returns>True when there was one.</returns>
    private bool ReleaseUnusedPages<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, ref KernelWindow window)
        where TMachine : struct, IMachine
    {
        uint before = _mappedPageCount;
        ReleaseEmptyPages(ref machine, ref frames, ref tables, ref window);
        while (_cachedCount != 0)
        {
            _cachedCount--;
            UnmapRun(ref machine, ref frames, ref tables, ref window, _cache[_cachedCount], 1);
        }

        return _mappedPageCount != before;
    }

    private void UnmapRun<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint pageIndex,
        uint pageCount)
        where TMachine : struct, IMachine
    {
        UnmapPages(ref machine, ref frames, ref tables, KernelHeapLayout.PageAt(pageIndex), pageCount);
        ReturnRun(ref machine, ref frames, ref tables, ref window, pageIndex, pageCount);
    }

    /// <summary>Maps new frames. On failure nothing is mapped.</summary>
    private VmStatus TryMapPages<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, VirtualAddress start, uint pageCount)
        where TMachine : struct, IMachine
    {
        for (uint done = 0; done < pageCount; done++)
        {
            VmStatus status = TryMapPage(
                ref machine, ref frames, ref tables, start.Add(done << PageSize.SmallShift), FrameContents.AsLeft);
            if (status != VmStatus.Ok)
            {
                UnmapPages(ref machine, ref frames, ref tables, start, done);
                return status;
            }
        }

        return VmStatus.Ok;
    }

    private VmStatus TryMapPage<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        VirtualAddress page,
        FrameContents contents)
        where TMachine : struct, IMachine
    {
        VmStatus status = frames.TryAllocatePage(ref machine, contents, out PhysicalAddress frame);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = tables.TryMapPage(ref machine, ref frames, page, frame, KernelPageKind.Data);
        if (status != VmStatus.Ok)
        {
            FreeFrame(ref machine, ref frames, frame);
            return status;
        }

        _mappedPageCount++;
        if (_mappedPageCount > _highWaterPageCount)
        {
            _highWaterPageCount = _mappedPageCount;
        }

        return VmStatus.Ok;
    }

    private void UnmapPages<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, VirtualAddress start, uint pageCount)
        where TMachine : struct, IMachine
    {
        for (uint done = 0; done < pageCount; done++)
        {
            VirtualAddress page = start.Add(done << PageSize.SmallShift);
            if (tables.TryUnmapPage(ref machine, page, out PhysicalAddress frame) != VmStatus.Ok)
            {
                BugCheck.Fail(ref machine, "H2: a page of the heap is not mapped"u8, page.Value);
            }

            FreeFrame(ref machine, ref frames, frame);
        }

        _mappedPageCount -= pageCount;
    }

    private static void FreeFrame<TMachine>(ref TMachine machine, ref FrameAllocator frames, PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        if (frames.TryFreePage(ref machine, frame) != VmStatus.Ok)
        {
            BugCheck.Fail(ref machine, "H3: a frame of the heap cannot be freed"u8, frame.Value);
        }
    }

    [InlineArray(CacheCapacity)]
    private struct PageCache
    {
        private uint _first;
    }
}
