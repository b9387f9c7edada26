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

    /// <summary>The state of a live block less this is the number of its slab.</summary>
    private const uint SlabState = FirstLiveState - 1;

    private const byte NoBlock = 0;
    private const byte AllFrees = 255;

    /// <summary>Takes a block without new pages, lock included.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="lengthInBytes">Any length.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <returns>False, with nothing changed, when it takes more than that, or the length is no good.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the whole of the usual allocation; measured: heap.allocate_*
    internal bool TryAllocateMapped<TMachine>(ref TMachine machine, uint lengthInBytes, out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        uint last = unchecked(lengthInBytes - 1);
        if (last < KernelHeapClasses.LargestBlock)
        {
            ref byte slab = ref Unsafe.As<SlabNumbers, byte>(ref _slabOfGranules);
            uint number = Unsafe.Add(ref slab, (int)(last >> KernelHeapLayout.GranuleShift));
            if (TryTakeBlock(ref machine, ref SlabAt(ref _slabs, number), out address))
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

    /// <summary>Gives a block back without unmapping anything, lock included.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address.</param>
    /// <returns>False, with nothing changed, when it takes more than that, or the address is no good.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the whole of the usual free; measured: heap.free_*
    internal bool TryFreeMapped<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        if (TryReturnBlock(ref machine, address))
        {
            _lock.Release(ref machine, LockRank.Heap);
            return true;
        }

        _lock.Release(ref machine, LockRank.Heap);
        return false;
    }

    /// <summary>Takes a block from the pages that a class has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeBlock<TMachine>(ref TMachine machine, ref HeapSlab slab, out VirtualAddress address)
        where TMachine : struct, IMachine
    {
        uint head = slab.Head;
        if (head == NoBlock)
        {
            head = Claim(ref machine, ref slab);
            if (head == NoBlock)
            {
                head = ChangePage(ref machine, ref slab);
                if (head == NoBlock)
                {
                    address = default;
                    return false;
                }
            }
        }

        ref byte state = ref machine.Data<byte>(new VirtualAddress(slab.States + head));
        slab.Head = state;
        state = (byte)slab.LiveState;
        address = new VirtualAddress(slab.Blocks + (head << KernelHeapLayout.GranuleShift));
        return true;
    }

    /// <summary>Gives a block back, unless its page is to be unmapped, or no live block starts there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address. A number here: an address struct would go to the stack and back.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReturnBlock<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine
    {
        // An address that is no multiple of a granule becomes a number past every heap.
        uint granule = BitOperations.RotateRight(
            KernelHeapLayout.OffsetOf(new VirtualAddress(address)), KernelHeapLayout.GranuleShift);
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
        uint record = KernelHeapLayout.RecordOf(granule >> KernelHeapLayout.GranulesPerPageShift).Value;
        ref HeapPage page = ref RecordAt(ref machine, record);
        uint liveState = state;
        if (liveState < FirstLiveState)
        {
            return false;
        }

        if (liveState == LargeState)
        {
            return TryReturnPage(ref state, ref page, KernelHeapLayout.PageIndexOf(record));
        }

        if (page.FreeCount + 1u == page.Length)
        {
            return TryReturnLast(ref machine, ref state, ref page, record, granule);
        }

        // The page was full.
        Push(ref state, ref page, granule);
        LinkLast(ref machine, ref SlabAt(ref _slabs, liveState - SlabState), ref page, record);
        return true;
    }

    /// <summary>Gives back a block of one page, if the cache has room.</summary>
    private bool TryReturnPage(ref byte state, ref HeapPage page, uint pageIndex)
    {
        if (page.Length != 1 || _cachedCount == CacheCapacity)
        {
            return false;
        }

        state = NoBlock;
        CachePage(ref page, pageIndex);
        return true;
    }

    /// <summary>Gives back the last live block of a page, if the page can be kept.</summary>
    private bool TryReturnLast<TMachine>(
        ref TMachine machine, ref byte state, ref HeapPage page, uint record, uint granule)
        where TMachine : struct, IMachine
    {
        if (_emptyCount >= EmptyCapacity && _cachedCount == CacheCapacity)
        {
            return false;
        }

        ReturnLast(ref machine, ref state, ref page, granule);
        if (_emptyCount >= EmptyCapacity)
        {
            CachePage(ref page, KernelHeapLayout.PageIndexOf(record));
            return true;
        }

        _emptyCount++;
        ref HeapSlab slab = ref SlabOf(ref _slabs, page.Class);
        page.Next = slab.FirstEmpty;
        slab.FirstEmpty = record;
        return true;
    }

    /// <summary>Gives back the last live block of a page, and takes the page off its list.</summary>
    private void ReturnLast<TMachine>(ref TMachine machine, ref byte state, ref HeapPage page, uint granule)
        where TMachine : struct, IMachine
    {
        bool wasFull = page.FreeCount == 0;
        Push(ref state, ref page, granule);
        if (!wasFull)
        {
            UnlinkAny(ref machine, ref SlabOf(ref _slabs, page.Class), ref page);
        }
    }

    /// <summary>Puts a block on its page's list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Push(ref byte state, ref HeapPage page, uint granule)
    {
        state = page.Head;
        page.Head = LinkTo(granule);
        page.FreeCount++;
    }

    /// <summary>Claims what is free in the class's current page.</summary>
    /// <returns>The slab's new head; <see cref="NoBlock"/> when the page is full, or there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a call costs as much again; measured: heap.mix_allocate
    private static uint Claim<TMachine>(ref TMachine machine, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        if (slab.Current == 0)
        {
            return NoBlock;
        }

        ref HeapPage current = ref RecordAt(ref machine, slab.Current);
        uint head = current.Head;
        current.Head = NoBlock;
        current.FreeCount = 1;
        return head;
    }

    /// <summary>Makes another page with free blocks the class's current one, and claims its blocks.</summary>
    /// <returns>The slab's new head; <see cref="NoBlock"/> when a new page is needed.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint ChangePage<TMachine>(ref TMachine machine, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        uint record = slab.First;
        if (record == 0)
        {
            record = slab.FirstEmpty;
            if (record == 0)
            {
                record = CutCachedPage(ref machine, ref slab);
                if (record == 0)
                {
                    return NoBlock;
                }
            }

            slab.FirstEmpty = RecordAt(ref machine, record).Next;
            _emptyCount--;
        }
        else
        {
            uint next = RecordAt(ref machine, record).Next;
            slab.First = next;
            if (next != 0)
            {
                RecordAt(ref machine, next).Previous = 0;
            }
        }

        if (slab.Current != 0)
        {
            // Full: its first free links it.
            ref HeapPage full = ref RecordAt(ref machine, slab.Current);
            full.FreeCount = 0;
            full.SimpleFrees = (byte)full.UsualSimpleFrees;
        }

        ref HeapPage page = ref RecordAt(ref machine, record);
        uint head = page.Head;
        page.Head = NoBlock;
        page.FreeCount = 1;
        page.SimpleFrees = AllFrees;
        uint pageIndex = KernelHeapLayout.PageIndexOf(record);
        slab.Current = record;
        slab.States = KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift).Value - 1;
        slab.Blocks = KernelHeapLayout.PageAt(pageIndex).Value - KernelHeapLayout.Granule;
        return head;
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
        ref HeapSlab slab = ref SlabOf(ref _slabs, blockClass);
        while (true)
        {
            if (!TryTakeBlock(ref machine, ref slab, out address))
            {
                VmStatus status = TryTakePages(
                    ref machine, ref frames, ref tables, ref window, 1, 1, out uint pageIndex);
                if (status != VmStatus.Ok)
                {
                    return status;
                }

                CutPage(ref machine, ref slab, pageIndex);
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

        if (TryReturnBlock(ref machine, address.Value))
        {
            return;
        }

        // The page becomes empty, and there is no room to keep it.
        uint granule = KernelHeapLayout.OffsetOf(address) >> KernelHeapLayout.GranuleShift;
        uint pageIndex = granule >> KernelHeapLayout.GranulesPerPageShift;
        ReturnLast(
            ref machine,
            ref machine.Data<byte>(KernelHeapLayout.StateOfGranule(granule)),
            ref RecordOf(ref machine, pageIndex),
            granule);
        UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
    }

    /// <summary>Fills the table from lengths to classes, once.</summary>
    private void PrepareClasses()
    {
        if (_slabOfGranules[0] != 0)
        {
            return;
        }

        int granules = 0;
        for (uint blockClass = 0; blockClass < KernelHeapClasses.Count; blockClass++)
        {
            SlabOf(ref _slabs, blockClass).LiveState = FirstLiveState + blockClass;
            for (; granules < (int)KernelHeapClasses.GranulesOf(blockClass); granules++)
            {
                _slabOfGranules[granules] = (byte)(blockClass + 1);
            }
        }
    }

    /// <summary>The smallest class that holds a number of bytes at an alignment.</summary>
    /// <param name="lengthInBytes">1 to <see cref="KernelHeapClasses.LargestBlock"/>.</param>
    /// <param name="alignment">Power of two, at most <see cref="KernelHeapClasses.LargestBlock"/>.</param>
    private readonly uint ClassFor(uint lengthInBytes, uint alignment)
    {
        uint last = (lengthInBytes > alignment ? lengthInBytes : alignment) - 1;
        uint blockClass = _slabOfGranules[(int)(last >> KernelHeapLayout.GranuleShift)] - 1u;
        uint granuleMask = (alignment - 1) >> KernelHeapLayout.GranuleShift;
        while ((KernelHeapClasses.GranulesOf(blockClass) & granuleMask) != 0)
        {
            blockClass++; // ends at the largest class, a power of two not below the alignment
        }

        return blockClass;
    }

    /// <summary>Cuts a page of the cache for a class.</summary>
    /// <returns>Its record, first of the empty ones; zero when no page is cached.</returns>
    private uint CutCachedPage<TMachine>(ref TMachine machine, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        if (_cachedCount == 0 || slab.LiveState == 0)
        {
            return 0;
        }

        _cachedCount--;
        CutPage(ref machine, ref slab, _cache[_cachedCount]);
        return slab.FirstEmpty;
    }

    /// <summary>Cuts a mapped page into free blocks, the lowest first, and keeps it for the class.</summary>
    private void CutPage<TMachine>(ref TMachine machine, ref HeapSlab slab, uint pageIndex)
        where TMachine : struct, IMachine
    {
        uint blockClass = slab.LiveState - FirstLiveState;
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
        page.UsualSimpleFrees = count < 2 ? 0 : count - 2;
        page.SimpleFrees = (byte)page.UsualSimpleFrees;
        page.Length = count;
        page.Note = default;
        page.Next = slab.FirstEmpty;
        slab.FirstEmpty = KernelHeapLayout.RecordOf(pageIndex).Value;
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
            ref HeapSlab slab = ref SlabOf(ref _slabs, blockClass);
            while (slab.FirstEmpty != 0)
            {
                uint pageIndex = KernelHeapLayout.PageIndexOf(slab.FirstEmpty);
                slab.FirstEmpty = RecordOf(ref machine, pageIndex).Next;
                _emptyCount--;
                UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
            }

            if (slab.Current != 0
                && FreeCountOf(ref machine, slab.Current) == RecordAt(ref machine, slab.Current).Length)
            {
                uint pageIndex = KernelHeapLayout.PageIndexOf(slab.Current);
                slab.Current = 0;
                slab.Head = NoBlock;
                UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
            }
        }
    }

    /// <summary>Free blocks of a slab's page: on its own list, and claimed by its class when it is the current one.</summary>
    private readonly uint FreeCountOf<TMachine>(ref TMachine machine, uint record)
        where TMachine : struct, IMachine
    {
        ref HeapPage page = ref RecordAt(ref machine, record);
        if (page.SimpleFrees != AllFrees)
        {
            return page.FreeCount;
        }

        HeapSlab slab = _slabs[(int)page.Class + 1];
        return CountFrom(ref machine, slab.States, slab.Head) + CountFrom(ref machine, slab.States, page.Head);
    }

    private static uint CountFrom<TMachine>(ref TMachine machine, uint states, uint link)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        while (link != NoBlock)
        {
            count++;
            link = machine.Data<byte>(new VirtualAddress(states + link));
        }

        return count;
    }

    private static byte LinkTo(uint granule) => (byte)((granule & KernelHeapLayout.GranuleInPageMask) + 1);

    /// <summary>Enters a page at the end of its class's list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a few stores; measured: heap.mix_free
    private static void LinkLast<TMachine>(ref TMachine machine, ref HeapSlab slab, ref HeapPage page, uint record)
        where TMachine : struct, IMachine
    {
        page.Next = 0;
        if (slab.First == 0)
        {
            page.Previous = 0;
            slab.First = record;
        }
        else
        {
            page.Previous = slab.Last;
            RecordAt(ref machine, slab.Last).Next = record;
        }

        slab.Last = record;
    }

    private static void UnlinkAny<TMachine>(ref TMachine machine, ref HeapSlab slab, ref HeapPage page)
        where TMachine : struct, IMachine
    {
        Unlink(ref machine, ref slab.First, ref page);
        if (page.Next == 0)
        {
            slab.Last = page.Previous;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapPage RecordOf<TMachine>(ref TMachine machine, uint pageIndex)
        where TMachine : struct, IMachine => ref machine.Data<HeapPage>(KernelHeapLayout.RecordOf(pageIndex));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapPage RecordAt<TMachine>(ref TMachine machine, uint record)
        where TMachine : struct, IMachine => ref machine.Data<HeapPage>(new VirtualAddress(record));

    /// <summary>The slab of a class.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapSlab SlabOf(ref SlabTable table, uint blockClass) => ref SlabAt(ref table, blockClass + 1);

    /// <summary>A slab by number: 0 is no class's and always empty; without a bounds check, since tables and records give the number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapSlab SlabAt(ref SlabTable table, uint number) =>
        ref Unsafe.Add(ref Unsafe.As<SlabTable, HeapSlab>(ref table), (int)number);

    [InlineArray(KernelHeapClasses.Count + 1)]
    private struct SlabTable
    {
        private HeapSlab _first;
    }

    [InlineArray(KernelHeapClasses.LargestGranules)]
    private struct SlabNumbers
    {
        private byte _first;
    }
}
