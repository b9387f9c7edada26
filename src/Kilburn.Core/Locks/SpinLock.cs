using System.Runtime.CompilerServices;

namespace Kilburn.Core.Locks;

/// <summary>A fair lock for short sections: one word, and a row of cores that wait for it.</summary>
/// <remarks>
/// <para>
/// Whoever finds the word zero makes it 1: that is all there is to a lock that nobody else wants. Giving it back clears the lowest byte
/// alone, and asks for nobody. Who finds it taken gets a place in the row, and those in the row come in their order. Who finds it free
/// while there is a row may pass it, but no more than <see cref="MostPassed"/> do before the first of the row has its turn: on an
/// emulator, and under a hypervisor, that one may not be running, and all would wait for it and not for the lock.
/// </para>
/// <code>
///  31    24 23    16 15     8 7      0
/// +--------+--------+--------+--------+
/// |  last  |  turn  | passed | 1: held|   places are given out at last, and let in at turn
/// +--------+--------+--------+--------+
/// </code>
/// <para>
/// Only the first of the row looks at the word all the time. The others sleep (WFE), and the one who leaves the row with the lock in
/// its hands wakes them (DSB, SEV) if there are any: that one has waited, and does not mind, while a release that nobody waits
/// for stays one store.
/// </para>
/// <para>
/// Taken with interrupts masked, as the kernel runs: a handler that wanted the lock of what it interrupted would never get it.
/// Checking machines report a lock that is taken with interrupts on, out of order, or twice.
/// </para>
/// </remarks>
public struct SpinLock
{
    /// <summary>Cores that may take the lock before the first of those that wait for it.</summary>
    public const uint MostPassed = 127;

    private const uint Free = 0;
    private const uint Held = 1;
    private const uint HeldMask = 0xFF;
    private const int PassedShift = 8;
    private const int TurnShift = 16;
    private const int LastShift = 24;
    private const uint PlaceMask = 0xFF;
    private const uint RowMask = PlaceMask << LastShift;

    private uint _word; // shared; see Wait

    /// <summary>Waits for the lock and takes it. Pairs with <see cref="Release{TMachine}"/>.</summary>
    /// <param name="machine">The machine of the calling core, whose interrupts are masked.</param>
    /// <param name="rank">Higher than that of every lock that the core holds.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Acquire<TMachine>(
        ref TMachine machine, LockRank rank, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where TMachine : struct, IMachine
    {
        machine.NoteLock(rank, LockChange.Taken, file, line);
        machine.AcquireLock(ref _word);
    }

    /// <summary>Takes the lock if it is free. Pairs with <see cref="Release{TMachine}"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="rank">The lock's; any that the core does not hold, since nobody waits.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>False when it is held, or wanted by others.</returns>
    public bool TryAcquire<TMachine>(
        ref TMachine machine, LockRank rank, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where TMachine : struct, IMachine
    {
        if (machine.CompareExchange(ref _word, Held, Free) != Free)
        {
            return false;
        }

        machine.NoteLock(rank, LockChange.TakenAtOnce, file, line);
        return true;
    }

    /// <summary>Gives the lock back. Everything written under it is seen by the next holder.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="rank">As it was taken.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release<TMachine>(
        ref TMachine machine, LockRank rank, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        where TMachine : struct, IMachine
    {
        machine.ReleaseLock(ref _word);
        machine.NoteLock(rank, LockChange.Released, file, line);
    }

    /// <summary>What <see cref="IMachine.AcquireLock"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="word">The lock.</param>
    public static void Take<TMachine>(ref TMachine machine, ref uint word)
        where TMachine : struct, IMachine
    {
        if (machine.CompareExchange(ref word, Held, Free) != Free)
        {
            Wait(ref machine, ref word);
        }
    }

    private static void Wait<TMachine>(ref TMachine machine, ref uint word)
        where TMachine : struct, IMachine
    {
        uint seen;
        uint wanted;
        do
        {
            seen = machine.LoadAcquire(ref word);
            bool isFree = (seen & HeldMask) == Free && ((seen >> PassedShift) & PlaceMask) != MostPassed;
            wanted = seen == Free ? Held
                : isFree ? seen + (1u << PassedShift) + Held
                : unchecked(seen + (1u << LastShift));
        }
        while (machine.CompareExchange(ref word, wanted, seen) != seen);

        if ((wanted & HeldMask) != (seen & HeldMask))
        {
            return;
        }

        uint place = seen >> LastShift;
        while (((machine.LoadAcquire(ref word) >> TurnShift) & PlaceMask) != place)
        {
            machine.WaitForEvent();
        }

        while (!TryLeaveRow(ref machine, ref word, place))
        {
            machine.Relax();
        }
    }

    /// <returns>False when the lock is held, or the row has grown at this moment.</returns>
    private static bool TryLeaveRow<TMachine>(ref TMachine machine, ref uint word, uint place)
        where TMachine : struct, IMachine
    {
        uint seen = machine.LoadAcquire(ref word);
        if ((seen & HeldMask) != Free)
        {
            return false;
        }

        uint next = (place + 1) & PlaceMask;
        bool isLast = next == seen >> LastShift;
        uint wanted = isLast ? Held : (seen & RowMask) | (next << TurnShift) | Held; // nobody has passed the next one
        if (machine.CompareExchange(ref word, wanted, seen) != seen)
        {
            return false;
        }

        if (!isLast)
        {
            machine.SendEvent();
        }

        return true;
    }
}
