using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Pages of ranges that become code: they are cleaned before they can be fetched, and nothing else is.</summary>
public sealed class RangeCodeTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Start = (4 * MiB) + (17 * Page);
    private const uint Instruction = 0xE12F_FF1E;
    private const UserRights Code = UserRights.Read | UserRights.Execute;

    private readonly SpaceFixture _fixture = new();

    [Fact]
    public void Protect_PagesThatBecomeCode_CleansEachOfTheirFramesOnce()
    {
        AddressSpace space = Touched(3);
        PhysicalAddress[] frames = FramesOf(space, 3);

        Assert.Equal(frames.Select(frame => frame.Value), CleanedBy(space, 5, Code));
        Assert.Equal([(Start, 5 * Page, RangeKind.Anonymous, Code, 3u)], _fixture.RegionsOf(space));
        Assert.Equal(frames, FramesOf(space, 3));
    }

    [Fact]
    public void Protect_CodeThatBecomesSomethingElseOrIsCodeAlready_CleansNothing()
    {
        AddressSpace space = Touched(3);
        space.SetRightsPolicy(ref _fixture.Machine, RightsPolicy.Any);

        Assert.NotEmpty(CleanedBy(space, 5, Code));
        Assert.Empty(CleanedBy(space, 5, Code));
        Assert.Empty(CleanedBy(space, 5, UserRights.All));
        Assert.Empty(CleanedBy(space, 5, UserRights.ReadWrite));
        Assert.Empty(CleanedBy(space, 5, UserRights.Read));
        Assert.Empty(CleanedBy(space, 5, UserRights.None));
    }

    [Theory]
    [InlineData(UserRights.Read | UserRights.Execute, true)]
    [InlineData(UserRights.ReadWrite, false)]
    [InlineData(UserRights.Read, false)]
    public void Populate_PagesOfCode_CleansEachNewFrame(UserRights rights, bool isCode)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, 5 * Page, rights);
        _fixture.Memory.Maintenance = [];

        Assert.Equal(VmStatus.Ok, _fixture.TryAdvise(space, Start + Page, 3 * Page, RangeAdvice.Need));
        IEnumerable<uint> expected = isCode ? FramesOf(space, 4).Skip(1).Select(frame => frame.Value) : [];
        Assert.Equal(
            expected.Select(frame => (nameof(IMachine.CleanToUnification), frame, Page)), _fixture.Memory.Maintenance);
        Assert.Equal(3u, _fixture.CountersOf(space).ResidentPages);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Protect_OfAWrittenPageToCode_LetsEachCoreFetchWhatWasWritten(int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace space = system.Create();
        VirtualRange range = new(new VirtualAddress(Start), Page);
        Map(system, space, range, UserRights.ReadWrite);
        system.Activate(space, 0);
        system.Activate(space, 1);
        for (uint round = 0; round < 3; round++)
        {
            Assert.Equal(VmStatus.Ok, space.TryProtect(ref system.Cores[0], ref system.Memory.Frames, range, UserRights.ReadWrite));
            Assert.Equal(FaultOutcome.Resolved, system.Write(space, Start, Instruction + round, 0));
            Assert.Equal(VmStatus.Ok, space.TryProtect(ref system.Cores[0], ref system.Memory.Frames, range, Code));
            system.Cores[1].SynchronizeContext();
            Assert.Equal(Instruction + round, system.Fetch(Start, observer));
        }
    }

    // The frame was another page's code before.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Populate_OfAPageOfCode_LetsEachCoreFetchZeroes(int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace space = system.Create();
        system.Activate(space, 0);
        system.Activate(space, 1);
        VirtualRange range = new(new VirtualAddress(Start), Page);
        Map(system, space, range, Code);
        PhysicalAddress old = system.MapCode(space, Start + MiB, Instruction);
        Assert.Equal(Instruction, system.Fetch(Start + MiB, 0));
        Assert.Equal(Instruction, system.Fetch(Start + MiB, 1));
        system.Unmap(space, Start + MiB);

        Assert.Equal(VmStatus.Ok, space.TryAdvise(ref system.Cores[0], ref system.Memory.Frames, range, RangeAdvice.Need));
        Assert.Equal(VmStatus.Ok, space.TryTranslate(ref system.Cores[0], range.Start, out TableWalk walk));
        Assert.Equal(old, walk.Physical);
        system.Cores[1].SynchronizeContext();
        Assert.Equal(0u, system.Fetch(Start, observer));
    }

    private static void Map(ModelSpaces<CortexA7> system, AddressSpace space, VirtualRange range, UserRights rights)
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = range.Start,
            LengthInBytes = range.LengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = rights,
        };
        Assert.Equal(VmStatus.Ok, space.TryMap(ref system.Cores[0], ref system.Memory.Frames, in request, out _));
    }

    // The first pages of five; from the last one down, so that their frames do not come to a large page.
    private AddressSpace Touched(uint pageCount)
    {
        AddressSpace space = _fixture.Create();
        _fixture.Reserve(space, Start, 5 * Page);
        for (uint page = pageCount; page-- != 0;)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Start + (page * Page), page));
        }

        return space;
    }

    private PhysicalAddress[] FramesOf(AddressSpace space, uint pageCount) =>
    [
        .. Enumerable.Range(0, (int)pageCount).Select(page =>
        {
            _ = _fixture.TryTranslate(space, Start + ((uint)page * Page), out TableWalk walk);
            return walk.Physical;
        }),
    ];

    private IEnumerable<uint> CleanedBy(AddressSpace space, uint pageCount, UserRights rights)
    {
        _fixture.Memory.Maintenance = [];
        Assert.Equal(VmStatus.Ok, _fixture.TryProtectBytes(space, Start, pageCount * Page, rights));
        return _fixture.Memory.Maintenance
            .Where(told => told.Member == nameof(IMachine.CleanToUnification))
            .Select(told =>
            {
                Assert.Equal(Page, told.AsidOrLength);
                return told.Address;
            });
    }
}
