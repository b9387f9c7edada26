using Kilburn.Core;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Processes;

/// <summary>Lets cores 1 to 3 run threads, or keeps them from it.</summary>
/// <remarks>
/// They run none while core 0 measures, tests by hand, or works with all cores on something else: core 0 alone runs threads then, while
/// it awaits a process. For core 0.
/// </remarks>
public static class HelperCores
{
    /// <summary>Lets them run threads from now on.</summary>
    /// <param name="machine">The machine of core 0.</param>
    /// <param name="board">The board.</param>
    /// <remarks>Locking: the caller holds <see cref="ProcessSystem.Lock"/>.</remarks>
    internal static void Open<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.Processes.Helpers = board.HelperCores;
        Call(ref board, board.HelperCores);
    }

    /// <summary>Takes the threads that they run from them, which wait for a core then; comes back when none runs one.</summary>
    /// <param name="machine">The machine of core 0.</param>
    /// <param name="board">The board.</param>
    /// <returns>What to give to <see cref="Resume"/>.</returns>
    public static uint Pause<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        uint helpers = system.Helpers;
        uint background = system.Background;
        system.Helpers = 0;
        system.Background = 0;
        system.Idle &= ~helpers;
        Call(ref board, helpers);
        while (!system.IsNobodyElseRunning(ref machine))
        {
            system.Lock.Release(ref machine, LockRank.Processes);
            machine.Relax();
            system.Lock.Acquire(ref machine, LockRank.Processes);
        }

        system.Lock.Release(ref machine, LockRank.Processes);
        return background;
    }

    /// <summary>Lets them run threads again, if they did while no process was awaited.</summary>
    /// <param name="machine">The machine of core 0.</param>
    /// <param name="board">The board.</param>
    /// <param name="background">What <see cref="Pause"/> returned.</param>
    public static void Resume<TMachine, TBoard>(ref TMachine machine, ref TBoard board, uint background)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (background == 0)
        {
            return;
        }

        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        system.Background = background;
        Open(ref machine, ref board);
        system.Lock.Release(ref machine, LockRank.Processes);
    }

    private static void Call<TBoard>(ref TBoard board, uint cores)
        where TBoard : struct, IBoard
    {
        for (uint core = 1; core < ProcessSystem.CoreCapacity; core++)
        {
            if ((cores & (1u << (int)core)) != 0)
            {
                board.WakeCore(core);
            }
        }
    }
}
