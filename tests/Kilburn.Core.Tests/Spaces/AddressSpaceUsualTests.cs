using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>What programs ask for most: which calls are so, and what they do alone.</summary>
public sealed class AddressSpaceUsualTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint End = 0x8000_0000;

    private readonly SpaceFixture _fixture = new();

    [Theory]
    [InlineData(End - Page, Page, true)]
    [InlineData(End - Page, 2 * Page, false)]
    [InlineData(End - MiB, MiB, true)]
    [InlineData(End - MiB, MiB + Page, false)]
    [InlineData(End, Page, false)]
    [InlineData(End, End, false)]
    [InlineData(End + Page, End - Page, false)]
    [InlineData(0xFFFF_F000u, Page, false)]
    [InlineData(0xFFFF_F000u, 2 * Page, false)]
    [InlineData(Page, End - Page, true)]
    [InlineData(Page, End, false)]
    public void MapUsual_AtTheEndOfTheUserHalf_GoesUpToItAndNoFurther(uint address, uint lengthInBytes, bool expected)
    {
        AddressSpace space = _fixture.Create();
        (uint, uint, uint, uint) held = _fixture.Held;

        Assert.Equal(expected ? address : 0, space.MapUsual(ref _fixture.Machine, address, lengthInBytes, UserRights.ReadWrite));
        Assert.Equal(
            expected ? [(address, lengthInBytes, RangeKind.Anonymous, UserRights.ReadWrite, 0u)] : [], _fixture.RegionsOf(space));
        Assert.Equal(expected ? lengthInBytes / Page : 0, _fixture.CountersOf(space).ReservedPages);
        Assert.Equal(held, _fixture.Held);
    }

    // No place is chosen where places are chosen by chance.
    [Theory]
    [InlineData(Page)]
    [InlineData(End - Page)]
    [InlineData(End)]
    public void MapUsual_AnywhereInASpaceWithASeed_IsLeftToTheLongWay(uint lengthInBytes)
    {
        AddressSpace space = _fixture.Create();
        space.SetPlacementSeed(ref _fixture.Machine, 5);

        Assert.Equal(0u, space.MapUsual(ref _fixture.Machine, 0, lengthInBytes, UserRights.ReadWrite));
        Assert.Empty(_fixture.RegionsOf(space));
        Assert.Equal(0u, _fixture.CountersOf(space).ReservedPages);
    }

    [Theory]
    [InlineData(Base, UserRights.Read, true)]
    [InlineData(Base, UserRights.ReadWrite, true)]
    [InlineData(Base, UserRights.None, true)]
    [InlineData(Base, UserRights.Execute, false)]
    [InlineData(Base, UserRights.ReadExecute, false)]
    [InlineData(Base, UserRights.All, false)]
    [InlineData(Base, (UserRights)8, false)]
    [InlineData(Base + 4, UserRights.Read, false)]
    [InlineData(Base + End, UserRights.Read, false)]
    [InlineData(Base + Page, UserRights.Read, false)] // untouched
    [InlineData(Base + MiB, UserRights.Read, false)] // without a table
    [InlineData(Base + (2 * MiB), UserRights.Read, false)] // not mapped
    public void ProtectPage_OfAnyPage_IsUsualWhereThePageIsThere(uint page, UserRights rights, bool expected)
    {
        AddressSpace space = SpaceWithAPage();
        _fixture.Memory.Maintenance = [];

        Assert.Equal(expected, ProtectPage(space, page, rights));
        Assert.Equal(expected && rights != UserRights.ReadWrite ? [Base] : [], _fixture.Removed);
        UserRights after = expected ? rights : UserRights.ReadWrite;
        Assert.Equal(after, RightsOf(space, Base));
        Assert.Equal((after & UserRights.Write) != 0, IsWritable(space, Base));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void ProtectPage_ReadOnlyAndWritableAgain_IsWritableAtOnceIfItIsTheSpacesAlone(bool isAnothersToo, bool expected)
    {
        AddressSpace space = SpaceWithAPage();
        if (isAnothersToo)
        {
            Assert.Equal(VmStatus.Ok, _fixture.Frames.TrySharePage(ref _fixture.Machine, _fixture.FrameOf(space, Base)));
        }

        Assert.True(ProtectPage(space, Base, UserRights.ReadWrite));
        Assert.True(IsWritable(space, Base)); // as it was
        Assert.True(ProtectPage(space, Base, UserRights.Read));
        Assert.False(IsWritable(space, Base));
        Assert.True(ProtectPage(space, Base, UserRights.ReadWrite));
        Assert.Equal(expected, IsWritable(space, Base));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 8));
        Assert.Equal(expected ? 0u : 1u, _fixture.CountersOf(space).Copies);
    }

    [Fact]
    public void ProtectPage_OfZeroesThatAllSpacesHave_IsWrittenToACopy()
    {
        AddressSpace space = SpaceWithAPage();
        Assert.Equal(0u, _fixture.Read(space, Base + Page));

        Assert.True(ProtectPage(space, Base + Page, UserRights.Read));
        Assert.Equal(FaultOutcome.Protection, _fixture.Write(space, Base + Page, 8));
        Assert.True(ProtectPage(space, Base + Page, UserRights.ReadWrite));
        Assert.False(IsWritable(space, Base + Page));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base + Page, 8));
        Assert.Equal((8u, 0u), (_fixture.Read(space, Base + Page), _fixture.Read(space, Base + (2 * Page))));
    }

    [Theory]
    [InlineData(Base, Page)]
    [InlineData(Base, 2 * MiB)]
    public void MapUsual_OnReturn_IsPastADataBarrier(uint address, uint lengthInBytes)
    {
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = system.Create();
        long before = system.Machine.Cores[0].CountOf(StepKind.DataBarrier);
        Assert.Equal(address, space.MapUsual(ref system.Cores[0], address, lengthInBytes, UserRights.ReadWrite));
        long mapped = system.Machine.Cores[0].CountOf(StepKind.DataBarrier) - before;
        Assert.Equal(0u, space.MapUsual(ref system.Cores[0], address, lengthInBytes, UserRights.ReadWrite));
        long refused = system.Machine.Cores[0].CountOf(StepKind.DataBarrier) - before - mapped;
        Assert.Equal(refused + 1, mapped);
    }

    // Two MiBs, of which the first page was written.
    private AddressSpace SpaceWithAPage()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Base, 2 * MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 7));
        return space;
    }

    private bool ProtectPage(AddressSpace space, uint page, UserRights rights) =>
        UsualRange.ProtectPage(ref _fixture.Machine, ref _fixture.Frames, space.ControlPage.Value, page, rights);

    private UserRights RightsOf(AddressSpace space, uint page)
    {
        Assert.Equal(VmStatus.Ok, space.TryQuery(ref _fixture.Machine, new VirtualAddress(page), out SpaceRegion region));
        return region.Rights;
    }

    // Without a fault.
    private bool IsWritable(AddressSpace space, uint page)
    {
        _ = _fixture.TryTranslate(space, page, out TableWalk walk);
        return walk.Check(TranslationAccess.UserWrite, DomainAccess.KernelAndUser) == FaultStatus.None;
    }
}
