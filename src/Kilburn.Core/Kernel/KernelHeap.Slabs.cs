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

        bool isEmpty = page.FreeCount + 1u == page.Length;
        if (isEmpty && _emptyCount >= EmptyCapacity && _cachedCount == CacheCapacity)
        {
            return false;
        }

        ReturnFirstOrLast(ref machine, ref state, ref page, granule);
        if (isEmpty)
        {
            KeepEmptyPage(ref page, pageIndex);
        }

        return true;
    }

    /// <summary>Enters the block in its page's list, and the page in its class's, or takes it off when it becomes empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // in both of its callers; measured: heap.mix_free
    private void ReturnFirstOrLast<TMachine>(ref TMachine machine, ref byte state, ref HeapPage page, uint granule)
        where TMachine : struct, IMachine
    {
        ref HeapSlab slab = ref SlabOf(ref _slabs, page.Class);
        uint pageIndex = granule >> KernelHeapLayout.GranulesPerPageShift;
        uint freeCount = page.FreeCount + 1u;
        state = page.Head;
        page.Head = LinkTo(granule);
        page.FreeCount = (byte)freeCount;
        if (freeCount == page.Length)
        {
            if (freeCount != 1)
            {
                Unlink(ref machine, ref slab.First, ref page);
            }
        }
        else if (freeCount == 1)
        {
            Link(ref machine, ref slab.First, ref page, pageIndex);
        }
    }

    /// <summary>Keeps a page without live blocks, which is on no list, for its class, or in the cache. One of the two has room.</summary>
    private void KeepEmptyPage(ref HeapPage page, uint pageIndex)
    {
        if (_emptyCount >= EmptyCapacity)
        {
            CachePage(ref page, pageIndex);
            return;
        }

        _emptyCount++;
        ref HeapSlab slab = ref SlabOf(ref _slabs, page.Class);
        page.Next = slab.FirstEmpty;
        slab.FirstEmpty = pageIndex + 1;
    }

    /// <summary>Claims what is free in the class's current page; else makes another page with free blocks the current one.</summary>
    /// <returns>The slab's new head; <see cref="NoBlock"/> when a new page is needed.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Claim<TMachine>(ref TMachine machine, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        if (slab.Current != 0)
        {
            ref HeapPage current = ref RecordOf(ref machine, slab.Current - 1);
            uint head = current.Head;
            if (head != NoBlock)
            {
                current.Head = NoBlock;
                current.FreeCount = 1;
                slab.Head = head;
                return head;
            }
        }

        return ChangePage(ref machine, ref slab);
    }

    private uint ChangePage<TMachine>(ref TMachine machine, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        if ((slab.First | slab.FirstEmpty) == 0 && !TryCutCachedPage(ref machine, ref slab))
        {
            return NoBlock;
        }

        if (slab.Current != 0)
        {
            // Full: its first free links it.
            ref HeapPage full = ref RecordOf(ref machine, slab.Current - 1);
            full.FreeCount = 0;
            full.SimpleFrees = SimpleFreesOf(full.Length);
        }

        uint link = slab.First;
        ref HeapPage page = ref RecordOf(ref machine, (link != 0 ? link : slab.FirstEmpty) - 1);
        if (link != 0)
        {
            Unlink(ref machine, ref slab.First, ref page);
        }
        else
        {
            link = slab.FirstEmpty;
            slab.FirstEmpty = page.Next;
            _emptyCount--;
        }

        uint pageIndex = link - 1;
        uint head = page.Head;
        page.Head = NoBlock;
        page.FreeCount = 1;
        page.SimpleFrees = AllFrees;
        slab.Current = link;
        slab.States = KernelHeapLayout.StateAt(pageIndex << PageSize.SmallShift).Value - 1;
        slab.Blocks = KernelHeapLayout.PageAt(pageIndex).Value - KernelHeapLayout.Granule;
        slab.Head = head;
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
        ReturnFirstOrLast(
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

    private bool TryCutCachedPage<TMachine>(ref TMachine machine, ref HeapSlab slab)
        where TMachine : struct, IMachine
    {
        if (_cachedCount == 0 || slab.LiveState == 0)
        {
            return false;
        }

        _cachedCount--;
        CutPage(ref machine, ref slab, _cache[_cachedCount]);
        return true;
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
        page.SimpleFrees = SimpleFreesOf(count);
        page.Length = count;
        page.Note = default;
        page.Next = slab.FirstEmpty;
        slab.FirstEmpty = pageIndex + 1;
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
                uint pageIndex = slab.FirstEmpty - 1;
                slab.FirstEmpty = RecordOf(ref machine, pageIndex).Next;
                _emptyCount--;
                UnmapRun(ref machine, ref frames, ref tables, ref window, pageIndex, 1);
            }

            if (slab.Current != 0
                && FreeCountOf(ref machine, slab.Current - 1) == RecordOf(ref machine, slab.Current - 1).Length)
            {
                uint pageIndex = slab.Current - 1;
                slab.Current = 0;
                slab.Head = NoBlock;
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
            HeapSlab slab = _slabs[(int)page.Class + 1];
            for (uint link = slab.Head; link != NoBlock; link = machine.Data<byte>(new VirtualAddress(slab.States + link)))
            {
                count++;
            }
        }

        return count;
    }

    private static byte SimpleFreesOf(uint blockCount) => blockCount < 2 ? (byte)0 : (byte)(blockCount - 2);

    private static byte LinkTo(uint granule) => (byte)((granule & KernelHeapLayout.GranuleInPageMask) + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a few stores; measured: heap.mix_free
    private static void Link<TMachine>(ref TMachine machine, ref uint first, ref HeapPage page, uint pageIndex)
        where TMachine : struct, IMachine
    {
        uint next = first;
        page.Next = next;
        page.Previous = 0;
        if (next != 0)
        {
            RecordOf(ref machine, next - 1).Previous = pageIndex + 1;
        }

        first = pageIndex + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a few stores; measured: heap.mix_free
    private static void Unlink<TMachine>(ref TMachine machine, ref uint first, ref HeapPage page)
        where TMachine : struct, IMachine
    {
        uint next = page.Next;
        uint previous = page.Previous;
        if (previous != 0)
        {
            RecordOf(ref machine, previous - 1).Next = next;
        }
        else
        {
            first = next;
        }

        if (next != 0)
        {
            RecordOf(ref machine, next - 1).Previous = previous;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref HeapPage RecordOf<TMachine>(ref TMachine machine, uint pageIndex)
        where TMachine : struct, IMachine => ref machine.Data<HeapPage>(KernelHeapLayout.RecordOf(pageIndex));

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
