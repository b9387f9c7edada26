using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;

namespace Kilburn.Core.Tests.Frames;

/// <summary>The allocator's members by what is asked for.</summary>
internal static class FrameCalls
{
    public static VmStatus Allocate<TMachine>(
        this ref FrameAllocator frames,
        ref TMachine machine,
        FrameUse use,
        out uint address,
        FrameContents contents = FrameContents.AsLeft)
        where TMachine : struct, IMachine
    {
        VmStatus status = use switch
        {
            FrameUse.Page => frames.TryAllocatePage(ref machine, contents, out PhysicalAddress taken).With(taken, out address),
            FrameUse.SecondLevelTable =>
                frames.TryAllocateSecondLevelTable(ref machine, out PhysicalAddress taken).With(taken, out address),
            FrameUse.FirstLevelTable =>
                frames.TryAllocateFirstLevelTable(ref machine, out PhysicalAddress taken).With(taken, out address),
            FrameUse.FullFirstLevelTable =>
                frames.TryAllocateFullFirstLevelTable(ref machine, out PhysicalAddress taken).With(taken, out address),
            _ => frames.TryAllocateBlock(ref machine, use, contents, out PhysicalAddress taken).With(taken, out address),
        };
        return status;
    }

    public static VmStatus Free<TMachine>(this ref FrameAllocator frames, ref TMachine machine, FrameUse use, uint address)
        where TMachine : struct, IMachine
    {
        PhysicalAddress start = new(address);
        return use switch
        {
            FrameUse.Page => frames.TryFreePage(ref machine, start),
            FrameUse.SecondLevelTable => frames.TryFreeSecondLevelTable(ref machine, start),
            FrameUse.FirstLevelTable => frames.TryFreeFirstLevelTable(ref machine, start),
            FrameUse.FullFirstLevelTable => frames.TryFreeFullFirstLevelTable(ref machine, start),
            _ => frames.TryFreeBlock(ref machine, use, start),
        };
    }

    private static VmStatus With(this VmStatus status, PhysicalAddress taken, out uint address)
    {
        address = taken.Value;
        return status;
    }
}
