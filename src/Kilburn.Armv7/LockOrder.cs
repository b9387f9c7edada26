using System;
using System.Runtime.CompilerServices;
using Kilburn.Core.Locks;

namespace Kilburn.Armv7;

/// <summary>The ranks that each core holds, in checked builds: taking a lock out of order is a panic, not a rare hang.</summary>
internal static class LockOrder
{
    private const int CoreCapacity = 4;

    private static HeldRanks s_held; // [core]: bit per rank; each word is its core's own

    /// <summary>Notes a lock that is about to be waited for.</summary>
    /// <param name="core">The calling core.</param>
    /// <param name="rank">Its rank.</param>
    /// <returns>False when the core holds a lock of that rank or a higher one.</returns>
    internal static bool TryTake(uint core, LockRank rank)
    {
        uint held = s_held[(int)core & (CoreCapacity - 1)];
        s_held[(int)core & (CoreCapacity - 1)] = held | (1u << (int)rank);
        return held >> (int)rank == 0;
    }

    /// <summary>Notes a lock that was given back.</summary>
    /// <param name="core">The calling core.</param>
    /// <param name="rank">Its rank.</param>
    internal static void Release(uint core, LockRank rank) => s_held[(int)core & (CoreCapacity - 1)] &= ~(1u << (int)rank);

    [InlineArray(CoreCapacity)]
    private struct HeldRanks
    {
        private uint _first;
    }
}
