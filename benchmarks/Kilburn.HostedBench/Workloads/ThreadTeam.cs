using System;
using System.Threading;

namespace Kilburn.HostedBench.Workloads;

/// <summary>Threads that begin a piece of work at the same moment, the caller among them.</summary>
internal sealed class ThreadTeam : IDisposable
{
    private const int SpinsBeforeYield = 20_000;

    private readonly int _threads;
    private readonly Action<int> _work;
    private readonly Thread[] _others;
    private int _round;
    private int _ready;
    private int _done;
    private bool _isEnding;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">How many, the caller included.</param>
    /// <param name="work">What each does in a round; it gets its number.</param>
    internal ThreadTeam(int threads, Action<int> work)
    {
        _threads = threads;
        _work = work;
        _others = new Thread[threads - 1];
        for (int index = 0; index < _others.Length; index++)
        {
            int number = index + 1;
            _others[index] = new Thread(() => Serve(number)) { IsBackground = true };
            _others[index].Start();
        }
    }

    /// <summary>Does a round: returns when all have done their work.</summary>
    internal void Run()
    {
        int round = Interlocked.Increment(ref _round);
        Meet(ref _ready, round);
        _work(0);
        Meet(ref _done, round);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isEnding, true);
        _ = Interlocked.Increment(ref _round);
        foreach (Thread other in _others)
        {
            other.Join();
        }
    }

    private void Serve(int number)
    {
        for (int round = 1; ; round++)
        {
            Await(ref _round, round);
            if (Volatile.Read(ref _isEnding))
            {
                return;
            }

            Meet(ref _ready, round);
            _work(number);
            Meet(ref _done, round);
        }
    }

    // Counts only grow: a thread that is late sees a later round's count, and goes on.
    private void Meet(ref int count, int round)
    {
        _ = Interlocked.Increment(ref count);
        Await(ref count, round * _threads);
    }

    private static void Await(ref int word, int value)
    {
        for (int spins = 0; Volatile.Read(ref word) < value; spins++)
        {
            if (spins > SpinsBeforeYield)
            {
                _ = Thread.Yield();
            }
        }
    }
}
