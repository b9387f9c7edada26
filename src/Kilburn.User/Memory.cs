using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>Ranges of this process's space.</summary>
public static class Memory
{
    /// <summary>Bytes of a page.</summary>
    public const uint PageBytes = 4096;

    /// <summary>What a program does with its data.</summary>
    public const MapFlags ReadWrite = MapFlags.Read | MapFlags.Write;

    private const uint NoObject = 0;

    /// <summary>The flags that keep pages free below a range, for a stack to overflow into.</summary>
    /// <param name="pages">How many, at most 65535.</param>
    public static MapFlags GuardOf(uint pages) => (MapFlags)(pages << MapFlagShift.GuardPages);

    /// <summary>Maps zeroes, or a guard.</summary>
    /// <param name="address">Where, as the flags' placement says; not looked at for a place anywhere.</param>
    /// <param name="lengthInBytes">A multiple of the page.</param>
    /// <param name="flags">Rights, kind, placement, guard.</param>
    /// <param name="start">First byte.</param>
    public static SystemCallError TryMap(uint address, uint lengthInBytes, MapFlags flags, out uint start) =>
        Kernel.Call(SystemCall.Map, address, lengthInBytes, (uint)flags, NoObject, 0, out start);

    /// <summary>Maps a part of an object.</summary>
    /// <param name="address">Where, as the flags' placement says.</param>
    /// <param name="lengthInBytes">A multiple of the page.</param>
    /// <param name="flags">Rights, kind, placement, guard.</param>
    /// <param name="memory">The object.</param>
    /// <param name="offset">First byte in the object: a multiple of the page.</param>
    /// <param name="start">First byte in this space.</param>
    public static SystemCallError TryMap(
        uint address, uint lengthInBytes, MapFlags flags, MemoryObject memory, uint offset, out uint start) =>
        Kernel.Call(SystemCall.Map, address, lengthInBytes, (uint)flags, memory.Handle, offset, out start);

    /// <summary>Unmaps whatever is in a range.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="lengthInBytes">A multiple of the page.</param>
    public static SystemCallError TryUnmap(uint address, uint lengthInBytes) =>
        Kernel.Call(SystemCall.Unmap, address, lengthInBytes, out _);

    /// <summary>Changes rights.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="lengthInBytes">A multiple of the page.</param>
    /// <param name="rights">The new ones.</param>
    public static SystemCallError TryProtect(uint address, uint lengthInBytes, MapFlags rights) =>
        Kernel.Call(SystemCall.Protect, address, lengthInBytes, (uint)rights, out _);

    /// <summary>Tells the kernel about the use of a range.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="lengthInBytes">A multiple of the page.</param>
    /// <param name="advice">What is told.</param>
    public static SystemCallError TryAdvise(uint address, uint lengthInBytes, MemoryAdvice advice) =>
        Kernel.Call(SystemCall.Advise, address, lengthInBytes, (uint)advice, out _);

    /// <summary>Moves or resizes a range.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="lengthInBytes">Its length.</param>
    /// <param name="newLengthInBytes">The new length.</param>
    /// <param name="placement">Placement only.</param>
    /// <param name="newAddress">Where, as the placement says.</param>
    /// <param name="start">First byte afterwards.</param>
    public static SystemCallError TryMove(
        uint address, uint lengthInBytes, uint newLengthInBytes, MapFlags placement, uint newAddress, out uint start) =>
        Kernel.Call(
            SystemCall.MoveRange, address, lengthInBytes, newLengthInBytes, (uint)placement, newAddress, out start);
}
