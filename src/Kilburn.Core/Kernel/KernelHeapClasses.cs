using System;
using System.Runtime.CompilerServices;

namespace Kilburn.Core.Kernel;

/// <summary>The sizes of blocks below a page. Each is a multiple of 32 bytes, so that its place in a page needs no division.</summary>
public static class KernelHeapClasses
{
    /// <summary>Number of classes.</summary>
    public const int Count = 12;

    /// <summary>Bytes of the largest class. What is larger gets whole pages.</summary>
    internal const uint LargestBlock = 2048;

    // Sizes at most an eighth to a third above the request, and close to an integral part of a page.
    private static ReadOnlySpan<byte> GranulesOfClass => [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 42, 64];

    private static ReadOnlySpan<byte> ClassOfGranules =>
    [
        0, 0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
        8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9,
        10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
        11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
    ];

    /// <summary>The smallest class that holds a number of bytes.</summary>
    /// <param name="lengthInBytes">1 to <see cref="LargestBlock"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Of(uint lengthInBytes) =>
        ClassOfGranules[(int)((lengthInBytes + KernelHeapLayout.GranuleMask) >> KernelHeapLayout.GranuleShift)];

    /// <summary>Granules of a block.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    internal static uint GranulesOf(uint index) => GranulesOfClass[(int)index];

    /// <summary>Bytes of a block.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public static uint LengthInBytesOf(int index) => (uint)GranulesOfClass[index] << KernelHeapLayout.GranuleShift;
}
