using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Spaces;

namespace Kilburn.Core.Objects;

// What a pager is asked for, brings, and gets back.
internal static partial class ObjectPages
{
    /// <summary>Notes that a page is about to be written, before it can be.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">Number of a page that is there, or was cut off.</param>
    public static void NoteWrite<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint page)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        if (page < control.PageCount)
        {
            MarkDirty(ref control, ref PlaceOf(ref machine, objectPage, page));
        }

        control.Lock.Release(ref machine, LockRank.Object);
    }

    /// <summary>Tells whether a page has a frame.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">The page's number.</param>
    public static bool IsThere<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint page)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        uint leaf = page < control.PageCount ? DirectoryWord(ref machine, objectPage, page >> LeafShift) : 0;
        bool isThere = leaf != 0 && new ObjectPage(WordOf(ref machine, leaf, page)).HasFrame;
        control.Lock.Release(ref machine, LockRank.Object);
        return isThere;
    }

    /// <summary>Tells whether contents that a space has of a page are nowhere else.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">The page's number.</param>
    /// <param name="frame">The frame that the space has.</param>
    /// <returns>True for a frame that is not the object's, and for what no pager has or has taken back since it was written.</returns>
    public static bool IsDirty<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint page, PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        uint leaf = page < control.PageCount ? DirectoryWord(ref machine, objectPage, page >> LeafShift) : 0;
        ObjectPage held = new(leaf == 0 ? 0 : WordOf(ref machine, leaf, page));
        bool isClean = control.Kind == ObjectKind.Paged && held.HasFrame && held.Frame == frame && !held.Is(ObjectPage.Dirty | ObjectPage.Unkept);
        control.Lock.Release(ref machine, LockRank.Object);
        return !isClean;
    }

    /// <summary>Takes out the page that waits longest for the pager.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">Its number; 0 when there is none.</param>
    /// <returns>False when there is none.</returns>
    public static bool TryTakeWaiting<TMachine>(ref TMachine machine, PhysicalAddress objectPage, out uint page)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        bool isFound = control.WaitingPages != 0;
        page = isFound ? control.FirstWaiting : 0;
        if (isFound)
        {
            ref uint word = ref PlaceOf(ref machine, objectPage, page);
            control.FirstWaiting = new ObjectPage(word).NextWaiting;
            control.WaitingPages--;
            word = ObjectPage.Asked;
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return isFound;
    }

    /// <summary>Gives a page a frame with contents.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the frame, and a leaf where there is none.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">The page's number.</param>
    /// <param name="contents">A page to copy.</param>
    /// <returns>See <see cref="MemoryObjects.TrySupply"/>.</returns>
    public static VmStatus TrySupply<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress objectPage, uint page, PhysicalAddress contents)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        VmStatus status = TrySupplyLocked(ref machine, ref frames, ref control, objectPage, page, contents);
        control.Lock.Release(ref machine, LockRank.Object);
        return status;
    }

    /// <summary>Notes that the pager could not bring a page.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">The page's number.</param>
    /// <returns>See <see cref="MemoryObjects.TryFail"/>.</returns>
    public static VmStatus TryFail<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint page)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        VmStatus status = page >= control.PageCount ? VmStatus.OutOfRange
            : !IsAsked(ref machine, objectPage, page) ? VmStatus.NotMapped
            : VmStatus.Ok;
        if (status == VmStatus.Ok)
        {
            PlaceOf(ref machine, objectPage, page) = ObjectPage.Failed;
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return status;
    }

    /// <summary>Notes what became of a page that the pager took to keep it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">The page's number.</param>
    /// <param name="result">What became of it.</param>
    /// <returns>See <see cref="MemoryObjects.TryAnswerWriteBack"/>.</returns>
    public static VmStatus TryAnswerWriteBack<TMachine>(
        ref TMachine machine, PhysicalAddress objectPage, uint page, WriteBack result)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        VmStatus status = page >= control.PageCount ? VmStatus.OutOfRange
            : control.TakenPages == 0 || DirectoryWord(ref machine, objectPage, page >> LeafShift) == 0
                || !new ObjectPage(PlaceOf(ref machine, objectPage, page)).HasFrame ? VmStatus.NotMapped
            : VmStatus.Ok;
        if (status == VmStatus.Ok)
        {
            control.TakenPages--;
            if (result == WriteBack.Failed)
            {
                PlaceOf(ref machine, objectPage, page) |= ObjectPage.Unkept;
                control.HasFailed = true;
            }
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return status;
    }

    /// <summary>Notes that the pager is through with all that it has taken.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    public static void EndWriteBacks<TMachine>(ref TMachine machine, PhysicalAddress objectPage)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        control.TakenPages = 0;
        control.Lock.Release(ref machine, LockRank.Object);
    }

    /// <summary>Tells whether all that was written is kept.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    /// <returns>See <see cref="MemoryObjects.Sync"/>.</returns>
    public static FaultOutcome Sync<TMachine>(ref TMachine machine, PhysicalAddress objectPage)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        FaultOutcome outcome = control.DirtyPages + control.TakenPages != 0 && !control.IsAbandoned ? FaultOutcome.NeedsPager
            : control.HasFailed || control.DirtyPages != 0 ? FaultOutcome.PagerFailed
            : FaultOutcome.Resolved;
        if (outcome == FaultOutcome.PagerFailed)
        {
            control.HasFailed = false;
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return outcome;
    }

    /// <summary>Notes that nobody brings pages any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="objectPage">The object.</param>
    public static void Abandon<TMachine>(ref TMachine machine, PhysicalAddress objectPage)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        control.IsAbandoned = true;
        control.Lock.Release(ref machine, LockRank.Object);
    }

    /// <summary>Finds a page that was written, and takes it for clean from now on.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the share.</param>
    /// <param name="objectPage">The object.</param>
    /// <param name="page">Its number; 0 on failure.</param>
    /// <param name="frame">Its frame, with a share for the caller; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.NotMapped"/> (there is none), <see cref="VmStatus.Overflow"/>.</returns>
    public static VmStatus TryTakeDirty<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress objectPage, out uint page, out PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        page = 0;
        frame = default;
        ref ObjectControl control = ref machine.Data<ObjectControl>(objectPage);
        control.Lock.Acquire(ref machine, LockRank.Object);
        VmStatus status = VmStatus.NotMapped;
        if (control.DirtyPages != 0)
        {
            uint found = FindDirty(ref machine, ref control, objectPage);
            ref uint word = ref PlaceOf(ref machine, objectPage, found);
            status = frames.TrySharePage(ref machine, new ObjectPage(word).Frame);
            if (status == VmStatus.Ok)
            {
                page = found;
                frame = new ObjectPage(word).Frame;
                word &= ~(ObjectPage.Dirty | ObjectPage.Unkept);
                control.DirtyPages--;
                control.TakenPages++;
                control.NextDirty = found + 1;
            }
        }

        control.Lock.Release(ref machine, LockRank.Object);
        return status;
    }

    private static VmStatus TrySupplyLocked<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        ref ObjectControl control,
        PhysicalAddress objectPage,
        uint page,
        PhysicalAddress contents)
        where TMachine : struct, IMachine
    {
        if (page >= control.PageCount)
        {
            return VmStatus.OutOfRange;
        }

        if (!IsAsked(ref machine, objectPage, page))
        {
            return VmStatus.NotMapped;
        }

        VmStatus status = frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out PhysicalAddress frame);
        if (status == VmStatus.Ok)
        {
            machine.Copy(frame, contents, PageSize.Small);
            PlaceOf(ref machine, objectPage, page) = frame.Value;
            control.ResidentPages++;
        }

        return status;
    }

    private static bool IsAsked<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint page)
        where TMachine : struct, IMachine =>
        DirectoryWord(ref machine, objectPage, page >> LeafShift) != 0
        && new ObjectPage(PlaceOf(ref machine, objectPage, page)).Is(ObjectPage.Asked);

    private static void MarkDirty(ref ObjectControl control, ref uint word)
    {
        ObjectPage held = new(word);
        if (control.Kind == ObjectKind.Paged && held.HasFrame && !held.Is(ObjectPage.Dirty))
        {
            word = held.Raw | ObjectPage.Dirty;
            control.DirtyPages++;
        }
    }

    // There is one. From where the last one was found, and then from the start, so that none waits forever.
    private static uint FindDirty<TMachine>(ref TMachine machine, ref ObjectControl control, PhysicalAddress objectPage)
        where TMachine : struct, IMachine
    {
        uint page = control.NextDirty;
        while (true)
        {
            if (page >= control.PageCount)
            {
                page = 0;
            }

            if (DirectoryWord(ref machine, objectPage, page >> LeafShift) == 0)
            {
                page = (page | LeafMask) + 1;
            }
            else if (new ObjectPage(PlaceOf(ref machine, objectPage, page)).Is(ObjectPage.Dirty))
            {
                return page;
            }
            else
            {
                page++;
            }
        }
    }

    private static void AddWaiting<TMachine>(
        ref TMachine machine, ref ObjectControl control, PhysicalAddress objectPage, uint page)
        where TMachine : struct, IMachine
    {
        PlaceOf(ref machine, objectPage, page) = ObjectPage.Waiting;
        if (control.WaitingPages == 0)
        {
            control.FirstWaiting = page;
        }
        else
        {
            PlaceOf(ref machine, objectPage, control.LastWaiting) = ObjectPage.WaitingBefore(page);
        }

        control.LastWaiting = page;
        control.WaitingPages++;
    }

    // Takes the pages from one on out of the row of those that wait.
    private static void ForgetWaiting<TMachine>(
        ref TMachine machine, ref ObjectControl control, PhysicalAddress objectPage, uint first)
        where TMachine : struct, IMachine
    {
        uint count = control.WaitingPages;
        uint page = control.FirstWaiting;
        control.WaitingPages = 0;
        for (; count != 0; count--)
        {
            uint next = new ObjectPage(PlaceOf(ref machine, objectPage, page)).NextWaiting;
            if (page < first)
            {
                AddWaiting(ref machine, ref control, objectPage, page);
            }

            page = next;
        }
    }

    // There is a leaf.
    private static ref uint PlaceOf<TMachine>(ref TMachine machine, PhysicalAddress objectPage, uint page)
        where TMachine : struct, IMachine =>
        ref WordOf(ref machine, DirectoryWord(ref machine, objectPage, page >> LeafShift), page);
}
