using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Cores whose TLBs hold all that they may, while one clears access flags: of small pages, large pages and sections.</summary>
public sealed class RangeUseOnHostileMachineTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;

    // A clone's pages all count as used. The pages are read-only, so that nothing else of them changes.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_OfAnAgedSpace_LeavesItsPagesToBeUsedAtOnce(int observer)
    {
        using ModelSpaces<CortexA7> coherent = new();
        Assert.Equal(VmStatus.Ok, CloneAged(coherent, MakeAged(coherent)));
        Assert.Equal(0u, coherent.Read(Base + Page, observer));

        using ModelSpaces<IncoherentWalks> incoherent = new();
        Assert.Equal(VmStatus.Ok, CloneAged(incoherent, MakeAged(incoherent)));
        Assert.Equal(0u, incoherent.Read(Base + Page, observer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_OfAnAgedSpaceWithoutMemory_LeavesItsPagesToBeUsedAtOnce(int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = MakeAged(system);
        _ = system.Map(space, Base + MiB, 0); // a given page: its table is copied at once
        AddressSpace spare = system.Create();
        while (system.Memory.Frames.TryAllocatePage(ref system.Cores[0], FrameContents.AsLeft, out _) == VmStatus.Ok
            || system.Memory.Frames.TryAllocateSecondLevelTable(ref system.Cores[0], out _) == VmStatus.Ok)
        {
        }

        Assert.Equal(VmStatus.Ok, system.TryDestroy(spare)); // control page and first-level table, and no more
        Assert.Equal(VmStatus.OutOfFrames, CloneAged(system, space));
        Assert.Equal(0u, system.Read(Base + Page, observer));
    }

    [Theory]
    [InlineData(4 * Page, FaultCode.AccessFlagSecondLevel, 1u)]
    [InlineData(16 * Page, FaultCode.AccessFlagSecondLevel, 16u)]
    [InlineData(MiB, FaultCode.AccessFlagFirstLevel, 256u)]
    public void Age_WhileOtherCoresUseTheRange_TheNextUseOfEachIsNoted(uint lengthInBytes, FaultCode expected, uint used)
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace space = system.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = lengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
            Population = RangePopulation.AtOnce,
        };
        Assert.Equal(VmStatus.Ok, space.TryMap(ref system.Cores[0], ref system.Memory.Frames, in request, out _));
        VirtualRange range = new(request.Address, lengthInBytes);
        for (int core = 0; core < 4; core++)
        {
            system.Activate(space, core);
        }

        for (int round = 0; round < 4; round++)
        {
            for (int core = 0; core < 4; core++)
            {
                Assert.Equal(0u, system.Read(Base + Page, core));
            }

            int ager = round & 3;
            int user = (round + 1) & 3;
            Assert.Equal(VmStatus.Ok, space.TryAdvise(ref system.Cores[ager], ref system.Memory.Frames, range, RangeAdvice.Age));
            for (int core = 0; core < 4; core++)
            {
                Assert.Equal(expected, system.FaultOf(Base + Page, core));
            }

            FaultReport report = new((FaultStatus)expected, FaultAccess.Read, new VirtualAddress(Base + Page), 1);
            Assert.Equal(FaultOutcome.Resolved, space.Resolve(ref system.Cores[user], ref system.Memory.Frames, in report));
            Assert.Equal(VmStatus.Ok, space.TryReadUse(ref system.Cores[ager], range, out PageUse use));
            Assert.Equal((lengthInBytes / Page, used), (use.MappedPages, use.AccessedPages));
        }
    }

    private static VmStatus CloneAged<TProfile>(ModelSpaces<TProfile> system, AddressSpace space)
        where TProfile : struct, IProcessorProfile =>
        system.Memory.Spaces.TryClone(ref system.Cores[0], ref system.Memory.Frames, space, out _);

    // Four read-only pages with their access flags clear, in a space that cores 0 and 1 run.
    private static AddressSpace MakeAged<TProfile>(ModelSpaces<TProfile> system)
        where TProfile : struct, IProcessorProfile
    {
        const uint LengthInBytes = 4 * Page;
        system.OpenUser();
        AddressSpace space = system.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = LengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.Read,
            Population = RangePopulation.AtOnce,
        };
        Assert.Equal(VmStatus.Ok, space.TryMap(ref system.Cores[0], ref system.Memory.Frames, in request, out _));
        system.Activate(space, 0);
        system.Activate(space, 1);
        VirtualRange range = new(request.Address, LengthInBytes);
        Assert.Equal(VmStatus.Ok, space.TryAdvise(ref system.Cores[2], ref system.Memory.Frames, range, RangeAdvice.Age));
        Assert.Equal(FaultCode.AccessFlagSecondLevel, system.FaultOf(Base + Page, 0));
        return space;
    }
}
