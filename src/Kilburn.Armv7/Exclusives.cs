using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Armv7;

/// <summary>Steps of exclusive loads and stores that are worth a routine of their own: <c>native/exclusives.S</c>, same order.</summary>
internal static unsafe class Exclusives
{
    /// <summary>Takes a lock; later accesses stay behind it.</summary>
    /// <param name="location">The lock.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_acquire_lock")]
    internal static extern void AcquireLock(uint* location);

    /// <summary>How often a core has found a lock taken and waited, modulo 2^32.</summary>
    /// <param name="core">0 to 3.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_lock_retries")]
    internal static extern uint ReadLockRetries(uint core);

    /// <summary>Waits until bits of a word are clear and sets them; later accesses stay behind it.</summary>
    /// <param name="location">The word.</param>
    /// <param name="bits">The bits.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_acquire_bits")]
    internal static extern void AcquireBits(uint* location, uint bits);

    /// <summary>Waits until each of some words is zero and sets all its bits; later accesses stay behind it.</summary>
    /// <param name="first">The first word, at a multiple of 8 bytes.</param>
    /// <param name="count">Multiple of 8.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_acquire_words")]
    internal static extern void AcquireWords(uint* first, uint count);

    /// <summary>Clears bits of a word; earlier accesses stay before it.</summary>
    /// <param name="location">The word.</param>
    /// <param name="bits">The bits.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_release_bits")]
    internal static extern void ReleaseBits(uint* location, uint bits);

    /// <summary>Adds 1 to a counter and clears bits of a word; earlier accesses stay before it.</summary>
    /// <param name="location">The word.</param>
    /// <param name="bits">The bits.</param>
    /// <param name="counter">The counter.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_release_bits_and_count")]
    internal static extern void ReleaseBitsAndCount(uint* location, uint bits, uint* counter);

    /// <summary>Sets a bit of a bitmap.</summary>
    /// <param name="bitmap">Its first word.</param>
    /// <param name="index">The bit.</param>
    /// <returns>What its word held.</returns>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_set_bit")]
    internal static extern uint SetBit(uint* bitmap, uint index);

    /// <summary>Adds 1 to a word that is below a limit.</summary>
    /// <param name="location">The word.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>Zero when it is not.</returns>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_add_below")]
    internal static extern uint AddBelow(uint* location, uint limit);
}
