using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Kernel;

/// <content>Pages cut into blocks of one class.</content>
/// <remarks>
/// <para>
/// A class allocates from its current page: it claims the page's whole list of free blocks, and comes back to the page for what was
/// freed since. So an allocation touches the slab and one state byte, and a free the page's record and one state byte.
/// </para>
/// <para>
/// Other pages of the class with both free and live blocks are on its list; full ones are on none. A few pages without live blocks
/// stay cut for their class; more are given to the cache of pages.
/// </para>
/// <para>
/// State bytes: 0 ends a list or says nothing; 1 to 128 link to the granule before that number; from 0xF0 on a live block starts.
/// </para>
/// </remarks>
public partial struct KernelHeap
{
    /// <summary>Pages without live blocks that stay cut for their class, in all classes together.</summary>
    public const int EmptyCapacity = 16;

    /// <summary>State of a live block of class 0; those of the other classes follow.</summary>
    private const uint FirstLiveState = 0xF0;

    /// <summary>State of a live block of whole pages.</summary>
    private const uint LargeState = 0xFF;

    private const byte NoBlock = 0;
    private const byte AllFrees = 255;

    /// <summary>Takes a block without new pages, locks included.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="lengthInBytes">Any length.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <returns>False, with nothing changed, when it takes more than that, or the length is no good.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the whole of the usual allocation
    internal bool TryAllocateMapped<TMachine>(ref TMachine machine, uint lengthInBytes, out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        uint last = unchecked(lengthInBytes - 1);
        if (last < KernelHeapClasses.LargestBlock)
        {
            if (TryTakeBlock(ref machine, KernelHeapClasses.OfLast(last), out address))
            {
                _lock.Release(ref machine, LockRank.Heap);
                return true;
            }
        }
        else if (TryTakeCachedBlock(ref machine, last, out address))
        {
            _lock.Release(ref machine, LockRank.Heap);
            return true;
        }

        _lock.Release(ref machine, LockRank.Heap);
        return false;
    }

