using Kilburn.Core;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Stress;

namespace Kilburn.Kernel.SelfTests;

/// <summary>All cores at once.</summary>
internal static class CoreTests
{
    private const uint Seed = 0x2545_F491;
    private const uint OperationsOfCore = 2000;

    internal static void AllCoresKeepTheirMemory<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref StressPlan plan = ref session.State.Stress;
        plan.Seed = Seed;
        plan.Seconds = 0;
        plan.OperationsOfCore = OperationsOfCore;
        uint cores = StressRun.Run(in session, ref plan, out int leaked);
        uint worked = 0;
        for (uint core = 0; core < StressPlan.CoreCapacity; core++)
        {
            StressTally tally = plan.Tallies[(int)core];
            check.That(tally.Errors == 0, "a core's first error"u8, tally.FirstValue);
            check.Equal(
                tally.Operations,
                session.Board.StateOf(core) == CoreState.Off ? 0 : OperationsOfCore,
                "operations of a core"u8);
            worked += tally.Operations == 0 ? 0u : 1;
        }

        check.Equal(worked, cores, "cores that worked"u8);
        check.Equal((uint)leaked, 0, "frames leaked"u8);
    }
}
