using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;

namespace Kilburn.Core.Spaces;

/// <summary>Memory that an operation takes before it changes anything, so that it cannot fail later. A local variable.</summary>
/// <remarks>Tables and pages are zeroed; while they wait, the first word of each leads to the next.</remarks>
internal struct SpareMemory
{
    private const uint None = 0;

    private uint _tables;
    private uint _pages;

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
        PhysicalAddress table = new(_tables);
        _tables = machine.ReadWord(table);
        machine.WriteWord(table, 0);
        return table;
    }

    /// <summary>Takes a page out. There is one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public PhysicalAddress TakePage<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        PhysicalAddress page = new(_pages);
        ref uint next = ref machine.Data<uint>(page);
        _pages = next;
        next = 0;
        return page;
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

        while (_pages != None)
        {
            SpaceRange.FreePage(ref machine, ref frames, TakePage(ref machine));
        }
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

            machine.WriteWord(table, _tables);
            _tables = table.Value;
        }

        return VmStatus.Ok;
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

            machine.Data<uint>(new PhysicalAddress(page)) = _pages;
            _pages = page;
        }

        return VmStatus.Ok;
    }
}