    /// <summary>Gives a block back without unmapping anything, locks included.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address.</param>
    /// <returns>False, with nothing changed, when it takes more than that, or the address is no good.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the whole of the usual free
    internal bool TryFreeMapped<TMachine>(ref TMachine machine, VirtualAddress address)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        bool isFreed = TryReturnBlock(ref machine, address);
        _lock.Release(ref machine, LockRank.Heap);
        return isFreed;
    }

    /// <summary>Takes a block from the pages that a class has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeBlock<TMachine>(ref TMachine machine, uint blockClass, out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        ref HeapSlab slab = ref SlabOf(ref _slabs, blockClass);
        uint head = slab.Head;
        if (head == NoBlock)
        {
            head = Claim(ref machine, blockClass);
            if (head == NoBlock)
            {
                address = default;
                return false;
            }
        }

        ref byte state = ref machine.Data<byte>(new VirtualAddress(slab.States + head));
        slab.Head = state;
        state = (byte)slab.LiveState;
        address = new VirtualAddress(slab.Blocks + (head << KernelHeapLayout.GranuleShift));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReturnBlock<TMachine>(ref TMachine machine, VirtualAddress address)
        where TMachine : struct, IMachine
    {
        // An address that is no multiple of a granule becomes a number past every heap.
        uint granule = BitOperations.RotateRight(
            KernelHeapLayout.OffsetOf(address), KernelHeapLayout.GranuleShift);
        if (granule >= _granuleCount)
        {
            return false;
        }

        ref byte state = ref machine.Data<byte>(KernelHeapLayout.StateOfGranule(granule));
        ref HeapPage page = ref machine.Data<HeapPage>(
            KernelHeapLayout.RecordOf(granule >> KernelHeapLayout.GranulesPerPageShift));
        uint freeCount = page.FreeCount;
        if (state < FirstLiveState || unchecked(freeCount - 1) >= page.SimpleFrees)
        {
            return TryReturnFirstOrLast(ref machine, granule);
        }

        state = page.Head;
        page.Head = LinkTo(granule);
        page.FreeCount = (byte)(freeCount + 1);
        return true;
    }

    /// <summary>Gives back a block whose page was full, or becomes empty, or is the block.</summary>
    /// <returns>False, with nothing changed, when a page is to be unmapped, or no live block starts there.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReturnFirstOrLast<TMachine>(ref TMachine machine, uint granule)
        where TMachine : struct, IMachine
    {
        ref byte state = ref machine.Data<byte>(KernelHeapLayout.StateOfGranule(granule));
        if (state < FirstLiveState)
        {
            return false;
        }

        uint pageIndex = granule >> KernelHeapLayout.GranulesPerPageShift;
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        if (state == LargeState)
        {
            if (page.Length != 1 || _cachedCount == CacheCapacity)
            {
                return false;
            }

            state = NoBlock;
            CachePage(ref page, pageIndex);
            return true;
        }

        uint freeCount = page.FreeCount + 1u;
        bool isEmpty = freeCount == page.Length;
        if (isEmpty && _emptyCount >= EmptyCapacity && _cachedCount == CacheCapacity)
        {
            return false;
        }

        ReturnFirstOrLast(ref machine, ref state, ref page, granule);
        if (isEmpty)
        {
            KeepEmptyPage(ref machine, ref page, pageIndex);
        }

        return true;
    }

    /// <summary>Enters the block in its page's list, and the page in its class's, or takes it off when it becomes empty.</summary>
    private void ReturnFirstOrLast<TMachine>(ref TMachine machine, ref byte state, ref HeapPage page, uint granule)
        where TMachine : struct, IMachine
    {
        uint pageIndex = granule >> KernelHeapLayout.GranulesPerPageShift;
        ref uint first = ref ClassOf(ref _classes, page.Class).First;
        bool wasFull = page.FreeCount == 0;
        state = page.Head;
        page.Head = LinkTo(granule);
        page.FreeCount++;
        bool isEmpty = page.FreeCount == page.Length;
        if (wasFull && !isEmpty)
        {
            Link(ref machine, ref first, pageIndex);
        }
        else if (isEmpty && !wasFull)
        {
            Unlink(ref machine, ref first, pageIndex);
        }
    }

    /// <summary>Keeps a page without live blocks, which is on no list, for its class, or in the cache. One of the two has room.</summary>
    private void KeepEmptyPage<TMachine>(ref TMachine machine, ref HeapPage page, uint pageIndex)
        where TMachine : struct, IMachine
    {
        if (_emptyCount >= EmptyCapacity)
        {
            CachePage(ref page, pageIndex);
            return;
        }

        _emptyCount++;
        ref uint firstEmpty = ref ClassOf(ref _classes, page.Class).FirstEmpty;
        page.Next = firstEmpty;
        firstEmpty = pageIndex + 1;
    }

    /// <summary>Claims what is free in the class's current page; else makes another page with free blocks the current one.</summary>
    /// <returns>The slab's new head; <see cref="NoBlock"/> when a new page is needed.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Claim<TMachine>(ref TMachine machine, uint blockClass)
        where TMachine : struct, IMachine
    {
        ref HeapClass pages = ref ClassOf(ref _classes, blockClass);
        ref HeapSlab slab = ref SlabOf(ref _slabs, blockClass);
        if (pages.Current != 0)
        {
            ref HeapPage current = ref RecordOf(ref machine, pages.Current - 1);
            if (current.Head != NoBlock)
            {
                slab.Head = current.Head;
                current.Head = NoBlock;
                current.FreeCount = 1;
                return slab.Head;
            }
        }

        if (pages.First == 0 && pages.FirstEmpty == 0 && !TryCutCachedPage(ref machine, blockClass))
        {
            return NoBlock;
        }

        if (pages.Current != 0)
        {
            // Full: it will be linked by the first free.
            ref HeapPage full = ref RecordOf(ref machine, pages.Current - 1);
            full.FreeCount = 0;
            full.SimpleFrees = SimpleFreesOf(full.Length);
        }

        MakeCurrent(ref machine, ref pages, ref slab);
        slab.LiveState = FirstLiveState + blockClass;
        return slab.Head;
    }

    private void MakeCurrent<TMachine>(ref TMachine machine, ref HeapClass pages, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        uint pageIndex;
        if (pages.First != 0)
        {
            pageIndex = pages.First - 1;
            Unlink(ref machine, ref pages.First, pageIndex);
        }
        else
        {
            pageIndex = pages.FirstEmpty - 1;
            pages.FirstEmpty = RecordOf(ref machine, pageIndex).Next;
            _emptyCount--;
        }

        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        slab.Head = page.Head;
        slab.States = KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift).Value - 1;
        slab.Blocks = KernelHeapLayout.PageAt(pageIndex).Value - KernelHeapLayout.Granule;
        page.Head = NoBlock;
        page.FreeCount = 1;
        page.SimpleFrees = AllFrees;
        pages.Current = pageIndex + 1;
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
                VmStatus status = TryTakePages(
                    ref machine, ref frames, ref tables, ref window, 1, 1, out uint pageIndex);
                if (status != VmStatus.Ok)
                {
                    return status;
                }

                CutPage(ref machine, pageIndex, blockClass);
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

        if (TryReturnBlock(ref machine, address))
        {
            return;
        }

        // The page becomes empty, and there is no room to keep it.
        uint granule = KernelHeapLayout.OffsetOf(address) >> KernelHeapLayout.GranuleShift;
        uint pageIndex = granule >> KernelHeapLayout.GranulesPerPageShift;
        ReturnFirstOrLast(
            ref machine,
            ref machine.Data<byte>(KernelHeapLayout.StateOfGranule(granule)),
            ref RecordOf(ref machine, pageIndex),
            granule);
        UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
    }

    private bool TryCutCachedPage<TMachine>(ref TMachine machine, uint blockClass)
        where TMachine : struct, IMachine
    {
        if (_cachedCount == 0)
        {
            return false;
        }

        _cachedCount--;
        CutPage(ref machine, _cache[_cachedCount], blockClass);
        return true;
    }

    /// <summary>Cuts a mapped page into free blocks, the lowest first, and keeps it for the class.</summary>
    private void CutPage<TMachine>(ref TMachine machine, uint pageIndex, uint blockClass)
        where TMachine : struct, IMachine
    {
        uint granules = KernelHeapClasses.GranulesOf(blockClass);
        VirtualAddress states = KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift);
        uint count = 1;
        uint granule = 0;
        for (uint next = granules; next + granules <= SlabGranules; next += granules)
        {
            machine.Data<byte>(states.Add(granule)) = LinkTo(next);
            granule = next;
            count++;
        }

        machine.Data<byte>(states.Add(granule)) = NoBlock;
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        page.Kind = HeapPageKind.Slab;
        page.Class = blockClass;
        page.Head = LinkTo(0);
        page.FreeCount = (byte)count;
        page.SimpleFrees = SimpleFreesOf(count);
        page.Length = count;
        page.Note = default;
        ref uint firstEmpty = ref ClassOf(ref _classes, blockClass).FirstEmpty;
        page.Next = firstEmpty;
        firstEmpty = pageIndex + 1;
        _emptyCount++; // may pass its capacity until the page is taken
        if (BuildChecks.Enabled)
        {
            FillFreePage(ref machine, pageIndex, granules);
        }
    }

    /// <summary>Gives up the pages of all classes that hold no live block.</summary>
    private void ReleaseEmptyPages<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, ref KernelWindow window)
        where TMachine : struct, IMachine
    {
        for (uint blockClass = 0; blockClass < KernelHeapClasses.Count; blockClass++)
        {
            ref HeapClass pages = ref ClassOf(ref _classes, blockClass);
            while (pages.FirstEmpty != 0)
            {
                uint pageIndex = pages.FirstEmpty - 1;
                pages.FirstEmpty = RecordOf(ref machine, pageIndex).Next;
                _emptyCount--;
                UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
            }

            if (pages.Current != 0
                && FreeCountOf(ref machine, pages.Current - 1) == RecordOf(ref machine, pages.Current - 1).Length)
            {
                uint pageIndex = pages.Current - 1;
                pages.Current = 0;
                SlabOf(ref _slabs, blockClass).Head = NoBlock;
                UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
            }
        }
    }

    /// <summary>Free blocks of a slab's page: on its own list, and claimed by its class when it is the current one.</summary>
    private readonly uint FreeCountOf<TMachine>(ref TMachine machine, uint pageIndex)
        where TMachine : struct, IMachine
    {
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        uint count = page.FreeCount;
        if (page.SimpleFrees == AllFrees)
        {
            count--;
            HeapSlab slab = _slabs[(int)page.Class];
            for (uint link = slab.Head; link != NoBlock; link = machine.Data<byte>(new VirtualAddress(slab.States + link)))
            {
                count++;
            }
        }

        return count;
    }

    private static byte SimpleFreesOf(uint blockCount) => blockCount < 2 ? (byte)0 : (byte)(blockCount - 2);

    private static byte LinkTo(uint granule) => (byte)((granule & KernelHeapLayout.GranuleInPageMask) + 1);

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

    // Without bounds checks: what is passed comes from the table of classes, a loop over it, or a record.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapSlab SlabOf(ref SlabTable table, uint blockClass) =>
        ref Unsafe.Add(ref Unsafe.As<SlabTable, HeapSlab>(ref table), (int)blockClass);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapClass ClassOf(ref ClassTable table, uint blockClass) =>
        ref Unsafe.Add(ref Unsafe.As<ClassTable, HeapClass>(ref table), (int)blockClass);

    [InlineArray(KernelHeapClasses.Count)]
    private struct SlabTable
    {
        private HeapSlab _first;
    }

    [InlineArray(KernelHeapClasses.Count)]
    private struct ClassTable
    {
        private HeapClass _first;
    }
}
