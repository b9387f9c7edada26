using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Locks;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>A space with two mappings and a hole of as many pages between them. Behind the last, its page holds what was cut out.</summary>
public sealed class SpaceMappingsTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint One = 0x0040_0000;
    private const uint Other = One + (8 * Page);
    private const uint Gone = One + (16 * Page);
    private const uint Length = 4 * Page;

    private readonly SpaceFixture _fixture = new();
    private readonly AddressSpace _space;
    private readonly MemoryObject _memory;

    public SpaceMappingsTests()
    {
        _space = _fixture.Create();
        _memory = _fixture.CreateObject(64);
        SpaceMappings.Start(ref _fixture.Machine, ref Commons, ref Control, _space.ControlPage, _fixture.NewPage());
        Add(Other, firstPage: 20, UserRights.ReadExecute);
        Add(Gone, firstPage: 40, UserRights.None);
        Add(One, firstPage: 10, UserRights.ReadWrite);
        SpaceMappings.Cut(ref _fixture.Machine, ref _fixture.Frames, ref Accounts, new(Gone), new(Gone + Length));
    }

    private ref SpaceControl Control => ref _fixture.Machine.Data<SpaceControl>(_space.ControlPage);

    private ref SpaceAccounts Accounts => ref SpaceLayout.AccountsOf(ref Control);

    private ref SpaceCommons Commons => ref _fixture.Machine.Data<SpaceCommons>(Accounts.Commons);

    [Theory]
    [InlineData(0u, 4u, 1u, true, UserRights.ReadWrite)] // the first, whole
    [InlineData(1u, 1u, 1u, true, UserRights.ReadWrite)]
    [InlineData(3u, 5u, 1u, true, UserRights.ReadWrite)] // up to the other
    [InlineData(4u, 4u, 0u, false, UserRights.All)] // the hole
    [InlineData(4u, 5u, 1u, true, UserRights.ReadExecute)]
    [InlineData(8u, 4u, 1u, true, UserRights.ReadExecute)] // the other, whole
    [InlineData(3u, 6u, 2u, true, UserRights.Read)]
    [InlineData(0u, 20u, 2u, true, UserRights.Read)]
    [InlineData(12u, 4u, 0u, false, UserRights.All)]
    [InlineData(16u, 4u, 0u, false, UserRights.All)] // what was cut out
    public void Range_OfMappingsAndHoles_KnowsThoseThatLieInIt(
        uint page, uint pageCount, uint expectedCount, bool expectedAny, UserRights expectedRights)
    {
        VirtualAddress start = new(One + (page * Page));
        VirtualAddress end = start.Add(pageCount * Page);

        Assert.Equal(expectedCount, SpaceMappings.Count(ref _fixture.Machine, ref Accounts, start, end));
        Assert.Equal(expectedAny, SpaceMappings.HasAny(ref _fixture.Machine, ref Accounts, start, end));
        Assert.Equal(expectedRights, SpaceMappings.MostRights(ref _fixture.Machine, ref Accounts, start, end));
    }

    [Theory]
    [InlineData(4u, 4u, 253u)] // nothing is cut
    [InlineData(0u, 4u, 254u)] // one goes
    [InlineData(1u, 2u, 252u)] // one becomes two
    [InlineData(0u, 2u, 253u)] // one is shortened, at either end
    [InlineData(2u, 2u, 253u)]
    [InlineData(2u, 4u, 253u)]
    [InlineData(0u, 12u, 255u)] // both go
    [InlineData(0u, 10u, 254u)]
    [InlineData(16u, 4u, 253u)]
    public void HasRoom_AfterACut_IsForAsManyAsThePageHolds(uint page, uint pageCount, uint most)
    {
        VirtualAddress start = new(One + (page * Page));
        VirtualAddress end = start.Add(pageCount * Page);

        Assert.True(SpaceMappings.HasRoom(ref _fixture.Machine, ref Accounts, start, end, most));
        Assert.False(SpaceMappings.HasRoom(ref _fixture.Machine, ref Accounts, start, end, most + 1));
    }

    [Fact]
    public void HasAny_Mib_IsTrueOfTheMibsThatMappingsLieIn()
    {
        Add(One + (3 * MiB) - Page, firstPage: 0, UserRights.Read); // one page, and three of the next MiB

        uint[] mibs = [.. Enumerable.Range(0, 2048).Select(mib => (uint)mib).Where(HasAnyInMib)];
        Assert.Equal([One / MiB, (One / MiB) + 2, (One / MiB) + 3], mibs);
    }

    [Theory]
    [InlineData(One - 1, false)]
    [InlineData(One, true)]
    [InlineData(One + Length - 1, true)]
    [InlineData(One + Length, false)]
    [InlineData(Other - 1, false)]
    [InlineData(Other + Length - 1, true)]
    [InlineData(Other + Length, false)]
    [InlineData(Gone, false)]
    public void TryFind_AtTheBordersOfMappings_FindsTheOneAround(uint address, bool expected)
    {
        VirtualAddress place = new(address);

        Assert.Equal(expected, SpaceMappings.TryFind(ref _fixture.Machine, ref Accounts, place, out SpaceMapping mapping));
        Assert.Equal(expected ? (address < Other ? One : Other) : 0, mapping.Start.Value);
        Assert.Equal(expected, SpaceMappings.IsAnyAround(ref _fixture.Machine, ref Accounts, place));
        Assert.Equal(expected && address < Other, SpaceMappings.IsShared(ref _fixture.Machine, ref Accounts, place));
    }

    [Fact]
    public void TryFindInFault_MappingsAreBeingChanged_WaitsForTheEndOfTheChange()
    {
        PhysicalAddress mappings = Accounts.Mappings;
        Accounts.Mappings = default;
        Accounts.MappingsVersion++;
        int loads = 0;
        _fixture.Memory.BeforeSharedAccess = member =>
        {
            if (member == nameof(IMachine.LoadAcquire) && ++loads == 3)
            {
                Accounts.Mappings = mappings;
                Accounts.MappingsVersion++;
            }
        };

        Assert.True(SpaceMappings.TryFindInFault(ref _fixture.Machine, ref Accounts, new(One), out SpaceMapping mapping));
        Assert.Equal(10u, mapping.FirstPage);
    }

    [Fact]
    public void TryFind_CountThatIsNone_LooksAtNoMoreThanAPageHolds()
    {
        for (uint index = 0; index < SpaceMappings.Capacity; index++)
        {
            VirtualAddress start = new(One + (index * Page));
            SpaceMappings.At(ref _fixture.Machine, Accounts.Mappings, index) =
                new(start, start.Add(Page), _memory.Page, index, UserRights.Read, isShared: true);
        }

        SpaceMappings.HeaderOf(ref _fixture.Machine, Accounts.Mappings).Count = 0x20_0000;

        VirtualAddress last = new(One + ((SpaceMappings.Capacity - 1) * Page));
        Assert.True(SpaceMappings.TryFind(ref _fixture.Machine, ref Accounts, last, out SpaceMapping mapping));
        Assert.Equal(SpaceMappings.Capacity - 1, mapping.FirstPage);
        Assert.False(SpaceMappings.TryFind(ref _fixture.Machine, ref Accounts, last.Add(Page), out _));
    }

    [Fact]
    public void Change_OfAnyKind_AddsTwoToTheVersion()
    {
        uint version = Accounts.MappingsVersion;
        Add(Gone, firstPage: 0, UserRights.Read);
        Assert.Equal(version + 2, Accounts.MappingsVersion);
        SpaceMappings.Cut(ref _fixture.Machine, ref _fixture.Frames, ref Accounts, new(Gone), new(Gone + Page));
        Assert.Equal(version + 4, Accounts.MappingsVersion);
        _fixture.Spaces.Objects.Close(ref _fixture.Machine, ref _fixture.Frames, _memory);
        SpaceMappings.End(ref _fixture.Machine, ref _fixture.Frames, ref Commons, ref Accounts);
        Assert.Equal((version + 6, 0u), (Accounts.MappingsVersion, Accounts.Mappings.Value));
    }

    public static TheoryData<uint, uint, (uint Start, uint End, uint FirstPage)[]> Moves => new()
    {
        { 0, 4, [(Other, Other + Length, 20), (MiB, MiB + Length, 10)] },
        { 0, 8, [(Other, Other + Length, 20), (MiB, MiB + Length, 10)] },
        { 1, 2, [(One, One + Page, 10), (One + (3 * Page), One + Length, 13), (Other, Other + Length, 20), (MiB, MiB + (2 * Page), 11)] },
        {
            2, 8,
            [
                (One, One + (2 * Page), 10), (Other + (2 * Page), Other + Length, 22),
                (MiB, MiB + (2 * Page), 12), (MiB + (6 * Page), MiB + (8 * Page), 20),
            ]
        },
        { 0, 16, [(MiB, MiB + Length, 10), (MiB + (8 * Page), MiB + (12 * Page), 20)] },
        { 4, 4, [(One, One + Length, 10), (Other, Other + Length, 20)] },
    };

    [Theory]
    [MemberData(nameof(Moves))]
    public void Move_RangeOfMappingsAndHoles_TakesWhatLiesInIt(
        uint page, uint pageCount, (uint Start, uint End, uint FirstPage)[] expected)
    {
        VirtualAddress start = new(One + (page * Page));

        SpaceMappings.Move(
            ref _fixture.Machine, ref _fixture.Frames, ref Accounts, start, start.Add(pageCount * Page), new VirtualAddress(MiB));

        Assert.Equal(expected.OrderBy(mapping => mapping.Start), Mappings());
        Assert.Equal(1u + (uint)expected.Length, _fixture.DescriptionOf(_memory).References);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void End_SpacesInAnyOrder_LeavesTheOthersInTheList(int first, int second, int third)
    {
        AddressSpace[] spaces = [_space, _fixture.Create(), _fixture.Create()];
        foreach (AddressSpace space in spaces.Skip(1))
        {
            ref SpaceControl control = ref _fixture.Machine.Data<SpaceControl>(space.ControlPage);
            SpaceMappings.Start(ref _fixture.Machine, ref Commons, ref control, space.ControlPage, _fixture.NewPage());
        }

        List<PhysicalAddress> left = [.. spaces.Reverse().Select(space => space.ControlPage)];
        foreach (int index in (int[])[first, second, third])
        {
            Assert.Equal(left, Listed());
            ref SpaceControl control = ref _fixture.Machine.Data<SpaceControl>(spaces[index].ControlPage);
            SpaceMappings.End(ref _fixture.Machine, ref _fixture.Frames, ref Commons, ref SpaceLayout.AccountsOf(ref control));
            _ = left.Remove(spaces[index].ControlPage);
        }

        Assert.Empty(Listed());
    }

    private bool HasAnyInMib(uint mib) => SpaceMappings.HasAny(ref _fixture.Machine, ref Accounts, mib);

    // The one that begins first is shared.
    private void Add(uint start, uint firstPage, UserRights mostRights)
    {
        SpaceMapping mapping = new(new(start), new(start + Length), _memory.Page, firstPage, mostRights, isShared: start == One);
        SpaceMappings.Add(ref _fixture.Machine, ref Accounts, in mapping);
    }

    private List<(uint Start, uint End, uint FirstPage)> Mappings()
    {
        List<(uint, uint, uint)> mappings = [];
        for (uint index = 0; index < SpaceMappings.HeaderOf(ref _fixture.Machine, Accounts.Mappings).Count; index++)
        {
            SpaceMapping mapping = SpaceMappings.At(ref _fixture.Machine, Accounts.Mappings, index);
            mappings.Add((mapping.Start.Value, mapping.End.Value, mapping.FirstPage));
        }

        return mappings;
    }

    // The control pages of the spaces that have mappings, forward; each leads back to the one before.
    private List<PhysicalAddress> Listed()
    {
        List<PhysicalAddress> spaces = [];
        PhysicalAddress previous = default;
        for (PhysicalAddress page = Commons.FirstMappings; page != default; previous = page, page = HeaderOf(page).Next)
        {
            Assert.Equal(previous, HeaderOf(page).Previous);
            spaces.Add(HeaderOf(page).ControlPage);
        }

        return spaces;
    }

    private SpaceMappingsHeader HeaderOf(PhysicalAddress page) => SpaceMappings.HeaderOf(ref _fixture.Machine, page);
}
