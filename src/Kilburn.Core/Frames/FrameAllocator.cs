using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

/// <summary>The physical memory manager: gives out pages, translation tables and aligned blocks, and takes them back.</summary>
/// <remarks>
/// <para>
/// Three layers. In front of each core a magazine of at most 64 free frames; behind them rows of 32 frames, a word
/// each; above the rows a word per 1 MiB section and lists of sections by fullness (<see cref="FrameIndex"/>). A page costs a pop or a
/// push of the magazine; the layers behind are reached once per 32 pages, and their lock is taken once then. Second-level tables are
/// quarters of pages, and first-level tables of 8 KiB come from a pool of a few pairs.
/// </para>
/// <para>
/// A word per frame (<see cref="FrameInfo"/>) tells who has it, so that what is freed twice, was never given out, or was given out as
/// something else is refused: <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.NotManaged"/>, <see cref="VmStatus.WrongKind"/>,
/// <see cref="VmStatus.Misaligned"/>, and nothing is changed. When two cores free the same thing at once, exactly one succeeds.
/// </para>
/// <para>
/// When frames run short, what the calling core's magazine and the pool hold is used before a request fails. What other cores hold is
/// not: at most 64 frames each. No operation's length depends on the memory's size.
/// </para>
/// <para>
/// Locking: magazines are their core's, with interrupts masked; the rest is guarded by a lock of rank
/// <see cref="LockRank.Frames"/>, which no caller may hold. Not for interrupt handlers.
/// </para>
/// </remarks>
public partial struct FrameAllocator
{
    /// <summary>Most cores that share an allocator.</summary>
    public const int CoreCapacity = 4;

    private const uint NoFrame = 0xFFFF_FFFF;

    private Magazines _magazines; // owner core only
    private SpinLock _lock;
    private FrameIndex _index;      // guarded by _lock
    private FrameSurvey _survey;    // written once at start-up
    private uint _partialPage;      // guarded by _lock; first page of second-level tables that has one free
    private uint _partialFrames;    // guarded by _lock; pages cut into second-level tables
    private uint _quarters;         // guarded by _lock; second-level tables given out
    private uint _poolTop;          // guarded by _lock; first frame of the pair on top
    private uint _poolCount;        // guarded by _lock; pairs in the pool
    private UseCounts _blocks;      // guarded by _lock; tables and blocks given out, by use
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
    /// Memory above 1 GiB, which the linear map does not reach, is counted and left. What the memory holds does not matter. Metadata is
    /// 4 bytes per frame and 37 per MiB.
    /// </remarks>
    public VmStatus TryStart<TMachine>(ref TMachine machine, in MemoryMap map, PhysicalAddress firstUsable)
        where TMachine : struct, IMachine
    {
        VmStatus status = FrameIndex.TryStart(ref machine, map, firstUsable, out FrameIndex index, out FrameSurvey survey);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        this = default;
        _index = index;
        _survey = survey;
        _partialPage = NoFrame;
        _poolTop = NoFrame;
        for (int core = 0; core < CoreCapacity; core++)
        {
            MagazineOf((uint)core).Top = FrameInfo.Nowhere;
        }

        return VmStatus.Ok;
    }

    // Frames that no use counts yet: taken from the magazine, or behind it.
    private VmStatus TakeFrame<TMachine>(ref TMachine machine, uint info, out uint frame)
        where TMachine : struct, IMachine
    {
        VmStatus status = VmStatus.Ok;
        uint interrupts = machine.MaskInterrupts();
        ref FrameMagazine magazine = ref MagazineOf(machine.CoreIndex);
        if (magazine.Top < FrameMagazine.FilledTop)
        {
            status = Refill(ref machine, ref magazine, out frame);
        }
        else
        {
            frame = Pop(ref machine, ref magazine);
        }

        if (status == VmStatus.Ok)
        {
            InfoOf(ref machine, frame) = info;
        }

        machine.RestoreInterrupts(interrupts);
        return status;
    }

    // The frame's word is Nowhere, or on its way to it.
    private void ReturnFrame<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        ref readonly FrameRegion region = ref _index.Longest;
        if (!region.Contains(frame))
        {
            _lock.Acquire(ref machine, LockRank.Frames);
            GiveBack(ref machine, frame, 0);
            _lock.Release(ref machine, LockRank.Frames);
            return;
        }

        uint interrupts = machine.MaskInterrupts();
        ref FrameMagazine magazine = ref MagazineOf(machine.CoreIndex);
        if (magazine.Top >= FrameMagazine.FullTop)
        {
            SpillFrames(ref machine, ref magazine, FrameMagazine.Spill);
        }

