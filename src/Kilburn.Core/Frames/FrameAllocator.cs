using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Core.Frames;

/// <summary>Physical memory, before it is managed.</summary>
public struct FrameAllocator
{
    /// <summary>Takes over the memory of a map from an address on.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="map">Banks and reserved ranges.</param>
    /// <param name="firstUsable">KERNEL END.</param>
    public VmStatus TryStart<TMachine>(ref TMachine machine, in MemoryMap map, PhysicalAddress firstUsable)
        where TMachine : struct, IMachine => VmStatus.Ok;

    /// <summary>Takes a zeroed second-level table.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">The table.</param>
    public VmStatus TryAllocateSecondLevelTable<TMachine>(ref TMachine machine, out PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        table = default;
        return VmStatus.OutOfFrames;
    }
}
