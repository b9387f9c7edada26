using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kilburn.Core.Kernel;

/// <summary>The sizes of blocks below a page. Each is a multiple of 32 bytes, so that its place in a page needs no division.</summary>
public static class KernelHeapClasses
{
    /// <summary>Number of classes.</summary>
    public const int Count = 12;

    /// <summary>Bytes of the largest class. What is larger gets whole pages.</summary>
    internal const uint LargestBlock = 2048;

    // At most a third above the request from 65 bytes on, and close to an integral part of a page.
    private static ReadOnlySpan<byte> GranulesOfClass => [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 42, 64];

    // By the granules of a request, less one.
    private static ReadOnlySpan<byte> ClassOfGranules =>
    [
        0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
        8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9,
        10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 11, 11, 11, 11, 11,
        11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
    ];

    /// <summary>Bytes of a block.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public static uint LengthInBytesOf(int index) => (uint)GranulesOfClass[index] << KernelHeapLayout.GranuleShift;

    /// <summary>The smallest class that holds a number of bytes.</summary>
    /// <param name="last">The number less one: below <see cref="LargestBlock"/>. Not checked again: the table has 64 places.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint OfLast(uint last) =>
        Unsafe.Add(ref MemoryMarshal.GetReference(ClassOfGranules), (int)(last >> KernelHeapLayout.GranuleShift));

    /// <summary>Granules of a block.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    internal static uint GranulesOf(uint index) => GranulesOfClass[(int)index];
}