        Push(ref machine, ref magazine, frame);
        machine.RestoreInterrupts(interrupts);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly uint Pop<TMachine>(ref TMachine machine, ref FrameMagazine magazine)
        where TMachine : struct, IMachine
    {
        uint frame = magazine.Top & FrameInfo.LinkMask;
        magazine.Top = machine.Data<uint>(_index.Longest.InfoOf(frame));
        return frame;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Push<TMachine>(ref TMachine machine, ref FrameMagazine magazine, uint frame)
        where TMachine : struct, IMachine
    {
        uint top = magazine.Top;
        machine.Data<uint>(_index.Longest.InfoOf(frame)) = top;
        magazine.Top = TopWith(top, frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint TopWith(uint below, uint frame) => ((below & ~FrameInfo.LinkMask) + FrameInfo.DepthStep) | frame;

    // Fills the magazine with a row and pops; or takes a frame of a shorter region. Interrupts are masked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus Refill<TMachine>(ref TMachine machine, ref FrameMagazine magazine, out uint frame)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        bool isFound = _index.TryTakeRow(ref machine, out uint firstFrame, out uint bits);
        if (!isFound && _poolCount != 0)
        {
            EmptyPool(ref machine);
            isFound = _index.TryTakeRow(ref machine, out firstFrame, out bits);
        }

        frame = 0;
        if (!isFound)
        {
            CountFailure(VmStatus.OutOfFrames);
        }
        else
        {
            // From the highest down, so that the lowest comes first.
            for (uint next = firstFrame + 31; bits != 0; next--, bits <<= 1)
            {
                if ((int)bits >= 0)
                {
                    continue;
                }

                frame = next;
                if (bits << 1 == 0)
                {
                    break;
                }

                Push(ref machine, ref magazine, next);
            }

            InfoOf(ref machine, frame) = FrameInfo.Nowhere;
        }

        _lock.Release(ref machine, LockRank.Frames);
        return isFound ? VmStatus.Ok : VmStatus.OutOfFrames;
    }

    // Gives frames of the magazine back to their rows. Interrupts are masked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SpillFrames<TMachine>(ref TMachine machine, ref FrameMagazine magazine, uint count)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        SpillFramesLocked(ref machine, ref magazine, count);
        _lock.Release(ref machine, LockRank.Frames);
    }

    private void SpillFramesLocked<TMachine>(ref TMachine machine, ref FrameMagazine magazine, uint count)
        where TMachine : struct, IMachine
    {
        for (; count != 0; count--)
        {
            GiveBack(ref machine, Pop(ref machine, ref magazine), 0);
        }
    }

    // Puts what no list holds any more into its rows. The lock is held.
    private void GiveBack<TMachine>(ref TMachine machine, uint frame, int frameShift)
        where TMachine : struct, IMachine
    {
        _ = _index.TryFindRegion(frame, out FrameRegion region); // it was given out, so it has one
        machine.Data<uint>(region.InfoOf(frame)) = 0;
        _index.Give(ref machine, region, frame, frameShift);
    }

    // Makes everything that this core can reach available to a search for blocks.
    private void Gather<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint interrupts = machine.MaskInterrupts();
        ref FrameMagazine magazine = ref MagazineOf(machine.CoreIndex);
        _lock.Acquire(ref machine, LockRank.Frames);
        SpillFramesLocked(ref machine, ref magazine, magazine.Count);
        EmptyPool(ref machine);
        _lock.Release(ref machine, LockRank.Frames);
        machine.RestoreInterrupts(interrupts);
    }

    private ref uint InfoOf<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        _ = _index.TryFindRegion(frame, out FrameRegion region); // callers have it from the index
        return ref machine.Data<uint>(region.InfoOf(frame));
    }

    // Why something cannot be freed, when it is not given out as what the caller says.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus Refuse<TMachine>(ref TMachine machine, PhysicalAddress address, uint alignment)
        where TMachine : struct, IMachine
    {
        _lock.Acquire(ref machine, LockRank.Frames);
        VmStatus status = address.IsAligned(alignment) ? ReasonLocked(ref machine, address.FrameNumber) : VmStatus.Misaligned;
        CountFailure(status);
        _lock.Release(ref machine, LockRank.Frames);
        return status;
    }

    private VmStatus ReasonLocked<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        return StateLocked(ref machine, frame, out _) switch
        {
            FrameState.Free => VmStatus.AlreadyFree,
            FrameState.Used => VmStatus.WrongKind,
            _ => VmStatus.NotManaged,
        };
    }

    // Where a frame stands, and the first frame of what it belongs to. The lock is held.
    private FrameState StateLocked<TMachine>(ref TMachine machine, uint frame, out uint head)
        where TMachine : struct, IMachine
    {
        head = frame;
        if (!_index.TryFindRegion(frame, out FrameRegion region))
        {
            return FrameState.NotManaged;
        }

        uint info = machine.LoadAcquire(ref machine.Data<uint>(region.InfoOf(frame)));
        if (info != 0)
        {
            return FrameInfo.IsUsed(info) ? FrameState.Used : FrameState.Free;
        }

        if (_index.IsFree(ref machine, region, frame))
        {
            return FrameState.Free;
        }

        for (FrameUse use = FrameUse.FirstLevelTable; use <= FrameUse.SupersectionBlock; use++)
        {
            uint first = frame & ~((1u << FrameInfo.FrameShiftOf(use)) - 1);
            if (first == frame || !region.Contains(first))
            {
                continue;
            }

            info = machine.Data<uint>(region.InfoOf(first));
            bool isPooled = use == FrameUse.FirstLevelTable && (info & ~FrameInfo.LinkMask) == FrameInfo.PoolBit;
            if (isPooled || (FrameInfo.IsUsed(info) && FrameInfo.UseOf(info) == use))
            {
                head = first;
                return isPooled ? FrameState.Free : FrameState.Used;
            }
        }

        return _survey.IsMetadata(frame) ? FrameState.Metadata : FrameState.NotManaged;
    }

    private void CountFailure(VmStatus status) => _failures[(int)status]++;

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref FrameMagazine MagazineOf(uint core) =>
        ref Unsafe.Add(ref Unsafe.As<Magazines, FrameMagazine>(ref _magazines), (int)core);

    [InlineArray(CoreCapacity)]
    private struct Magazines
    {
        private FrameMagazine _element;
    }

    [InlineArray((int)FrameUse.SupersectionBlock + 1)]
    private struct UseCounts
    {
        private uint _element;
    }

    [InlineArray((int)VmStatus.WrongKind + 1)]
    private struct FailureCounts
    {
        private uint _element;
    }
}
