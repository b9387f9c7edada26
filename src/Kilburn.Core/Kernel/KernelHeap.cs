using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Kernel;

/// <summary>The kernel heap: blocks of size classes below a page, whole pages above, from 0xC3000000 upward.</summary>
/// <remarks>
/// <para>
/// Everything that the heap knows lies in its directory (<see cref="KernelHeapLayout"/>), apart from the blocks. One state byte to
/// 32 bytes of heap says whether a live block starts there, and of which class: a free is judged by one load. For a free block
/// the byte links to the next free one of its page.
/// </para>
/// <para>
/// Files: this one holds the calls; <c>KernelHeap.Slabs.cs</c> the pages cut into blocks; <c>KernelHeap.Runs.cs</c> runs of pages
/// and the end of the heap; <c>KernelHeap.Pages.cs</c> frames and mappings; <c>KernelHeap.Checks.cs</c> guards and owners;
/// <c>KernelHeap.Queries.cs</c> what the monitor shows.
/// </para>
/// <para>
/// A value of all zeroes is an empty heap. Locking: every field and the directory are guarded by <see cref="LockRank.Heap"/>; the
/// border, tables and frames are taken under it. Work is bounded, apart from what is proportional to the pages of the block.
/// Not for interrupt handlers. Contents of a new block are whatever was there.
/// </para>
/// </remarks>
public partial struct KernelHeap
{
    /// <summary>Largest alignment, in bytes.</summary>
    public const uint LargestAlignment = PageSize.Section;

    /// <summary>The class that <see cref="LargeState"/> stands for.</summary>
    private const uint LargeClass = LargeState - FirstLiveState;

    // Guarded by _lock, all of them. The hot paths use the first four.
    private SpinLock _lock;
    private uint _granuleCount; // granules below the end of the heap
    private SlabNumbers _slabOfGranules; // by the granules of a request less one; zero before the heap is used
    private SlabTable _slabs; // by class plus one
    private uint _pageCount; // pages below the end of the heap
    private uint _emptyCount; // pages without live blocks that are cut for a class, current pages apart
    private PageCache _cache; // page numbers, the last one returned on top
    private int _cachedCount;
    private BinTable _bins; // record of the first page of each bin's first run; zero for none
    private BinWords _usedBins; // a bit to each bin that is not empty
    private uint _highestPageCount; // the most that _pageCount ever was
    private uint _mappedPageCount; // directory included
    private uint _directoryPageCount;
    private uint _highWaterPageCount;
    private uint _failureCount;
    private uint _faultCount;
    private HeapFault _lastFault;

