using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;

namespace Kilburn.Campaigns.Workloads;

/// <content>Memory objects: mapped into spaces at different addresses and with different rights, resized, ended.</content>
public sealed partial class Workload<TProfile>
{
    private const int MostObjects = 3;
    private const int MostObjectPages = 12;

    private readonly List<ShadowObject> _objects = [];

    private void MapObject()
    {
        if (_spaces.Count == 0 || !TryChooseObject(out ShadowObject? memory))
        {
            return;
        }

        ShadowSpace space = Pick(_spaces);
        uint[] pages = ChooseRange();
        pages = pages[..Math.Min(pages.Length, MostObjectPages)];
        uint firstPage = (uint)_random.Next(MostObjectPages / 2);
        RangeRequest request = new()
        {
            Placement = RangePlacement.Replacing,
            Address = new VirtualAddress(pages[0]),
            LengthInBytes = (uint)pages.Length << PageSize.SmallShift,
            Kind = _random.Next(3) == 0 ? RangeKind.Private : RangeKind.Shared,
            Rights = Pick(s_rights),
            MoreRights = UserRights.All,
            Object = memory.Handle,
            ObjectOffset = firstPage << PageSize.SmallShift,
        };
        VmStatus status = space.Handle.TryMap(ref Worker(), ref _memory.Frames, in request, out _);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(VmStatus.Ok, status, "map of an object");
        for (uint index = 0; index < pages.Length; index++)
        {
            space.Ranges[pages[index]] = new ShadowRangePage(
                request.Kind, request.Rights, null, memory, firstPage + index, IsOwn: false);
        }

        TouchSome(space, pages);
    }

    /// <summary>What is cut off is gone on every core; what stays, stays.</summary>
    private void ResizeObject()
    {
        if (!TryChooseObject(out ShadowObject? memory))
        {
            return;
        }

        uint pageCount = (uint)_random.Next(MostObjectPages);
        VmStatus status = _memory.Spaces.Objects.TryResize(
            ref Worker(), ref _memory.Frames, memory.Handle, pageCount << PageSize.SmallShift);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(VmStatus.Ok, status, "resize");
        memory.Resize(pageCount);
        foreach (ShadowSpace space in _spaces)
        {
            uint[] mapped = [.. space.Ranges.Where(page => page.Value.Object == memory).Select(page => page.Key)];
            foreach (uint page in mapped)
            {
                ShadowRangePage shadow = space.Ranges[page];
                if (shadow.Kind == RangeKind.Shared && shadow.ObjectPage >= pageCount)
                {
                    space.Ranges[page] = shadow.Discarded;
                }
            }

            if (mapped.Length != 0)
            {
                TouchSome(space, mapped);
            }
        }
    }

    /// <summary>The handle of an object goes; mappings keep it.</summary>
    private void ReplaceObject()
    {
        if (TryChooseObject(out ShadowObject? memory))
        {
            _memory.Spaces.Objects.Close(ref Worker(), ref _memory.Frames, memory.Handle);
            _ = _objects.Remove(memory);
        }
    }

    private bool TryChooseObject([NotNullWhen(true)] out ShadowObject? memory)
    {
        if (_objects.Count < MostObjects)
        {
            uint pageCount = (uint)_random.Next(1, MostObjectPages);
            VmStatus status = _memory.Spaces.Objects.TryCreate(
                ref Worker(), ref _memory.Frames, pageCount << PageSize.SmallShift, ObjectKind.Anonymous, out MemoryObject handle);
            if (status == VmStatus.Ok)
            {
                _objects.Add(new ShadowObject(handle, pageCount));
            }
            else
            {
                Expect(VmStatus.OutOfFrames, status, "create of an object");
            }
        }

        memory = _objects.Count == 0 ? null : Pick(_objects);
        return memory is not null;
    }

    private void EndObjects()
    {
        foreach (ShadowObject memory in _objects)
        {
            _memory.Spaces.Objects.Close(ref _cores[0], ref _memory.Frames, memory.Handle);
        }

        _objects.Clear();
        uint id = uint.MaxValue;
        Check(!_memory.Spaces.Objects.TryFindNext(ref _cores[0], ref id, out _), "an object has outlived all that had it");
    }
}
