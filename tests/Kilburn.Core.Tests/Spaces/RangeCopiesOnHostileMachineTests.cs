using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Tables that were copied or taken apart, on cores whose TLBs hold all that they may, and whose walks may not see what is in caches.</summary>
public sealed class RangeCopiesOnHostileMachineTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint Large = 0x1_0000;
    private const uint MiB = 0x10_0000;
    private const uint Word = 0x1234_5678;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_OfPagesThatCanBeWritten_EndsWritingOnAllCores(int observer)
    {
        using ModelSpaces<CortexA7> coherent = new();
        _ = MakeClone(coherent);
        Assert.Equal(FaultCode.PermissionSecondLevel, coherent.WriteFaultOf(Base, observer));
        Assert.Equal(Word, coherent.Read(Base, observer));

        using ModelSpaces<IncoherentWalks> incoherent = new();
        _ = MakeClone(incoherent);
        Assert.Equal(FaultCode.PermissionSecondLevel, incoherent.WriteFaultOf(Base, observer));
        Assert.Equal(Word, incoherent.Read(Base, observer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_ThatRunsWhereWalksAreIncoherent_HasItsParentsPages(int observer)
    {
        using ModelSpaces<IncoherentWalks> system = new();
        AddressSpace child = MakeClone(system);
        system.Activate(child, observer);
        Assert.Equal(Word, system.Read(Base, observer));
        Assert.Equal(Word, system.Read(Base + MiB, observer));
        Assert.Equal(FaultCode.PermissionSecondLevel, system.WriteFaultOf(Base + MiB, observer));
    }

    // The table is the child's own from then on: all of it was copied.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Write_OfACloneWhereWalksAreIncoherent_LeavesTheOtherPages(int observer)
    {
        using ModelSpaces<IncoherentWalks> system = new();
        AddressSpace child = MakeClone(system);
        system.Activate(child, 0);
        system.Activate(child, 1);
        Assert.Equal(FaultOutcome.Resolved, system.Write(child, Base + (200 * Page), 1, 0));
        Assert.Equal(1u, system.Read(Base + (200 * Page), observer));
        Assert.Equal(Word, system.Read(Base, observer));
        Assert.Equal(Word, system.Read(Base + (100 * Page), observer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Clone_WithGivenPagesWhereWalksAreIncoherent_HasThemInATableOfItsOwn(int observer)
    {
        using ModelSpaces<IncoherentWalks> system = new();
        system.OpenUser();
        AddressSpace parent = system.Create();
        _ = system.Map(parent, Base, Word);
        _ = system.Map(parent, Base + (100 * Page), Word);
        AddressSpace child = system.Clone(parent);
        system.Activate(child, observer);
        Assert.Equal(Word, system.Read(Base, observer));
        Assert.Equal(Word, system.Read(Base + (100 * Page), observer));
    }

    // Both MiBs had no link for a while; nothing else is done in the end.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Protect_OfLargePagesInTwoMibsAndAHole_LeavesThePages(int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = system.CreateOnBothCores();
        system.MapRange(space, Base + MiB - Large, 2 * Large, RangePopulation.AtOnce);
        space.ReadCounters(ref system.Cores[0], out SpaceCounters counters);
        Assert.Equal(2u, counters.LargePages);
        VirtualRange range = new(new VirtualAddress(Base + MiB - Page), Large + (2 * Page));
        Assert.Equal(
            VmStatus.NotMapped, space.TryProtect(ref system.Cores[0], ref system.Memory.Frames, range, UserRights.Read));
        Assert.Equal(0u, system.Read(Base + MiB - Page, observer));
        Assert.Equal(0u, system.Read(Base + MiB, observer));
    }

    // A space that cores 0 and 1 run, with three pages in two MiBs that are written; the clone shares them.
    private static AddressSpace MakeClone<TProfile>(ModelSpaces<TProfile> system)
        where TProfile : struct, IProcessorProfile
    {
        AddressSpace parent = system.CreateOnBothCores();
        system.MapRange(parent, Base, 2 * MiB, RangePopulation.OnDemand);
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Base, Word, 0));
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Base + (100 * Page), Word, 0));
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Base + MiB, Word, 1));
        return system.Clone(parent);
    }
}
