using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>8 MiB of memory, and the spaces over it.</summary>
internal sealed class SpaceFixture
{
    public const AccessPermission UserWrite = AccessPermission.ReadWrite;
    private const uint MemoryLength = 0x80_0000; // 2048 frames
    private const uint EmptyTable = 0x4000;
    private const uint KernelEnd = 0x1_0000;

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
        Random dirt = new(1);
        dirt.NextBytes(Memory.At(new PhysicalAddress(KernelEnd), MemoryLength - KernelEnd));
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(new PhysicalRange(default, MemoryLength)));
        Assert.Equal(VmStatus.Ok, Frames.TryStart(ref Machine, in map, new PhysicalAddress(KernelEnd)));
        Spaces.Start(ref Machine, new PhysicalAddress(EmptyTable));
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

    public VmStatus TryDestroy(AddressSpace space) => Spaces.TryDestroy(ref Machine, ref Frames, space);

    public VmStatus TryTranslate(AddressSpace space, uint address, out TableWalk walk) =>
        space.TryTranslate(ref Machine, new VirtualAddress(address), out walk);

    public bool IsMapped(AddressSpace space, uint address) => TryTranslate(space, address, out _) == VmStatus.Ok;

    public AddressSpaceState StateOf(AddressSpace space)
    {
        space.ReadState(ref Machine, out AddressSpaceState state);
        return state;
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
}
