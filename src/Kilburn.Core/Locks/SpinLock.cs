using System.Runtime.CompilerServices;
using Kilburn.Core.Checks;

namespace Kilburn.Core.Locks;

/// <summary>A lock for short sections: one word, taken with a compare-and-swap.</summary>
/// <remarks>
/// Not for interrupt handlers; does not mask interrupts. In a checked build the word also holds rank and owner, and taking a lock
/// that the core holds already is a panic instead of a hang.
/// <code>
///  31        16 15       8 7        0
/// +------------+----------+----------+
/// |     0      | core     |  1: held |
/// +------------+----------+----------+
/// </code>
/// </remarks>
public struct SpinLock
{
    private const uint Free = 0;
    private const uint HeldBit = 1;
    private const int CoreShift = 8;

    private uint _word; // shared; changed by CompareExchange and StoreRelease only

    /// <summary>Waits for the lock and takes it. Pairs with <see cref="Release{TMachine}"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="rank">Higher than that of every lock that the core holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Acquire<TMachine>(ref TMachine machine, LockRank rank)
        where TMachine : struct, IMachine
    {
        machine.NoteLock(rank, LockChange.Taken);
        if (!BuildChecks.Enabled)
        {
            machine.AcquireLock(ref _word);
            return;
        }

        uint mine = HeldBit | (machine.CoreIndex << CoreShift);
        if (machine.CompareExchange(ref _word, mine, Free) != Free)
        {
            Wait(ref machine, ref _word, mine);
        }
    }

    /// <summary>Gives the lock back. Everything written under it is seen by the next holder.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="rank">As it was taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release<TMachine>(ref TMachine machine, LockRank rank)
        where TMachine : struct, IMachine
    {
        machine.StoreRelease(ref _word, Free);
        machine.NoteLock(rank, LockChange.Released);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait<TMachine>(ref TMachine machine, ref uint word, uint mine)
        where TMachine : struct, IMachine
    {
        do
        {
            if (machine.LoadAcquire(ref word) == mine)
            {
                BugCheck.Fail(ref machine, "L1: a lock taken twice by one core"u8, mine);
            }

            machine.Relax();
        }
        while (machine.CompareExchange(ref word, mine, Free) != Free);
    }
}
