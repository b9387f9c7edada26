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

    /// <summary>Tells how many of a row of words, from the first on, are one and the same.</summary>
    /// <param name="start">The first.</param>
    /// <param name="value">What they are to be.</param>
    /// <param name="count">Words of the row.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_count_words")]
    internal static extern uint CountWords(uint* start, uint value, uint count);

    /// <summary>Writes one value to each word of a row.</summary>
    /// <param name="start">The first.</param>
    /// <param name="value">The value.</param>
    /// <param name="count">Words of the row.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_words")]
    internal static extern void WriteWords(uint* start, uint value, uint count);
}
