using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class RangeBlocksTests
{
    private const uint Page = 0x1000;
    private const uint Large = 0x1_0000;
    private const uint MiB = 0x10_0000;
    private const uint Start = 4 * MiB;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void TryMap_WholeMibAtOnce_IsASectionOfTheUserThatTheKernelNeverRuns()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);

        Assert.Equal((0u, 1u), _fixture.BlocksOf(space));
        SectionDescriptor section = WordOf(space, Start).Section;
        Assert.Equal(FirstLevelKind.Section, WordOf(space, Start).Kind);
        Assert.Equal((uint)Domain.User, section.Domain);
        Assert.True(section.IsPrivilegedExecuteNever);
        Assert.True(section.IsShareable);
        Assert.Equal(Scope.NotGlobal, section.Scope);
        Assert.Equal(AccessPermission.ReadWrite, section.Access);
        Assert.Equal([(Start, MiB, RangeKind.Anonymous, UserRights.ReadWrite, 256u)], _fixture.RegionsOf(space));
        Assert.Equal(256u, _fixture.StateOf(space).PageCount);
        Assert.Equal(256u, _fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void TryMap_AlignedPartsAtOnce_AreLargePagesAndTheRestIsSmall()
    {
        AddressSpace space = _fixture.MapAtOnce(Start + (15 * Page), (3 * Large) + (2 * Page));

        Assert.Equal((3u, 0u), _fixture.BlocksOf(space));
        Assert.Equal(
            [Page, Large, Large, Large, Page],
            new[] { Start + (15 * Page), Start + Large, Start + (2 * Large) + Page, Start + (3 * Large), Start + (4 * Large) }
                .Select(address => MappingSizeAt(space, address)));
        Assert.Equal(50u, _fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void TryAdvise_NeedOfAnUntouchedMib_IsASection()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, MiB, RangeAdvice.Need));
        Assert.Equal((0u, 1u), _fixture.BlocksOf(space));
    }

    [Fact]
    public void TryAdvise_NeedOfTouchedParts_LeavesTheirContents()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (5 * Page), 0x55));

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start, MiB, RangeAdvice.Need));
        Assert.Equal(0u, _fixture.BlocksOf(space).Sections);
        Assert.Equal(0x55u, _fixture.Read(space, Start + (5 * Page)));
        Assert.Equal(0u, _fixture.Read(space, Start + (6 * Page)));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(5u)]
    [InlineData(15u)]
    public void Resolve_FramesInARow_BecomeALargePageWhenTheLastOneIsThereWhicheverItIs(uint step)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        uint[] order = [.. Enumerable.Range(0, 16).Select(index => ((uint)index * step) & 15)];
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + Large, 0)); // the MiB has its table
        _fixture.OfferFrames(order);
        foreach (uint page in order)
        {
            Assert.Equal(0u, _fixture.BlocksOf(space).LargePages);
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page + 100));
        }

        Assert.Equal(1u, _fixture.BlocksOf(space).LargePages);
        for (uint page = 0; page < 16; page++)
        {
            Assert.Equal(page + 100, _fixture.Read(space, Start + (page * Page)));
        }
    }

    [Fact]
    public void Resolve_OneFrameOfTheRowIsAnothersToo_StaysSmall()
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, MiB);
        uint[] order = [.. Enumerable.Range(0, 16).Select(index => (uint)index)];
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + Large, 0));
        _fixture.OfferFrames(order);
        for (uint page = 0; page < 15; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), 1));
        }

        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, Start, out TableWalk walk));
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TrySharePage(ref _fixture.Machine, walk.Physical));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (15 * Page), 1));
        Assert.Equal(0u, _fixture.BlocksOf(space).LargePages);
    }

    [Theory]
    [InlineData("protect")]
    [InlineData("unmap")]
    [InlineData("discard")]
    [InlineData("replace")]
    public void Change_OfOnePageOfASection_LeavesAllOthersAsTheyWere(string change)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        for (uint page = 0; page < 256; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page + 1));
        }

        uint changed = Start + (37 * Page);
        Assert.Equal(VmStatus.Ok, Change(space, change, changed));

        Assert.Equal((15u, 0u), _fixture.BlocksOf(space));
        for (uint page = 0; page < 256; page++)
        {
            if (page != 37)
            {
                Assert.Equal(page + 1, _fixture.Read(space, Start + (page * Page)));
                Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page + 1));
            }
        }

        uint word = 0;
        FaultOutcome outcome = _fixture.Access(space, changed, FaultAccess.Read, ref word);
        Assert.Equal(change == "unmap" ? FaultOutcome.NotMapped : FaultOutcome.Resolved, outcome);
        Assert.Equal(change == "protect" ? 38u : 0u, word);
    }

    [Theory]
    [InlineData("protect")]
    [InlineData("unmap")]
    [InlineData("discard")]
    public void Change_OfOnePageOfASection_NeedsNoMemory(string change)
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        _fixture.LeaveFreeWithoutTables(0);

        Assert.Equal(VmStatus.Ok, Change(space, change, Start + (200 * Page)));
        Assert.Equal(0u, _fixture.BlocksOf(space).Sections);
    }

    [Fact]
    public void TryProtect_ThereAndBack_IsASectionAgain()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (9 * Page), 9));

        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start + Large, Page, UserRights.None));
        Assert.Equal(0u, _fixture.BlocksOf(space).Sections);
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, MiB, UserRights.Read));
        Assert.Equal((0u, 1u), _fixture.BlocksOf(space));
        Assert.Equal(FaultOutcome.Protection, _fixture.Write(space, Start + (9 * Page), 10));
        Assert.Equal(9u, _fixture.Read(space, Start + (9 * Page)));
    }

    [Fact]
    public void TryProtect_OfWholeSections_KeepsThemAndTheirContents()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, 2 * MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (9 * Page), 9));
        foreach (UserRights rights in new[] { UserRights.Read, UserRights.None, UserRights.ReadWrite })
        {
            Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, 2 * MiB, rights));
            Assert.Equal((0u, 2u), _fixture.BlocksOf(space));
            Assert.Equal([(Start, 2 * MiB, RangeKind.Anonymous, rights, 512u)], _fixture.RegionsOf(space));
            Assert.Equal(
                rights == UserRights.ReadWrite ? FaultOutcome.Resolved : FaultOutcome.Protection,
                _fixture.Write(space, Start + MiB, 1));
        }

        Assert.Equal(9u, _fixture.Read(space, Start + (9 * Page)));
    }

    [Fact]
    public void Resolve_AccessThatASectionAllows_IsSpurious()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);

        Assert.Equal(
            FaultOutcome.Resolved,
            _fixture.Resolve(space, FaultStatus.TranslationFirstLevel, FaultAccess.Write, Start + (77 * Page)));
        Assert.Equal(
            FaultOutcome.Protection,
            _fixture.Resolve(space, FaultStatus.PermissionFirstLevel, FaultAccess.Execute, Start + (77 * Page)));
        Assert.Equal(1u, _fixture.CountersOf(space).Spurious);
    }

    [Fact]
    public void GivenPages_OverASection_AreRefusedAndChangeNothing()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);

        Assert.Equal(VmStatus.AlreadyMapped, _fixture.TryMap(space, Start + (8 * Page), out _));
        Assert.Equal(VmStatus.WrongKind, _fixture.TryUnmap(space, Start + (8 * Page)));
        Assert.Equal(VmStatus.WrongKind, _fixture.TryUnmapRange(space, Start, 3));
        Assert.Equal(VmStatus.WrongKind, _fixture.TryProtect(space, Start, 3, AccessPermission.Read));
        Assert.Equal(VmStatus.AlreadyMapped, _fixture.TryMapFrames(space, Start, _fixture.NewPage(), 1));
        Assert.Equal((0u, 1u), _fixture.BlocksOf(space));
    }

    [Fact]
    public void TryMap_BesideAndOverASection_FindsItTaken()
    {
        AddressSpace space = _fixture.MapAtOnce(Start, MiB);

        Assert.Equal(VmStatus.Occupied, _fixture.TryMap(space, Fixed(Start + (255 * Page), 2 * Page), out _));
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, Fixed(Start + MiB, Page), out _));
        RangeRequest near = Fixed(Start + Page, Page) with { Placement = RangePlacement.Near };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, near, out uint place));
        Assert.Equal(Start + MiB + Page, place);
    }

    [Fact]
    public void TryClone_OfASection_CopiesOnWriteOnBothSides()
    {
        AddressSpace parent = _fixture.MapAtOnce(Start, MiB);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Start + (3 * Page), 3));

        AddressSpace child = _fixture.Clone(parent);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, Start + (3 * Page), 33));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Start + (4 * Page), 4));

        Assert.Equal((0u, 0u), _fixture.BlocksOf(parent));
        Assert.Equal(3u, _fixture.Read(parent, Start + (3 * Page)));
        Assert.Equal(33u, _fixture.Read(child, Start + (3 * Page)));
        Assert.Equal(0u, _fixture.Read(child, Start + (4 * Page)));
    }

    [Fact]
    public void Release_OfBlocksOfEveryKind_GivesAllBack()
    {
        (uint, uint, uint, uint) before = _fixture.Held;
        AddressSpace space = _fixture.MapAtOnce(Start, (2 * MiB) + (5 * Large));
        Assert.Equal((5u, 2u), _fixture.BlocksOf(space));
        Assert.Equal(VmStatus.Ok, _fixture.TryUnmapBytes(space, Start, MiB));
        Assert.Equal((5u, 1u), _fixture.BlocksOf(space));
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, Fixed(Start, MiB) with { Placement = RangePlacement.Replacing, Population = RangePopulation.AtOnce }, out _));
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, Fixed(Start + MiB, MiB) with { Placement = RangePlacement.Replacing }, out _));
        Assert.Equal((5u, 1u), _fixture.BlocksOf(space));
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(space));
        Assert.Equal(before, _fixture.Held);
    }

    private static RangeRequest Fixed(uint start, uint length) => new()
    {
        Placement = RangePlacement.Fixed,
        Address = new VirtualAddress(start),
        LengthInBytes = length,
        Kind = RangeKind.Anonymous,
        Rights = UserRights.ReadWrite,
    };

    private VmStatus Change(AddressSpace space, string change, uint page) => change switch
    {
        "protect" => _fixture.TryProtectBytes(space, page, Page, UserRights.Read),
        "unmap" => _fixture.TryUnmapBytes(space, page, Page),
        "discard" => _fixture.TryAdvise(space, page, Page, RangeAdvice.Discard),
        _ => _fixture.TryMap(space, Fixed(page, Page) with { Placement = RangePlacement.Replacing }, out _),
    };

    private FirstLevelEntry WordOf(AddressSpace space, uint address)
    {
        PhysicalAddress table = _fixture.StateOf(space).Table;
        return new FirstLevelEntry(_fixture.Machine.ReadWord(FirstLevelTable.EntryOf(table, new VirtualAddress(address))));
    }

    private uint MappingSizeAt(AddressSpace space, uint address)
    {
        Assert.Equal(VmStatus.Ok, _fixture.TryTranslate(space, address, out TableWalk walk));
        return walk.SecondLevel.IsLarge ? Large : Page;
    }
}
