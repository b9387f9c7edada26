using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Locks;

namespace Kilburn.Armv7;

/// <summary>The locks that each core holds, in checked builds: taking one out of order or twice is a panic, not a rare hang.</summary>
public static class LockOrder
{
    private const int CoreCapacity = 4;
    private const int RankCapacity = 16;

    private static Cores s_cores; // [core]; each is its core's own

    /// <summary>Where the lock was taken that a core held when it wanted another that may not follow.</summary>
    /// <param name="core">The core.</param>
    /// <returns>An instruction; zero when the order was kept.</returns>
    public static uint ConflictOf(uint core) => s_cores[(int)core & (CoreCapacity - 1)].Conflict;

    /// <summary>Notes a lock that is about to be waited for, or was taken at once.</summary>
    /// <param name="core">The calling core.</param>
    /// <param name="rank">Its rank.</param>
    /// <param name="change">Which of the two.</param>
    /// <param name="place">An instruction of the method that takes it.</param>
    /// <returns>False when the core holds a lock of that rank, or waits for one below a rank that it holds.</returns>
    internal static bool TryTake(uint core, LockRank rank, LockChange change, uint place)
    {
        ref HeldLocks held = ref s_cores[(int)core & (CoreCapacity - 1)];
        uint above = held.Ranks >> (int)rank;
        if (change == LockChange.Taken ? above != 0 : (above & 1) != 0)
        {
            held.Conflict = held.Places[BitOperations.Log2(held.Ranks)];
            return false;
        }

        held.Ranks |= 1u << (int)rank;
        held.Places[(int)rank & (RankCapacity - 1)] = place;
        return true;
    }

    /// <summary>Notes a lock that was given back.</summary>
    /// <param name="core">The calling core.</param>
    /// <param name="rank">Its rank.</param>
    internal static void Release(uint core, LockRank rank) => s_cores[(int)core & (CoreCapacity - 1)].Ranks &= ~(1u << (int)rank);

    private struct HeldLocks
    {
        internal uint Ranks; // a bit for each that is held
        internal uint Conflict;
        internal PlacesOfRanks Places; // [rank]: where it was taken last
    }

    [InlineArray(RankCapacity)]
    private struct PlacesOfRanks
    {
        private uint _first;
    }

    [InlineArray(CoreCapacity)]
    private struct Cores
    {
        private HeldLocks _first;
    }
}
