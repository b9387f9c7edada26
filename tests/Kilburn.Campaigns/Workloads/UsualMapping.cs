using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;

namespace Kilburn.Campaigns.Workloads;

/// <summary>Maps as the kernel does for a program: the usual way where it goes.</summary>
internal static class UsualMapping
{
    /// <summary>Maps a range at a fixed place.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives what it takes.</param>
    /// <param name="space">The space.</param>
    /// <param name="request">Any request.</param>
    /// <param name="start">First byte.</param>
    public static VmStatus TryMap<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, AddressSpace space, in RangeRequest request, out VirtualAddress start)
        where TMachine : struct, IMachine
    {
        bool isUsual = request.Kind == RangeKind.Anonymous
            && request.Population == RangePopulation.OnDemand
            && request.Placement == RangePlacement.Fixed
            && (request.GuardInBytes | request.Alignment) == 0;
        uint usual = isUsual ? space.MapUsual(ref machine, request.Address.Value, request.LengthInBytes, request.Rights) : 0;
        start = new VirtualAddress(usual);
        return usual != 0 ? VmStatus.Ok : space.TryMap(ref machine, ref frames, in request, out start);
    }
}
