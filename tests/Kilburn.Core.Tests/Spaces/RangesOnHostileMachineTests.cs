using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>
/// What an operation changed without taking anything away is there on all cores when it returns, and for the instructions that follow
/// on its own: nothing but its last barriers sees to that. Core 0 does it; a program on core 0 or on core 1 looks.
/// </summary>
public sealed class RangesOnHostileMachineTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint MibPages = MiB / Page;
    private const uint Word = 0x1234_5678;

    // Page 0 is there, and so are those from Untouched on, but for their frames.
    private const uint Untouched = 4;
    private const uint Pages = 8;

    private static readonly Operation[] s_operations = Enum.GetValues<Operation>();

    /// <summary>Operations on pages that nobody has touched, beside one that is there.</summary>
    public enum Operation
    {
        Protect,
        Discard,
        Unmap,
        Replace,
        Move,
        MoveInto,
        Shorten,
        Lengthen,
        MapPage,
        MapFrames,
    }

    public static TheoryData<Operation, int> OperationsAndCores()
    {
        TheoryData<Operation, int> data = [];
        foreach (Operation operation in s_operations)
        {
            data.Add(operation, 0);
            data.Add(operation, 1);
        }

        return data;
    }

    // The space gets a table of its own: the link to it is the last that is written.
    [Theory]
    [MemberData(nameof(OperationsAndCores))]
    public void Operation_InATableThatAnotherSpaceHas_LeavesWhatIsThere(Operation operation, int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace parent = system.Create();
        system.MapRange(parent, Base, Pages * Page, RangePopulation.OnDemand);
        system.Activate(parent, 2);
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Base, Word, 2));
        AddressSpace child = system.Clone(parent);
        system.Activate(child, 0);
        system.Activate(child, 1);
        Assert.Equal(VmStatus.Ok, Do(system, child, operation));
        Assert.Equal(Word, system.Read(Base, observer));
    }

    // The first MiB has a table of its own by then; the second cannot get one, as one of its frames has as many owners as can be.
    [Theory]
    [InlineData(Operation.Protect, 0)]
    [InlineData(Operation.Protect, 1)]
    [InlineData(Operation.Discard, 0)]
    [InlineData(Operation.Discard, 1)]
    [InlineData(Operation.Unmap, 0)]
    [InlineData(Operation.Unmap, 1)]
    [InlineData(Operation.Replace, 0)]
    [InlineData(Operation.Replace, 1)]
    [InlineData(Operation.Move, 0)]
    [InlineData(Operation.Move, 1)]
    public void Operation_ThatFailsInTheSecondOfTwoSharedTables_LeavesWhatIsThere(Operation operation, int observer)
    {
        const uint Last = Base + MiB - Page;
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        AddressSpace parent = system.Create();
        system.MapRange(parent, Last, 2 * Page, RangePopulation.OnDemand);
        system.Activate(parent, 2);
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Last, Word, 2));
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Last + Page, Word, 2));
        AddressSpace child = system.Clone(parent);
        Assert.Equal(VmStatus.Ok, parent.TryTranslate(ref system.Cores[0], new VirtualAddress(Last + Page), out TableWalk walk));
        while (system.Memory.Frames.TrySharePage(ref system.Cores[0], walk.Physical) == VmStatus.Ok)
        {
        }

        system.Activate(child, 0);
        system.Activate(child, 1);
        Assert.Equal(VmStatus.Overflow, Do(system, child, operation, Range(Last, 2)));
        Assert.Equal(Word, system.Read(Last, observer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Map_OfAPageBesideARunOfReservedOnes_IsThereAtOnce(int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = system.CreateOnBothCores();
        system.MapRange(space, Base, Pages * Page, RangePopulation.OnDemand);
        Assert.Equal(VmStatus.Ok, Do(system, space, Operation.MapPage));
        Assert.Equal(0u, system.Read(Base + (Pages * Page), observer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Protect_OfALargePageAndAHole_LeavesThePage(int observer)
    {
        const uint LargePages = 16;
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = system.CreateOnBothCores();
        system.MapRange(space, Base, LargePages * Page, RangePopulation.AtOnce);
        space.ReadCounters(ref system.Cores[0], out SpaceCounters counters);
        Assert.Equal(1u, counters.LargePages);
        Assert.Equal(
            VmStatus.NotMapped,
            space.TryProtect(ref system.Cores[0], ref system.Memory.Frames, Range(Base + Page, LargePages), UserRights.Read));
        Assert.Equal(0u, system.Read(Base, observer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Touch_OfTheLastOfFramesInARow_LeavesTheLargePageThatTheyCameTo(int observer)
    {
        const uint LargePages = 16;
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = system.CreateOnBothCores();
        system.MapRange(space, Base, MibPages * Page, RangePopulation.OnDemand);
        Assert.Equal(FaultOutcome.Resolved, system.Write(space, Base + (LargePages * Page), 0, 0)); // the MiB has its table
        Assert.Equal(
            VmStatus.Ok, system.Memory.Frames.TryAllocatePages(ref system.Cores[0], FrameUse.LargeBlock, out PhysicalAddress run));
        for (uint page = LargePages; page-- != 0;)
        {
            Assert.Equal(VmStatus.Ok, system.Memory.Frames.TryFreePage(ref system.Cores[0], run.Add(page * Page)));
        }

        for (uint page = 0; page < LargePages; page++)
        {
            FaultReport report = new(
                FaultStatus.TranslationSecondLevel, FaultAccess.Write, new VirtualAddress(Base + (page * Page)), (uint)Domain.User);
            Assert.Equal(FaultOutcome.Resolved, space.Resolve(ref system.Cores[0], ref system.Memory.Frames, in report));
        }

        Assert.Equal(0u, system.Read(Base, observer));
        space.ReadCounters(ref system.Cores[0], out SpaceCounters counters);
        Assert.Equal(1u, counters.LargePages);
    }

    // The MiB has no table: its run is one word, which walks go on reading.
    [Theory]
    [MemberData(nameof(OperationsAndCores))]
    public void Operation_OnARunThatNobodyTouched_CleansWhatIsLeft(Operation operation, int observer)
    {
        using ModelSpaces<IncoherentWalks> system = new();
        AddressSpace space = system.CreateOnBothCores();
        system.MapRange(space, Base, Pages * Page, RangePopulation.OnDemand);
        Assert.Equal(VmStatus.Ok, Do(system, space, operation, Range(Base, 2)));
        Assert.NotEqual(FaultCode.None, system.FaultOf(Base + ((Pages - 1) * Page), observer));
    }

    // Nothing else is written in the lines of these words meanwhile.
    [Theory]
    [InlineData(Pages, 0)]
    [InlineData(Pages, 1)]
    [InlineData(4 * MibPages, 0)]
    [InlineData(4 * MibPages, 1)]
    public void Range_ThatNobodyTouches_IsCleanedWhenItIsMappedLengthenedCutAndUnmapped(uint pages, int observer)
    {
        using ModelSpaces<IncoherentWalks> system = new();
        AddressSpace space = system.CreateOnBothCores();
        uint half = pages / 2;
        system.MapRange(space, Base, half * Page, RangePopulation.OnDemand);
        ExpectFaults();
        system.MapRange(space, Base + (half * Page), half * Page, RangePopulation.OnDemand);
        ExpectFaults();
        Assert.Equal(VmStatus.Ok, Do(system, space, Operation.Unmap, Range(Base + ((pages - 2) * Page), 2)));
        ExpectFaults();
        Assert.Equal(VmStatus.Ok, Do(system, space, Operation.Unmap, Range(Base, half)));
        ExpectFaults();

        void ExpectFaults()
        {
            for (uint page = 0; page < pages; page += Pages)
            {
                Assert.Equal(FaultCode.TranslationFirstLevel, system.FaultOf(Base + (page * Page), observer));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Unmap_OfAPageAndPartOfARunBehindIt_CleansWhatIsLeft(int observer)
    {
        using ModelSpaces<IncoherentWalks> system = new();
        AddressSpace space = system.CreateOnBothCores();
        system.MapRange(space, Base, (MibPages + Pages) * Page, RangePopulation.OnDemand);
        Assert.Equal(FaultOutcome.Resolved, system.Write(space, Base + MiB - Page, Word, 0));
        Assert.Equal(VmStatus.Ok, Do(system, space, Operation.Unmap, Range(Base + MiB - Page, 1 + Untouched)));
        Assert.Equal(FaultCode.TranslationFirstLevel, system.FaultOf(Base + MiB + (Untouched * Page), observer));
    }

    // The sweep begins with whoever mapped last; the other is then the only one left in the table.
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void ObjectResize_OfPagesThatNobodyTouched_LeavesTheOthers(int observer, bool isChild)
    {
        using ModelSpaces<CortexA7> system = new();
        system.OpenUser();
        MemoryObjects objects = system.Memory.Spaces.Objects;
        Assert.Equal(
            VmStatus.Ok,
            objects.TryCreate(ref system.Cores[0], ref system.Memory.Frames, Pages * Page, ObjectKind.Anonymous, out MemoryObject memory));
        AddressSpace parent = system.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = Pages * Page,
            Kind = RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory,
        };
        Assert.Equal(VmStatus.Ok, parent.TryMap(ref system.Cores[0], ref system.Memory.Frames, in request, out _));
        system.Activate(parent, 2);
        Assert.Equal(FaultOutcome.Resolved, system.Write(parent, Base, Word, 2));
        AddressSpace child = system.Clone(parent);
        system.Activate(isChild ? child : parent, 0);
        system.Activate(isChild ? child : parent, 1);
        Assert.Equal(VmStatus.Ok, objects.TryResize(ref system.Cores[0], ref system.Memory.Frames, memory, Page));
        Assert.Equal(Word, system.Read(Base, observer));
    }

    private static VmStatus Do(ModelSpaces<CortexA7> system, AddressSpace space, Operation operation) =>
        Do(system, space, operation, Range(Base + (Untouched * Page), 2));

    private static VmStatus Do<TProfile>(ModelSpaces<TProfile> system, AddressSpace space, Operation operation, VirtualRange range)
        where TProfile : struct, IProcessorProfile
    {
        ref FrameAllocator frames = ref system.Memory.Frames;
        switch (operation)
        {
            case Operation.Protect:
                return space.TryProtect(ref system.Cores[0], ref frames, range, UserRights.Read);
            case Operation.Discard:
                return space.TryAdvise(ref system.Cores[0], ref frames, range, RangeAdvice.Discard);
            case Operation.Unmap:
                return space.TryUnmap(ref system.Cores[0], ref frames, range);
            case Operation.Replace:
                RangeRequest request = ModelSpaces<CortexA7>.Request(range.Start.Value, 2 * Page, RangePopulation.OnDemand) with
                {
                    Placement = RangePlacement.Replacing,
                };
                return space.TryMap(ref system.Cores[0], ref frames, in request, out _);
            case Operation.Move:
                return space.TryMove(
                    ref system.Cores[0], ref frames, range, RangePlacement.Fixed, new VirtualAddress(Base + (4 * MiB)), out _);
            case Operation.MoveInto:
                system.MapRange(space, Base + MiB, Page, RangePopulation.OnDemand);
                return space.TryMove(
                    ref system.Cores[0], ref frames, Range(Base + MiB, 1), RangePlacement.Replacing, range.Start, out _);
            case Operation.Shorten:
                return space.TryResize(ref system.Cores[0], ref frames, range, Page, RangeStaying.InPlace, out _);
            case Operation.Lengthen:
                return space.TryResize(
                    ref system.Cores[0], ref frames, Range(Base + (Untouched * Page), Pages - Untouched), Pages * Page,
                    RangeStaying.InPlace, out _);
            case Operation.MapPage:
                return space.TryMapNewPage(
                    ref system.Cores[0], ref frames, new VirtualAddress(Base + (Pages * Page)), AccessPermission.ReadWrite,
                    Execution.Never, out _);
            default:
                Assert.Equal(
                    VmStatus.Ok, frames.TryAllocatePage(ref system.Cores[0], FrameContents.Zeroed, out PhysicalAddress page));
                return space.TryMapFrames(
                    ref system.Cores[0], ref frames, new VirtualAddress(Base + (Pages * Page)), page, 1, AccessPermission.ReadWrite,
                    Execution.Never, MemoryType.Normal);
        }
    }

    private static VirtualRange Range(uint start, uint pages) => new(new VirtualAddress(start), pages * Page);
}
