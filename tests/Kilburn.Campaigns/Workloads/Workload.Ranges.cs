using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Model;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Campaigns.Workloads;

/// <content>Ranges that programs ask for, and the faults that fill them.</content>
public sealed partial class Workload<TProfile>
{
    private const uint MostAttempts = 2;

    private const uint CutMib = 0x5000_0000;
    private const uint GivenMib = 0x4000_0000;
    private const int PagesPerMib = 0x100;
    private const uint UntouchedMibs = 0x6000_0000;
    private const uint UntouchedMibCount = 4;

    // Parts of MiBs that given pages use as well, and MiBs of their own; UnmapRange reaches none of them.
    private static readonly (uint Start, uint PageCount)[] s_rangeZones =
        [(0x0014_0000, 0x240), (0x4004_0000, 0x40), (CutMib, PagesPerMib)];

    private static readonly UserRights[] s_rights =
        [UserRights.ReadWrite, UserRights.ReadWrite, UserRights.ReadWrite, UserRights.Read, UserRights.ReadExecute, UserRights.None];

    // Cores that have had no ISB since another one made code: their next exception would bring it.
    private readonly bool[] _isBehind = new bool[TProfile.CoreCount];

    private (int Weight, Action Run)[] RangeOperations() =>
    [
        (8, MapRange), (5, UnmapBytes), (5, ProtectBytes), (2, Advise), (3, CutRun), (24, TouchRange), (2, CheckRegions), (4, CloneSpace),
        (6, MapObject), (3, ResizeObject), (2, CutObjectOfClones), (2, ReplaceObject), (4, TakeDirty), (2, MapBesideRun), (4, MoveRange), (3, LengthenRange), (2, MapBlock), (1, ReserveMibs),
        (1, OverflowShares),
    ];

    private static bool IsInRangeZone(uint address) =>
        s_rangeZones.Any(zone => address >= zone.Start && address < zone.Start + (zone.PageCount << PageSize.SmallShift));

    /// <summary>A core that runs a space maps a page beside a run of pages, and looks at it at once.</summary>
    private void MapBesideRun()
    {
        int core = _random.Next(_cores.Length);
        if (!_active.TryGetValue(core, out ShadowSpace? space))
        {
            return;
        }

        uint[] mib = [.. Pages(GivenMib, PagesPerMib)];
        VmStatus status = space.Handle.TryUnmap(ref Worker(), ref _memory.Frames, RangeOf(mib));
        Expect(VmStatus.Ok, status, "unmap of a MiB");
        foreach (uint page in mib)
        {
            _ = space.Ranges.Remove(page);
            _ = space.Pages.Remove(page);
        }

        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(s_rangeZones[1].Start),
            LengthInBytes = 2 * PageSize.Small,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        Expect(VmStatus.Ok, space.Handle.TryMap(ref Worker(), ref _memory.Frames, in request, out _), "map of a run");
        foreach (uint page in Pages(request.Address.Value, 2))
        {
            space.Ranges[page] = ShadowRangePage.New(RangeKind.Anonymous, UserRights.ReadWrite);
        }

        MapNewAt(ref _cores[core], space, GivenMib + PageSize.Small, AccessPermission.ReadWrite, Execution.Never);
    }

    /// <summary>A space that is what another one is; then both are written, on every core that runs one.</summary>
    private void CloneSpace()
    {
        if (_spaces.Count is 0 || _spaces.Count == _mostSpaces)
        {
            return;
        }

        CloneSpace(_active.Count != 0 && _random.Next(2) == 0 ? Pick([.. _active.Values]) : Pick(_spaces));
    }

    private void CloneSpace(ShadowSpace parent)
    {
        VmStatus status = _memory.Spaces.TryClone(ref Worker(), ref _memory.Frames, parent.Handle, out AddressSpace handle);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(VmStatus.Ok, status, "clone");
        ShadowSpace child = new(handle);
        foreach ((uint page, ShadowPage given) in parent.Pages)
        {
            child.Pages.Add(page, given with { IsShared = true });
        }

        foreach ((uint page, ShadowRangePage shadow) in parent.Ranges)
        {
            child.Ranges.Add(page, shadow.Cloned);
        }

        _spaces.Add(child);
        if (parent.Ranges.Count != 0)
        {
            int core = _random.Next(_cores.Length);
            TouchSome(parent, ChooseReserved(parent));
            Expect(VmStatus.Ok, _memory.Spaces.TryActivate(ref _cores[core], handle), "activate");
            _active[core] = child;
            TouchSome(child, ChooseReserved(child));
            TouchSome(parent, ChooseReserved(parent));
        }
    }

