using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Armv7;

/// <summary>Steps of exclusive loads and stores that are worth a routine of their own: <c>native/exclusives.S</c>, same order.</summary>
internal static unsafe class Exclusives
{
    /// <summary>Waits until a word is zero and makes it 1; later accesses stay behind it.</summary>
    /// <param name="location">The lock.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_acquire_lock")]
    internal static extern void AcquireLock(uint* location);
}
