using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Switches against the number of spaces that take turns: past 255 each switch needs an ASID that another space has.</summary>
public static class SwitchGrowth
{
    private const uint MostSpaces = 4096;
    private const uint Samples = 4096;

    /// <summary>Measures <c>spaces.switch</c>.</summary>
    /// <param name="run">The run.</param>
    public static void Run<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        uint made = 0;
        for (uint wanted = 1; wanted <= MostSpaces && !run.HasFailed; wanted <<= 1)
        {
            for (; made < wanted; made++)
            {
                run.Check(spaces.TryCreate(ref run.Machine, ref run.Memory.Frames, out AddressSpace space));
                run.List.At(ref run.Machine, made) = space.ControlPage.Value;
            }

            Switch(ref run, wanted, out _); // whoever was there before has gone
            Switch(ref run, wanted, out Tally switches);
            run.ReportGrowth("spaces.switch"u8, wanted, in switches);
        }

        spaces.Leave(ref run.Machine);
        while (made != 0)
        {
            made--;
            run.Check(spaces.TryDestroy(ref run.Machine, ref run.Memory.Frames, SpaceAt(ref run, made)));
        }
    }

    private static void Switch<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, uint count, out Tally switches)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        switches = default;
        ref AddressSpaces spaces = ref run.Memory.Spaces;
        for (uint sample = 0; sample < Samples; sample++)
        {
            AddressSpace next = SpaceAt(ref run, sample & (count - 1));
            uint start = run.Board.InstructionCount;
            VmStatus status = spaces.TryActivate(ref run.Machine, next);
            uint end = run.Board.InstructionCount;
            switches.Add(run.Between(start, end));
            run.Check(status);
        }
    }

    private static AddressSpace SpaceAt<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run, uint index)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard => new(new PhysicalAddress(run.List.At(ref run.Machine, index)));
}
