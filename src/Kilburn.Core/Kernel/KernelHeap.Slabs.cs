using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;

namespace Kilburn.Core.Kernel;

/// <content>Pages cut into blocks of one class.</content>
/// <remarks>
/// Each class allocates from its current page. Other pages of the class with both free and live blocks are on its list; full ones
/// are on none. An empty page is given to the cache, unless it is the current one.
/// </remarks>
public partial struct KernelHeap
{
    /// <summary>The class that stands in the state of a block of whole pages.</summary>
    private const uint LargeClass = 0x7F;

    /// <summary>Set in a state byte when a live block starts there; the class is below it.</summary>
    private const uint LiveBit = 0x80;

    private const byte NoBlock = 0;

    /// <summary>Takes a block from the class's current page.</summary>
    /// <returns>False when that page is full, or there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the whole of the usual allocation
    private bool TryTakeBlock<TMachine>(ref TMachine machine, uint blockClass, out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        ref SlabClass slabs = ref SlabsOf(ref _slabs, blockClass);
        if (slabs.Record != 0)
        {
            ref HeapPage page = ref machine.Data<HeapPage>(new VirtualAddress(slabs.Record));
            uint freeCount = page.FreeCount;
            if (freeCount != 0)
            {
                uint granule = page.Head;
                ref byte state = ref machine.Data<byte>(new VirtualAddress(slabs.States + granule));
                page.FreeCount = (byte)(freeCount - 1);
                page.Head = state;
                state = (byte)(LiveBit | blockClass);
                address = new VirtualAddress(slabs.Page + (granule << KernelHeapLayout.GranuleShift));
                return true;
            }
        }

        address = default;
        return false;
    }

    /// <summary>Gives a block back to a page that was not full and does not become empty.</summary>
    /// <returns>False, with nothing done, in every other case.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the whole of the usual free
    private bool TryReturnBlock<TMachine>(ref TMachine machine, VirtualAddress address)
        where TMachine : struct, IMachine
    {
        uint offset = KernelHeapLayout.OffsetOf(address);
        if (offset >> PageSize.SmallShift >= _pageCount || (offset & KernelHeapLayout.GranuleMask) != 0)
        {
            return false;
        }

        // A large block's page has no simple frees.
        ref byte state = ref machine.Data<byte>(KernelHeapLayout.StateAt(offset));
        ref HeapPage page = ref machine.Data<HeapPage>(KernelHeapLayout.RecordOf(offset >> PageSize.SmallShift));
        uint freeCount = page.FreeCount;
        if ((state & LiveBit) == 0 || unchecked(freeCount - 1) >= page.SimpleFrees)
        {
            return false;
        }

        state = page.Head;
        page.Head = (byte)((offset >> KernelHeapLayout.GranuleShift) & KernelHeapLayout.GranuleInPageMask);
        page.FreeCount = (byte)(freeCount + 1);
        return true;
    }

