using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Armv7;

/// <summary>One method for each routine of <c>native/blocks.S</c>.</summary>
internal static unsafe class Blocks
{
    /// <summary>Zeroes a range.</summary>
    /// <param name="start">Multiple of 64.</param>
    /// <param name="lengthInBytes">Multiple of 64.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_clear")]
    internal static extern void Clear(void* start, uint lengthInBytes);

    /// <summary>Copies a range.</summary>
    /// <param name="destination">Multiple of 64.</param>
    /// <param name="source">Multiple of 64; the ranges do not overlap.</param>
    /// <param name="lengthInBytes">Multiple of 64.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_copy")]
    internal static extern void Copy(void* destination, void* source, uint lengthInBytes);
}
