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

    // The last one's word is the first of its line, which nobody else cleans.
    private const uint AgedStart = Base + (13 * Page);
    private const uint AgedPages = 4;

    // A clone's pages all count as used. The pages are read-only, so that nothing else of them changes.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_OfAnAgedSpace_LeavesItsPagesToBeUsedAtOnce(int observer)
    {
        using ModelSpaces<CortexA7> coherent = new();
        Assert.Equal(VmStatus.Ok, CloneAged(coherent, MakeAged(coherent)));
        ExpectZeroes(coherent, observer);

        using ModelSpaces<IncoherentWalks> incoherent = new();
        Assert.Equal(VmStatus.Ok, CloneAged(incoherent, MakeAged(incoherent)));
        ExpectZeroes(incoherent, observer);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_OfAnAgedSpaceWithoutMemory_LeavesItsPagesToBeUsedAtOnce(int observer)
    {
        using ModelSpaces<CortexA7> coherent = new();
        RefuseClone(coherent, MakeAged(coherent));
        ExpectZeroes(coherent, observer);

        using ModelSpaces<IncoherentWalks> incoherent = new();
        RefuseClone(incoherent, MakeAged(incoherent));
        ExpectZeroes(incoherent, observer);
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
        VirtualRange range = system.MapRange(space, Base, lengthInBytes, RangePopulation.AtOnce);
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

    // There is no memory for a copy of the table with the given page, whose rights stay as they are.
    private static void RefuseClone<TProfile>(ModelSpaces<TProfile> system, AddressSpace space)
        where TProfile : struct, IProcessorProfile
    {
        _ = system.Map(space, Base + MiB, 0);
        Assert.Equal(
            VmStatus.Ok,
            space.TryProtect(ref system.Cores[0], new VirtualAddress(Base + MiB), 1, AccessPermission.Read, Execution.Never));
        AddressSpace spare = system.Create();
        while (system.Memory.Frames.TryAllocatePage(ref system.Cores[0], FrameContents.AsLeft, out _) == VmStatus.Ok
            || system.Memory.Frames.TryAllocateSecondLevelTable(ref system.Cores[0], out _) == VmStatus.Ok)
        {
        }

        Assert.Equal(VmStatus.Ok, system.TryDestroy(spare)); // control page and first-level table, and no more
        Assert.Equal(VmStatus.OutOfFrames, CloneAged(system, space));
    }

    private static VmStatus CloneAged<TProfile>(ModelSpaces<TProfile> system, AddressSpace space)
        where TProfile : struct, IProcessorProfile =>
        system.Memory.Spaces.TryClone(ref system.Cores[0], ref system.Memory.Frames, space, out _);

    private static void ExpectZeroes<TProfile>(ModelSpaces<TProfile> system, int observer)
        where TProfile : struct, IProcessorProfile
    {
        for (uint page = 0; page < AgedPages; page++)
        {
            Assert.Equal(0u, system.Read(AgedStart + (page * Page), observer));
        }
    }

    // Read-only pages with their access flags clear, in a space that cores 0 and 1 run.
    private static AddressSpace MakeAged<TProfile>(ModelSpaces<TProfile> system)
        where TProfile : struct, IProcessorProfile
    {
        system.OpenUser();
        AddressSpace space = system.Create();
        VirtualRange range = system.MapRange(space, AgedStart, AgedPages * Page, RangePopulation.AtOnce, UserRights.Read);
        system.Activate(space, 0);
        system.Activate(space, 1);
        Assert.Equal(VmStatus.Ok, space.TryAdvise(ref system.Cores[2], ref system.Memory.Frames, range, RangeAdvice.Age));
        Assert.Equal(FaultCode.AccessFlagSecondLevel, system.FaultOf(AgedStart, 0));
        return space;
    }
}
