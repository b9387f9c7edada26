using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

/// <summary>The physical memory manager: gives out pages, translation tables and aligned blocks, and takes them back.</summary>
/// <remarks>
/// <para>
/// Four layers. In front of each core a cache of a few free pages and tables (<see cref="FrameCache"/>); behind the caches one depot
/// that takes their overflow, and blocks (<see cref="FrameDepot"/>); behind it rows of 32 frames, a word each; above the rows a word per 1 MiB
/// section and lists of sections by fullness (<see cref="FrameIndex"/>). What is asked for and given back most costs one pop or push
/// of the core's cache, in one routine of the machine; the layers behind are reached for many at a time, and their lock is taken once
/// then. A second-level table is a quarter of a page.
/// </para>
/// <para>
/// A word per frame (<see cref="FrameInfo"/>) tells who has it, so that what is freed twice, was never given out, or was given out as
/// something else is refused: <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.NotManaged"/>, <see cref="VmStatus.WrongKind"/>,
/// <see cref="VmStatus.Misaligned"/>, and nothing is changed. When two cores free the same thing at once, exactly one succeeds.
/// </para>
/// <para>
/// When frames run short, what the depot and the calling core's cache hold is used before a request fails. What other cores hold is
/// not: a 256th of the memory each in pages, and at most 768 KiB in tables. No operation's length depends on the memory's size.
/// </para>
/// <para>
/// Locking: caches are their core's, with interrupts masked; the rest is guarded by a lock of rank
/// <see cref="LockRank.Frames"/>, which no caller may hold. Not for interrupt handlers. The value itself lies in the kernel's data,
/// and is never copied.
/// </para>
/// </remarks>
public partial struct FrameAllocator
{
    /// <summary>Most cores that share an allocator.</summary>
    public const int CoreCapacity = 4;

    // What hot paths use comes first, so that its offsets are short.
    private FramePath _path;         // written once at start-up
    private SpinLock _lock;
    private FrameIndex _index;       // guarded by _lock, but for what start-up writes once
    private Caches _caches;          // owner core only
    private FrameSurvey _survey;     // written once at start-up
    private FrameDepot _depot;       // guarded by _lock
    private uint _cutPages;          // guarded by _lock; pages cut into second-level tables
    private RunCounts _runs;         // guarded by _lock; first-level tables and blocks out of the rows, by use
    private FailureCounts _failures; // guarded by _lock; by status

    /// <summary>Takes charge of the memory of a map.</summary>
    /// <param name="machine">The machine of the calling core, the only one that runs.</param>
    /// <param name="map">Banks of memory, in any order, with any holes; reserved ranges, of which every touched frame is left out.</param>
    /// <param name="firstUsable">KERNEL END. What lies below is left alone; the metadata is placed at the first room from here on.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/> when no free run of memory is large enough for the metadata;
    /// nothing was written then.
    /// </returns>
    /// <remarks>
    /// Memory above 1 GiB, which the linear map does not reach, is counted and left; frame 0 is never given out. What the memory holds
    /// does not matter. Metadata is 4 bytes per frame and 70 per MiB. Cores keep frames of the longest run of memory at hand; those of
    /// others come and go one by one, under the lock.
    /// </remarks>
    public VmStatus TryStart<TMachine>(ref TMachine machine, in MemoryMap map, PhysicalAddress firstUsable)
        where TMachine : struct, IMachine
    {
        VmStatus status = FrameIndex.TryStart(ref machine, map, firstUsable, out FrameIndex index, out FrameSurvey survey);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        // What the stacks have room for is left as it is: clearing it would cost more than all the rest of a core's start.
        _lock = default;
        _index = index;
        _survey = survey;
        _cutPages = 0;
        _runs = default;
        _failures = default;
        _path = new FramePath(_index.Longest);
        _depot.Clear(_index.Longest.FrameCount);
        for (uint core = 0; core < CoreCapacity; core++)
        {
            CacheOf(core).Clear(_index.Longest.FrameCount);
        }

        return VmStatus.Ok;
    }

