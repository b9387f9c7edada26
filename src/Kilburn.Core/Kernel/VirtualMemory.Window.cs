using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;

namespace Kilburn.Core.Kernel;

/// <content>The kernel window: heap and devices.</content>
public partial struct VirtualMemory
{
    /// <summary>Takes a block of the kernel heap.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for the caller's.</param>
    /// <returns>As <see cref="KernelHeap.TryAllocate"/>.</returns>
    /// <remarks>Inlined with the whole of the usual allocation: a call costs a fifth of it again.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryAllocate<TMachine>(
        ref TMachine machine, uint lengthInBytes, out VirtualAddress address, uint owner = 0)
        where TMachine : struct, IMachine
    {
        if (BuildChecks.Enabled)
        {
            return TryAllocateAnywhere(ref machine, lengthInBytes, out address, owner);
        }

        return Heap.TryAllocateMapped(ref machine, lengthInBytes, out address)
            ? VmStatus.Ok
            : TryAllocateUnowned(ref machine, lengthInBytes, out address);
    }

    /// <summary>Takes a block of the kernel heap at a multiple of a power of two.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <param name="alignment">Power of two, up to <see cref="KernelHeap.LargestAlignment"/>, in bytes.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for the caller's.</param>
    /// <returns>As <see cref="KernelHeap.TryAllocateAligned"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // so that it has a return address
    public VmStatus TryAllocateAligned<TMachine>(
        ref TMachine machine, uint lengthInBytes, uint alignment, out VirtualAddress address, uint owner = 0)
        where TMachine : struct, IMachine =>
        Heap.TryAllocateAligned(
            ref machine, ref Frames, ref Tables, ref Window, lengthInBytes, alignment, out address, OwnerOr(ref machine, owner));

    /// <summary>Takes a block of the kernel heap for an array.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="count">Elements, at least 1.</param>
    /// <param name="elementLengthInBytes">At least 1.</param>
    /// <param name="address">The block; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for the caller's.</param>
    /// <returns>As <see cref="KernelHeap.TryAllocateArray"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // so that it has a return address
    public VmStatus TryAllocateArray<TMachine>(
        ref TMachine machine, uint count, uint elementLengthInBytes, out VirtualAddress address, uint owner = 0)
        where TMachine : struct, IMachine =>
        Heap.TryAllocateArray(
            ref machine, ref Frames, ref Tables, ref Window, count, elementLengthInBytes, out address, OwnerOr(ref machine, owner));

    /// <summary>Makes a block of the kernel heap longer or shorter.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">The block.</param>
    /// <param name="lengthInBytes">The new length, at least 1.</param>
    /// <param name="newAddress">Where the block is now; default on failure.</param>
    /// <param name="owner">Code address that a checked build keeps with the block; zero for the caller's.</param>
    /// <returns>As <see cref="KernelHeap.TryResize"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // so that it has a return address
    public VmStatus TryResize<TMachine>(
        ref TMachine machine, VirtualAddress address, uint lengthInBytes, out VirtualAddress newAddress, uint owner = 0)
        where TMachine : struct, IMachine =>
        Heap.TryResize(
            ref machine, ref Frames, ref Tables, ref Window, address, lengthInBytes, out newAddress, OwnerOr(ref machine, owner));

    /// <summary>Gives a block of the kernel heap back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">The block's first byte.</param>
    /// <returns>As <see cref="KernelHeap.TryFree"/>.</returns>
    /// <remarks>Inlined, so that the address stays in its register (an address struct is passed through the stack).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VmStatus TryFree<TMachine>(ref TMachine machine, VirtualAddress address)
        where TMachine : struct, IMachine =>
        BuildChecks.Enabled ? TryFreeAnywhere(ref machine, address.Value) : TryFreeQuickly(ref machine, address.Value);

    /// <summary>Gives back the heap's pages that hold no live block.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public void TrimHeap<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => Heap.Trim(ref machine, ref Frames, ref Tables, ref Window);

    /// <summary>Maps a device range into the MMIO window.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="range">Any bytes that are no memory.</param>
    /// <param name="address">Where its first byte is seen; default on failure.</param>
    /// <returns>As <see cref="MmioWindow.TryMap"/>.</returns>
    public VmStatus TryMapDevice<TMachine>(ref TMachine machine, PhysicalRange range, out VirtualAddress address)
        where TMachine : struct, IMachine =>
        Mmio.TryMap(ref machine, ref Frames, ref Tables, ref Window, in _map, range, out address);

    /// <summary>Unmaps a device range.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">As <see cref="TryMapDevice"/> gave it.</param>
    /// <returns>As <see cref="MmioWindow.TryUnmap"/>.</returns>
    public VmStatus TryUnmapDevice<TMachine>(ref TMachine machine, VirtualAddress address)
        where TMachine : struct, IMachine => Mmio.TryUnmap(ref machine, ref Tables, ref Window, address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the return address is that of the method that asks
    private static uint OwnerOr<TMachine>(ref TMachine machine, uint owner)
        where TMachine : struct, IMachine => BuildChecks.Enabled && owner == 0 ? machine.ReturnAddress : owner;

    // What the usual call takes is passed in registers, and a frame with more than that is made by the unusual one only.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TryAllocateUnowned<TMachine>(ref TMachine machine, uint lengthInBytes, out VirtualAddress address)
        where TMachine : struct, IMachine =>
        TryAllocateAnywhere(ref machine, lengthInBytes, out address, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TryAllocateAnywhere<TMachine>(
        ref TMachine machine, uint lengthInBytes, out VirtualAddress address, uint owner)
        where TMachine : struct, IMachine =>
        Heap.TryAllocate(ref machine, ref Frames, ref Tables, ref Window, lengthInBytes, out address, OwnerOr(ref machine, owner));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TryFreeQuickly<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine =>
        Heap.TryFreeMapped(ref machine, address) ? VmStatus.Ok : TryFreeAnywhere(ref machine, address);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VmStatus TryFreeAnywhere<TMachine>(ref TMachine machine, uint address)
        where TMachine : struct, IMachine =>
        Heap.TryFree(ref machine, ref Frames, ref Tables, ref Window, new VirtualAddress(address));
}
