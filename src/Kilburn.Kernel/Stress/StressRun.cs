using Kilburn.Core;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.Stress;

/// <summary>All cores at work on one memory system, and what is left of it afterwards.</summary>
public static class StressRun
{
    /// <summary>Runs on all cores that are idle, and on this one.</summary>
    /// <param name="session">What it works on; no space is active.</param>
    /// <param name="plan">Seed and length; gets the tallies. In memory that does not move.</param>
    /// <param name="leaked">Frames that are gone; negative when some came from nowhere.</param>
    /// <returns>Cores that took part.</returns>
    public static uint Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref StressPlan plan, out int leaked)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref TInner machine = ref session.Machine.Inner;
        ref TBoard board = ref session.Board.Inner;
        plan.Tallies = default;
        plan.IsOver = 0;
        session.Memory.TrimHeap(ref machine);
        session.Memory.Frames.GetStatistics(ref machine, out FrameStatistics before);
        uint cores = 0;
        if (TryMakeSpaces(in session, ref plan))
        {
            for (uint core = 0; core < StressPlan.CoreCapacity; core++)
            {
                plan.Tallies[(int)core].LockRetries = board.LockRetriesOf(core);
            }

            cores = StartOthers(ref board, ref plan) + 1;
            StressCore<TInner, TBoard>.Run(ref machine, ref board, ref plan);
            for (uint core = 1; core < StressPlan.CoreCapacity; core++)
            {
                while (board.StateOf(core) == CoreState.Stress)
                {
                    machine.Relax();
                }
            }

            for (uint core = 0; core < StressPlan.CoreCapacity; core++)
            {
                ref StressTally tally = ref plan.Tallies[(int)core];
                tally.LockRetries = unchecked(board.LockRetriesOf(core) - tally.LockRetries);
            }
        }

        EndSpaces(in session, ref plan);
        session.Memory.TrimHeap(ref machine);
        session.Memory.Frames.GetStatistics(ref machine, out FrameStatistics after);
        leaked = unchecked((int)(before.FreeFrames - after.FreeFrames));
        return cores;
    }

    private static uint StartOthers<TBoard>(ref TBoard board, ref StressPlan plan)
        where TBoard : struct, IBoard
    {
        uint started = 0;
        for (uint core = 1; core < StressPlan.CoreCapacity; core++)
        {
            if (board.StateOf(core) == CoreState.Idle)
            {
                board.StartStress(core, ref plan);
                started++;
            }
        }

        return started;
    }

    private static bool TryMakeSpaces<TInner, TBoard>(in Session<TInner, TBoard> session, ref StressPlan plan)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        plan.Shared = default;
        for (int index = 0; index < StressPlan.SharedSpaceCount; index++)
        {
            if (session.Memory.Spaces.TryCreate(ref session.Machine, ref session.Memory.Frames, out plan.Shared[index])
                != VmStatus.Ok)
            {
                return false;
            }
        }

        return true;
    }

    private static void EndSpaces<TInner, TBoard>(in Session<TInner, TBoard> session, ref StressPlan plan)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (int index = 0; index < StressPlan.SharedSpaceCount; index++)
        {
            AddressSpace space = plan.Shared[index];
            if (space.ControlPage.Value != 0
                && session.Memory.Spaces.TryDestroy(ref session.Machine, ref session.Memory.Frames, space) != VmStatus.Ok)
            {
                plan.Tallies[0].Add(StressFailure.Status, space.ControlPage.Value);
            }
        }
    }
}
