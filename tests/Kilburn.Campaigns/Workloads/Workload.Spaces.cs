using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Model;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Campaigns.Workloads;

/// <content>Address spaces, and the programs that would run in them.</content>
public sealed partial class Workload<TProfile>
{
    private const int ManySpaces = 12;
    private const int FewSpaces = 3;
    private const uint MarkOffset = 0x10;

    private static readonly AccessPermission[] s_permissions =
        [AccessPermission.ReadWrite, AccessPermission.ReadWrite, AccessPermission.Read, AccessPermission.KernelReadWrite, AccessPermission.KernelRead];

    private readonly List<ShadowSpace> _spaces = [];
    private readonly Dictionary<int, ShadowSpace> _active = [];
    private readonly Dictionary<uint, uint> _marks = []; // frame to the word at MarkOffset

    private (int Weight, Action Run)[] SpaceOperations() =>
    [
        (4, CreateSpace), (3, DestroySpace), (14, Activate), (2, Leave), (16, MapNew), (2, MapNull), (4, MapShared), (12, Unmap),
        (3, UnmapRange), (8, Protect), (24, Touch), (4, TouchKernelWindow), (2, RefuseEndedSpace), (2, RefuseBadRanges), (2, CheckEnumeration),
    ];

    private void CreateSpace()
    {
        if (_spaces.Count == _mostSpaces)
        {
            return;
        }

        VmStatus status = _memory.Spaces.TryCreate(ref AnyCore(), ref _memory.Frames, out AddressSpace handle);
        if (status == VmStatus.Ok)
        {
            _spaces.Add(new ShadowSpace(handle));
        }
        else
        {
            Expect(VmStatus.OutOfFrames, status, "create");
        }
    }

    private void DestroySpace()
    {
        if (_spaces.Count != 0)
        {
            Destroy(Pick(_spaces));
        }
    }

    private void Destroy(ShadowSpace space)
    {
        VmStatus status = _memory.Spaces.TryDestroy(ref AnyCore(), ref _memory.Frames, space.Handle);
        if (_active.ContainsValue(space))
        {
            Expect(VmStatus.SpaceActive, status, "destroy of an active space");
            return;
        }

        Expect(VmStatus.Ok, status, "destroy");
        _ = _spaces.Remove(space);
    }

