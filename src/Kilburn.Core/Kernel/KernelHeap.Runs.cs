using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;

namespace Kilburn.Core.Kernel;

/// <content>Runs of pages without frames, and the end of the heap.</content>
/// <remarks>
/// Free runs are kept in bins by length: exactly up to 7 pages, then eight bins to a power of two. The first and the last page of
/// a run hold its length, so that a run that becomes free finds its free neighbours at once. The page below the end is never
/// free: invariant H4.
/// </remarks>
public partial struct KernelHeap
{
    private const int BinsPerPowerShift = 3;
    private const uint BinsPerPower = 1u << BinsPerPowerShift;
    private const int BinCount = 128; // lengths of up to 2^18 pages
    private const int BinsPerWordShift = 5;
    private const uint BinInWordMask = (1u << BinsPerWordShift) - 1;
    private const int BinWordCount = BinCount >> BinsPerWordShift;
    private const int ProbeCount = 8;

    /// <summary>Takes pages that lie in a row, without frames: from a free run, else at the end.</summary>
    private VmStatus TryTakeRun<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint pageCount,
        uint alignmentInPages,
        out uint pageIndex)
        where TMachine : struct, IMachine
    {
        uint padding = alignmentInPages - 1;
        if (TryFindRun(ref machine, pageCount + padding, out uint start))
        {
            uint length = RecordOf(ref machine, start).Length;
            RemoveRun(ref machine, start);
            pageIndex = (start + padding) & ~padding;
            InsertRun(ref machine, start, pageIndex - start);
            InsertRun(ref machine, pageIndex + pageCount, start + length - pageIndex - pageCount);
            return VmStatus.Ok;
        }

        uint oldCount = _pageCount;
        pageIndex = (oldCount + padding) & ~padding;
        VmStatus status = TryGrow(ref machine, ref frames, ref tables, ref window, pageIndex + pageCount);
        if (status != VmStatus.Ok)
        {
            pageIndex = 0;
            return status;
        }

        MarkPages(ref machine, oldCount, pageIndex, HeapPageKind.Free);
        InsertRun(ref machine, oldCount, pageIndex - oldCount);
        return VmStatus.Ok;
    }

    /// <summary>Takes the pages from a given one on, which lies behind a block in use.</summary>
    /// <returns><see cref="VmStatus.AlreadyMapped"/> when they are not free; else as the heap grows.</returns>
    private VmStatus TryTakeRunAt<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint start,
        uint pageCount)
        where TMachine : struct, IMachine
    {
        if (start == _pageCount)
        {
            return TryGrow(ref machine, ref frames, ref tables, ref window, start + pageCount);
        }

        ref HeapPage page = ref RecordOf(ref machine, start);
        if (page.Kind != HeapPageKind.Free || page.Length < pageCount)
        {
            return VmStatus.AlreadyMapped;
        }

        uint rest = page.Length - pageCount;
        RemoveRun(ref machine, start);
        InsertRun(ref machine, start + pageCount, rest);
        return VmStatus.Ok;
    }

    /// <summary>Makes pages free again, together with free ones beside them. At the end, the heap shrinks instead.</summary>
    private void ReturnRun<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint start,
        uint pageCount)
        where TMachine : struct, IMachine
    {
        uint end = start + pageCount;
        if (start != 0)
        {
            ref HeapPage before = ref RecordOf(ref machine, start - 1);
            if (before.Kind == HeapPageKind.Free)
            {
                start -= before.Length;
                RemoveRun(ref machine, start);
            }
        }

        if (end == _pageCount)
        {
            Shrink(ref machine, ref frames, ref tables, ref window, start);
            return;
        }

        MarkPages(ref machine, end - pageCount, end, HeapPageKind.Free);
        ref HeapPage after = ref RecordOf(ref machine, end);
        if (after.Kind == HeapPageKind.Free)
        {
            uint length = after.Length;
            RemoveRun(ref machine, end);
            end += length;
        }

        InsertRun(ref machine, start, end - start);
    }

    /// <summary>Moves the end of the heap up, with the directory. On failure nothing has changed.</summary>
    private VmStatus TryGrow<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint newCount)
        where TMachine : struct, IMachine
    {
        uint oldCount = _pageCount;
        if (newCount > KernelHeapLayout.PageCapacity)
        {
            return VmStatus.WindowFull;
        }

        uint lengthInBytes = (newCount - oldCount) << PageSize.SmallShift;
        VmStatus status = window.TryRaiseHeapEnd(ref machine, lengthInBytes);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = TryGrowDirectory(ref machine, ref frames, ref tables, oldCount, newCount);
        if (status != VmStatus.Ok)
        {
            window.LowerHeapEnd(ref machine, lengthInBytes);
            return status;
        }

        SetPageCount(newCount);
        if (newCount > _highestPageCount)
        {
            _highestPageCount = newCount;
        }

        return VmStatus.Ok;
    }

    private void Shrink<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint newCount)
        where TMachine : struct, IMachine
    {
        uint oldCount = _pageCount;
        SetPageCount(newCount);
        ShrinkDirectory(ref machine, ref frames, ref tables, StatePagesOf(oldCount), RecordPagesOf(oldCount), newCount);
        window.LowerHeapEnd(ref machine, (oldCount - newCount) << PageSize.SmallShift);
    }

    private void SetPageCount(uint pageCount)
    {
        _pageCount = pageCount;
        _granuleCount = pageCount << KernelHeapLayout.GranulesPerPageShift;
    }

    private VmStatus TryGrowDirectory<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, uint oldCount, uint newCount)
        where TMachine : struct, IMachine
    {
        uint statePages = StatePagesOf(oldCount);
        uint recordPages = RecordPagesOf(oldCount);
        VmStatus status = VmStatus.Ok;
        while (status == VmStatus.Ok && statePages < StatePagesOf(newCount))
        {
            status = TryMapPage(
                ref machine, ref frames, ref tables, KernelHeapLayout.StatePageAt(statePages), FrameContents.Zeroed);
            statePages += status == VmStatus.Ok ? 1u : 0u;
        }

        while (status == VmStatus.Ok && recordPages < RecordPagesOf(newCount))
        {
            status = TryMapPage(
                ref machine, ref frames, ref tables, KernelHeapLayout.RecordPageAt(recordPages), FrameContents.Zeroed);
            recordPages += status == VmStatus.Ok ? 1u : 0u;
        }

        if (status == VmStatus.Ok)
        {
            _directoryPageCount = statePages + recordPages;
        }
        else
        {
            ShrinkDirectory(ref machine, ref frames, ref tables, statePages, recordPages, oldCount);
        }

        return status;
    }

    private void ShrinkDirectory<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        uint statePages,
        uint recordPages,
        uint newCount)
        where TMachine : struct, IMachine
    {
        uint keptStates = StatePagesOf(newCount);
        uint keptRecords = RecordPagesOf(newCount);
        UnmapPages(
            ref machine, ref frames, ref tables, KernelHeapLayout.StatePageAt(keptStates), statePages - keptStates);
        UnmapPages(
            ref machine, ref frames, ref tables, KernelHeapLayout.RecordPageAt(keptRecords), recordPages - keptRecords);
        _directoryPageCount = keptStates + keptRecords;
    }

    private static uint StatePagesOf(uint pageCount) =>
        (pageCount + (1u << KernelHeapLayout.PagesPerStatePageShift) - 1) >> KernelHeapLayout.PagesPerStatePageShift;

    private static uint RecordPagesOf(uint pageCount) =>
        (pageCount + (1u << KernelHeapLayout.PagesPerRecordPageShift) - 1) >> KernelHeapLayout.PagesPerRecordPageShift;

    /// <summary>Finds a free run of a length, in a bin whose runs are all long enough, else among the first of the bin below.</summary>
    private readonly bool TryFindRun<TMachine>(ref TMachine machine, uint pageCount, out uint start)
        where TMachine : struct, IMachine
    {
        int bin = BinOf(pageCount);
        int sufficientBin = ShortestOf(bin) == pageCount ? bin : bin + 1;
        if (TryFindUsedBin(sufficientBin, out int found))
        {
            start = KernelHeapLayout.PageIndexOf(_bins[found]);
            return true;
        }

        uint next = _bins[bin];
        for (int probe = 0; probe < ProbeCount && next != 0; probe++)
        {
            ref HeapPage page = ref RecordAt(ref machine, next);
            if (page.Length >= pageCount)
            {
                start = KernelHeapLayout.PageIndexOf(next);
                return true;
            }

            next = page.Next;
        }

        start = 0;
        return false;
    }

    private readonly bool TryFindUsedBin(int bin, out int found)
    {
        uint mask = uint.MaxValue << (bin & (int)BinInWordMask);
        for (int word = bin >> BinsPerWordShift; word < BinWordCount; word++)
        {
            uint used = _usedBins[word] & mask;
            if (used != 0)
            {
                found = (word << BinsPerWordShift) + BitOperations.TrailingZeroCount(used);
                return true;
            }

            mask = uint.MaxValue;
        }

        found = 0;
        return false;
    }

    private static void MarkPages<TMachine>(ref TMachine machine, uint pageIndex, uint end, HeapPageKind kind)
        where TMachine : struct, IMachine
    {
        for (; pageIndex < end; pageIndex++)
        {
            RecordOf(ref machine, pageIndex).Kind = kind;
        }
    }

    /// <summary>Enters a run whose neighbours are not free. All of its pages are marked free already.</summary>
    private void InsertRun<TMachine>(ref TMachine machine, uint start, uint pageCount)
        where TMachine : struct, IMachine
    {
        if (pageCount == 0)
        {
            return;
        }

        RecordOf(ref machine, start + pageCount - 1).Length = pageCount;
        RecordOf(ref machine, start).Length = pageCount;
        int bin = BinOf(pageCount);
        uint record = KernelHeapLayout.RecordOf(start).Value;
        Link(ref machine, ref _bins[bin], ref RecordAt(ref machine, record), record);
        _usedBins[bin >> BinsPerWordShift] |= 1u << (bin & (int)BinInWordMask);
    }

    private void RemoveRun<TMachine>(ref TMachine machine, uint start)
        where TMachine : struct, IMachine
    {
        int bin = BinOf(RecordOf(ref machine, start).Length);
        Unlink(ref machine, ref _bins[bin], ref RecordOf(ref machine, start));
        if (_bins[bin] == 0)
        {
            _usedBins[bin >> BinsPerWordShift] &= ~(1u << (bin & (int)BinInWordMask));
        }
    }

    private static void Link<TMachine>(ref TMachine machine, ref uint first, ref HeapPage page, uint record)
        where TMachine : struct, IMachine
    {
        uint next = first;
        page.Next = next;
        page.Previous = 0;
        if (next != 0)
        {
            RecordAt(ref machine, next).Previous = record;
        }

        first = record;
    }

    private static void Unlink<TMachine>(ref TMachine machine, ref uint first, ref HeapPage page)
        where TMachine : struct, IMachine
    {
        uint next = page.Next;
        uint previous = page.Previous;
        if (previous != 0)
        {
            RecordAt(ref machine, previous).Next = next;
        }
        else
        {
            first = next;
        }

        if (next != 0)
        {
            RecordAt(ref machine, next).Previous = previous;
        }
    }

    /// <summary>The bin of a length: the length itself below 8, then the power of two and its three next bits.</summary>
    private static int BinOf(uint pageCount)
    {
        if (pageCount < BinsPerPower)
        {
            return (int)pageCount;
        }

        int excess = BitOperations.Log2(pageCount) - BinsPerPowerShift;
        return (excess << BinsPerPowerShift) + (int)(pageCount >> excess);
    }

    /// <summary>The least length of a bin's runs.</summary>
    private static uint ShortestOf(int bin)
    {
        if (bin < (int)BinsPerPower)
        {
            return (uint)bin;
        }

        int excess = (bin >> BinsPerPowerShift) - 1;
        return (BinsPerPower + ((uint)bin & (BinsPerPower - 1))) << excess;
    }

    [InlineArray(BinCount)]
    private struct BinTable
    {
        private uint _first;
    }

    [InlineArray(BinWordCount)]
    private struct BinWords
    {
        private uint _first;
    }
}
