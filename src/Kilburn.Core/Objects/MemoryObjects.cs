using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Spaces;

namespace Kilburn.Core.Objects;

/// <summary>Makes, finds, resizes and ends memory objects.</summary>
/// <remarks>
/// One value in a kernel, part of <see cref="AddressSpaces"/>. An object costs a page, and one more for each 4 MiB of which a page was
/// touched. Locking: each member takes <see cref="LockRank.Objects"/>, which no caller may hold, nor any lock of a higher rank.
/// </remarks>
public struct MemoryObjects
{
    private PhysicalAddress _commons; // written once at start-up

    /// <summary>Starts with no object.</summary>
    /// <param name="commons">The page of what all spaces have in common.</param>
    internal void Start(PhysicalAddress commons) => _commons = commons;

    /// <summary>Makes an object. The caller has its one reference.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the object's page.</param>
    /// <param name="lengthInBytes">A multiple of 4 KiB, at most <see cref="MemoryObject.LengthLimit"/>; may be 0.</param>
    /// <param name="kind">Where its contents come from.</param>
    /// <param name="memory">The object; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/> (too long),
    /// <see cref="VmStatus.WrongKind"/>, <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    public readonly VmStatus TryCreate<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, uint lengthInBytes, ObjectKind kind, out MemoryObject memory)
        where TMachine : struct, IMachine
    {
        memory = default;
        VmStatus status = kind > ObjectKind.Paged ? VmStatus.WrongKind : CheckLength(lengthInBytes);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = frames.TryAllocatePage(ref machine, FrameContents.Zeroed, out PhysicalAddress page);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref ObjectControl control = ref machine.Data<ObjectControl>(page);
        control.Mark = ObjectControl.LiveMark;
        control.References = 1;
        control.Kind = kind;
        control.PageCount = lengthInBytes >> PageSize.SmallShift;
        ref SpaceCommons commons = ref Enter(ref machine);
        control.Id = ++commons.LastObjectId;
        control.Next = commons.FirstObject;
        if (commons.FirstObject != default)
        {
            machine.Data<ObjectControl>(commons.FirstObject).Previous = page;
        }

        commons.FirstObject = page;
        commons.Objects.Release(ref machine, LockRank.Objects);
        memory = new MemoryObject(page);
        return VmStatus.Ok;
    }

    /// <summary>Takes one more reference, to be given back with <see cref="Close"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">An object that somebody has a reference to meanwhile.</param>
    public readonly void Open<TMachine>(ref TMachine machine, MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        ControlOf(ref machine, memory).References++;
        commons.Objects.Release(ref machine, LockRank.Objects);
    }

    /// <summary>Gives a reference back. With the last one, of handles and mappings, the object ends.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes what the object held.</param>
    /// <param name="memory">The object; the handle is worthless afterwards.</param>
    public readonly void Close<TMachine>(ref TMachine machine, ref FrameAllocator frames, MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        Unreference(ref machine, ref frames, ref commons, memory.Page);
        commons.Objects.Release(ref machine, LockRank.Objects);
    }

    /// <summary>Changes an object's length. What is cut off is gone for all who map it: they fault there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes the frames that are cut off; gives tables, where clones share some that lead to those.</param>
    /// <param name="memory">The object.</param>
    /// <param name="lengthInBytes">As for <see cref="TryCreate"/>.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/>,
    /// <see cref="VmStatus.OutOfFrames"/>, <see cref="VmStatus.Overflow"/>.
    /// </returns>
    /// <remarks>What a private mapping holds of the object already stays as it was.</remarks>
    public readonly VmStatus TryResize<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, MemoryObject memory, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        VmStatus status = CheckLength(lengthInBytes);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref SpaceCommons commons = ref Enter(ref machine);
        ref ObjectControl control = ref ControlOf(ref machine, memory);
        uint pageCount = lengthInBytes >> PageSize.SmallShift;
        bool isShorter = pageCount < control.PageCount;
        if (isShorter)
        {
            status = ObjectSweep.TryUnshare(ref machine, ref frames, ref commons, memory.Page, pageCount, control.PageCount);
            machine.SynchronizeContext(); // after a failure, too: this core's program may run through a new table
        }

        if (status == VmStatus.Ok)
        {
            uint oldPageCount = control.PageCount;
            control.Lock.Acquire(ref machine, LockRank.Object);
            control.PageCount = pageCount;
            control.Lock.Release(ref machine, LockRank.Object);
            if (isShorter)
            {
                // A fault that took a share before has linked it by now, or does so before its space is looked at.
                ObjectSweep.Remove(ref machine, ref frames, ref commons, memory.Page, pageCount, oldPageCount);
                ObjectPages.Release(ref machine, ref frames, memory.Page, pageCount);
            }
        }