    [UnscopedRef]
    private ref FrameCache FirstCache
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<Caches, FrameCache>(ref _caches);
    }

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref FrameCache CacheOf(uint core) => ref Unsafe.Add(ref FirstCache, (int)core);

    // The state of interrupts, and the cache of the calling core, which is its own until Leave.
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref FrameCache Enter<TMachine>(ref TMachine machine, out uint interrupts)
        where TMachine : struct, IMachine
    {
        interrupts = machine.MaskInterrupts();
        _lock.Acquire(ref machine, LockRank.Frames);
        return ref CacheOf(machine.CoreIndex);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leave<TMachine>(ref TMachine machine, uint interrupts)
        where TMachine : struct, IMachine
    {
        _lock.Release(ref machine, LockRank.Frames);
        machine.RestoreInterrupts(interrupts);
    }

    // The word of the frame at an address.
    private readonly ref uint InfoOf<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine
    {
        if (_path.IsPage(address))
        {
            return ref machine.Data<uint>(_path.InfoOfPage(address));
        }

        return ref _index.InfoOf(ref machine, address >> PageSize.SmallShift);
    }

    // Makes room on a core's full stack: half of it goes to the depot. False when that has no room either.
    private static bool TryStore(ref CoreStack cached, ref CoreStack depot)
    {
        uint count = cached.Capacity >> 1;
        if (depot.Room < count)
        {
            return false;
        }

        CoreStack.Move(ref cached, ref depot, count);
        return true;
    }

    // Fills a core's empty stack by half from the depot, or with what that has.
    private static void Restore(ref CoreStack cached, ref CoreStack depot)
    {
        uint count = cached.Capacity >> 1;
        CoreStack.Move(ref depot, ref cached, depot.Count < count ? depot.Count : count);
    }

    // A free page that is in no list any more: from the cache, filled first if it is empty, or a single one of a shorter region.
    private bool TryTakePageLocked<TMachine>(ref TMachine machine, ref FrameCache cache, out uint page)
        where TMachine : struct, IMachine
    {
        if (cache.Pages.Count == 0)
        {
            Restore(ref cache.Pages, ref _depot.Pages);
        }

        page = CoreStack.PopOwn(ref cache.Pages);
        if (page != 0)
        {
            return true;
        }

        if (!TryFillLocked(ref machine, ref cache, out page))
        {
            GatherLocked(ref machine, ref cache);
            if (!TryFillLocked(ref machine, ref cache, out page))
            {
                return false;
            }
        }

        if (page == 0)
        {
            page = CoreStack.PopOwn(ref cache.Pages);
        }

        return true;
    }

    // Fills a core's empty cache from the rows of a section. False when none has anything. A single page of a shorter region is not put
    // there, but given at once.
    private bool TryFillLocked<TMachine>(ref TMachine machine, ref FrameCache cache, out uint single)
        where TMachine : struct, IMachine
    {
        single = 0;
        uint half = Least(cache.Pages.Capacity >> 1, PageFill);
        uint most = half < LeastFill ? LeastFill : half;
        if (!_index.TryTakeRows(ref machine, most, out uint firstFrame, out FrameRows rows))
        {
            return false;
        }

        uint first = firstFrame << PageSize.SmallShift;
        uint lowest = rows[0] == 0 ? 0 : first + ((uint)BitOperations.TrailingZeroCount(rows[0]) << PageSize.SmallShift);
        if (lowest != 0 && !_path.IsPage(lowest))
        {
            single = lowest;
            return true;
        }

        // From the highest down, so that the lowest comes first.
        for (int row = FrameRows.Count - 1; row >= 0; row--)
        {
            CoreStack.PushBits(
                ref cache.Pages, first + ((uint)(row + 1) * RowInBytes) - PageSize.Small, PageSize.Small, rows[row]);
        }

        return true;
    }

    private static uint Least(uint one, uint other) => one < other ? one : other;

    // Gives all that the depot has and the calling core keeps at hand back, so that a search sees it.
    private void GatherLocked<TMachine>(ref TMachine machine, ref FrameCache cache)
        where TMachine : struct, IMachine
    {
        GivePairsLocked(ref machine, ref cache.Pairs, cache.Pairs.Count);
        GivePairsLocked(ref machine, ref _depot.Pairs, _depot.Pairs.Count);
        KeepQuartersLocked(ref machine, ref cache.Quarters, cache.Quarters.Count);
        KeepQuartersLocked(ref machine, ref _depot.Quarters, _depot.Quarters.Count);
        _index.GivePages(ref machine, ref cache.Pages, cache.Pages.Count);
        _index.GivePages(ref machine, ref _depot.Pages, _depot.Pages.Count);
        GiveBlocksLocked(ref machine, FrameUse.LargeBlock);
        GiveBlocksLocked(ref machine, FrameUse.SectionBlock);
    }

    // Why something cannot be freed, when it is not given out as what the caller says.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus Refuse<TMachine>(ref TMachine machine, FrameUse use, uint address, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        VmStatus status = (address & (lengthInBytes - 1)) == 0
            ? ReasonLocked(ref machine, use, address >> PageSize.SmallShift)
            : VmStatus.Misaligned;
        CountFailure(status);
        _lock.Release(ref machine, LockRank.Frames);
        return status;
    }

    // The same for an aligned address. Gives the lock back.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus RefuseLocked<TMachine>(ref TMachine machine, FrameUse use, uint address)
        where TMachine : struct, IMachine
    {
        VmStatus status = ReasonLocked(ref machine, use, address >> PageSize.SmallShift);
        CountFailure(status);
        _lock.Release(ref machine, LockRank.Frames);
        return status;
    }

    private VmStatus ReasonLocked<TMachine>(ref TMachine machine, FrameUse use, uint frame)
        where TMachine : struct, IMachine
    {
        FrameState state = StateLocked(ref machine, frame, out uint head, out FrameUse found);
        if (state == FrameState.Used)
        {
            // A second-level table beside one that is given out; or what another core has given back and taken meanwhile.
            return found == use && head == frame ? VmStatus.AlreadyFree : VmStatus.WrongKind;
        }

        return state == FrameState.Free ? VmStatus.AlreadyFree : VmStatus.NotManaged;
    }

    // Where a frame stands, the first frame of what it belongs to, and what that is used as. The lock is held.
    private FrameState StateLocked<TMachine>(ref TMachine machine, uint frame, out uint head, out FrameUse use)
        where TMachine : struct, IMachine
    {
        head = frame;
        use = FrameUse.Page;
        int found = _index.FindRegion(frame);
        if (found < 0)
        {
            return FrameState.NotManaged;
        }

        ref readonly FrameRegion region = ref _index.Region(found);
        uint info = machine.LoadAcquire(ref machine.Data<uint>(region.InfoOf(frame)));
        if (info != 0)
        {
            use = FrameInfo.UseOf(info);
            return FrameInfo.IsUsed(info) ? FrameState.Used : FrameState.Free;
        }

        if (_survey.IsMetadata(frame))
        {
            return FrameState.Metadata;
        }

        if (_survey.IsReserved(frame))
        {
            return FrameState.NotManaged;
        }

        for (use = FrameUse.FirstLevelTable; use <= FrameUse.SupersectionBlock; use++)
        {
            head = frame & ~((1u << FrameInfo.FrameShiftOf(use)) - 1);
            if (region.Contains(head) && machine.Data<uint>(region.InfoOf(head)) == FrameInfo.Used(use))
            {
                return FrameState.Used;
            }
        }

        head = frame;
        use = FrameUse.Page;
        return FrameState.Free;
    }

    private void CountFailure(VmStatus status) =>
        Unsafe.Add(ref Unsafe.As<FailureCounts, uint>(ref _failures), (int)status)++;

    [InlineArray(CoreCapacity)]
    private struct Caches
    {
        private FrameCache _element;
    }

    [InlineArray((int)FrameUse.SupersectionBlock + 1)]
    private struct RunCounts
    {
        private uint _element;
    }

    [InlineArray((int)VmStatus.WrongKind + 1)]
    private struct FailureCounts
    {
        private uint _element;
    }
}
