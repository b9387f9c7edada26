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
}
