using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>Memory that spaces can share: made here, by a pager, or a file of the boot image.</summary>
/// <param name="handle">This process's number of it.</param>
public readonly unsafe struct MemoryObject(uint handle)
{
    /// <summary>This process's number of it.</summary>
    public readonly uint Handle = handle;

    /// <summary>Makes an object of zeroes.</summary>
    /// <param name="lengthInBytes">Its length.</param>
    /// <param name="name">What others open it by; empty for nobody.</param>
    /// <param name="memory">The object.</param>
    public static SystemCallError TryCreate(uint lengthInBytes, ReadOnlySpan<byte> name, out MemoryObject memory) =>
        TryMake(SystemCall.ObjectCreate, lengthInBytes, name, out memory);

    /// <summary>Makes an object whose pages this process provides.</summary>
    /// <param name="lengthInBytes">Its length.</param>
    /// <param name="name">What others open it by.</param>
    /// <param name="memory">The object.</param>
    public static SystemCallError TryAttachPager(uint lengthInBytes, ReadOnlySpan<byte> name, out MemoryObject memory) =>
        TryMake(SystemCall.PagerAttach, lengthInBytes, name, out memory);

    /// <summary>Opens an object.</summary>
    /// <param name="name">As it was published, or the name of a file of the boot image.</param>
    /// <param name="memory">The object.</param>
    public static SystemCallError TryOpen(ReadOnlySpan<byte> name, out MemoryObject memory)
    {
        SystemCallError error = Kernel.Call(
            SystemCall.ObjectOpen,
            (uint)Unsafe.AsPointer(in MemoryMarshal.GetReference(name)),
            (uint)name.Length,
            out uint handle);
        memory = new MemoryObject(handle);
        return error;
    }

    /// <summary>Changes the object's length.</summary>
    /// <param name="lengthInBytes">The new length.</param>
    public SystemCallError TryResize(uint lengthInBytes) =>
        Kernel.Call(SystemCall.ObjectResize, Handle, lengthInBytes, out _);

    /// <summary>Waits until the object's pager has kept all that was written.</summary>
    public SystemCallError TrySync() => Kernel.Call(SystemCall.ObjectSync, Handle, out _);

    /// <summary>Gives the handle back. Mappings stay.</summary>
    public SystemCallError TryClose() => Kernel.Call(SystemCall.ObjectClose, Handle, out _);

    private static SystemCallError TryMake(
        SystemCall number, uint lengthInBytes, ReadOnlySpan<byte> name, out MemoryObject memory)
    {
        SystemCallError error = Kernel.Call(
            number,
            lengthInBytes,
            (uint)Unsafe.AsPointer(in MemoryMarshal.GetReference(name)),
            (uint)name.Length,
            out uint handle);
        memory = new MemoryObject(handle);
        return error;
    }
}
