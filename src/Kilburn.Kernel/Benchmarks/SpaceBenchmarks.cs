using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Spaces: mapping, switching, making and ending.</summary>
/// <remarks>
/// Every space that is measured is or was active, so that it has an ASID whose entries the maintenance must reach: a space that never
/// ran would need none.
/// </remarks>
public static class SpaceBenchmarks
{
    private const uint Samples = 1024;
    private const uint Rounds = 16;
    private const uint MibsPerRound = 64;
    private const uint PagesPerMib = 16;
    private const uint FirstAddress = 0x0040_0000;
    private const uint Seed = 0x4D61_6E63;

    /// <summary>Measures the rows <c>space.*</c> and <c>asid.request</c>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="costs">Of clearing.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, in ClearCosts costs)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Mappings(ref run, in costs);
        Lives(ref run, in costs);
        FullLives(ref run);
        Switches(ref run);
        Requests(ref run);
    }

    // Sixteen pages in each of 32 MiBs: the first brings its second-level table, the last to go takes it along and is not measured.
    private static void Mappings<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, in ClearCosts costs)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally withTable = default;
        Tally maps = default;
        Tally unmaps = default;
        RandomSequence random = new(Seed);
        ref TMachine machine = ref run.Machine;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        for (uint round = 0; round < Rounds; round++)
        {
            run.Check(spaces.TryCreate(ref machine, ref run.Memory.Frames, out AddressSpace space));
            run.Check(spaces.TryActivate(ref machine, space));
            for (uint mib = 0; mib < MibsPerRound; mib++)
            {
                VirtualAddress first = new(FirstAddress + (mib << PageSize.SectionShift));
                MapPages(ref run, space, first, ref withTable, 1, costs.Page + costs.SecondLevelTable);
                MapPages(ref run, space, first.Add(PageSize.Small), ref maps, PagesPerMib - 1, costs.Page);
            }

            for (uint mib = 0; mib < MibsPerRound; mib++)
            {
                UnmapPages(ref run, space, new(FirstAddress + (mib << PageSize.SectionShift)), ref random, ref unmaps);
            }

            spaces.Leave(ref machine);
            run.Check(spaces.TryDestroy(ref machine, ref run.Memory.Frames, space));
        }

        run.Report("space.map"u8, in maps);
        run.Report("space.map_table"u8, in withTable);
        run.Report("space.unmap"u8, in unmaps);
    }

    private static void MapPages<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run,
        AddressSpace space,
        VirtualAddress first,
        ref Tally tally,
        uint pageCount,
        uint cost)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        for (uint index = 0; index < pageCount; index++)
        {
            VirtualAddress address = first.Add(index << PageSize.SmallShift);
            uint start = board.InstructionCount;
            VmStatus status = space.TryMapNewPage(
                ref machine, ref frames, address, AccessPermission.ReadWrite, Execution.Never, out _);
            uint end = board.InstructionCount;
            tally.Add(run.Between(start, end) - cost);
            run.Check(status);
        }
    }

    private static void UnmapPages<TMachine, TBoard>(
        ref BenchmarkRun<TMachine, TBoard> run,
        AddressSpace space,
        VirtualAddress first,
        ref RandomSequence random,
        ref Tally tally)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        AddressList list = run.List;
        for (uint index = 0; index < PagesPerMib; index++)
        {
            list.At(ref machine, index) = first.Add(index << PageSize.SmallShift).Value;
        }

        list.Shuffle(ref machine, ref random, PagesPerMib);
        for (uint index = 0; index < PagesPerMib; index++)
        {
            VirtualAddress page = new(list.At(ref machine, index));
            uint start = board.InstructionCount;
            VmStatus status = space.TryUnmapPage(ref machine, ref frames, page);
            uint end = board.InstructionCount;
            if (index != PagesPerMib - 1)
            {
                tally.Add(run.Between(start, end));
            }

            run.Check(status);
        }
    }

    private static void Lives<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, in ClearCosts costs)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally creations = default;
        Tally ends = default;
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            VmStatus status = spaces.TryCreate(ref machine, ref frames, out AddressSpace space);
            uint end = board.InstructionCount;
            creations.Add(run.Between(start, end) - costs.FirstLevelTable);
            run.Check(status);
            run.Check(spaces.TryActivate(ref machine, space));
            spaces.Leave(ref machine);
            start = board.InstructionCount;
            status = spaces.TryDestroy(ref machine, ref frames, space);
            end = board.InstructionCount;
            ends.Add(run.Between(start, end));
            run.Check(status);
        }

        run.Report("space.create"u8, in creations);
        run.Report("space.destroy"u8, in ends);
    }

    private static void FullLives<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally ends = default;
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        for (uint sample = 0; sample < Samples; sample++)
        {
            run.Check(spaces.TryCreate(ref machine, ref frames, out AddressSpace space));
            run.Check(spaces.TryActivate(ref machine, space));
            for (uint index = 0; index < PagesPerMib; index++)
            {
                VirtualAddress page = new(FirstAddress + (index << PageSize.SmallShift));
                run.Check(space.TryMapNewPage(
                    ref machine, ref frames, page, AccessPermission.ReadWrite, Execution.Never, out _));
            }

            spaces.Leave(ref machine);
            uint start = board.InstructionCount;
            VmStatus status = spaces.TryDestroy(ref machine, ref frames, space);
            uint end = board.InstructionCount;
            ends.Add(run.Between(start, end));
            run.Check(status);
        }

        run.Report("space.destroy_16"u8, in ends);
    }

    private static void Switches<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally switches = default;
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref FrameAllocator frames = ref run.Memory.Frames;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        run.Check(spaces.TryCreate(ref machine, ref frames, out AddressSpace next));
        run.Check(spaces.TryCreate(ref machine, ref frames, out AddressSpace other));
        run.Check(spaces.TryActivate(ref machine, next));
        run.Check(spaces.TryActivate(ref machine, other));
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            VmStatus status = spaces.TryActivate(ref machine, next);
            uint end = board.InstructionCount;
            switches.Add(run.Between(start, end));
            run.Check(status);
            AddressSpace previous = other;
            other = next;
            next = previous;
        }

        spaces.Leave(ref machine);
        run.Check(spaces.TryDestroy(ref machine, ref frames, next));
        run.Check(spaces.TryDestroy(ref machine, ref frames, other));
        run.Report("space.switch"u8, in switches);
    }

    private static void Requests<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Tally requests = default;
        ref TMachine machine = ref run.Machine;
        ref TBoard board = ref run.Board;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        run.Check(spaces.TryCreate(ref machine, ref run.Memory.Frames, out AddressSpace space));
        run.Check(spaces.TryActivate(ref machine, space));
        PhysicalAddress owner = space.ControlPage;
        for (uint sample = 0; sample < Samples; sample++)
        {
            uint start = board.InstructionCount;
            VmStatus status = spaces.Asids.Request(ref machine, owner, out _);
            uint end = board.InstructionCount;
            requests.Add(run.Between(start, end));
            run.Check(status);
        }

        spaces.Leave(ref machine);
        run.Check(spaces.TryDestroy(ref machine, ref run.Memory.Frames, space));
        run.Report("asid.request"u8, in requests);
    }
}
