using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Where things lie in a space's control page, and which MiBs have a second-level table.</summary>
/// <remarks>
/// <code>
/// 0x000  SpaceControl
/// 0x080  summary: a bit for each word of the bitmap, 2 words
/// 0x100  occupied: a bit for each MiB that has a second-level table, 64 words
/// 0x200  shared: a bit for each MiB whose table other spaces may have as well, 64 words
/// 0x300  SpaceAccounts
/// 0x400  locks: a bit for each MiB, 64 words; see MibLocks
/// 0x800  pages of each MiB's table, live or reserved, less 1, a byte each; without meaning where the MiB has no table
/// </code>
/// A valid first-level descriptor has no bit to spare for software, hence the bitmap; the summary lets an empty space be taken
/// apart without a look at 2048 entries. All guarded by the space's lock; but faults in MiBs that become tables set bits of occupied and
/// summary without it, and no word of these two is changed by a plain store.
/// </remarks>
internal static class SpaceLayout
{
    /// <summary>Bytes that a new control page needs cleared; the counts do not.</summary>
    public const uint ClearedLengthInBytes = CountOffset;

    /// <summary>Words of the summary.</summary>
    public const int SummaryWordCount = 2;

    private const uint SummaryOffset = 0x080;
    private const uint OccupiedOffset = 0x100;
    private const uint SharedOffset = 0x200;
    private const uint AccountsOffset = 0x300;
    private const uint LocksOffset = 0x400;
    private const uint LocksLengthInBytes = MibLocks.WordCount << WordShift;
    private const uint CountOffset = 0x800;
    private const int BitsPerWordShift = 5;
    private const uint BitMask = (1u << BitsPerWordShift) - 1;
    private const int WordShift = 2;

    /// <summary>What the space has and may have.</summary>
    /// <param name="control">The start of the space's control page, which is all mapped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref SpaceAccounts AccountsOf(ref SpaceControl control) =>
        ref Unsafe.As<byte, SpaceAccounts>(
            ref Unsafe.AddByteOffset(ref Unsafe.As<SpaceControl, byte>(ref control), (nint)AccountsOffset));

    /// <summary>The first word of <see cref="MibLocks"/>.</summary>
    /// <param name="control">The start of the space's control page, which is all mapped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref uint FirstLockWordOf(ref SpaceControl control) =>
        ref WordAt(ref control, LocksOffset);

    /// <summary>Gives back the locks of all MiBs: <see cref="MibLocks.ReleaseAll"/>.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The control page of a space whose MiBs the core holds, or which nobody knows yet.</param>
    public static void ClearLocks<TMachine>(ref TMachine machine, PhysicalAddress controlPage)
        where TMachine : struct, IMachine => machine.Clear(controlPage.Add(LocksOffset), LocksLengthInBytes);

    /// <summary>Pages of a MiB's table, live or reserved, less 1.</summary>
    /// <param name="control">The start of the space's control page, which is all mapped.</param>
    /// <param name="mib">VA[30:20].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // an address and an access: less than the call
    public static ref byte CountOf(ref SpaceControl control, uint mib) =>
        ref Unsafe.AddByteOffset(ref Unsafe.As<SpaceControl, byte>(ref control), (nint)(CountOffset + mib));

    /// <summary>Notes that a MiB has a table.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The start of the space's control page, which is all mapped.</param>
    /// <param name="mib">VA[30:20].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MarkOccupied<TMachine>(ref TMachine machine, ref SpaceControl control, uint mib)
        where TMachine : struct, IMachine
    {
        if (machine.SetBit(ref WordAt(ref control, OccupiedOffset), mib) == 0)
        {
            MarkWord(ref machine, ref control, mib >> BitsPerWordShift);
        }
    }

    /// <summary>Notes that a MiB has no table any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="mib">VA[30:20].</param>
    public static void ClearOccupied<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine
    {
        uint word = mib >> BitsPerWordShift;
        ref uint occupied = ref OccupiedWord(ref machine, controlPage, word);
        if (SharedWord.ClearBits(ref machine, ref occupied, 1u << (int)(mib & BitMask)) != 0)
        {
            return;
        }

        ref uint summary = ref SummaryWord(ref machine, controlPage, word >> BitsPerWordShift);
        _ = SharedWord.ClearBits(ref machine, ref summary, 1u << (int)(word & BitMask));

        // A fault in a neighbour that became a table meanwhile may have come before the second step; if it came later, it says so itself.
        if (machine.LoadAcquire(ref occupied) != 0)
        {
            MarkWord(ref machine, ref machine.Data<SpaceControl>(controlPage), word);
        }
    }

    /// <summary>True when no MiB has a table.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsEmpty<TMachine>(ref TMachine machine, PhysicalAddress controlPage)
        where TMachine : struct, IMachine =>
        (SummaryWord(ref machine, controlPage, 0) | SummaryWord(ref machine, controlPage, SummaryWordCount - 1)) == 0;

