using System.Runtime.CompilerServices;
using System.Threading;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Threads that share a space, run on all cores and are preempted, while others of a clone take turns with them under another ASID.</summary>
public static unsafe class Threads
{
    private const int ThreadCount = 6; // more than there are cores: each is preempted, even when the clone has ended
    private const int CoreCapacity = 4;
    private const uint Preemptions = 3; // of each thread, at least
    private const uint MostRounds = 100_000;
    private const uint AddsOfRound = 200;
    private const uint Base = 0x2000_0000;
    private const double Step = 0.5;

    private static uint s_sum;        // of all threads: Interlocked
    private static uint s_preempted;  // threads that were: Interlocked
    private static CoreSet s_cores;   // [core]: 1 once a thread ran there

    /// <summary>Runs threads here and in a clone, and counts what they did.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>0 when nothing was lost, and each thread kept its registers.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("threads"u8);
        _ = check.Done("map"u8, Memory.TryMap(Base, Memory.PageBytes, Memory.ReadWrite | MapFlags.Fixed, out _));
        _ = check.Done("clone"u8, Process.TryClone(out uint child));
        Instructions.Store(Base, child); // the same address, and another page in the child
        RunAll(ref check);
        _ = check.Equal("the word of this process"u8, Instructions.Load(Base), child);
        if (child == 0)
        {
            Process.Exit(check.Status);
        }

        _ = Statistics.TryRead(out ProcessStatistics process);
        _ = check.Exits("the clone"u8, child, 0);
        Line line = check.Begin();
        line.AddDecimal(ThreadCount);
        line.Add(" threads and those of a clone, "u8);
        line.Add("on "u8);
        line.AddDecimal(CountCores());
        line.Add(s_preempted == ThreadCount ? " cores, each preempted"u8 : " cores, not all preempted"u8);
        line.Add(", nothing lost, ASID "u8);
        line.AddDecimal(process.Asid);
        line.Print();
        return check.Status;
    }

    private static void RunAll(ref Check check)
    {
        ThreadSet threads = default;
        for (int index = 0; index < ThreadCount; index++)
        {
            _ = check.Done("start"u8, User.Thread.TryStart(&Work, (uint)index, out threads[index]));
        }

        uint rounds = 0;
        for (int index = 0; index < ThreadCount; index++)
        {
            _ = check.Done("join"u8, threads[index].TryJoin(out uint done));
            _ = check.That("a thread kept its registers"u8, done != 0);
            rounds += done;
        }

        _ = check.Equal("sum"u8, s_sum, rounds * AddsOfRound);
        _ = check.That("each thread was preempted"u8, s_preempted == ThreadCount);
    }

    // Rounds that were done; zero when the thread found a register of its own changed.
    private static uint Work(uint index)
    {
        uint pointer = 0x1000 + index;
        if (Kernel.Call(SystemCall.SetThreadPointer, pointer, out _) != SystemCallError.None)
        {
            return 0;
        }

        double half = index; // in a VFP register, through all turns
        uint rounds = 0;
        bool isPreempted = false;
        do
        {
            for (uint count = 0; count < AddsOfRound; count++)
            {
                _ = Interlocked.Add(ref s_sum, 1);
                half += Step;
            }

            rounds++;
            _ = Statistics.TryRead(out ProcessStatistics statistics);
            s_cores[(int)statistics.Core & (CoreCapacity - 1)] = 1;
            if (!isPreempted && statistics.Preemptions >= Preemptions)
            {
                isPreempted = true;
                _ = Interlocked.Add(ref s_preempted, 1);
            }
        }
        while (Volatile.Read(ref s_preempted) != ThreadCount && rounds < MostRounds);

        bool isKept = half == index + (rounds * (AddsOfRound * Step)) && Instructions.ReadThreadPointer() == pointer;
        return isKept ? rounds : 0;
    }

    private static uint CountCores()
    {
        uint count = 0;
        for (int core = 0; core < CoreCapacity; core++)
        {
            count += s_cores[core];
        }

        return count;
    }

    [InlineArray(CoreCapacity)]
    private struct CoreSet
    {
        private uint _first;
    }

    [InlineArray(ThreadCount)]
    private struct ThreadSet
    {
        private User.Thread _first;
    }
}