    /// <summary>Takes a block.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives frames when no page has room.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <param name="address">The block: a multiple of 32, of 4 KiB from 2049 bytes on; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for none.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfRange"/> for no bytes,
    /// <see cref="VmStatus.WindowFull"/> when the heap would meet the MMIO window, <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // keeps the registers of the hot path that comes before it free
    public VmStatus TryAllocate<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint lengthInBytes,
        out VirtualAddress address,
        uint owner = 0)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        VmStatus status = TryAllocateLocked(
            ref machine, ref frames, ref tables, ref window, lengthInBytes, KernelHeapLayout.Granule, out address, owner);
        _lock.Release(ref machine, LockRank.Heap);
        return status;
    }

    /// <summary>Takes a block at a multiple of a power of two.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives frames when no page has room.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <param name="alignment">Power of two, up to <see cref="LargestAlignment"/>, in bytes.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for none.</param>
    /// <returns>
    /// As <see cref="TryAllocate"/>; <see cref="VmStatus.Misaligned"/> when the alignment is no power of two,
    /// <see cref="VmStatus.OutOfRange"/> when it is too large.
    /// </returns>
    public VmStatus TryAllocateAligned<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint lengthInBytes,
        uint alignment,
        out VirtualAddress address,
        uint owner = 0)
        where TMachine : struct, IMachine
    {
        address = default;
        if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        {
            return VmStatus.Misaligned;
        }

        if (alignment > LargestAlignment)
        {
            return VmStatus.OutOfRange;
        }

        _lock.Acquire(ref machine, LockRank.Heap);
        VmStatus status = TryAllocateLocked(
            ref machine, ref frames, ref tables, ref window, lengthInBytes, alignment, out address, owner);
        _lock.Release(ref machine, LockRank.Heap);
        return status;
    }

    /// <summary>Takes a block for an array.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives frames when no page has room.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="count">Elements, at least 1.</param>
    /// <param name="elementLengthInBytes">At least 1.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for none.</param>
    /// <returns>As <see cref="TryAllocate"/>; <see cref="VmStatus.Overflow"/> when the product does not fit into 32 bits.</returns>
    public VmStatus TryAllocateArray<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint count,
        uint elementLengthInBytes,
        out VirtualAddress address,
        uint owner = 0)
        where TMachine : struct, IMachine
    {
        ulong lengthInBytes = (ulong)count * elementLengthInBytes;
        if (lengthInBytes > uint.MaxValue)
        {
            address = default;
            return VmStatus.Overflow;
        }

        return TryAllocate(
            ref machine, ref frames, ref tables, ref window, (uint)lengthInBytes, out address, owner);
    }

    /// <summary>Makes a block longer or shorter; what both lengths have in common keeps its contents.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives and takes frames.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="address">The block.</param>
    /// <param name="lengthInBytes">The new length, at least 1.</param>
    /// <param name="newAddress">
    /// Where the block is now: the old place when it fits there, else any, aligned as by <see cref="TryAllocate"/>; default on failure.
    /// </param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for none.</param>
    /// <returns>
    /// As <see cref="TryAllocate"/> for the new length and as <see cref="TryFree"/> for the old block. On failure the old block
    /// is as it was.
    /// </returns>
    public VmStatus TryResize<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address,
        uint lengthInBytes,
        out VirtualAddress newAddress,
        uint owner = 0)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        VmStatus status = TryResizeLocked(
            ref machine, ref frames, ref tables, ref window, address, lengthInBytes, out newAddress, owner);
        _lock.Release(ref machine, LockRank.Heap);
        return status;
    }

    /// <summary>Gives a block back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes the frames of pages that are not used any more.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    /// <param name="address">The block's first byte.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.AlreadyFree"/> when no live block holds the
    /// address, <see cref="VmStatus.Misaligned"/> when it is no block's first byte, <see cref="VmStatus.NotManaged"/> outside of what the
    /// heap has ever reached, and in a checked build <see cref="VmStatus.Corrupted"/> when the bytes behind the block were written:
    /// the block then stays as it is. <see cref="HeapStatistics.LastFault"/> names block and owner.
    /// </returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // keeps the registers of the hot path that comes before it free
    public VmStatus TryFree<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        VmStatus status = TryFreeLocked(ref machine, ref frames, ref tables, ref window, address);
        _lock.Release(ref machine, LockRank.Heap);
        return status;
    }

    /// <summary>Gives back every page that holds no live block: the cached ones, and those kept for their class.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes the frames.</param>
    /// <param name="tables">The kernel's tables.</param>
    /// <param name="window">The borders.</param>
    public void Trim<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref KernelTables tables, ref KernelWindow window)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Heap);
        _ = ReleaseUnusedPages(ref machine, ref frames, ref tables, ref window); // whether there was one is not asked
        _lock.Release(ref machine, LockRank.Heap);
    }

    private VmStatus TryAllocateLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        uint lengthInBytes,
        uint alignment,
        out VirtualAddress address,
        uint owner)
        where TMachine : struct, IMachine
    {
        address = default;
        if (lengthInBytes == 0)
        {
            return VmStatus.OutOfRange;
        }

        VmStatus status = VmStatus.WindowFull;
        if (lengthInBytes <= KernelHeapLayout.PageCapacity << PageSize.SmallShift)
        {
            PrepareClasses();
            uint needed = lengthInBytes + GuardLength;
            status = needed <= KernelHeapClasses.LargestBlock && alignment <= KernelHeapClasses.LargestBlock
                ? TryAllocateSmall(ref machine, ref frames, ref tables, ref window, ClassFor(needed, alignment), out address)
                : TryAllocateLarge(
                    ref machine, ref frames, ref tables, ref window, PagesOf(needed), AlignmentInPages(alignment), out address);
        }

        if (status != VmStatus.Ok)
        {
            _failureCount++;
        }
        else if (BuildChecks.Enabled)
        {
            WriteNote(ref machine, address, lengthInBytes, owner);
        }

        return status;
    }

    private VmStatus TryFreeLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address)
        where TMachine : struct, IMachine
    {
        VmStatus status = TryFindBlock(ref machine, address, out uint blockClass);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (blockClass == LargeClass)
        {
            FreeLarge(ref machine, ref frames, ref tables, ref window, address);
        }
        else
        {
            FreeSmall(ref machine, ref frames, ref tables, ref window, address, blockClass);
        }

        return VmStatus.Ok;
    }

    private VmStatus TryResizeLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address,
        uint lengthInBytes,
        out VirtualAddress newAddress,
        uint owner)
        where TMachine : struct, IMachine
    {
        newAddress = default;
        VmStatus status = TryFindBlock(ref machine, address, out uint blockClass);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        if (lengthInBytes != 0
            && lengthInBytes <= KernelHeapLayout.PageCapacity << PageSize.SmallShift
            && TryResizeInPlace(
                ref machine, ref frames, ref tables, ref window, address, blockClass, lengthInBytes + GuardLength))
        {
            newAddress = address;
            if (BuildChecks.Enabled)
            {
                WriteNote(ref machine, address, lengthInBytes, owner);
            }

            return VmStatus.Ok;
        }

        status = TryAllocateLocked(
            ref machine,
            ref frames,
            ref tables,
            ref window,
            lengthInBytes,
            KernelHeapLayout.Granule,
            out VirtualAddress moved,
            owner);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        uint oldLength = LengthOf(ref machine, address, blockClass);
        CopyBlock(ref machine, moved, address, oldLength < lengthInBytes ? oldLength : lengthInBytes);
        status = TryFreeLocked(ref machine, ref frames, ref tables, ref window, address);
        if (status != VmStatus.Ok)
        {
            BugCheck.Fail(ref machine, "H1: a block found live cannot be freed"u8, address.Value);
        }

        newAddress = moved;
        return VmStatus.Ok;
    }

    private bool TryResizeInPlace<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref KernelTables tables,
        ref KernelWindow window,
        VirtualAddress address,
        uint blockClass,
        uint needed)
        where TMachine : struct, IMachine
    {
        bool isSmall = needed <= KernelHeapClasses.LargestBlock;
        if (blockClass != LargeClass)
        {
            return isSmall && ClassFor(needed, KernelHeapLayout.Granule) == blockClass;
        }

        return !isSmall
            && TryResizeLarge(ref machine, ref frames, ref tables, ref window, address, PagesOf(needed));
    }

    /// <summary>Judges an address that is given to the heap.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address.</param>
    /// <param name="blockClass">Class of the block; <see cref="LargeClass"/> for whole pages; zero on failure.</param>
    /// <returns>As <see cref="TryFree"/>; what is wrong is kept as the last fault.</returns>
    private VmStatus TryFindBlock<TMachine>(ref TMachine machine, VirtualAddress address, out uint blockClass)
        where TMachine : struct, IMachine
    {
        uint offset = KernelHeapLayout.OffsetOf(address);
        uint pageIndex = offset >> PageSize.SmallShift;
        uint owner = 0;
        VmStatus status;
        blockClass = 0;
        if (pageIndex >= _pageCount)
        {
            // What lay above the end was given back as a whole.
            status = pageIndex < _highestPageCount ? VmStatus.AlreadyFree : VmStatus.NotManaged;
        }
        else
        {
            uint state = machine.Data<byte>(KernelHeapLayout.StateAt(offset));
            bool isLive = state >= FirstLiveState && (offset & KernelHeapLayout.GranuleMask) == 0;
            status = isLive ? VmStatus.Ok : JudgeDeadAddress(ref machine, offset, out owner);
            if (isLive)
            {
                blockClass = state - FirstLiveState;
                if (BuildChecks.Enabled && !IsGuardIntact(ref machine, address, out owner))
                {
                    status = VmStatus.Corrupted;
                }
            }
        }

        if (status != VmStatus.Ok)
        {
            NoteFault(status, address, owner);
            blockClass = 0;
        }

        return status;
    }

    private void NoteFault(VmStatus status, VirtualAddress address, uint owner)
    {
        _faultCount++;
        _lastFault.Status = status;
        _lastFault.Address = address;
        _lastFault.Owner = owner;
    }

    /// <summary>Copies by words, which cross no page, and the last bytes one by one: a guard may follow them.</summary>
    private static void CopyBlock<TMachine>(
        ref TMachine machine, VirtualAddress destination, VirtualAddress source, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        uint offset = 0;
        for (; lengthInBytes - offset >= sizeof(uint); offset += sizeof(uint))
        {
            machine.Data<uint>(destination.Add(offset)) = machine.Data<uint>(source.Add(offset));
        }

        for (; offset < lengthInBytes; offset++)
        {
            machine.Data<byte>(destination.Add(offset)) = machine.Data<byte>(source.Add(offset));
        }
    }

    private static uint PagesOf(uint lengthInBytes) => (lengthInBytes + PageSize.SmallMask) >> PageSize.SmallShift;

    private static uint AlignmentInPages(uint alignment) =>
        alignment <= PageSize.Small ? 1 : alignment >> PageSize.SmallShift;
}