        commons.Objects.Release(ref machine, LockRank.Objects);
        return status;
    }

    /// <summary>Takes out the page that waits longest for its pager. Whoever touches it meanwhile waits for <see cref="TrySupply"/> or <see cref="TryFail"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">A paged object.</param>
    /// <param name="offset">First byte in the object; 0 when there is none.</param>
    /// <returns>False when no page waits.</returns>
    public readonly bool TryTakeRequest<TMachine>(ref TMachine machine, MemoryObject memory, out uint offset)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        bool isFound = ObjectPages.TryTakeWaiting(ref machine, memory.Page, out uint page);
        commons.Objects.Release(ref machine, LockRank.Objects);
        offset = page << PageSize.SmallShift;
        return isFound;
    }

    /// <summary>Brings a page that the pager was asked for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives the frame.</param>
    /// <param name="memory">A paged object.</param>
    /// <param name="offset">As <see cref="TryTakeRequest"/> told it.</param>
    /// <param name="contents">A page whose contents are copied.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/> (the object
    /// ends before, by now), <see cref="VmStatus.NotMapped"/> (the pager was not asked for it), <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    public readonly VmStatus TrySupply<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, MemoryObject memory, uint offset, PhysicalAddress contents)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        VmStatus status = (offset & PageSize.SmallMask) != 0
            ? VmStatus.Misaligned
            : ObjectPages.TrySupply(ref machine, ref frames, memory.Page, offset >> PageSize.SmallShift, contents);
        commons.Objects.Release(ref machine, LockRank.Objects);
        return status;
    }

    /// <summary>Says that a page that the pager was asked for cannot be brought: who touches it is told, until the object is cut there.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">A paged object.</param>
    /// <param name="offset">As <see cref="TryTakeRequest"/> told it.</param>
    /// <returns>As <see cref="TrySupply"/>.</returns>
    public readonly VmStatus TryFail<TMachine>(ref TMachine machine, MemoryObject memory, uint offset)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        VmStatus status = (offset & PageSize.SmallMask) != 0
            ? VmStatus.Misaligned
            : ObjectPages.TryFail(ref machine, memory.Page, offset >> PageSize.SmallShift);
        commons.Objects.Release(ref machine, LockRank.Objects);
        return status;
    }

    /// <summary>Says what became of a page that was taken to be kept. A pager that always keeps pages need not answer.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">A paged object.</param>
    /// <param name="offset">As <see cref="TryTakeDirty"/> told it.</param>
    /// <param name="result">Failed: the page stays dirty for <see cref="Spaces.AddressSpace.TryReadUse"/>, is told again when it is written again, and <see cref="Sync"/> says so once.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.OutOfRange"/>,
    /// <see cref="VmStatus.NotMapped"/> (no page is taken).
    /// </returns>
    public readonly VmStatus TryAnswerWriteBack<TMachine>(ref TMachine machine, MemoryObject memory, uint offset, WriteBack result)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        VmStatus status = (offset & PageSize.SmallMask) != 0
            ? VmStatus.Misaligned
            : ObjectPages.TryAnswerWriteBack(ref machine, memory.Page, offset >> PageSize.SmallShift, result);
        commons.Objects.Release(ref machine, LockRank.Objects);
        return status;
    }

    /// <summary>Says that the pager is through with all pages that it has taken and not answered for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">A paged object.</param>
    public readonly void EndWriteBacks<TMachine>(ref TMachine machine, MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        ObjectPages.EndWriteBacks(ref machine, memory.Page);
        commons.Objects.Release(ref machine, LockRank.Objects);
    }

    /// <summary>Tells whether the pager has kept all that was written.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">Any object; one without a pager has nothing to keep.</param>
    /// <returns>
    /// <see cref="FaultOutcome.Resolved"/>; <see cref="FaultOutcome.NeedsPager"/>: not yet; <see cref="FaultOutcome.PagerFailed"/>: some could not be
    /// kept since this was told last, or the pager is gone and has not kept all.
    /// </returns>
    public readonly FaultOutcome Sync<TMachine>(ref TMachine machine, MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        FaultOutcome outcome = ObjectPages.Sync(ref machine, memory.Page);
        commons.Objects.Release(ref machine, LockRank.Objects);
        return outcome;
    }

    /// <summary>Says that the pager is gone: what it has not brought, nobody will. Pages that are there stay.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">A paged object.</param>
    public readonly void Abandon<TMachine>(ref TMachine machine, MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        ObjectPages.Abandon(ref machine, memory.Page);
        commons.Objects.Release(ref machine, LockRank.Objects);
    }

    /// <summary>Takes out a page that was written, to be written back. It counts as clean from now on; the next write is told again.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the caller's share.</param>
    /// <param name="memory">A paged object.</param>
    /// <param name="offset">First byte in the object; 0 on failure.</param>
    /// <param name="page">The page, with a share for the caller, who gives it back with <see cref="FrameAllocator.TryFreePage"/>; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.NotMapped"/> (there is none), <see cref="VmStatus.Overflow"/>.</returns>
    /// <remarks>On return no program can write the page without a fault: what is in it is whole. A write that follows shows through the share.</remarks>
    public readonly VmStatus TryTakeDirty<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, MemoryObject memory, out uint offset, out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        _ = ControlOf(ref machine, memory);
        VmStatus status = ObjectPages.TryTakeDirty(ref machine, ref frames, memory.Page, out uint number, out page);
        if (status == VmStatus.Ok)
        {
            ObjectSweep.DeferWrites(ref machine, ref commons, memory.Page, number);
        }

        commons.Objects.Release(ref machine, LockRank.Objects);
        offset = number << PageSize.SmallShift;
        return status;
    }

    /// <summary>Numbers of an object at one moment.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">The object.</param>
    /// <param name="description">The answer.</param>
    public readonly void Describe<TMachine>(ref TMachine machine, MemoryObject memory, out ObjectDescription description)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref Enter(ref machine);
        description = DescriptionOf(ref machine, ref ControlOf(ref machine, memory));
        commons.Objects.Release(ref machine, LockRank.Objects);
    }

    /// <summary>Goes through the objects by their numbers, downward.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="id">0xFFFFFFFF to begin; then the number found last.</param>
    /// <param name="description">The object with the next lower number; default at the end.</param>
    /// <returns>False at the end.</returns>
    public readonly bool TryFindNext<TMachine>(ref TMachine machine, ref uint id, out ObjectDescription description)
        where TMachine : struct, IMachine
    {
        description = default;
        ref SpaceCommons commons = ref Enter(ref machine);
        PhysicalAddress page = commons.FirstObject;
        while (page != default && machine.Data<ObjectControl>(page).Id >= id)
        {
            page = machine.Data<ObjectControl>(page).Next;
        }

        if (page != default)
        {
            description = DescriptionOf(ref machine, ref machine.Data<ObjectControl>(page));
            id = description.Id;
        }

        commons.Objects.Release(ref machine, LockRank.Objects);
        return page != default;
    }

    /// <summary>Takes a reference off. The objects' lock is held.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes what the object held, when that was the last.</param>
    /// <param name="commons">Whose lock is held.</param>
    /// <param name="page">The object.</param>
    internal static void Unreference<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, ref SpaceCommons commons, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(page);
        control.References--;
        if (control.References != 0)
        {
            return;
        }

        ObjectPages.Release(ref machine, ref frames, page, 0);
        if (control.ResidentPages != 0)
        {
            BugCheck.Fail(ref machine, "O1: an object ends, and not all of its frames were given back"u8, control.ResidentPages);
        }

        if (control.Next != default)
        {
            machine.Data<ObjectControl>(control.Next).Previous = control.Previous;
        }

        if (control.Previous != default)
        {
            machine.Data<ObjectControl>(control.Previous).Next = control.Next;
        }
        else
        {
            commons.FirstObject = control.Next;
        }

        control.Mark = 0;
        SpaceRange.FreePage(ref machine, ref frames, page);
    }

    private static VmStatus CheckLength(uint lengthInBytes) =>
        (lengthInBytes & PageSize.SmallMask) != 0 ? VmStatus.Misaligned
        : lengthInBytes > MemoryObject.LengthLimit ? VmStatus.OutOfRange
        : VmStatus.Ok;

    private static ObjectDescription DescriptionOf<TMachine>(ref TMachine machine, ref ObjectControl control)
        where TMachine : struct, IMachine
    {
        control.Lock.Acquire(ref machine, LockRank.Object);
        ObjectDescription description = new()
        {
            Id = control.Id,
            Kind = control.Kind,
            LengthInBytes = control.PageCount << PageSize.SmallShift,
            ResidentPages = control.ResidentPages,
            WaitingPages = control.WaitingPages,
            DirtyPages = control.DirtyPages,
            References = control.References,
        };
        control.Lock.Release(ref machine, LockRank.Object);
        return description;
    }

    private static ref ObjectControl ControlOf<TMachine>(ref TMachine machine, MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref ObjectControl control = ref machine.Data<ObjectControl>(memory.Page);
        if (BuildChecks.Enabled && control.Mark != ObjectControl.LiveMark)
        {
            BugCheck.Fail(ref machine, "O2: an object is used before its start or after its end"u8, memory.Page.Value);
        }

        return ref control;
    }

    private readonly ref SpaceCommons Enter<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref SpaceCommons commons = ref machine.Data<SpaceCommons>(_commons);
        commons.Objects.Acquire(ref machine, LockRank.Objects);
        return ref commons;
    }
}
