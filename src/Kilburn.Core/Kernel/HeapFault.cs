using Kilburn.Core.Addresses;

namespace Kilburn.Core.Kernel;

/// <summary>The last misuse that the heap has found.</summary>
public struct HeapFault
{
    /// <summary>
    /// <see cref="VmStatus.Corrupted"/> or <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.Misaligned"/>,
    /// <see cref="VmStatus.NotManaged"/>; <see cref="VmStatus.Ok"/> when none was found yet.
    /// </summary>
    public VmStatus Status;

    /// <summary>The address that was given to the heap, or the free block that was written to.</summary>
    public VirtualAddress Address;

    /// <summary>Code address of the block's owner, the last one for a free block; zero when it is not known.</summary>
    public uint Owner;
}
