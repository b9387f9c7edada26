using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

// Spaces as programs have them: with ranges and clones, and run by two cores.
internal sealed partial class ModelSpaces<TProfile>
{
    /// <summary>A fixed anonymous range.</summary>
    public static RangeRequest Request(
        uint start, uint lengthInBytes, RangePopulation population, UserRights rights = UserRights.ReadWrite) => new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(start),
            LengthInBytes = lengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = rights,
            Population = population,
        };

    /// <summary>A space that cores 0 and 1 run: the one that does something, and the one that may look.</summary>
    public AddressSpace CreateOnBothCores()
    {
        OpenUser();
        AddressSpace space = Create();
        Activate(space, 0);
        Activate(space, 1);
        return space;
    }

    /// <summary>Maps a fixed anonymous range.</summary>
    public VirtualRange MapRange(
        AddressSpace space, uint start, uint lengthInBytes, RangePopulation population, UserRights rights = UserRights.ReadWrite)
    {
        RangeRequest request = Request(start, lengthInBytes, population, rights);
        Assert.Equal(VmStatus.Ok, space.TryMap(ref Cores[0], ref Memory.Frames, in request, out _));
        return new VirtualRange(request.Address, lengthInBytes);
    }

    public AddressSpace Clone(AddressSpace parent)
    {
        Assert.Equal(VmStatus.Ok, Memory.Spaces.TryClone(ref Cores[0], ref Memory.Frames, parent, out AddressSpace child));
        return child;
    }
}
