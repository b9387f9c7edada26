using System;

namespace Kilburn.Core.Kernel;

/// <summary>The sizes of blocks below a page. Each is a multiple of 32 bytes, so that its place in a page needs no division.</summary>
public static class KernelHeapClasses
{
    /// <summary>Number of classes.</summary>
    public const int Count = 12;

    /// <summary>Bytes of the largest class. What is larger gets whole pages.</summary>
    internal const uint LargestBlock = 2048;

    /// <summary>Granules of the largest class.</summary>
    internal const int LargestGranules = (int)LargestBlock >> KernelHeapLayout.GranuleShift;

    // At most a third above the request from 65 bytes on, and close to an integral part of a page.
    private static ReadOnlySpan<byte> GranulesOfClass => [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 42, LargestGranules];

    /// <summary>Bytes of a block.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public static uint LengthInBytesOf(int index) => (uint)GranulesOfClass[index] << KernelHeapLayout.GranuleShift;

    /// <summary>Granules of a block.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    internal static uint GranulesOf(uint index) => GranulesOfClass[(int)index];
}
