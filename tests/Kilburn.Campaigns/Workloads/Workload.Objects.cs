using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Model;

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

        uint[] pages = ChooseRange();
        pages = pages[..Math.Min(pages.Length, MostObjectPages)];
        MapObject(Pick(_spaces), memory, pages, (uint)_random.Next(MostObjectPages / 2));
    }

    private void MapObject(ShadowSpace space, ShadowObject memory, uint[] pages, uint firstPage)
    {
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

    /// <summary>Pages of an object that nobody has touched are cut off, in a table that clones share: it is unshared, and nothing is taken out of it.</summary>
    private void CutObjectOfClones()
    {
        if (_active.Count == 0 || _spaces.Count == _mostSpaces || !TryChooseObject(out ShadowObject? memory))
        {
            return;
        }

        ShadowSpace parent = Pick([.. _active.Values]);
        MapObject(parent, memory, [.. Pages(CutMib, MostObjectPages)], 0);
        CloneSpace(parent);
        Resize(memory, (uint)_random.Next(MostObjectPages));
        TouchSome(parent, [.. Pages(CutMib, MostObjectPages)]);
    }

    /// <summary>What is cut off is gone on every core; what stays, stays.</summary>
    private void ResizeObject()
    {
        if (TryChooseObject(out ShadowObject? memory))
        {
            Resize(memory, (uint)_random.Next(MostObjectPages));
        }
    }

    private void Resize(ShadowObject memory, uint pageCount)
    {
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
        }

        TouchMappings(memory);
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

    /// <summary>The pager answers all that waits: with contents, or now and then with a failure.</summary>
    private void ServePager(ShadowObject memory)
    {
        while (_memory.Spaces.Objects.TryTakeRequest(ref Worker(), memory.Handle, out uint offset))
        {
            uint page = offset >> PageSize.SmallShift;
            Check(page < memory.PageCount && !memory.Brought.ContainsKey(page), $"the pager is asked for page {page}, which it was asked for before");
            ref ModelMachine<TProfile> pager = ref Worker();
            if (_random.Next(16) == 0
                || _memory.Frames.TryAllocatePage(ref pager, FrameContents.Zeroed, out PhysicalAddress contents) != VmStatus.Ok)
            {
                Expect(VmStatus.Ok, _memory.Spaces.Objects.TryFail(ref pager, memory.Handle, offset), "a pager's failure");
                memory.Brought.Add(page, null);
                continue;
            }

            uint word = (uint)_random.Next();
            pager.Data<uint>(contents.Add(MarkOffset)) = word;
            VmStatus status = _memory.Spaces.Objects.TrySupply(ref pager, ref _memory.Frames, memory.Handle, offset, contents);
            if (status == VmStatus.Ok)
            {
                memory[page].Word = word;
                memory.Brought.Add(page, memory[page]);
            }
            else
            {
                Expect(VmStatus.OutOfFrames, status, "a pager's answer");
                Expect(VmStatus.Ok, _memory.Spaces.Objects.TryFail(ref pager, memory.Handle, offset), "a pager's failure");
                memory.Brought.Add(page, null);
            }

            Expect(VmStatus.Ok, _memory.Frames.TryFreePage(ref pager, contents), "free of what a pager brought");
        }
    }

    /// <summary>The pager takes back what was written, and then some programs write again.</summary>
    private void TakeDirty()
    {
        if (!TryChooseObject(out ShadowObject? memory))
        {
            return;
        }

        uint count = (uint)_random.Next(3);
        VmStatus status = VmStatus.Ok;
        while (count-- != 0 && status == VmStatus.Ok)
        {
            ref ModelMachine<TProfile> pager = ref Worker();
            status = _memory.Spaces.Objects.TryTakeDirty(
                ref pager, ref _memory.Frames, memory.Handle, out uint offset, out PhysicalAddress taken);
            Expect(memory.Dirty.Count == 0 ? VmStatus.NotMapped : VmStatus.Ok, status, "the taking of a dirty page");
            if (status == VmStatus.Ok)
            {
                uint page = offset >> PageSize.SmallShift;
                Check(memory.Dirty.Remove(page), $"page {page} is dirty, and nobody wrote it");
                uint word = pager.Data<uint>(taken.Add(MarkOffset));
                Check(word == memory[page].Word, $"the pager gets 0x{word:X8}, not 0x{memory[page].Word:X8}");
                Expect(VmStatus.Ok, _memory.Frames.TryFreePage(ref pager, taken), "free of a dirty page");
            }
        }

        TouchMappings(memory);
    }

    private void TouchMappings(ShadowObject memory)
    {
        foreach (ShadowSpace space in _spaces)
        {
            uint[] mapped = [.. space.Ranges.Where(page => page.Value.Object == memory).Select(page => page.Key)];
            if (mapped.Length != 0)
            {
                TouchSome(space, mapped);
            }
        }
    }

    private bool TryChooseObject([NotNullWhen(true)] out ShadowObject? memory)
    {
        if (_objects.Count < MostObjects)
        {
            uint pageCount = (uint)_random.Next(1, MostObjectPages);
            bool isPaged = _random.Next(2) == 0;
            ObjectKind kind = isPaged ? ObjectKind.Paged : ObjectKind.Anonymous;
            VmStatus status = _memory.Spaces.Objects.TryCreate(
                ref Worker(), ref _memory.Frames, pageCount << PageSize.SmallShift, kind, out MemoryObject handle);
            if (status == VmStatus.Ok)
            {
                _objects.Add(new ShadowObject(handle, pageCount, isPaged));
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
