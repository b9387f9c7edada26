using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Benchmarks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Stress;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>cores</c> and <c>stress</c>: who is there, and all of them at work.</summary>
public static class CoresCommand
{
    private const uint DefaultSeed = 1;

    /// <summary>Prints what each core does.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        for (uint core = 0; core < StressPlan.CoreCapacity; core++)
        {
            session.Board.Write("core "u8);
            session.Board.WriteDecimal(core);
            CoreState state = session.Board.StateOf(core);
            session.Board.Write(NameOf(state));
            if (state == CoreState.Thread)
            {
                WriteProcess(in session, core);
            }

            session.Board.EndLine();
        }

        return CommandOutcome.Done;
    }

    /// <summary>Keeps all cores at work for a while.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: seconds, and a seed if need be.</param>
    public static CommandOutcome Stress<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint seed = DefaultSeed;
        if (!request.TryTakeNumber(in session, out uint seconds)
            || (!request.Arguments.IsEmpty && !request.TryTakeNumber(in session, out seed))
            || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        if (seconds == 0)
        {
            session.Board.WriteLine("stress: at least one second"u8);
            return CommandOutcome.Failed;
        }

        session.Memory.Spaces.Leave(ref session.Machine);
        ref StressPlan plan = ref session.State.Stress;
        plan.Seed = seed;
        plan.Seconds = seconds;
        plan.OperationsOfCore = 0;
        uint background = HelperCores.Pause(ref session.Machine.Inner, ref session.Board.Inner);
        uint cores = StressRun.Run(in session, ref plan, out int leaked);
        HelperCores.Resume(ref session.Machine.Inner, ref session.Board.Inner, background);
        return Report(ref session.Board, ref plan, cores, leaked) ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    // What is printed is copied first: nothing is printed under a lock.
    private static void WriteProcess<TInner, TBoard>(in Session<TInner, TBoard> session, uint core)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref session.Board.Processes;
        ShortName name = default;
        uint id = 0;
        system.Lock.Acquire(ref session.Machine.Inner, LockRank.Processes);
        VirtualAddress thread = system.Cores[(int)core].Running;
        if (thread.Value != 0)
        {
            ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(session.Machine.Data<ThreadBlock>(thread).Process);
            id = process.Id;
            name = process.Name;
        }

        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        if (id == 0)
        {
            session.Board.Write("that has just ended"u8);
            return;
        }

        session.Board.WriteDecimal(id);
        session.Board.Write(", "u8);
        session.Board.Write(name.Text);
    }

    private static bool Report<TBoard>(ref TBoard board, ref StressPlan plan, uint cores, int leaked)
        where TBoard : struct, IBoard
    {
        uint operations = 0;
        uint errors = 0;
        uint retries = 0;
        bool haveAllWorked = cores != 0;
        for (uint core = 0; core < StressPlan.CoreCapacity; core++)
        {
            StressTally tally = plan.Tallies[(int)core];
            operations += tally.Operations;
            errors += tally.Errors;
            retries += tally.LockRetries;
            if (tally.Operations == 0)
            {
                haveAllWorked = haveAllWorked && board.StateOf(core) == CoreState.Off;
                continue;
            }

            board.Write("core "u8);
            board.WriteDecimal(core);
            board.Write(": "u8);
            board.WriteDecimal(tally.Operations);
            board.Write(" operations"u8);
            if (tally.Errors != 0)
            {
                board.Write(", "u8);
                board.WriteDecimal(tally.Errors);
                board.Write(" errors; the first: "u8);
                board.Write(NameOf(tally.First));
                board.WriteHex(tally.FirstValue);
            }

            board.EndLine();
        }

        board.Write("contention: "u8);
        board.WriteDecimal(PerThousand(retries, operations));
        board.WriteLine(" lock retries per thousand operations"u8);
        board.Write("stress: "u8);
        board.WriteDecimal(operations);
        board.Write(" operations on "u8);
        board.WriteDecimal(cores);
        board.Write(cores == 1 ? " core, seed "u8 : " cores, seed "u8);
        board.WriteDecimal(plan.Seed);
        board.Write(", "u8);
        board.WriteDecimal(errors);
        board.Write(" errors, "u8);
        board.WriteDecimal((uint)(leaked < 0 ? -leaked : leaked));
        board.WriteLine(leaked < 0 ? " frames too many"u8 : " frames leaked"u8);
        return haveAllWorked && errors == 0 && leaked == 0;
    }

    private static uint PerThousand(ulong part, uint whole) =>
        whole == 0 ? 0 : Tally.Divide((part << 10) - (part << 4) - (part << 3), whole);

    private static ReadOnlySpan<byte> NameOf(CoreState state) => state switch
    {
        CoreState.Idle => ": online, idle"u8,
        CoreState.Monitor => ": online, serves the console"u8,
        CoreState.Stress => ": online, stress"u8,
        CoreState.Thread => ": online, runs process "u8,
        _ => ": off"u8,
    };

    private static ReadOnlySpan<byte> NameOf(StressFailure failure) => failure switch
    {
        StressFailure.Status => "an operation ended with status "u8,
        StressFailure.Contents => "wrong contents at "u8,
        StressFailure.NotZeroed => "not zeroes at "u8,
        _ => "wrong access at "u8,
    };
}