    private void Activate()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        int core = _random.Next(_cores.Length);
        ShadowSpace space = Pick(_spaces);
        Expect(VmStatus.Ok, _memory.Spaces.TryActivate(ref _cores[core], space.Handle), "activate");
        _active[core] = space;
        Touch(core);
    }

    private void Leave()
    {
        int core = _random.Next(_cores.Length);
        _memory.Spaces.Leave(ref _cores[core]);
        _ = _active.Remove(core);
        Touch(core);
    }

    private void MapNew()
    {
        if (_spaces.Count != 0)
        {
            MapNewAt(Pick(_spaces), ChoosePage());
        }
    }

    private void MapNull()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        ref ModelMachine<TProfile> core = ref AnyCore();
        VmStatus status = space.Handle.TryMapNewNullPage(
            ref core, ref _memory.Frames, AccessPermission.ReadWrite, Execution.Never, out PhysicalAddress frame);
        NoteMapped(space, 0, status, frame, AccessPermission.ReadWrite, Execution.Never);
    }

    private void MapNewAt(ShadowSpace space, uint page) =>
        MapNewAt(space, page, Pick(s_permissions), _random.Next(4) == 0 ? Execution.Allowed : Execution.Never);

    private void MapNewAt(ShadowSpace space, uint page, AccessPermission access, Execution execution) =>
        MapNewAt(ref AnyCore(), space, page, access, execution);

    private void MapNewAt(
        ref ModelMachine<TProfile> core, ShadowSpace space, uint page, AccessPermission access, Execution execution)
    {
        VmStatus status = space.Handle.TryMapNewPage(
            ref core, ref _memory.Frames, new VirtualAddress(page + (uint)_random.Next(0x1000)), access, execution,
            out PhysicalAddress frame);
        NoteMapped(space, page, status, frame, access, execution);
    }

    private void NoteMapped(
        ShadowSpace space, uint page, VmStatus status, PhysicalAddress frame, AccessPermission access, Execution execution)
    {
        if (space.Pages.ContainsKey(page))
        {
            Expect(VmStatus.AlreadyMapped, status, "map over a page");
        }
        else if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, "map");
            space.Pages.Add(page, new ShadowPage(frame.Value, access, execution, IsShared: false));
            Check(_machine.Memory.Read(frame.Add(MarkOffset)) == 0, "a new page is not zeroed");
            uint mark = (uint)_random.Next();
            _cores[0].Data<uint>(frame.Add(MarkOffset)) = mark;
            _marks[frame.Value] = mark;
            _ = _published.Remove(frame.Value);
            TouchEverywhere(space, page);
        }
    }

    /// <summary>Maps pages of one space into another, with a share for each.</summary>
    private void MapShared()
    {
        ShadowSpace? from = _spaces.FirstOrDefault(space => space.Pages.Count != 0);
        if (from is null)
        {
            return;
        }

        ShadowSpace into = Pick(_spaces);
        uint page = ChoosePage();
        uint frame = Pick(from.Pages.Values.ToList()).Frame;
        AccessPermission access = Pick(s_permissions);
        VmStatus status = into.Handle.TryMapFrames(
            ref AnyCore(), ref _memory.Frames, new VirtualAddress(page), new PhysicalAddress(frame), 1, access, Execution.Never,
            MemoryType.Normal);
        if (into.Pages.ContainsKey(page))
        {
            Expect(VmStatus.AlreadyMapped, status, "map of a given frame over a page");
        }
        else if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, "map of a given frame");
            into.Pages.Add(page, new ShadowPage(frame, access, Execution.Never, IsShared: true));
            TouchEverywhere(into, page);
        }
    }

    private void Unmap()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint page = ChooseMappedPage(space);
        VmStatus status = space.Handle.TryUnmapPage(ref AnyCore(), ref _memory.Frames, new VirtualAddress(page));
        Expect(space.Pages.Remove(page) ? VmStatus.Ok : VmStatus.NotMapped, status, "unmap");
        TouchEverywhere(space, page);
    }

    private void UnmapRange()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint start = ChooseMappedPage(space);
        uint pageCount = (uint)_random.Next(1, 40);
        for (uint index = 0; index < pageCount && _random.Next(8) != 0; index++)
        {
            uint page = start + (index * PageSize.Small);
            if (page != 0 && page < AddressSpace.EndValue && !space.Pages.ContainsKey(page))
            {
                MapNewAt(space, page);
            }
        }

        uint[] covered = [.. Pages(start, pageCount)];
        VmStatus status = space.Handle.TryUnmapRange(
            ref AnyCore(), ref _memory.Frames, new VirtualAddress(start), pageCount);
        if (pageCount > (AddressSpace.EndValue - start) >> PageSize.SmallShift)
        {
            Expect(VmStatus.OutOfRange, status, "unmap past the end");
        }
        else if (!covered.All(space.Pages.ContainsKey))
        {
            Expect(VmStatus.NotMapped, status, "unmap of a range with holes");
        }
        else
        {
            Expect(VmStatus.Ok, status, "unmap of a range");
            foreach (uint page in covered)
            {
                _ = space.Pages.Remove(page);
                TouchEverywhere(space, page);
            }
        }
    }

    private void Protect()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint page = ChooseMappedPage(space);
        AccessPermission access = Pick(s_permissions);
        Execution execution = _random.Next(4) == 0 ? Execution.Allowed : Execution.Never;
        VmStatus status = space.Handle.TryProtect(ref AnyCore(), new VirtualAddress(page), 1, access, execution);
        if (space.Pages.TryGetValue(page, out ShadowPage old))
        {
            Expect(VmStatus.Ok, status, "protect");
            space.Pages[page] = old with { Access = access, Execution = execution };
            TouchEverywhere(space, page);
        }
        else
        {
            Expect(VmStatus.NotMapped, status, "protect of nothing");
        }
    }

    // Pages of heap and devices, mapped or not: the oracle looks at what a walk could find.
    private void TouchKernelWindow()
    {
        const uint HeapStart = 0xC000_0000;
        const uint DevicesEnd = 0xFFF0_0000;
        uint offset = PageSize.Small * (uint)_random.Next(512);
        VirtualAddress address = new(_random.Next(2) == 0 ? HeapStart + offset : DevicesEnd - PageSize.Small - offset);
        _ = AnyCore().Translate(address, TranslationAccess.KernelRead);
    }

    /// <summary>A core asks for a space that was taken out: it is refused, and goes on with what it ran.</summary>
    private void RefuseEndedSpace()
    {
        int core = _random.Next(_cores.Length);
        if (_memory.Frames.TryAllocatePage(ref _cores[core], FrameContents.Zeroed, out PhysicalAddress owner) != VmStatus.Ok)
        {
            return;
        }

        if (_memory.Frames.TryAllocateFirstLevelTable(ref _cores[core], out PhysicalAddress table) == VmStatus.Ok)
        {
            _memory.Spaces.Asids.Attach(ref _cores[core], owner, table, out _);
            Expect(VmStatus.Ok, _memory.Spaces.Asids.TryRetire(ref AnyCore(), owner), "the end of a space");
            Expect(VmStatus.NoSuchSpace, _memory.Spaces.Asids.Switch(ref _cores[core], owner), "a switch to an ended space");
            Touch(core);
            Expect(VmStatus.Ok, _memory.Frames.TryFreeFirstLevelTable(ref _cores[core], table), "free of its table");
        }

        Expect(VmStatus.Ok, _memory.Frames.TryFreePage(ref _cores[core], owner), "free of its page");
    }

    private void Touch() => Touch(_random.Next(_cores.Length));

    private void Touch(int core)
    {
        uint page = _active.TryGetValue(core, out ShadowSpace? space) ? ChooseMappedPage(space) : ChoosePage();
        TouchOn(core, page);
    }

    /// <summary>Every core that runs the space looks at a page that was just changed.</summary>
    private void TouchEverywhere(ShadowSpace space, uint page)
    {
        for (int core = 0; core < _cores.Length; core++)
        {
            if (_active.TryGetValue(core, out ShadowSpace? active) && active == space)
            {
                TouchOn(core, page);
            }
        }
    }

    /// <summary>A user program on a core reads and writes a page, and gets what the reference says.</summary>
    private void TouchOn(int core, uint page)
    {
        ProcessorCore processor = _machine.Cores[core];
        WithUserDomain(ref _cores[core], () =>
        {
            ShadowPage expected = default;
            bool isMapped = _active.TryGetValue(core, out ShadowSpace? space) && space.Pages.TryGetValue(page, out expected);
            VirtualAddress address = new(page + MarkOffset);
            AccessResult read = processor.Read(address, Privilege.User);
            Check(!read.IsFault == (isMapped && expected.CanUserRead), $"core {core} reads 0x{page:X8}: {read}");
            if (!read.IsFault)
            {
                Check(read.Value == _marks[expected.Frame], $"core {core} reads 0x{page:X8}: {read}, not 0x{_marks[expected.Frame]:X8}");
            }

            if (isMapped || _random.Next(4) == 0)
            {
                uint mark = (uint)_random.Next();
                AccessResult write = processor.Write(address, mark, Privilege.User);
                Check(!write.IsFault == (isMapped && expected.CanUserWrite), $"core {core} writes 0x{page:X8}: {write}");
                if (!write.IsFault)
                {
                    _marks[expected.Frame] = mark;
                }
            }
        });
    }

    private void RefuseBadRanges()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        AddressSpace handle = Pick(_spaces).Handle;
        ref ModelMachine<TProfile> core = ref AnyCore();
        Expect(
            VmStatus.OutOfRange,
            handle.TryMapNewPage(
                ref core, ref _memory.Frames, new VirtualAddress(AddressSpace.EndValue), AccessPermission.ReadWrite,
                Execution.Never, out _),
            "map in the kernel half");
        Expect(
            VmStatus.OutOfRange,
            handle.TryMapNewPage(
                ref core, ref _memory.Frames, new VirtualAddress(8), AccessPermission.ReadWrite, Execution.Never, out _),
            "map of page 0 by address");
        Expect(
            VmStatus.Misaligned, handle.TryUnmapPage(ref core, ref _memory.Frames, new VirtualAddress(0x1001)), "unmap off a page");
        Expect(
            VmStatus.OutOfRange, handle.TryUnmapRange(ref core, ref _memory.Frames, new VirtualAddress(0x1000), 0), "unmap of nothing");
        Expect(
            VmStatus.OutOfRange,
            handle.TryUnmapRange(ref core, ref _memory.Frames, new VirtualAddress(0x7FFF_F000), 0x10_0000),
            "unmap that wraps");
        Expect(
            VmStatus.OutOfRange,
            handle.TryProtect(ref core, new VirtualAddress(0xFFFF_F000), 2, AccessPermission.Read, Execution.Never),
            "protect that wraps");
    }

    private void CheckEnumeration()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        ref ModelMachine<TProfile> core = ref AnyCore();
        MappingRuns runs = space.Handle.GetMappings(ref core);
        SortedDictionary<uint, uint> found = [];
        while (runs.TryNext(ref core, out MappingRun run))
        {
            for (uint offset = 0; offset < run.LengthInBytes; offset += PageSize.Small)
            {
                if (IsInRangeZone(run.Start.Value + offset))
                {
                    continue;
                }

                found.Add(run.Start.Value + offset, run.Physical.Value + offset);
            }
        }

        Check(
            found.SequenceEqual(space.Pages.Select(page => new KeyValuePair<uint, uint>(page.Key, page.Value.Frame))),
            "the enumeration differs from what was mapped");
    }

    private void EndSpaces()
    {
        for (int core = 0; core < _cores.Length; core++)
        {
            _memory.Spaces.Leave(ref _cores[core]);
            _ = _active.Remove(core);
        }

        foreach (ShadowSpace space in _spaces)
        {
            Expect(VmStatus.Ok, _memory.Spaces.TryDestroy(ref _cores[0], ref _memory.Frames, space.Handle), "destroy at the end");
        }

        _spaces.Clear();
    }

    private void WithUserDomain(ref ModelMachine<TProfile> core, Action action)
    {
        if (_keepsUserDomainOpen)
        {
            action();
            return;
        }

        core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
        core.SynchronizeContext();
        action();
        core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelOnly);
        core.SynchronizeContext();
    }

    // Few pages, so that they meet: the start, the end, and both sides of a border between MiBs.
    private uint ChoosePage()
    {
        uint[] bases = [0x0000_1000, 0x000F_8000, 0x0010_0000, 0x4000_0000, 0x7FFF_8000];
        return Pick(bases) + ((uint)_random.Next(8) * PageSize.Small);
    }

    private uint ChooseMappedPage(ShadowSpace space) =>
        space.Pages.Count == 0 || _random.Next(8) == 0 ? ChoosePage() : space.Pages.ElementAt(_random.Next(space.Pages.Count)).Key;

    private static IEnumerable<uint> Pages(uint start, uint pageCount)
    {
        for (uint index = 0; index < pageCount; index++)
        {
            yield return start + (index * PageSize.Small);
        }
    }
}
