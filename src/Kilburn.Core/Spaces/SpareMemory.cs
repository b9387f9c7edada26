using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Memory that an operation takes before it changes anything, so that it cannot fail later. A local variable.</summary>
/// <remarks>Tables and pages are zeroed; while they wait, the first word of each leads to the next.</remarks>
internal struct SpareMemory
{
    private const uint None = 0;
    private const uint PartLength = LargePageDescriptor.PageCount;
    private const uint SectionLength = SecondLevelTable.EntryCount;

    private uint _tables;
    private uint _pages;
    private uint _parts; // runs of 16 pages, in a list through their first words
    private uint _sections; // runs of 256
    private uint _run; // the next page of a run that is being used
    private uint _runLength; // pages left in it

    /// <summary>Takes second-level tables and pages: all, or none.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives them.</param>
    /// <param name="tables">How many tables.</param>
    /// <param name="pages">How many pages.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing here, <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryTake<TMachine>(ref TMachine machine, ref FrameAllocator frames, uint tables, uint pages)
        where TMachine : struct, IMachine
    {
        VmStatus status = TryAddTables(ref machine, ref frames, tables);
        if (status == VmStatus.Ok)
        {
            AddRuns(ref machine, ref frames, FrameUse.SectionBlock, ref _sections, ref pages);
            AddRuns(ref machine, ref frames, FrameUse.LargeBlock, ref _parts, ref pages);
            status = TryAddPages(ref machine, ref frames, pages);
        }

        if (status != VmStatus.Ok)
        {
            Free(ref machine, ref frames);
        }

        return status;
    }

    /// <summary>Takes a table out. There is one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public PhysicalAddress TakeTable<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        return new PhysicalAddress(Pop(ref machine, ref _tables)); // no walk finds it yet: its words are data
    }

    /// <summary>Takes a page of memory, for any place.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>Zeroes. There must be one left.</returns>
    public PhysicalAddress TakePage<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        if (_runLength != 0)
        {
            return TakeFromRun();
        }

        if (_pages != None)
        {
            return new PhysicalAddress(Pop(ref machine, ref _pages));
        }

        return TakeRun(ref machine, _parts != None ? PartLength : SectionLength);
    }

    /// <summary>Takes a page of memory for a place in a MiB: from a run that its large page, or its section, can be, if there is one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="part">The pages of the MiB that get one, upward.</param>
    /// <param name="page">VA[19:12].</param>
    /// <returns>Zeroes. There must be one left.</returns>
    public PhysicalAddress TakePage<TMachine>(ref TMachine machine, in MibParts part, uint page)
        where TMachine : struct, IMachine
    {
        if (_runLength != 0)
        {
            return TakeFromRun();
        }

        return page == 0 && part.IsWhole && _sections != None ? TakeRun(ref machine, SectionLength)
            : (page & (PartLength - 1)) == 0 && page + PartLength - 1 <= part.LastPage && _parts != None
                ? TakeRun(ref machine, PartLength)
            : TakePage(ref machine);
    }

    /// <summary>Gives back what was not used.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes it.</param>
    public void Free<TMachine>(ref TMachine machine, ref FrameAllocator frames)
        where TMachine : struct, IMachine
    {
        while (_tables != None)
        {
            SpaceRange.FreeTable(ref machine, ref frames, TakeTable(ref machine));
        }

        while ((_pages | _parts | _sections | _runLength) != None)
        {
            SpaceRange.FreePage(ref machine, ref frames, TakePage(ref machine));
        }
    }

    // The first page of a run; the others come next.
    private PhysicalAddress TakeRun<TMachine>(ref TMachine machine, uint length)
        where TMachine : struct, IMachine
    {
        _run = length == SectionLength ? Pop(ref machine, ref _sections) : Pop(ref machine, ref _parts);
        _runLength = length;
        return TakeFromRun();
    }

    private PhysicalAddress TakeFromRun()
    {
        PhysicalAddress page = new(_run);
        _run += PageSize.Small;
        _runLength--;
        return page;
    }

    // On failure, what was taken before stays here.
    private VmStatus TryAddTables<TMachine>(ref TMachine machine, ref FrameAllocator frames, uint count)
        where TMachine : struct, IMachine
    {
        for (uint index = 0; index < count; index++)
        {
            VmStatus status = frames.TryAllocateSecondLevelTable(ref machine, out PhysicalAddress table);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            Push(ref machine, ref _tables, table.Value);
        }

        return VmStatus.Ok;
    }

    // Takes as many runs as fit and as there are; the pages that are still to be taken are fewer then.
    private static void AddRuns<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, FrameUse use, ref uint runs, ref uint pages)
        where TMachine : struct, IMachine
    {
        uint length = use == FrameUse.SectionBlock ? SectionLength : PartLength;
        while (pages >= length && frames.TryAllocatePages(ref machine, use, out PhysicalAddress run) == VmStatus.Ok)
        {
            Push(ref machine, ref runs, run.Value);
            pages -= length;
        }
    }

    private static void Push<TMachine>(ref TMachine machine, ref uint list, uint memory)
        where TMachine : struct, IMachine
    {
        machine.Data<uint>(new PhysicalAddress(memory)) = list;
        list = memory;
    }

    // The first piece of memory of a list, taken out of it.
    private static uint Pop<TMachine>(ref TMachine machine, ref uint list)
        where TMachine : struct, IMachine
    {
        uint first = list;
        ref uint next = ref machine.Data<uint>(new PhysicalAddress(first));
        list = next;
        next = 0;
        return first;
    }

    // As TryAddTables.
    private VmStatus TryAddPages<TMachine>(ref TMachine machine, ref FrameAllocator frames, uint count)
        where TMachine : struct, IMachine
    {
        for (uint index = 0; index < count; index++)
        {
            uint page = frames.TakeZeroedPage(ref machine);
            if (page == 0)
            {
                return VmStatus.OutOfFrames;
            }

            Push(ref machine, ref _pages, page);
        }

        return VmStatus.Ok;
    }
}
