using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class AddressSpaceRangeRequestTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Base = 4 * MiB;

    private readonly SpaceFixture _fixture = new();
    private readonly AddressSpace _space;

    public AddressSpaceRangeRequestTests() => _space = _fixture.Create();

    private static RangeRequest Anywhere(uint lengthInBytes) => new()
    {
        Placement = RangePlacement.Anywhere,
        LengthInBytes = lengthInBytes,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    private static RangeRequest Fixed(uint address, uint lengthInBytes) =>
        Anywhere(lengthInBytes) with { Placement = RangePlacement.Fixed, Address = new VirtualAddress(address) };

    [Fact]
    public void TryMap_AnywhereByABadRequest_HasAStatusOfItsOwn()
    {
        (uint, uint, uint, uint) held = _fixture.Held;
        RangeRequest good = Anywhere(Page);
        Refuses(VmStatus.EmptyRange, good with { LengthInBytes = 0 });
        Refuses(VmStatus.Misaligned, good with { LengthInBytes = Page + 4 });
        Refuses(VmStatus.Misaligned, good with { GuardInBytes = 1 });
        Refuses(VmStatus.Misaligned, good with { GuardInBytes = 1, LengthInBytes = Page + 1 });
        Refuses(VmStatus.Misaligned, good with { Alignment = 0x3000 });
        Refuses(VmStatus.Misaligned, good with { Alignment = 0x8000_0000 });
        Refuses(VmStatus.WrongKind, good with { Kind = RangeKind.Given });
        Refuses(VmStatus.WrongKind, good with { Kind = RangeKind.Guard });
        Refuses(VmStatus.WrongKind, good with { Kind = RangeKind.Guard, Rights = UserRights.None, Population = RangePopulation.AtOnce });
        Refuses(VmStatus.WrongKind, good with { Population = (RangePopulation)9 });
        Refuses(VmStatus.RightsRefused, good with { Rights = (UserRights)8 });
        Refuses(VmStatus.RightsRefused, good with { MoreRights = (UserRights)8 });
        Refuses(VmStatus.OutOfRange, good with { LengthInBytes = 0x8000_1000 });
        Refuses(VmStatus.OutOfRange, good with { LengthInBytes = 0x7FFF_F000, GuardInBytes = 2 * Page });
        Refuses(VmStatus.NoRoom, good with { LengthInBytes = 0x7FFF_F000, GuardInBytes = Page });
        Refuses(VmStatus.Misaligned, good with { Kind = RangeKind.Shared, ObjectOffset = 1 });
        Assert.Equal(held, _fixture.Held);
    }

    [Theory]
    [InlineData(Page, 0u)]
    [InlineData(2 * Page, Page)]
    [InlineData(3 * Page, 2 * Page)]
    public void TryMap_WithAGuardFromPageOneUp_IsThereUnlessTheGuardReachesPageZero(uint address, uint guard)
    {
        Refuses(VmStatus.OutOfRange, Fixed(address, 2 * Page) with { GuardInBytes = guard + Page });
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, Fixed(address, 2 * Page) with { GuardInBytes = guard }, out uint start));
        Assert.Equal(address, start);
        (uint first, uint length, RangeKind kind, _, _) = _fixture.RegionsOf(_space)[0];
        Assert.Equal(guard == 0 ? (Page, 2 * Page, RangeKind.Anonymous) : (Page, guard, RangeKind.StackGuard), (first, length, kind));
    }

    [Fact]
    public void TryMap_AtTheLargestAlignment_IsAtTheFirstSuchPlace()
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, Anywhere(Page) with { Alignment = 0x4000_0000 }, out uint start));
        Assert.Equal(0x4000_0000u, start);
        Refuses(VmStatus.NoRoom, Anywhere(Page) with { Alignment = 0x4000_0000 });
        Refuses(VmStatus.Misaligned, Fixed(Base, Page) with { Alignment = 0x80_0000 });
    }

    [Fact]
    public void TryMap_WithAllRights_IsGoodWhereThePolicyAllowsThem()
    {
        Refuses(VmStatus.RightsRefused, Fixed(Base, Page) with { Rights = UserRights.All });
        _space.SetRightsPolicy(ref _fixture.Machine, RightsPolicy.Any);
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, Fixed(Base, Page) with { Rights = UserRights.All }, out _));
        Assert.Equal([(Base, Page, RangeKind.Anonymous, UserRights.All, 0u)], _fixture.RegionsOf(_space));
    }

    [Theory]
    [InlineData(0x7FFF_F000u, Page, VmStatus.Ok)]
    [InlineData(0x7FFF_F000u, 2 * Page, VmStatus.OutOfRange)]
    [InlineData(0x8000_0000u, Page, VmStatus.OutOfRange)]
    [InlineData(0u, 0x8000_0000u, VmStatus.NoRoom)]
    [InlineData(0u, 0x8000_1000u, VmStatus.OutOfRange)]
    [InlineData(MiB, 0x7FF0_0000u, VmStatus.Ok)]
    [InlineData(MiB + Page, 0x7FF0_0000u, VmStatus.OutOfRange)]
    public void TryMap_OfAnObjectsEnd_IsGoodUpToTheLimitOfObjects(uint offset, uint length, VmStatus expected)
    {
        RangeRequest request = Anywhere(length) with
        {
            Kind = RangeKind.Shared,
            Rights = UserRights.Read,
            Object = _fixture.CreateObject(1),
            ObjectOffset = offset,
        };
        Assert.Equal(expected, _fixture.TryMap(_space, request, out uint start));
        Assert.Equal(expected == VmStatus.Ok ? MiB : 0, start);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void TryProtect_ByRightsThatAreNone_IsRefused(uint pages)
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base, 1));
        Assert.Equal(VmStatus.RightsRefused, _fixture.TryProtectBytes(_space, Base, pages * Page, (UserRights)8));
        Assert.Equal([(Base, 2 * Page, RangeKind.Anonymous, UserRights.ReadWrite, 1u)], _fixture.RegionsOf(_space));
    }

    [Fact]
    public void TryAdvise_ByAnAdviceThatIsNone_IsWrongKind()
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base, 1));
        Assert.Equal(VmStatus.WrongKind, _fixture.TryAdvise(_space, Base, Page, RangeAdvice.Age + 1));
        Assert.Equal(1u, _fixture.CountersOf(_space).ResidentPages);
    }

    [Theory]
    [InlineData(0x8000_0000u, 0x8000_0000u)]
    [InlineData(0xFFFF_FFFFu, 0xFFFF_FFFFu)]
    [InlineData(Base + (2 * Page), 0x8000_0000u)]
    public void TryFindNext_PastTheLastRange_FindsNothing(uint from, uint expected)
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        VirtualAddress next = new(from);
        Assert.False(_space.TryFindNext(ref _fixture.Machine, ref next, out SpaceRegion region));
        Assert.Equal((expected, 0u), (next.Value, region.LengthInBytes));
    }

    [Theory]
    [InlineData(0u, Base, 2 * Page)]
    [InlineData(Base - 1, Base, 2 * Page)]
    [InlineData(Base + Page + 5, Base, 2 * Page)]
    [InlineData(Base + (2 * Page), 0x7FFF_F000u, Page)]
    [InlineData(0x7FFF_FFFFu, 0x7FFF_F000u, Page)]
    public void TryFindNext_FromAnyByte_FindsTheRangeAtOrAboveAndGoesToItsEnd(uint from, uint start, uint length)
    {
        _fixture.Reserve(_space, Base, 2 * Page);
        _fixture.Reserve(_space, 0x7FFF_F000, Page);
        VirtualAddress next = new(from);
        Assert.True(_space.TryFindNext(ref _fixture.Machine, ref next, out SpaceRegion region));
        Assert.Equal((start, length, start + length), (region.Start.Value, region.LengthInBytes, next.Value));
    }

    // Runs of one MiB that are alike, of two objects.
    [Fact]
    public void TryQuery_OfPartsOfTwoObjectsInARow_TellsThemApart()
    {
        MemoryObject one = _fixture.CreateObject(4);
        MemoryObject other = _fixture.CreateObject(4);
        RangeRequest request = Fixed(Base, 3 * Page) with { Kind = RangeKind.Shared, Object = one, ObjectOffset = Page };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        request = Fixed(Base + (3 * Page), 2 * Page) with { Kind = RangeKind.Private, Object = other };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(_space, request, out _));
        foreach (uint page in new uint[] { 0, 1, 2 })
        {
            Assert.Equal((Base, 3 * Page, RangeKind.Shared, one.Page, Page), Query(Base + (page * Page)));
        }

        foreach (uint page in new uint[] { 3, 4 })
        {
            Assert.Equal((Base + (3 * Page), 2 * Page, RangeKind.Private, other.Page, 0u), Query(Base + (page * Page)));
        }
    }

    [Fact]
    public void TryQuery_AboveAPageThatIsThere_CountsIt()
    {
        _fixture.Reserve(_space, Base, 3 * MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (5 * Page), 1));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(_space, Base + (2 * MiB) + (5 * Page), 1));
        foreach (uint address in new[] { Base, Base + MiB, Base + (2 * MiB), Base + (3 * MiB) - 1 })
        {
            Assert.Equal(VmStatus.Ok, _space.TryQuery(ref _fixture.Machine, new VirtualAddress(address), out SpaceRegion region));
            Assert.Equal((Base, 3 * MiB, 2u), (region.Start.Value, region.LengthInBytes, region.MappedPages));
        }
    }

    [Theory]
    [InlineData(0xFFFF_F000u, 1u, VmStatus.Ok)]
    [InlineData(0xFFFF_F000u, 2u, VmStatus.OutOfRange)]
    [InlineData(0xFFFF_C000u, 4u, VmStatus.Ok)]
    [InlineData(0xFFFF_C000u, 5u, VmStatus.OutOfRange)]
    public void TryMapFrames_AtTheEndOfPhysicalAddresses_DoesNotWrap(uint first, uint pages, VmStatus expected)
    {
        Assert.Equal(expected, _fixture.TryMapFrames(_space, Base, new PhysicalAddress(first), pages, MemoryType.Device));
        Assert.Equal(expected == VmStatus.Ok ? pages : 0, _fixture.StateOf(_space).PageCount);
        Assert.Equal(expected == VmStatus.Ok, _fixture.IsMapped(_space, Base + ((pages - 1) * Page)));
    }

    private (uint Start, uint Length, RangeKind Kind, PhysicalAddress Object, uint Offset) Query(uint address)
    {
        Assert.Equal(VmStatus.Ok, _space.TryQuery(ref _fixture.Machine, new VirtualAddress(address), out SpaceRegion region));
        return (region.Start.Value, region.LengthInBytes, region.Kind, region.Object.Page, region.ObjectOffset);
    }

    private void Refuses(VmStatus expected, RangeRequest request)
    {
        int count = _fixture.RegionsOf(_space).Count;
        Assert.Equal(expected, _fixture.TryMap(_space, request, out uint start));
        Assert.Equal(0u, start);
        Assert.Equal(count, _fixture.RegionsOf(_space).Count);
    }
}