    /// <summary>Finds a MiB that has a table, and notes that it has none any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="mib">VA[30:20]; zero when there is none.</param>
    /// <returns>False when no MiB has a table.</returns>
    public static bool TryTakeOccupied<TMachine>(ref TMachine machine, PhysicalAddress controlPage, out uint mib)
        where TMachine : struct, IMachine
    {
        for (uint index = 0; index < SummaryWordCount; index++)
        {
            uint summary = SummaryWord(ref machine, controlPage, index);
            if (summary != 0)
            {
                uint word = (index << BitsPerWordShift) + (uint)BitOperations.TrailingZeroCount(summary);
                uint occupied = OccupiedWord(ref machine, controlPage, word);
                mib = (word << BitsPerWordShift) + (uint)BitOperations.TrailingZeroCount(occupied);
                ClearOccupied(ref machine, controlPage, mib);
                return true;
            }
        }

        mib = 0;
        return false;
    }

    /// <summary>Finds the next MiB that has a table.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="mib">VA[30:20] of the first that may be found, or past the last; then of what was found.</param>
    /// <returns>False when there is none.</returns>
    public static bool TryFindOccupied<TMachine>(ref TMachine machine, PhysicalAddress controlPage, ref uint mib)
        where TMachine : struct, IMachine
    {
        if (mib >= FirstLevelTable.UserEntryCount)
        {
            return false;
        }

        uint word = mib >> BitsPerWordShift;
        uint occupied = OccupiedWord(ref machine, controlPage, word) & (uint.MaxValue << (int)(mib & BitMask));
        if (occupied == 0 && !TryFindOccupiedWord(ref machine, controlPage, word + 1, out word, out occupied))
        {
            return false;
        }

        mib = (word << BitsPerWordShift) + (uint)BitOperations.TrailingZeroCount(occupied);
        return true;
    }

    /// <summary>True when a MiB has a table.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="mib">VA[30:20].</param>
    public static bool IsOccupied<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine =>
        (OccupiedWord(ref machine, controlPage, mib >> BitsPerWordShift) & (1u << (int)(mib & BitMask))) != 0;

    /// <summary>True when other spaces may have a MiB's table as well.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="mib">VA[30:20].</param>
    public static bool IsShared<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine => (SharedBitsOf(ref machine, controlPage, mib) & (1u << (int)(mib & BitMask))) != 0;

    /// <summary>Notes that a MiB's table is shared from now on, or is not any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    /// <param name="mib">VA[30:20].</param>
    public static void ToggleShared<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine => SharedBitsOf(ref machine, controlPage, mib) ^= 1u << (int)(mib & BitMask);

    /// <summary>Counts second-level tables.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="controlPage">The space's control page.</param>
    public static uint CountTables<TMachine>(ref TMachine machine, PhysicalAddress controlPage)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        for (uint index = 0; index < FirstLevelTable.UserEntryCount >> BitsPerWordShift; index++)
        {
            for (uint word = OccupiedWord(ref machine, controlPage, index); word != 0; word &= word - 1)
            {
                count++;
            }
        }

        return count;
    }

    // Notes that a word of the bitmap is not zero.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MarkWord<TMachine>(ref TMachine machine, ref SpaceControl control, uint word)
        where TMachine : struct, IMachine => _ = machine.SetBit(ref WordAt(ref control, SummaryOffset), word);

    // The first word of the bitmap, from one on, that is not zero.
    private static bool TryFindOccupiedWord<TMachine>(
        ref TMachine machine, PhysicalAddress controlPage, uint first, out uint word, out uint occupied)
        where TMachine : struct, IMachine
    {
        uint mask = uint.MaxValue << (int)(first & BitMask);
        for (uint index = first >> BitsPerWordShift; index < SummaryWordCount; index++)
        {
            uint summary = SummaryWord(ref machine, controlPage, index) & mask;
            if (summary != 0)
            {
                word = (index << BitsPerWordShift) + (uint)BitOperations.TrailingZeroCount(summary);
                occupied = OccupiedWord(ref machine, controlPage, word);
                return true;
            }

            mask = uint.MaxValue;
        }

        word = 0;
        occupied = 0;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint WordAt(ref SpaceControl control, uint offset) =>
        ref Unsafe.As<byte, uint>(ref Unsafe.AddByteOffset(ref Unsafe.As<SpaceControl, byte>(ref control), (nint)offset));

    private static ref uint SharedBitsOf<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint mib)
        where TMachine : struct, IMachine =>
        ref machine.Data<uint>(controlPage.Add(SharedOffset + ((mib >> BitsPerWordShift) << WordShift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint SummaryWord<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint index)
        where TMachine : struct, IMachine => ref machine.Data<uint>(controlPage.Add(SummaryOffset + (index << WordShift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint OccupiedWord<TMachine>(ref TMachine machine, PhysicalAddress controlPage, uint index)
        where TMachine : struct, IMachine => ref machine.Data<uint>(controlPage.Add(OccupiedOffset + (index << WordShift)));
}
