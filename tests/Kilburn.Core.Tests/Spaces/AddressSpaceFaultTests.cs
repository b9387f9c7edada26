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

/// <summary>Faults in anonymous memory: what a page is afterwards, what the space has, and what stays when there is no memory.</summary>
public sealed class AddressSpaceFaultTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Last = Page - sizeof(uint); // the last word of a page
    private const uint OwnerLimit = 16385;

    private readonly SpaceFixture _fixture = new();

    /// <summary>Where a page is that is written or read.</summary>
    public enum Place
    {
        /// <summary>In a MiB that has no table.</summary>
        NoTable,

        /// <summary>In a table of the space's own.</summary>
        OwnTable,

        /// <summary>In a table that a clone has as well.</summary>
        SharedTable,
    }

    [Theory]
    [InlineData(Place.NoTable)]
    [InlineData(Place.OwnTable)]
    [InlineData(Place.SharedTable)]
    public void Write_UntouchedPage_IsOneNewPageOfZeroes(Place place)
    {
        AddressSpace space = Prepare(place, out uint page);
        (uint free, uint pages, uint tables, _) = Counts(space, out uint resident);

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, page, 7));
        AssertZeroesBut(space, page, 7);
        Assert.Equal((pages + 1, tables + (place == Place.OwnTable ? 0u : 1u)), (_fixture.Held.Pages, _fixture.Held.Second));
        SpaceCounters counters = _fixture.CountersOf(space);
        uint before = place == Place.OwnTable ? 1u : 0; // what the page beside it was
        Assert.Equal(
            (resident + 1, before + 1, 0u, 0u), (counters.ResidentPages, counters.ZeroFills, counters.Reuses, counters.Copies));
        Assert.True(free > _fixture.Held.Free);
    }

    [Theory]
    [InlineData(Place.NoTable)]
    [InlineData(Place.OwnTable)]
    [InlineData(Place.SharedTable)]
    public void Read_UntouchedPage_IsTheSharedPageOfZeroesUntilItIsWritten(Place place)
    {
        AddressSpace space = Prepare(place, out uint page);
        (_, uint pages, uint tables, _) = Counts(space, out uint resident);

        Assert.Equal(0u, _fixture.Read(space, page));
        Assert.Equal((pages, tables + (place == Place.OwnTable ? 0u : 1u)), (_fixture.Held.Pages, _fixture.Held.Second));
        Assert.Equal(ZeroPageOf(space), _fixture.FrameOf(space, page));
        Assert.Equal((resident, 1u), (_fixture.CountersOf(space).ResidentPages, _fixture.CountersOf(space).ZeroReads));
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, page, 7));
        AssertZeroesBut(space, page, 7);
        Assert.Equal(0u, _fixture.Read(space, page + Page));
        SpaceCounters counters = _fixture.CountersOf(space);
        uint before = place == Place.OwnTable ? 1u : 0; // what the page beside it was
        Assert.Equal((resident + 1, before + 1, 0u), (counters.ResidentPages, counters.ZeroFills, counters.Reuses));
        Assert.Equal(pages + 1, _fixture.Held.Pages);
    }

    [Theory]
    [InlineData(Place.NoTable, UserRights.Read)]
    [InlineData(Place.NoTable, UserRights.ReadExecute)]
    [InlineData(Place.NoTable, UserRights.All)]
    [InlineData(Place.OwnTable, UserRights.ReadWrite)]
    [InlineData(Place.OwnTable, UserRights.ReadExecute)]
    [InlineData(Place.SharedTable, UserRights.Read)]
    [InlineData(Place.SharedTable, UserRights.ReadWrite)]
    [InlineData(Place.SharedTable, UserRights.ReadExecute)]
    [InlineData(Place.SharedTable, UserRights.All)]
    public void Read_UntouchedPage_HasTheRightsOfItsRangeAndIsCleanedIfItIsCode(Place place, UserRights rights)
    {
        AddressSpace space = Prepare(place, out uint page, rights);
        _fixture.Memory.Maintenance = [];

        Assert.Equal(0u, _fixture.Read(space, page));
        Assert.Equal((rights & UserRights.Execute) == 0 ? [] : [(ZeroPageOf(space).Value, Page)], _fixture.Cleaned);
        Assert.Equal(VmStatus.Ok, space.TryQuery(ref _fixture.Machine, new VirtualAddress(page), out SpaceRegion region));
        Assert.Equal(rights, region.Rights);
        Assert.Equal((rights & UserRights.Execute) != 0, _fixture.Translate(space, page).Mapping.Execution == Execution.Allowed);
        Assert.Equal(
            (rights & UserRights.Write) != 0 ? FaultOutcome.Resolved : FaultOutcome.Protection, _fixture.Write(space, page, 7));
    }

    [Theory]
    [InlineData(Place.NoTable, UserRights.ReadWrite)]
    [InlineData(Place.NoTable, UserRights.All)]
    [InlineData(Place.OwnTable, UserRights.ReadWrite)]
    [InlineData(Place.OwnTable, UserRights.All)]
    [InlineData(Place.SharedTable, UserRights.ReadWrite)]
    [InlineData(Place.SharedTable, UserRights.All)]
    public void Write_UntouchedPage_IsCleanedIfItIsCode(Place place, UserRights rights)
    {
        AddressSpace space = Prepare(place, out uint page, rights);
        _fixture.Memory.Maintenance = [];

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, page, 7));
        Assert.Equal(rights == UserRights.All ? [(_fixture.FrameOf(space, page).Value, Page)] : [], _fixture.Cleaned);
        Assert.Equal(rights == UserRights.All, _fixture.Translate(space, page).Mapping.Execution == Execution.Allowed);
    }

    [Theory]
    [InlineData(UserRights.ReadWrite)]
    [InlineData(UserRights.All)]
    public void Write_PageThatACloneHasToo_CopiesAllOfItWithItsRights(UserRights rights)
    {
        AddressSpace parent = Prepare(Place.OwnTable, out _, rights);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base + Last, 8));
        AddressSpace child = _fixture.Clone(parent);
        (_, uint pages, uint tables, _) = Counts(child, out uint resident);
        _fixture.Memory.Maintenance = [];

        // The child with its table, then the parent, whose table is its own by then but not its pages.
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, Base, 9));
        Assert.Equal(rights == UserRights.All ? [(_fixture.FrameOf(child, Base).Value, Page)] : [], _fixture.Cleaned);
        Assert.Equal((pages + 1, tables + 1), (_fixture.Held.Pages, _fixture.Held.Second));
        Assert.Equal((9u, 8u), (_fixture.Read(child, Base), _fixture.Read(child, Base + Last)));
        Assert.Equal((resident, 1u), (_fixture.CountersOf(child).ResidentPages, _fixture.CountersOf(child).Copies));
        Assert.Equal(VmStatus.Ok, child.TryQuery(ref _fixture.Machine, new VirtualAddress(Base), out SpaceRegion region));
        Assert.Equal(rights, region.Rights);
        Assert.Equal(0u, _fixture.CountersOf(child).Reuses);
    }

    [Fact]
    public void Write_PageOfOnesOwnTableThatIsSharedOrNot_IsInvalidatedAndCopiedIfItIs()
    {
        AddressSpace parent = Prepare(Place.OwnTable, out uint page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base + Last, 8));
        AddressSpace child = _fixture.Clone(parent);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, page, 9)); // its table is its own then, and so is the parent's
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, page, 9));
        PhysicalAddress shared = _fixture.FrameOf(parent, Base);
        Assert.Equal(2u, _fixture.OwnersOf(shared));
        (_, uint pages, uint tables, _) = Counts(child, out uint resident);
        _fixture.Memory.Maintenance = [];

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, Base, 9));
        Assert.Equal([Base], _fixture.Removed);
        Assert.Equal((9u, 8u), (_fixture.Read(child, Base), _fixture.Read(child, Base + Last)));
        Assert.Equal((pages + 1, tables, 1u), (_fixture.Held.Pages, _fixture.Held.Second, _fixture.OwnersOf(shared)));
        Assert.Equal((resident, 1u), (_fixture.CountersOf(child).ResidentPages, _fixture.CountersOf(child).Copies));
        _fixture.Memory.Maintenance.Clear();
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base, 10));
        Assert.Equal([Base], _fixture.Removed);
        Assert.Equal((shared, 1u), (_fixture.FrameOf(parent, Base), _fixture.CountersOf(parent).Reuses));
        Assert.Equal((10u, 9u), (_fixture.Read(parent, Base), _fixture.Read(child, Base)));
    }

    [Fact]
    public void Write_OtherSideOfASharedTableEnded_TakesNoMemory()
    {
        AddressSpace parent = Prepare(Place.OwnTable, out uint page);
        AddressSpace child = _fixture.Clone(parent);
        Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
        _fixture.LeaveFreeWithoutTables(0);

        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base, 9));
        Assert.Equal(0u, _fixture.Read(parent, page));
        Assert.Equal((1u, 0u), (_fixture.CountersOf(parent).Reuses, _fixture.CountersOf(parent).SharedTables));
    }

    [Theory]
    [InlineData(Place.NoTable, true)]
    [InlineData(Place.OwnTable, true)]
    [InlineData(Place.SharedTable, true)]
    [InlineData(Place.NoTable, false)]
    [InlineData(Place.SharedTable, false)]
    public void Fault_UntouchedPageWithoutMemory_CountsNothing(Place place, bool isWrite)
    {
        AddressSpace space = Prepare(place, out uint page);
        _fixture.LeaveFreeWithoutTables(0);
        AssertRefused(space, page, isWrite, FaultOutcome.OutOfMemory);
        _fixture.GiveBack();
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, page, 7));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_PageThatIsThereWithoutMemory_CountsNothing(bool isInSharedTable)
    {
        AddressSpace space = Prepare(isInSharedTable ? Place.SharedTable : Place.OwnTable, out uint page);
        Assert.Equal(VmStatus.Ok, _fixture.Frames.TrySharePage(ref _fixture.Machine, _fixture.FrameOf(space, Base)));
        if (!isInSharedTable)
        {
            AddressSpace child = _fixture.Clone(space);
            Assert.Equal(VmStatus.Ok, _fixture.TryDestroy(child));
            Assert.Equal(0u, _fixture.Read(space, page)); // makes the table the space's own
        }

        _fixture.LeaveFreeWithoutTables(0);
        AssertRefused(space, Base, isWrite: true, FaultOutcome.OutOfMemory);
        if (!isInSharedTable)
        {
            AssertRefused(space, page, isWrite: true, FaultOutcome.OutOfMemory);
            Assert.Equal(ZeroPageOf(space), _fixture.FrameOf(space, page));
        }
    }

    [Theory]
    [InlineData(Place.NoTable)]
    [InlineData(Place.OwnTable)]
    [InlineData(Place.SharedTable)]
    public void Write_UntouchedPageAtTheLimit_IsRefusedAndPagesThatAreThereAreNot(Place place)
    {
        AddressSpace space = Prepare(place, out uint page);
        _fixture.Limit(space, resident: _fixture.CountersOf(space).ResidentPages);
        AssertRefused(space, page, isWrite: true, FaultOutcome.LimitReached);
        Assert.Equal(0u, _fixture.Read(space, page));
        AssertRefused(space, page, isWrite: true, FaultOutcome.LimitReached);
        Assert.Equal(FaultOutcome.Resolved, place == Place.NoTable ? FaultOutcome.Resolved : _fixture.Write(space, Base, 9));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_BesideAFrameWithTooManyOwners_CountsNothing(bool isTouched)
    {
        AddressSpace parent = Prepare(Place.OwnTable, out uint page);
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(parent, Base + MiB - Page, 7));
        for (uint owners = 1; owners < OwnerLimit; owners++)
        {
            Assert.Equal(VmStatus.Ok, _fixture.Frames.TrySharePage(ref _fixture.Machine, _fixture.FrameOf(parent, Base + MiB - Page)));
        }

        AddressSpace child = _fixture.Clone(parent);
        AssertRefused(child, isTouched ? Base : page, isWrite: true, FaultOutcome.OutOfMemory);
    }

    // Nothing changed, but that a fault was refused.
    private void AssertRefused(AddressSpace space, uint address, bool isWrite, FaultOutcome expected)
    {
        (uint, uint, uint, uint) held = Counts(space, out uint resident);
        List<(uint, uint, RangeKind, UserRights, uint)> regions = _fixture.RegionsOf(space);
        uint refused = _fixture.CountersOf(space).Refused;
        uint word = 7;
        Assert.Equal(expected, _fixture.Access(space, address, isWrite ? FaultAccess.Write : FaultAccess.Read, ref word));
        Assert.Equal(held, Counts(space, out uint residentAfter));
        Assert.Equal((resident, refused + 1), (residentAfter, _fixture.CountersOf(space).Refused));
        Assert.Equal(regions, _fixture.RegionsOf(space));
    }

    // A space with a range of two MiBs, whose first page was written unless there is no table; and an untouched page of the first one.
    private AddressSpace Prepare(Place place, out uint page, UserRights rights = UserRights.ReadWrite)
    {
        AddressSpace space = _fixture.Create();
        space.SetRightsPolicy(ref _fixture.Machine, RightsPolicy.Any);
        page = Base + (64 * Page);
        _fixture.Reserve(space, Base, 2 * MiB, rights);
        if (place != Place.NoTable)
        {
            uint word = 7;
            FaultAccess access = (rights & UserRights.Write) != 0 ? FaultAccess.Write : FaultAccess.Read;
            Assert.Equal(FaultOutcome.Resolved, _fixture.Access(space, Base, access, ref word));
        }

        return place == Place.SharedTable ? _fixture.Clone(space) : space;
    }

    private (uint Free, uint Pages, uint Second, uint First) Counts(AddressSpace space, out uint resident)
    {
        resident = _fixture.CountersOf(space).ResidentPages;
        return _fixture.Held;
    }

    private PhysicalAddress ZeroPageOf(AddressSpace space) =>
        SpaceLayout.AccountsOf(ref _fixture.Machine.Data<SpaceControl>(space.ControlPage)).ZeroPage;

    // A page of zeroes, but for its first word.
    private void AssertZeroesBut(AddressSpace space, uint page, uint word)
    {
        Assert.Equal(word, _fixture.Read(space, page));
        for (uint offset = sizeof(uint); offset < Page; offset += sizeof(uint))
        {
            Assert.Equal(0u, _fixture.Read(space, page + offset));
        }
    }
}
