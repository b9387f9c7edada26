using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;

namespace Kilburn.Campaigns.Workloads;

/// <content>Ranges that move, and that get longer or shorter.</content>
public sealed partial class Workload<TProfile>
{
    private void MoveRange()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint[] from = ChooseReserved(space);
        uint[] to = ChooseRange();
        int count = Math.Min(from.Length, to.Length);
        from = from[..count];
        to = to[..count];
        RangePlacement placement = _random.Next(3) == 0 ? RangePlacement.Fixed : RangePlacement.Replacing;
        VmStatus status = space.Handle.TryMove(
            ref Worker(), ref _memory.Frames, RangeOf(from), placement, new VirtualAddress(to[0]), out VirtualAddress start);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        VmStatus expected = Judge(space, from);
        bool isRefused = placement == RangePlacement.Fixed
            ? to.Any(space.Ranges.ContainsKey)
            : to[0] <= from[^1] && from[0] <= to[^1];
        Expect(expected == VmStatus.Ok && isRefused ? VmStatus.Occupied : expected, status, "move");
        if (status != VmStatus.Ok)
        {
            return;
        }

        Check(start.Value == to[0], "a range is not where it was to move");
        Rekey(space, from, to);
        TouchSome(space, to);
        TouchSome(space, from);
    }

    private void LengthenRange()
    {
        if (_spaces.Count == 0)
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint[] pages = ChooseReserved(space);
        uint count = (uint)_random.Next(1, pages.Length + 4);
        VmStatus status = space.Handle.TryResize(
            ref Worker(), ref _memory.Frames, RangeOf(pages), count << PageSize.SmallShift, RangeStaying.InPlace, out _);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        uint[] all = [.. Pages(pages[0], count)];
        uint[] added = all.Length > pages.Length ? all[pages.Length..] : [];
        VmStatus expected = Judge(space, pages);
        bool isRefused = added.Any(page => space.Ranges.ContainsKey(page) || space.Pages.ContainsKey(page));
        Expect(expected == VmStatus.Ok && isRefused ? VmStatus.Occupied : expected, status, "a new length");
        if (status != VmStatus.Ok)
        {
            return;
        }

        ShadowRangePage last = space.Ranges[pages[^1]];
        for (uint index = 0; index < added.Length; index++)
        {
            space.Ranges[added[index]] = last.Discarded with { ObjectPage = last.Object is null ? 0 : last.ObjectPage + 1 + index };
        }

        foreach (uint page in pages.Skip((int)count))
        {
            _ = space.Ranges.Remove(page);
        }

        TouchSome(space, pages);
        if (added.Length != 0)
        {
            TouchSome(space, added);

            // Nothing but this operation reaches past a zone.
            Expect(VmStatus.Ok, space.Handle.TryUnmap(ref Worker(), ref _memory.Frames, RangeOf(added)), "unmap of what was added");
            Array.ForEach(added, page => space.Ranges.Remove(page));
        }
    }

    private static void Rekey(ShadowSpace space, uint[] from, uint[] to)
    {
        List<ShadowRangePage> moved = [.. from.Select(page => space.Ranges[page])];
        Array.ForEach(from, page => space.Ranges.Remove(page));
        for (int index = 0; index < to.Length; index++)
        {
            space.Ranges[to[index]] = moved[index];
        }
    }
}
