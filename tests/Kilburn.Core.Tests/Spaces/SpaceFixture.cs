using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>8 MiB of memory, and the spaces over it.</summary>
internal sealed partial class SpaceFixture
{
    public const AccessPermission UserWrite = AccessPermission.ReadWrite;
    private const uint PageInBytes = 0x1000;
    private const uint MemoryLength = 0x80_0000; // 2048 frames
    private const uint EmptyTable = 0x4000;
    private const uint KernelEnd = 0x1_0000;

    private static readonly byte[] s_dirt = MakeDirt();

    private readonly List<PhysicalAddress> _taken = [];
    public PlainMemory Memory = new(MemoryLength);
    public PlainMachine<Asids8> Machine;
    public PlainMachine<Asids8> Other;
    public FrameAllocator Frames;
    public AddressSpaces Spaces;

    public SpaceFixture()
    {
        Machine = new PlainMachine<Asids8>(Memory, 0);
        Other = new PlainMachine<Asids8>(Memory, 1);
        s_dirt.CopyTo(Memory.At(default, MemoryLength));
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(new PhysicalRange(default, MemoryLength)));
        Assert.Equal(VmStatus.Ok, Frames.TryStart(ref Machine, in map, new PhysicalAddress(KernelEnd)));
        Assert.Equal(VmStatus.Ok, Spaces.TryStart(ref Machine, ref Frames, new PhysicalAddress(EmptyTable)));
    }

    public FrameStatistics Statistics
    {
        get
        {
            Frames.GetStatistics(ref Machine, out FrameStatistics statistics);
            return statistics;
        }
    }

    public AddressSpace Create()
    {
        Assert.Equal(VmStatus.Ok, Spaces.TryCreate(ref Machine, ref Frames, out AddressSpace space));
        return space;
    }

    public VmStatus TryClone(AddressSpace parent, out AddressSpace child) =>
        Spaces.TryClone(ref Machine, ref Frames, parent, out child);

    public AddressSpace Clone(AddressSpace parent)
    {
        Assert.Equal(VmStatus.Ok, TryClone(parent, out AddressSpace child));
        return child;
    }

    public MemoryObject CreateObject(uint pageCount, ObjectKind kind = ObjectKind.Anonymous)
    {
        Assert.Equal(
            VmStatus.Ok,
            Spaces.Objects.TryCreate(ref Machine, ref Frames, pageCount * PageInBytes, kind, out MemoryObject memory));
        return memory;
    }

    public ObjectDescription DescriptionOf(MemoryObject memory)
    {
        Spaces.Objects.Describe(ref Machine, memory, out ObjectDescription description);
        return description;
    }

    public PhysicalAddress NewPage(FrameContents contents = FrameContents.Zeroed)
    {
        Assert.Equal(VmStatus.Ok, Frames.TryAllocatePage(ref Machine, contents, out PhysicalAddress page));
        return page;
    }

    public PhysicalAddress Map(AddressSpace space, uint address)
    {
        VmStatus status = TryMap(space, address, out PhysicalAddress page);
        Assert.Equal(VmStatus.Ok, status);
        return page;
    }

    public VmStatus TryMap(AddressSpace space, uint address, out PhysicalAddress page) =>
        space.TryMapNewPage(ref Machine, ref Frames, new VirtualAddress(address), UserWrite, Execution.Never, out page);

    public VmStatus TryMapFrames(
        AddressSpace space, uint start, PhysicalAddress first, uint pageCount, MemoryType type = MemoryType.Normal) =>
        space.TryMapFrames(
            ref Machine, ref Frames, new VirtualAddress(start), first, pageCount, UserWrite, Execution.Never, type);

    public VmStatus TryUnmap(AddressSpace space, uint page) =>
        space.TryUnmapPage(ref Machine, ref Frames, new VirtualAddress(page));

    public VmStatus TryUnmapRange(AddressSpace space, uint start, uint pageCount) =>
        space.TryUnmapRange(ref Machine, ref Frames, new VirtualAddress(start), pageCount);

    public VmStatus TryProtect(
        AddressSpace space, uint start, uint pageCount, AccessPermission access, Execution execution = Execution.Never) =>
        space.TryProtect(ref Machine, new VirtualAddress(start), pageCount, access, execution);

    /// <summary>Maps an anonymous range at an address.</summary>
    public void Reserve(AddressSpace space, uint start, uint lengthInBytes, UserRights rights = UserRights.ReadWrite) =>
        Assert.Equal(
            VmStatus.Ok,
            TryMap(
                space,
                new RangeRequest
                {
                    Placement = RangePlacement.Fixed,
                    Address = new VirtualAddress(start),
                    LengthInBytes = lengthInBytes,
                    Kind = RangeKind.Anonymous,
                    Rights = rights,
                },
                out _));

    /// <summary>A new space with an anonymous range whose pages are all there.</summary>
    public AddressSpace MapAtOnce(uint start, uint lengthInBytes)
    {
        AddressSpace space = Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(start),
            LengthInBytes = lengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
            Population = RangePopulation.AtOnce,
        };
        Assert.Equal(VmStatus.Ok, TryMap(space, request, out _));
        return space;
    }

    /// <summary>The next pages that are given out are those of a run of 16 frames, in that order.</summary>
    public void OfferFrames(uint[] order)
    {
        Assert.Equal(VmStatus.Ok, Frames.TryAllocatePages(ref Machine, FrameUse.LargeBlock, out PhysicalAddress run));
        for (int index = order.Length - 1; index >= 0; index--)
        {
            Assert.Equal(VmStatus.Ok, Frames.TryFreePage(ref Machine, run.Add(order[index] * PageInBytes)));
        }
    }

    public (uint LargePages, uint Sections) BlocksOf(AddressSpace space)
    {
        SpaceCounters counters = CountersOf(space);
        return (counters.LargePages, counters.Sections);
    }

    public VmStatus TryMap(AddressSpace space, RangeRequest request, out uint start)
    {
        VmStatus status = space.TryMap(ref Machine, ref Frames, in request, out VirtualAddress found);
        start = found.Value;
        return status;
    }

    /// <summary>Maps as the kernel does for a program: the usual way where it goes.</summary>
    public VmStatus TryMapUsually(AddressSpace space, RangeRequest request, out uint start)
    {
        bool isUsual = request.Kind == RangeKind.Anonymous
            && request.Population == RangePopulation.OnDemand
            && (request.Placement == RangePlacement.Anywhere || (request.Placement == RangePlacement.Fixed && request.Address.Value != 0))
            && (request.GuardInBytes | request.Alignment) == 0;
        uint address = request.Placement == RangePlacement.Fixed ? request.Address.Value : 0;
        start = isUsual ? space.MapUsual(ref Machine, address, request.LengthInBytes, request.Rights) : 0;
        return start != 0 ? VmStatus.Ok : TryMap(space, request, out start);
    }

    public VmStatus TryUnmapBytes(AddressSpace space, uint start, uint lengthInBytes) =>
        space.TryUnmap(ref Machine, ref Frames, new VirtualRange(new VirtualAddress(start), lengthInBytes));

    public VmStatus TryProtectBytes(AddressSpace space, uint start, uint lengthInBytes, UserRights rights) =>
        space.TryProtect(ref Machine, ref Frames, new VirtualRange(new VirtualAddress(start), lengthInBytes), rights);

    public VmStatus TryAdvise(AddressSpace space, uint start, uint lengthInBytes, RangeAdvice advice) =>
        space.TryAdvise(ref Machine, ref Frames, new VirtualRange(new VirtualAddress(start), lengthInBytes), advice);

    public VmStatus TryMove(
        AddressSpace space, uint start, uint lengthInBytes, RangePlacement placement, uint address, out uint moved)
    {
        VmStatus status = space.TryMove(
            ref Machine,
            ref Frames,
            new VirtualRange(new VirtualAddress(start), lengthInBytes),
            placement,
            new VirtualAddress(address),
            out VirtualAddress place);
        moved = place.Value;
        return status;
    }

    public VmStatus TryResize(
        AddressSpace space, uint start, uint lengthInBytes, uint newLengthInBytes, RangeStaying staying, out uint moved)
    {
        VmStatus status = space.TryResize(
            ref Machine,
            ref Frames,
            new VirtualRange(new VirtualAddress(start), lengthInBytes),
            newLengthInBytes,
            staying,
            out VirtualAddress place);
        moved = place.Value;
        return status;
    }

    /// <summary>What a program's access comes to, with the kernel resolving its faults. The word is read or written.</summary>
    public FaultOutcome Access(AddressSpace space, uint address, FaultAccess access, ref uint word)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            FaultStatus status = CheckAccess(space, address, access, out TableWalk walk);
            if (status == FaultStatus.None)
            {
                ref uint memory = ref Machine.Data<uint>(walk.Physical);
                if (access == FaultAccess.Write)
                {
                    memory = word;
                }
                else
                {
                    word = memory;
                }

                return FaultOutcome.Resolved;
            }

            FaultOutcome outcome = Resolve(space, status, access, address);
            if (outcome != FaultOutcome.Resolved)
            {
                return outcome;
            }
        }

        throw new InvalidOperationException($"0x{address:X8} faults again and again");
    }

    public FaultOutcome Resolve(AddressSpace space, FaultStatus status, FaultAccess access, uint address)
    {
        FaultReport report = new(status, access, new VirtualAddress(address), (uint)Domain.User);
        return space.Resolve(ref Machine, ref Frames, in report);
    }

    public FaultOutcome Write(AddressSpace space, uint address, uint word) => Access(space, address, FaultAccess.Write, ref word);

    public uint Read(AddressSpace space, uint address)
    {
        uint word = 0;
        Assert.Equal(FaultOutcome.Resolved, Access(space, address, FaultAccess.Read, ref word));
        return word;
    }

    public SpaceCounters CountersOf(AddressSpace space)
    {
        space.ReadCounters(ref Machine, out SpaceCounters counters);
        return counters;
    }

    public List<(uint Start, uint Length, RangeKind Kind, UserRights Rights, uint Mapped)> RegionsOf(AddressSpace space)
    {
        List<(uint, uint, RangeKind, UserRights, uint)> regions = [];
        VirtualAddress next = default;
        while (space.TryFindNext(ref Machine, ref next, out SpaceRegion region))
        {
            regions.Add((region.Start.Value, region.LengthInBytes, region.Kind, region.Rights, region.MappedPages));
        }

        return regions;
    }

    public VmStatus TryDestroy(AddressSpace space) => Spaces.TryDestroy(ref Machine, ref Frames, space);

    public VmStatus TryTranslate(AddressSpace space, uint address, out TableWalk walk) =>
        space.TryTranslate(ref Machine, new VirtualAddress(address), out walk);

    public bool IsMapped(AddressSpace space, uint address) => TryTranslate(space, address, out _) == VmStatus.Ok;

    public AddressSpaceState StateOf(AddressSpace space)
    {
        space.ReadState(ref Machine, out AddressSpaceState state);
        return state;
    }

    private FaultStatus CheckAccess(AddressSpace space, uint address, FaultAccess access, out TableWalk walk)
    {
        _ = TryTranslate(space, address, out walk);
        FaultStatus status = walk.Check(
            access == FaultAccess.Write ? TranslationAccess.UserWrite : TranslationAccess.UserRead, DomainAccess.KernelAndUser);
        return status == FaultStatus.None && access == FaultAccess.Execute && walk.Mapping.Execution == Execution.Never
            ? FaultStatus.PermissionSecondLevel
            : status;
    }

    /// <summary>Takes memory away until only some frames are left.</summary>
    public void LeaveFree(uint frameCount)
    {
        for (uint count = Statistics.FreeFrames; count > frameCount; count--)
        {
            _taken.Add(NewPage(FrameContents.AsLeft));
        }

        Assert.Equal(frameCount, Statistics.FreeFrames);
    }

    /// <summary>As <see cref="LeaveFree"/>; and no frame that is cut into tables already has one left.</summary>
    public void LeaveFreeWithoutTables(uint frameCount)
    {
        LeaveFree(0);
        while (Frames.TryAllocateSecondLevelTable(ref Machine, out _) == VmStatus.Ok)
        {
        }

        for (uint count = 0; count < frameCount; count++)
        {
            Assert.Equal(VmStatus.Ok, Frames.TryFreePage(ref Machine, _taken[^1]));
            _taken.RemoveAt(_taken.Count - 1);
        }
    }

    public void GiveBack()
    {
        foreach (PhysicalAddress page in _taken)
        {
            Assert.Equal(VmStatus.Ok, Frames.TryFreePage(ref Machine, page));
        }

        _taken.Clear();
    }

    /// <summary>What is given out, by kind: equal before and after whatever gives all back.</summary>
    public (uint Free, uint Pages, uint Second, uint First) Held
    {
        get
        {
            FrameStatistics statistics = Statistics;
            return (statistics.FreeFrames, statistics.Pages, statistics.SecondLevelTables, statistics.FirstLevelTables);
        }
    }

    private static byte[] MakeDirt()
    {
        byte[] dirt = new byte[MemoryLength];
        new Random(1).NextBytes(dirt);
        return dirt;
    }
}
