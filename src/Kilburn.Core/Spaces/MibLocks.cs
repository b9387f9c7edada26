using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>The locks of a space's 2048 MiBs: a bit each, 32 to a word, the lowest MiB in bit 31.</summary>
/// <remarks>
/// <para>
/// A fault takes the MiB that it lies in, and no other. Who changes a range holds the space's lock, and takes all MiBs of the range before it looks
/// at what faults can change in them: a word's at once, the words upward. So nobody who waits for a MiB is waited for. Rank
/// <see cref="LockRank.Mib"/>, for all that a core holds together.
/// </para>
/// <para>What each of the two locks guards stands in <c>docs/locking.md</c>.</para>
/// </remarks>
internal static class MibLocks
{
    private const uint FirstBit = 1u << 31;
    private const uint AllBits = uint.MaxValue;
    private const int BitsPerWordShift = 5;
    private const uint BitMask = (1u << BitsPerWordShift) - 1;
    private const int WordShift = 2;

    /// <summary>Words of the bitmap.</summary>
    public const uint WordCount = 64;

    /// <summary>The bit of a MiB in its word.</summary>
    /// <param name="mib">VA[30:20].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint BitOf(uint mib) => FirstBit >> (int)(mib & BitMask);

    /// <summary>The word of a MiB's bit.</summary>
    /// <param name="control">The start of the space's control page, which is all mapped.</param>
    /// <param name="mib">VA[30:20].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref uint WordOf(ref SpaceControl control, uint mib) =>
        ref Unsafe.AddByteOffset(ref SpaceLayout.FirstLockWordOf(ref control), (nint)((mib >> BitsPerWordShift) << WordShift));

    /// <summary>Waits for bits of one word and takes them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="word">The word.</param>
    /// <param name="bits">The MiBs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // on the way of each fault
    public static void Take<TMachine>(ref TMachine machine, ref uint word, uint bits)
        where TMachine : struct, IMachine
    {
        machine.NoteLock(LockRank.Mib, LockChange.Taken);
        machine.AcquireBits(ref word, bits);
    }

    /// <summary>Gives back bits of one word. What was written under them is seen by the next holder.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="word">The word.</param>
    /// <param name="bits">As they were taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as Take
    public static void Release<TMachine>(ref TMachine machine, ref uint word, uint bits)
        where TMachine : struct, IMachine
    {
        CheckHeld(ref machine, ref word, bits);
        machine.ReleaseBits(ref word, bits);
        machine.NoteLock(LockRank.Mib, LockChange.Released);
    }

    /// <summary>Gives back bits of one word, and counts what was done under them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="word">The word.</param>
    /// <param name="bits">As they were taken.</param>
    /// <param name="counter">A count that those of other MiBs may change meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // on the way of each fault
    public static void ReleaseAndCount<TMachine>(ref TMachine machine, ref uint word, uint bits, ref uint counter)
        where TMachine : struct, IMachine
    {
        CheckHeld(ref machine, ref word, bits);
        machine.ReleaseBitsAndCount(ref word, bits, ref counter);
        machine.NoteLock(LockRank.Mib, LockChange.Released);
    }

    /// <summary>Waits for the MiBs of a range and takes them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // addresses as words: a structure of one field goes through memory
    public static void TakeRange<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        machine.NoteLock(LockRank.Mib, LockChange.Taken);
        uint first = start.Value >> PageSize.SectionShift;
        uint last = (end.Value - 1) >> PageSize.SectionShift;
        if (first == last)
        {
            machine.AcquireBits(ref WordOf(ref control, first), BitOf(first));
            return;
        }