    private VmStatus TryAllocateSmall<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint blockClass,
        out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        while (true)
        {
            if (!TryTakeBlock(ref machine, blockClass, out address))
            {
                VmStatus status = TryRefill(ref machine, ref frames, ref tables, ref window, blockClass);
                if (status != VmStatus.Ok)
                {
                    return status;
                }
            }
            else if (!BuildChecks.Enabled || IsFreeBlockIntact(ref machine, address, blockClass))
            {
                return VmStatus.Ok;
            }
            else
            {
                Quarantine(ref machine, address);
            }
        }
    }

    private void FreeSmall<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address,
        uint blockClass)
        where TMachine : struct, IMachine
    {
        if (BuildChecks.Enabled)
        {
            FillFreeBlock(ref machine, address, blockClass);
        }

        uint offset = KernelHeapLayout.OffsetOf(address);
        uint pageIndex = offset >> PageSize.SmallShift;
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        machine.Data<byte>(KernelHeapLayout.StateAt(offset)) = page.Head;
        page.Head = (byte)((offset >> KernelHeapLayout.GranuleShift) & KernelHeapLayout.GranuleInPageMask);
        page.FreeCount++;
        ref SlabClass slabs = ref SlabsOf(ref _slabs, blockClass);
        if (slabs.Record == KernelHeapLayout.RecordOf(pageIndex).Value)
        {
            return;
        }

        bool isEmpty = page.FreeCount == page.Length;
        bool wasFull = page.FreeCount == 1;
        if (isEmpty)
        {
            if (!wasFull)
            {
                Unlink(ref machine, ref slabs.First, pageIndex);
            }

            ReleasePage(ref machine, ref frames, ref tables, ref window, pageIndex);
        }
        else if (wasFull)
        {
            Link(ref machine, ref slabs.First, pageIndex);
        }
    }

    /// <summary>Gives a class a current page with a free block.</summary>
    private VmStatus TryRefill<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint blockClass)
        where TMachine : struct, IMachine
    {
        ref SlabClass slabs = ref SlabsOf(ref _slabs, blockClass);
        uint pageIndex;
        if (slabs.First != 0)
        {
            pageIndex = slabs.First - 1;
            Unlink(ref machine, ref slabs.First, pageIndex);
        }
        else
        {
            VmStatus status = TryTakePages(ref machine, ref frames, ref tables, ref window, 1, 1, out pageIndex);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            CutPage(ref machine, pageIndex, blockClass);
        }

        slabs.Record = KernelHeapLayout.RecordOf(pageIndex).Value;
        slabs.States = KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift).Value;
        slabs.Page = KernelHeapLayout.PageAt(pageIndex).Value;
        return VmStatus.Ok;
    }

    /// <summary>Cuts a page into free blocks, the lowest first.</summary>
    private static void CutPage<TMachine>(ref TMachine machine, uint pageIndex, uint blockClass)
        where TMachine : struct, IMachine
    {
        uint granules = KernelHeapClasses.GranulesOf(blockClass);
        uint count = 0;
        VirtualAddress states = KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift);
        for (uint granule = 0; granule + granules <= SlabGranules; granule += granules)
        {
            // The last link leads nowhere and is never followed.
            machine.Data<byte>(states.Add(granule)) = (byte)((granule + granules) & KernelHeapLayout.GranuleInPageMask);
            count++;
        }

        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        page.Kind = HeapPageKind.Slab;
        page.Class = blockClass;
        page.Head = NoBlock;
        page.FreeCount = (byte)count;
        page.SimpleFrees = count < 2 ? (byte)0 : (byte)(count - 2);
        page.Length = count;
        page.Note = default;
        if (BuildChecks.Enabled)
        {
            FillFreePage(ref machine, pageIndex, granules);
        }
    }

    /// <summary>Gives up the current pages that hold no live block.</summary>
    private void ReleaseCurrentPages<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, ref KernelWindow window)
        where TMachine : struct, IMachine
    {
        for (uint blockClass = 0; blockClass < KernelHeapClasses.Count; blockClass++)
        {
            ref SlabClass slabs = ref SlabsOf(ref _slabs, blockClass);
            if (slabs.Record == 0)
            {
                continue;
            }

            VirtualAddress record = new(slabs.Record);
            ref HeapPage page = ref machine.Data<HeapPage>(record);
            if (page.FreeCount == page.Length)
            {
                slabs.Record = 0;
                ReleasePage(
                    ref machine, ref frames, ref tables, ref window, KernelHeapLayout.PageIndexOf(record));
            }
        }
    }

    private static void Link<TMachine>(ref TMachine machine, ref uint first, uint pageIndex)
        where TMachine : struct, IMachine
    {
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        page.Next = first;
        page.Previous = 0;
        if (first != 0)
        {
            RecordOf(ref machine, first - 1).Previous = pageIndex + 1;
        }

        first = pageIndex + 1;
    }

    private static void Unlink<TMachine>(ref TMachine machine, ref uint first, uint pageIndex)
        where TMachine : struct, IMachine
    {
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        if (page.Previous != 0)
        {
            RecordOf(ref machine, page.Previous - 1).Next = page.Next;
        }
        else
        {
            first = page.Next;
        }

        if (page.Next != 0)
        {
            RecordOf(ref machine, page.Next - 1).Previous = page.Previous;
        }
    }

    private static ref HeapPage RecordOf<TMachine>(ref TMachine machine, uint pageIndex)
        where TMachine : struct, IMachine => ref machine.Data<HeapPage>(KernelHeapLayout.RecordOf(pageIndex));

    /// <summary>The pages of a class. Without a bounds check: the hot paths pass what the table of classes or a live state says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref SlabClass SlabsOf(ref SlabTable table, uint blockClass) =>
        ref Unsafe.Add(ref Unsafe.As<SlabTable, SlabClass>(ref table), (int)blockClass);

    /// <summary>The pages of one class. The first three speak of the current page.</summary>
    private struct SlabClass
    {
        /// <summary>Address of its record; zero when there is none.</summary>
        public uint Record;

        /// <summary>Address of its states.</summary>
        public uint States;

        /// <summary>Address of its first block.</summary>
        public uint Page;

        /// <summary>First page of the list, plus one.</summary>
        public uint First;
    }

    [InlineArray(KernelHeapClasses.Count)]
    private struct SlabTable
    {
        private SlabClass _first;
    }
}
