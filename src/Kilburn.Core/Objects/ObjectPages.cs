using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Spaces;

namespace Kilburn.Core.Objects;

/// <summary>The frames of an object: a word for each page, in leaves that come with the first page of their 4 MiB.</summary>
/// <remarks>
/// <code>
/// 0x000  ObjectControl
/// 0x800  a word for each 4 MiB: the physical address of a leaf, a page of 1024 words, or zero; 512 words
/// </code>
/// The object has a share in each of its frames. Under the object's lock.
/// </remarks>
internal static partial class ObjectPages
{
    /// <summary>Bytes of a new object's page that need clearing.</summary>
    public const uint ClearedLengthInBytes = PageSize.Small;

    private const uint DirectoryOffset = 0x800;
    private const uint DirectoryWordCount = 512;
    private const int LeafShift = 10;
    private const uint LeafMask = (1u << LeafShift) - 1;
    private const int WordShift = 2;

    /// <summary>A share in a page's frame.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives frame and leaf, where there is none yet; counts the share.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">The page's number in it.</param>
    /// <param name="access">What for.</param>
    /// <param name="frame">First byte; default on failure, and for a page of zeroes that is to be copied.</param>
    /// <returns>
    /// <see cref="FaultOutcome.Resolved"/>; else, with nothing changed, <see cref="FaultOutcome.PastEnd"/>, <see cref="FaultOutcome.OutOfMemory"/>,
    /// <see cref="FaultOutcome.PagerFailed"/>; or <see cref="FaultOutcome.NeedsPager"/>, which the pager is told.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FaultOutcome TryShare<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        PhysicalAddress objectPage,
        uint page,
        ObjectAccess access,
        out PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        uint shared = Share(ref machine, ref frames, objectPage.Value, page, access);
        frame = new PhysicalAddress(shared).AlignDown(PageSize.Small);
        return (FaultOutcome)(shared & PageSize.SmallMask);
    }

    // The frame's address, with the outcome below: as one word they cost no memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Share<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint objectPage, uint page, ObjectAccess access)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(new PhysicalAddress(objectPage));
        control.Lock.Acquire(ref machine, LockRank.Object);
        uint shared = (uint)FaultOutcome.PastEnd;
        if (page < control.PageCount)
        {
            uint leaf = DirectoryWord(ref machine, new PhysicalAddress(objectPage), page >> LeafShift);
            shared = leaf == 0 || control.Kind == ObjectKind.Paged || access == ObjectAccess.Copy
                ? ShareLocked(ref machine, ref frames, objectPage, page, access)
                : ShareInLeaf(ref machine, ref frames, ref control, ref WordOf(ref machine, leaf, page));
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return shared;
    }

    // A page that no pager brings, to be seen or written.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the hot half
    private static uint ShareInLeaf<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref ObjectControl control, ref uint word)
        where TMachine : struct, IMachine
    {
        uint frame = word;
        if (frame == 0)
        {
            uint taken = frames.TakeZeroedSharedPage(ref machine);
            word = taken;
            control.ResidentPages += taken != 0 ? 1u : 0;
            return taken != 0 ? taken : (uint)FaultOutcome.OutOfMemory;
        }

        return frames.TrySharePage(ref machine, new PhysicalAddress(frame)) == VmStatus.Ok ? frame : (uint)FaultOutcome.OutOfMemory;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint ShareLocked<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint objectPage, uint page, ObjectAccess access)
        where TMachine : struct, IMachine
    {
        PhysicalAddress memory = new(objectPage);
        PhysicalAddress frame = default;
        ref ObjectControl control = ref machine.Data<ObjectControl>(memory);
        FaultOutcome outcome = TryShareLocked(ref machine, ref frames, ref control, memory, page, access, ref frame);
        return frame.Value | (uint)outcome;
    }

    /// <summary>Shares in the frames of pages that are there. Nobody is asked for others, and nothing is taken for them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the shares.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="first">A page's number.</param>
    /// <param name="wanted">A bit for each page from that one up.</param>
    /// <param name="found">Gets a frame for each bit of the answer.</param>
    /// <returns>Those of the bits whose pages are there.</returns>
    public static uint ShareNeighbours<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        PhysicalAddress objectPage,
        uint first,
        uint wanted,
        ref FaultAround.NeighbourFrames found)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        uint shared = 0;
        for (uint rest = wanted; rest != 0; rest &= rest - 1)
        {
            int index = BitOperations.TrailingZeroCount(rest);
            uint page = first + (uint)index;
            uint leaf = page < control.PageCount ? DirectoryWord(ref machine, objectPage, page >> LeafShift) : 0;
            ObjectPage held = new(leaf == 0 ? 0 : WordOf(ref machine, leaf, page));
            if (held.HasFrame && frames.TrySharePage(ref machine, held.Frame) == VmStatus.Ok)
            {
                found[index] = held.Frame.Value;
                shared |= 1u << index;
            }
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return shared;
    }

    /// <summary>Gives back the frames of an object from one page on.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes them, and leaves of which nothing stays.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="first">The first page's number.</param>
    public static void Release<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress objectPage, uint first)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        ForgetWaiting(ref machine, ref control, objectPage, first);
        for (uint index = first >> LeafShift; index < DirectoryWordCount; index++)
        {
            ref uint link = ref DirectoryWord(ref machine, objectPage, index);
            if (link == 0)
            {
                continue;
            }

            uint start = index == first >> LeafShift ? first & LeafMask : 0;
            for (uint word = start; word <= LeafMask; word++)
            {
                ref uint place = ref machine.Data<uint>(new PhysicalAddress(link + (word << WordShift)));
                ObjectPage held = new(place);
                place = 0;
                if (held.HasFrame)
                {
                    SpaceRange.FreePage(ref machine, ref frames, held.Frame);
                    control.ResidentPages--;
                    control.DirtyPages -= held.Is(ObjectPage.Dirty) ? 1u : 0;
                }
            }

            if (start == 0)
            {
                SpaceRange.FreePage(ref machine, ref frames, new PhysicalAddress(link));
                link = 0;
            }
        }

        control.Lock.Release(ref machine, LockRank.Object);
    }

    private static FaultOutcome TryShareLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref ObjectControl control,
        PhysicalAddress objectPage,
        uint page,
        ObjectAccess access,
        ref PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        ref uint link = ref DirectoryWord(ref machine, objectPage, page >> LeafShift);
        uint leaf = link;
        ObjectPage held = new(leaf == 0 ? 0 : WordOf(ref machine, leaf, page));
        if (!held.HasFrame)
        {
            bool isPaged = control.Kind == ObjectKind.Paged;
            if (isPaged && (control.IsAbandoned || held.Is(ObjectPage.Failed)))
            {
                return FaultOutcome.PagerFailed;
            }

            if (isPaged && held.Raw != 0)
            {
                return FaultOutcome.NeedsPager;
            }

            if (!isPaged && access == ObjectAccess.Copy)
            {
                return FaultOutcome.Resolved;
            }

            uint taken = isPaged ? 0 : frames.TakeZeroedPage(ref machine);
            if ((!isPaged && taken == 0) || (leaf == 0 && !TryAddLeaf(ref machine, ref frames, ref link, taken)))
            {
                return FaultOutcome.OutOfMemory;
            }

            leaf = link;
            if (isPaged)
            {
                AddWaiting(ref machine, ref control, objectPage, page);
                return FaultOutcome.NeedsPager;
            }

            held = new ObjectPage(taken);
            WordOf(ref machine, leaf, page) = held.Raw;
            control.ResidentPages++;
        }

        if (frames.TrySharePage(ref machine, held.Frame) != VmStatus.Ok)
        {
            return FaultOutcome.OutOfMemory;
        }

        frame = held.Frame;
        if (access == ObjectAccess.Write)
        {
            MarkDirty(ref control, ref WordOf(ref machine, leaf, page));
        }

        return FaultOutcome.Resolved;
    }

    // False when there is no page for it: what was taken for it to lead to is given back.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryAddLeaf<TMachine>(ref TMachine machine, ref FrameAllocator frames, ref uint link, uint taken)
        where TMachine : struct, IMachine
    {
        uint leaf = frames.TakeZeroedPage(ref machine);
        if (leaf == 0 && taken != 0)
        {
            SpaceRange.FreePage(ref machine, ref frames, new PhysicalAddress(taken));
        }

        link = leaf;
        return leaf != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint DirectoryWord<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint index)
        where TMachine : struct, IMachine => ref machine.Data<uint>(objectPage.Add(DirectoryOffset + (index << WordShift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint WordOf<TMachine>(ref TMachine machine, uint leaf, uint page)
        where TMachine : struct, IMachine => ref machine.Data<uint>(new PhysicalAddress(leaf + ((page & LeafMask) << WordShift)));
}
