using System.Runtime.CompilerServices;
using Kilburn.Core.Asids;
using Kilburn.Core.Locks;

namespace Kilburn.Campaigns.Asids;

/// <summary>The allocator's fields, which a search of its states looks at.</summary>
internal static class AsidInternals
{
    /// <summary>The lock's word.</summary>
    public static ref uint Lock(ref AsidAllocator allocator) => ref WordOf(ref LockOf(ref allocator));

    /// <summary>The generation.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generation")]
    public static extern ref uint Generation(ref AsidAllocator allocator);

    /// <summary>Where the search for an ASID goes on.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cursor")]
    public static extern ref uint Cursor(ref AsidAllocator allocator);

    /// <summary>Cores that have to flush.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_flushPending")]
    public static extern ref uint FlushPending(ref AsidAllocator allocator);

    /// <summary>Address of the first owner.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_firstOwner")]
    public static extern ref uint FirstOwner(ref AsidAllocator allocator);

    /// <summary>Number of generations begun.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_rolloverCount")]
    public static extern ref uint RolloverCount(ref AsidAllocator allocator);

    /// <summary>The first word of the map of used ASIDs: all of it, with at most 32.</summary>
    public static ref uint FirstUsed(ref AsidAllocator allocator) =>
        ref Unsafe.As<AsidCore, uint>(ref Unsafe.SubtractByteOffset(ref CoreOf(ref allocator, 0), UsedLength));

    /// <summary>A core's words.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CoreOf")]
    public static extern ref AsidCore CoreOf(ref AsidAllocator allocator, uint index);

    // The map lies before the cores, which begin without a gap.
    private const nint UsedLength = 256 / 8;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lock")]
    private static extern ref SpinLock LockOf(ref AsidAllocator allocator);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_word")]
    private static extern ref uint WordOf(ref SpinLock spinLock);
}