        AcquireRange(ref machine, ref control, first, last);
    }

    /// <summary>Gives back the MiBs of a range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as TakeRange
    public static void ReleaseRange<TMachine>(
        ref TMachine machine, ref SpaceControl control, VirtualAddress start, VirtualAddress end)
        where TMachine : struct, IMachine
    {
        uint first = start.Value >> PageSize.SectionShift;
        uint last = (end.Value - 1) >> PageSize.SectionShift;
        if (first == last)
        {
            machine.ReleaseBits(ref WordOf(ref control, first), BitOf(first));
        }
        else
        {
            ReleaseRange(ref machine, ref control, first, last);
        }

        machine.NoteLock(LockRank.Mib, LockChange.Released);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AcquireRange<TMachine>(ref TMachine machine, ref SpaceControl control, uint first, uint last)
        where TMachine : struct, IMachine
    {
        uint bits = AllBits >> (int)(first & BitMask);
        uint mib = first;
        while (((mib ^ last) >> BitsPerWordShift) != 0)
        {
            machine.AcquireBits(ref WordOf(ref control, mib), bits);
            bits = AllBits;
            mib += BitMask + 1;
        }

        machine.AcquireBits(ref WordOf(ref control, last), bits & UpTo(last));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReleaseRange<TMachine>(ref TMachine machine, ref SpaceControl control, uint first, uint last)
        where TMachine : struct, IMachine
    {
        uint bits = AllBits >> (int)(first & BitMask);
        uint mib = first;
        while (((mib ^ last) >> BitsPerWordShift) != 0)
        {
            machine.ReleaseBits(ref WordOf(ref control, mib), bits);
            bits = AllBits;
            mib += BitMask + 1;
        }

        machine.ReleaseBits(ref WordOf(ref control, last), bits & UpTo(last));
    }

    /// <summary>Waits for the MiBs of two ranges, which may have some in common, and takes them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="plan">The two: what moves, and where it goes.</param>
    public static void TakeBoth<TMachine>(ref TMachine machine, ref SpaceControl control, in MovePlan plan)
        where TMachine : struct, IMachine
    {
        machine.NoteLock(LockRank.Mib, LockChange.Taken);
        for (uint mib = 0; mib < FirstLevelTable.UserEntryCount; mib += BitMask + 1)
        {
            uint bits = BitsOf(mib, in plan);
            if (bits != 0)
            {
                machine.AcquireBits(ref WordOf(ref control, mib), bits);
            }
        }
    }

    /// <summary>Gives back the MiBs of two ranges.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="plan">As for <see cref="TakeBoth"/>.</param>
    public static void ReleaseBoth<TMachine>(ref TMachine machine, ref SpaceControl control, in MovePlan plan)
        where TMachine : struct, IMachine
    {
        for (uint mib = 0; mib < FirstLevelTable.UserEntryCount; mib += BitMask + 1)
        {
            uint bits = BitsOf(mib, in plan);
            if (bits != 0)
            {
                machine.ReleaseBits(ref WordOf(ref control, mib), bits);
            }
        }

        machine.NoteLock(LockRank.Mib, LockChange.Released);
    }

    /// <summary>Waits for all MiBs and takes them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    public static void TakeAll<TMachine>(ref TMachine machine, ref SpaceControl control)
        where TMachine : struct, IMachine
    {
        machine.NoteLock(LockRank.Mib, LockChange.Taken);
        machine.AcquireWords(ref SpaceLayout.FirstLockWordOf(ref control), WordCount);
    }

    /// <summary>Gives back all MiBs.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    public static void ReleaseAll<TMachine>(ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        // Nobody else changes a word whose bits are all set.
        machine.OrderMemory();
        SpaceLayout.ClearLocks(ref machine, controlPage);
        machine.StoreRelease(ref WordOf(ref control, FirstLevelTable.UserEntryCount - 1), 0); // once more, for those who wait
        machine.NoteLock(LockRank.Mib, LockChange.Released);
    }

    private static uint LastOf(VirtualAddress end) => end.Add(unchecked(0u - 1)).FirstLevelIndex;

    // The bits of a word up to a MiB's.
    private static uint UpTo(uint mib) => AllBits << (int)(~mib & BitMask);

    // What two ranges have in a word, which begins with a MiB.
    private static uint BitsOf(uint mib, in MovePlan plan) =>
        BitsOf(mib, plan.Start.FirstLevelIndex, LastOf(plan.End))
        | BitsOf(mib, plan.Destination.FirstLevelIndex, LastOf(plan.DestinationEnd));

    private static uint BitsOf(uint mib, uint first, uint last)
    {
        uint from = first > mib ? first : mib;
        uint to = last < mib + BitMask ? last : mib + BitMask;
        return from > to ? 0 : (AllBits >> (int)(from & BitMask)) & UpTo(to);
    }

    // Ranks tell that the core holds MiBs; this, that it is these.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckHeld<TMachine>(ref TMachine machine, ref uint word, uint bits)
        where TMachine : struct, IMachine
    {
        if (BuildChecks.Enabled && (word & bits) != bits)
        {
            BugCheck.Fail(ref machine, "L3: a MiB is given back that nobody has taken"u8, bits);
        }
    }
}