    private void MapRange()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        MapRange(Pick(_spaces), ChooseRange());
    }

    private void MapRange(ShadowSpace space, uint[] pages)
    {
        uint guardPages = _random.Next(4) == 0 ? Math.Min((uint)_random.Next(4), (uint)pages.Length - 1) : 0;
        bool isGuard = _random.Next(8) == 0;
        RangeRequest request = new()
        {
            Placement = _random.Next(2) == 0 ? RangePlacement.Fixed : RangePlacement.Replacing,
            Address = new VirtualAddress(pages[guardPages]),
            LengthInBytes = ((uint)pages.Length - guardPages) << PageSize.SmallShift,
            Kind = isGuard ? RangeKind.Guard : RangeKind.Anonymous,
            Rights = isGuard ? UserRights.None : Pick(s_rights),
            Population = !isGuard && _random.Next(3) == 0 ? RangePopulation.AtOnce : RangePopulation.OnDemand,
            GuardInBytes = guardPages << PageSize.SmallShift,
        };
        VmStatus status = UsualMapping.TryMap(ref Worker(), ref _memory.Frames, space.Handle, in request, out VirtualAddress start);
        if (request.Placement == RangePlacement.Fixed && pages.Any(space.Ranges.ContainsKey))
        {
            Expect(VmStatus.Occupied, status, "map of a range over another");
        }
        else if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, "map of a range");
            Check(start == request.Address, "a range is not where it was asked for");
            for (uint index = 0; index < pages.Length; index++)
            {
                space.Ranges[pages[index]] = index < guardPages
                    ? ShadowRangePage.New(RangeKind.StackGuard, UserRights.None)
                    : ShadowRangePage.New(request.Kind, request.Rights);
            }

            if (_random.Next(3) == 0)
            {
                Protect(space, pages[..(((int)guardPages + pages.Length + 1) / 2)]); // before anybody has touched it
            }

            TouchSome(space, pages);
        }
    }

    /// <summary>Memory that comes as a section or as large pages; then a part of it changes, and all of it is looked at.</summary>
    private void MapBlock()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = _active.Count != 0 ? Pick([.. _active.Values]) : Pick(_spaces);
        int partPages = (int)(PageSize.Large / PageSize.Small);
        uint[] pages = _random.Next(2) == 0
            ? [.. Pages(CutMib, PagesPerMib)]
            : [.. Pages(CutMib + ((uint)_random.Next(partPages - 2) * PageSize.Large), (uint)(partPages * _random.Next(1, 3)))];
        RangeRequest request = new()
        {
            Placement = RangePlacement.Replacing,
            Address = new VirtualAddress(pages[0]),
            LengthInBytes = (uint)pages.Length << PageSize.SmallShift,
            Kind = RangeKind.Anonymous,
            Rights = Pick(s_rights[..4]),
            Population = RangePopulation.AtOnce,
        };
        VmStatus status = space.Handle.TryMap(ref Worker(), ref _memory.Frames, in request, out _);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(VmStatus.Ok, status, "map of a block");
        Array.ForEach(pages, page => space.Ranges[page] = ShadowRangePage.New(RangeKind.Anonymous, request.Rights));
        TouchSome(space, pages);
        if (_random.Next(3) == 0)
        {
            Expect(VmStatus.Ok, space.Handle.TryAdvise(ref Worker(), ref _memory.Frames, RangeOf(pages), RangeAdvice.Age), "age of blocks");
            TouchSome(space, pages);
        }

        if (_random.Next(3) == 0 && _spaces.Count < _mostSpaces)
        {
            CloneSpace(space); // which splits it all
            return;
        }

        int first = _random.Next(4) == 0 ? 0 : _random.Next(pages.Length);
        int count = first == 0 ? pages.Length : _random.Next(1, pages.Length - first + 1);
        Protect(space, pages[first..(first + count)]);
        TouchSome(space, pages);
    }

    /// <summary>More than two MiBs at once, which nobody touches, come and go.</summary>
    private void ReserveMibs()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(UntouchedMibs),
            LengthInBytes = UntouchedMibCount * PageSize.Section,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        Expect(
            VmStatus.Ok,
            UsualMapping.TryMap(ref Worker(), ref _memory.Frames, space.Handle, in request, out _),
            "map of MiBs, which takes no memory");
        VirtualRange range = new(request.Address, request.LengthInBytes);
        Expect(VmStatus.Ok, space.Handle.TryUnmap(ref Worker(), ref _memory.Frames, range), "unmap of MiBs");
    }

    private void UnmapBytes()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint[] pages = ChooseRange();
        VmStatus status = space.Handle.TryUnmap(ref Worker(), ref _memory.Frames, RangeOf(pages));
        if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, "unmap of bytes");
            Array.ForEach(pages, page => space.Ranges.Remove(page));
            MaybeMapInto(space, pages);
            TouchSome(space, pages);
        }
    }

    /// <summary>A MiB of untouched pages, out of whose middle a core takes some: its run becomes a table, under the eyes of the others.</summary>
    private void CutRun()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint[] mib = [.. Pages(CutMib, PagesPerMib)];
        VmStatus status = space.Handle.TryUnmap(ref Worker(), ref _memory.Frames, RangeOf(mib));
        Expect(VmStatus.Ok, status, "unmap of a MiB");
        Array.ForEach(mib, page => space.Ranges.Remove(page));
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(CutMib),
            LengthInBytes = PageSize.Section,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        status = space.Handle.TryMap(ref Worker(), ref _memory.Frames, in request, out _);
        Expect(VmStatus.Ok, status, "map of a MiB, which takes no memory");
        Array.ForEach(mib, page => space.Ranges[page] = ShadowRangePage.New(RangeKind.Anonymous, UserRights.ReadWrite));
        int first = _random.Next(1, PagesPerMib - 1);
        uint[] cut = mib[first..(first + _random.Next(1, PagesPerMib - first + 1))];
        status = space.Handle.TryUnmap(ref Worker(), ref _memory.Frames, RangeOf(cut));
        if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, "unmap of a part of a run");
            Array.ForEach(cut, page => space.Ranges.Remove(page));
            MaybeMapInto(space, cut);
            TouchSome(space, cut);
        }
    }

    private void ProtectBytes()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        Protect(space, ChooseReserved(space));
    }

    private void Protect(ShadowSpace space, uint[] pages)
    {
        UserRights rights = Pick(s_rights);
        VmStatus status = space.Handle.TryProtect(ref Worker(), ref _memory.Frames, RangeOf(pages), rights);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(Judge(space, pages), status, "protect of bytes");
        if (status == VmStatus.Ok)
        {
            Array.ForEach(pages, page => space.Ranges[page] = space.Ranges[page] with { Rights = rights });
            MaybeMapInto(space, pages);
            TouchSome(space, pages);
        }
    }

    // Another core makes a table of the run before anybody has touched it: what the first core stored must be seen by then.
    private void MaybeMapInto(ShadowSpace space, uint[] pages)
    {
        if (_random.Next(4) == 0)
        {
            MapRange(space, pages[^1..]);
        }
    }

    private void Advise()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint[] pages = ChooseReserved(space);
        RangeAdvice advice = (RangeAdvice)_random.Next(3);
        VmStatus status = space.Handle.TryAdvise(ref Worker(), ref _memory.Frames, RangeOf(pages), advice);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(
            Judge(space, pages) == VmStatus.NotMapped ? VmStatus.NotMapped : VmStatus.Ok, status, "advice");
        if (status == VmStatus.Ok)
        {
            foreach (uint page in advice == RangeAdvice.Discard ? pages : [])
            {
                if (space.Ranges[page].IsFillable)
                {
                    space.Ranges[page] = space.Ranges[page].Discarded;
                }
            }

            TouchSome(space, pages);
        }
    }

    private void TouchRange()
    {
        int core = _random.Next(_cores.Length);
        if (_active.TryGetValue(core, out ShadowSpace? space))
        {
            TouchRangeOn(core, space, Pick(ChooseReserved(space)));
        }
    }

    /// <summary>Every core that runs the space looks at some of the pages that were just changed.</summary>
    private void TouchSome(ShadowSpace space, uint[] pages)
    {
        for (int core = 0; core < _cores.Length; core++)
        {
            if (_active.TryGetValue(core, out ShadowSpace? active) && active == space)
            {
                TouchRangeOn(core, space, pages[0]);
                TouchRangeOn(core, space, pages[^1]);
                TouchRangeOn(core, space, Pick(pages));
            }
        }
    }

    /// <summary>A program on a core reads, writes and fetches, the kernel resolves its faults, and it gets what the reference says.</summary>
    private void TouchRangeOn(int core, ShadowSpace space, uint page)
    {
        FaultAccess first = _random.Next(2) == 0 ? FaultAccess.Read : FaultAccess.Write;
        WithUserDomain(ref _cores[core], () =>
        {
            AccessRange(core, space, page, first);
            AccessRange(core, space, page, FaultAccess.Read);
            if (_random.Next(4) == 0)
            {
                AccessRange(core, space, page, FaultAccess.Execute);
            }
        });
    }

    private void AccessRange(int core, ShadowSpace space, uint page, FaultAccess access)
    {
        ProcessorCore processor = _machine.Cores[core];
        VirtualAddress address = new(page + MarkOffset);
        if (access == FaultAccess.Execute && _isBehind[core])
        {
            _cores[core].SynchronizeContext();
            _isBehind[core] = false;
        }

        uint word = (uint)_random.Next();
        for (uint attempt = 0; ; attempt++)
        {
            AccessResult result = access switch
            {
                FaultAccess.Read => processor.Read(address, Privilege.User),
                FaultAccess.Write => processor.Write(address, word, Privilege.User),
                _ => processor.Fetch(new VirtualAddress(page + CodeOffset), Privilege.User),
            };
            FaultOutcome expected = Expected(space, page, access);
            if (!result.IsFault)
            {
                Check(expected == FaultOutcome.Resolved, $"core {core}: {access} of 0x{page:X8}: {result}, not {expected}");
                NoteAccess(space, page, access, word, result);
                if (access == FaultAccess.Read)
                {
                    CheckUse(core, space, page);
                }

                return;
            }

            Check(attempt < MostAttempts, $"core {core}: {access} of 0x{page:X8} faults again and again: {result}");
            FaultReport report = new((FaultStatus)result.Fault, access, result.FaultAddress, (uint)Domain.User);
            LeaveBehind(core);
            FaultOutcome outcome = space.Handle.Resolve(ref _cores[core], ref _memory.Frames, in report);
            if (outcome == FaultOutcome.OutOfMemory && expected == FaultOutcome.Resolved)
            {
                return;
            }

            if (outcome == FaultOutcome.NeedsPager && space.Ranges.TryGetValue(page, out ShadowRangePage asked)
                && asked.Object is { IsPaged: true } memory && !memory.Brought.ContainsKey(asked.ObjectPage))
            {
                ServePager(memory);
                attempt = 0;
                continue;
            }

            Check(outcome == expected, $"core {core}: {access} of 0x{page:X8}: {outcome}, not {expected}");
            if (outcome != FaultOutcome.Resolved)
            {
                return;
            }

            NoteNeighbours(core, space, page);
        }
    }

    // Pages of the same object that are there may have come along: they stay what they are, when a private one's object ends before.
    private void NoteNeighbours(int core, ShadowSpace space, uint page)
    {
        ShadowRangePage asked = space.Ranges[page];
        if (asked.Object is not { } memory)
        {
            return;
        }

        foreach (uint near in Pages(new VirtualAddress(page).AlignDown(PageSize.Large).Value, (int)(PageSize.Large / PageSize.Small)))
        {
            if (near != page
                && space.Ranges.TryGetValue(near, out ShadowRangePage shadow)
                && shadow is { Cell: null, Object: not null }
                && space.Handle.TryTranslate(ref _cores[core], new VirtualAddress(near), out _) == VmStatus.Ok)
            {
                bool isThere = shadow.ObjectPage < memory.PageCount
                    && (!memory.IsPaged || memory.Brought.GetValueOrDefault(shadow.ObjectPage) is not null);
                Check(
                    isThere && (shadow.Object, shadow.Kind, shadow.Rights) == (memory, asked.Kind, asked.Rights),
                    $"0x{near:X8} came along with 0x{page:X8}");
                space.Ranges[near] = shadow with { Cell = memory[shadow.ObjectPage] };
            }
        }
    }

    // Whatever was aged: no use goes unnoticed.
    private void CheckUse(int core, ShadowSpace space, uint page)
    {
        Expect(VmStatus.Ok, space.Handle.TryReadUse(ref _cores[core], RangeOf([page]), out PageUse use), "use");
        Check((use.MappedPages, use.AccessedPages) == (1, 1), $"0x{page:X8} was read, and {use.AccessedPages} of {use.MappedPages} pages are used");
    }

    private void NoteAccess(ShadowSpace space, uint page, FaultAccess access, uint word, AccessResult result)
    {
        ShadowRangePage expected = space.Ranges[page];
        ShadowCell cell = expected.Cell ?? expected.Object![expected.ObjectPage];
        if (access == FaultAccess.Write)
        {
            if (expected is { Kind: RangeKind.Private, IsOwn: false })
            {
                cell = new ShadowCell(word);
                expected = expected with { IsOwn = true };
            }

            cell.Word = word;
            if (expected is { Kind: RangeKind.Shared, Object: { IsPaged: true } memory })
            {
                _ = memory.Dirty.Add(expected.ObjectPage);
            }
        }
        else if (access == FaultAccess.Read)
        {
            Check(result.Value == cell.Word, $"0x{page:X8} reads {result}, not 0x{cell.Word:X8}");
        }

        space.Ranges[page] = expected with { Cell = cell };
    }

    private ref ModelMachine<TProfile> Worker()
    {
        int worker = _random.Next(_cores.Length);
        LeaveBehind(worker);
        return ref _cores[worker];
    }

    private void LeaveBehind(int worker)
    {
        for (int core = 0; core < _cores.Length; core++)
        {
            _isBehind[core] |= core != worker;
        }
    }

    private static FaultOutcome Expected(ShadowSpace space, uint page, FaultAccess access)
    {
        if (!space.Ranges.TryGetValue(page, out ShadowRangePage shadow))
        {
            return FaultOutcome.NotMapped;
        }

        UserRights wanted = access switch
        {
            FaultAccess.Read => UserRights.Read,
            FaultAccess.Write => UserRights.Write,
            _ => UserRights.Execute,
        };
        return shadow.Kind switch
        {
            RangeKind.Guard => FaultOutcome.Guard,
            RangeKind.StackGuard => FaultOutcome.StackOverflow,
            _ => (shadow.Rights & wanted) == 0 ? FaultOutcome.Protection
                : shadow.Cell is null && shadow.ObjectPage >= shadow.Object!.PageCount ? FaultOutcome.PastEnd
                : shadow.Cell is null && shadow.Object!.Brought.TryGetValue(shadow.ObjectPage, out ShadowCell? cell) && cell is null
                    ? FaultOutcome.PagerFailed
                : FaultOutcome.Resolved,
        };
    }

    private static VmStatus Judge(ShadowSpace space, uint[] pages) =>
        !pages.All(space.Ranges.ContainsKey) ? VmStatus.NotMapped
        : pages.All(page => space.Ranges[page].IsFillable) ? VmStatus.Ok
        : VmStatus.WrongKind;

    private void CheckRegions()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        VirtualAddress next = default;
        Dictionary<uint, (RangeKind, UserRights)> found = [];
        while (space.Handle.TryFindNext(ref AnyCore(), ref next, out SpaceRegion region))
        {
            for (uint page = region.Start.Value; page < region.End.Value && region.Kind != RangeKind.Given; page += PageSize.Small)
            {
                found.Add(page, (region.Kind, region.Rights));
            }
        }

        Check(
            found.Count == space.Ranges.Count
                && space.Ranges.All(page => found.TryGetValue(page.Key, out (RangeKind, UserRights) kind)
                    && kind == (page.Value.Kind, page.Value.Rights)),
            "the regions differ from what was mapped");
    }

    private static VirtualRange RangeOf(uint[] pages) =>
        new(new VirtualAddress(pages[0]), (uint)pages.Length << PageSize.SmallShift);

    // Pages of a zone: few, or many, or whole MiBs of the long one.
    private uint[] ChooseRange()
    {
        (uint zoneStart, uint zonePages) = Pick(s_rangeZones);
        uint first = (uint)_random.Next((int)zonePages);
        uint most = Math.Min(
            zonePages - first,
            _random.Next(6) switch
            {
                0 => zonePages,
                1 => 64,
                _ => 6,
            });
        uint count = (uint)_random.Next(1, (int)most + 1);
        return [.. Pages(zoneStart + (first << PageSize.SmallShift), count)];
    }

    private uint[] ChooseReserved(ShadowSpace space)
    {
        if (space.Ranges.Count == 0 || _random.Next(8) == 0)
        {
            return ChooseRange();
        }

        uint first = space.Ranges.ElementAt(_random.Next(space.Ranges.Count)).Key;
        uint count = (uint)_random.Next(1, _random.Next(4) == 0 ? 300 : 8);
        return [.. Pages(first, count).TakeWhile(space.Ranges.ContainsKey)];
    }
}
