using System.Runtime.CompilerServices;
using System.Threading;

namespace Kilburn.HostedBench.Allocators;

/// <summary>The lock that all allocators under measurement use, so that they differ in what they do and not in how they wait.</summary>
internal static class SpinWord
{
    private const int SpinsBeforeYield = 100;

    /// <summary>Waits until a word is zero and makes it 1.</summary>
    /// <param name="word">The lock.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Acquire(ref uint word)
    {
        if (Interlocked.CompareExchange(ref word, 1, 0) != 0)
        {
            Wait(ref word);
        }
    }

    /// <summary>Gives the lock back.</summary>
    /// <param name="word">The lock.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Release(ref uint word) => Volatile.Write(ref word, 0);

    // A thread that lost its processor while it held the lock gets it back sooner when others yield.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait(ref uint word)
    {
        int spins = 0;
        do
        {
            while (Volatile.Read(ref word) != 0)
            {
                if (++spins < SpinsBeforeYield)
                {
                    Thread.SpinWait(1);
                }
                else
                {
                    _ = Thread.Yield();
                }
            }
        }
        while (Interlocked.CompareExchange(ref word, 1, 0) != 0);
    }
}
