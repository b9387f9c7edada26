using System.Diagnostics.CodeAnalysis;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.SelfTests;

namespace Kilburn.Kernel.Stress;

/// <content>Spaces: those that all cores use, and one of the core's own.</content>
internal ref partial struct StressCore<TMachine, TBoard>
{
    private const uint FirstMib = 0x0020_0000;
    private const uint MibMask = 1;
    private const uint FirstPageOfCores = 0x40;
    private const int MostAttempts = 3;
    private const uint FirstMibOfCores = 8;
    private const uint PagesTogether = 8;

    // A run of this core's pages in one of the shared spaces; the MiB goes by the space.
    private uint ChooseRun(out AddressSpace space, out uint first, out uint count)
    {
        uint index = _random.Below(StressPlan.SharedSpaceCount);
        space = _plan.Shared[(int)index];
        first = _random.Below(StressHoldings.PagesOfSpace);
        count = 1 + _random.Below(StressHoldings.PagesOfSpace - first);
        return index;
    }

    private readonly VirtualAddress AddressOf(uint space, uint page) =>
        new(FirstMib + ((space & MibMask) << PageSize.SectionShift)
            + ((FirstPageOfCores + (_core * StressHoldings.PagesOfSpace) + page) << PageSize.SmallShift));

    private void MapRange()
    {
        uint index = ChooseRun(out AddressSpace space, out uint first, out uint count);
        RangeRequest request = default;
        request.Placement = RangePlacement.Replacing;
        request.Address = AddressOf(index, first);
        request.LengthInBytes = count << PageSize.SmallShift;
        request.Kind = RangeKind.Anonymous;
        request.Rights = UserRights.ReadWrite;
        request.Population = _random.Below(4) == 0 ? RangePopulation.AtOnce : RangePopulation.OnDemand;
        if (Succeeds(space.TryMap(ref _machine, ref _memory.Frames, in request, out _)))
        {
            for (uint page = first; page < first + count; page++)
            {
                PageOf(index, page) = new StressHoldings.RangePage { IsMapped = true, IsWritable = true };
            }
        }
    }

    private void UnmapRange()
    {
        uint index = ChooseRun(out AddressSpace space, out uint first, out uint count);
        VirtualRange range = new(AddressOf(index, first), count << PageSize.SmallShift);
        if (Succeeds(space.TryUnmap(ref _machine, ref _memory.Frames, range)))
        {
            for (uint page = first; page < first + count; page++)
            {
                PageOf(index, page) = default;
            }
        }
    }

    private void ChangeRange()
    {
        uint index = ChooseRun(out AddressSpace space, out uint first, out uint count);
        VirtualRange range = new(AddressOf(index, first), count << PageSize.SmallShift);
        bool isDiscard = _random.Below(3) == 0;
        bool isWritable = _random.Below(2) == 0;
        VmStatus status = isDiscard
            ? space.TryAdvise(ref _machine, ref _memory.Frames, range, RangeAdvice.Discard)
            : space.TryProtect(ref _machine, ref _memory.Frames, range, isWritable ? UserRights.ReadWrite : UserRights.Read);
        bool isWhole = true;
        for (uint page = first; page < first + count; page++)
        {
            isWhole = isWhole && PageOf(index, page).IsMapped;
        }

        if (status != (isWhole ? VmStatus.Ok : VmStatus.NotMapped))
        {
            _tally.Add(StressFailure.Status, (uint)status);
        }

        for (uint page = first; isWhole && page < first + count; page++)
        {
            ref StressHoldings.RangePage held = ref PageOf(index, page);
            held.Word = isDiscard ? 0 : held.Word;
            held.IsWritable = isDiscard ? held.IsWritable : isWritable;
        }
    }

    private void TouchRange()
    {
        uint index = ChooseRun(out AddressSpace space, out uint first, out _);
        if (!Succeeds(_memory.Spaces.TryActivate(ref _machine, space)))
        {
            return;
        }

        ref StressHoldings.RangePage page = ref PageOf(index, first);
        bool isWrite = _random.Below(2) == 0;
        uint word = isWrite ? _random.Below(uint.MaxValue) : ~page.Word;
        bool isDone = TryAccess(space, isWrite ? FaultAccess.Write : FaultAccess.Read, AddressOf(index, first), ref word);
        if (isDone != (page.IsMapped && (page.IsWritable || !isWrite)))
        {
            _tally.Add(StressFailure.Access, AddressOf(index, first).Value);
        }
        else if (isDone && isWrite)
        {
            page.Word = word;
        }
        else if (isDone)
        {
            Holds(word == page.Word, AddressOf(index, first).Value);
        }
    }

    // All cores in one space, each in a MiB of its own, whose lock and mark lie beside the others': a table comes, is filled, and goes.
    private void FaultTogether()
    {
        AddressSpace space = _plan.Shared[0];
        RangeRequest request = default;
        request.Placement = RangePlacement.Fixed;
        request.Address = new VirtualAddress(FirstMib + ((FirstMibOfCores + _core) << PageSize.SectionShift));
        request.LengthInBytes = PagesTogether << PageSize.SmallShift;
        request.Kind = RangeKind.Anonymous;
        request.Rights = UserRights.ReadWrite;
        if (!Succeeds(space.TryMap(ref _machine, ref _memory.Frames, in request, out VirtualAddress start))
            || !Succeeds(_memory.Spaces.TryActivate(ref _machine, space)))
        {
            return;
        }

        uint first = _random.Below(uint.MaxValue);
        for (uint page = 0; page < PagesTogether; page++)
        {
            uint word = unchecked(first + page);
            VirtualAddress address = start.Add(page << PageSize.SmallShift);
            Holds(TryAccess(space, FaultAccess.Write, address, ref word), address.Value);
        }

        for (uint page = 0; page < PagesTogether; page++)
        {
            uint word = 0;
            VirtualAddress address = start.Add(page << PageSize.SmallShift);
            Holds(TryAccess(space, FaultAccess.Read, address, ref word) && word == unchecked(first + page), address.Value);
        }

        _ = Succeeds(space.TryUnmap(
            ref _machine, ref _memory.Frames, new VirtualRange(start, request.LengthInBytes))); // noted there
    }

    // A program's access: faults are resolved until it comes through or is refused.
    private bool TryAccess(AddressSpace space, FaultAccess access, VirtualAddress address, ref uint word)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            FaultReport fault = _board.Probe(access, address, ref word);
            if (!fault.IsFault)
            {
                return true;
            }

            if (space.Resolve(ref _machine, ref _memory.Frames, in fault) != FaultOutcome.Resolved)
            {
                return false;
            }
        }

        _tally.Add(StressFailure.Access, address.Value);
        return false;
    }

    // A space comes, is used, and goes: generations of ASIDs begin while the others run.
    private void LiveAlone()
    {
        if (!Succeeds(_memory.Spaces.TryCreate(ref _machine, ref _memory.Frames, out AddressSpace space)))
        {
            return;
        }

        VirtualAddress page = new(FirstMib);
        uint word = _random.Below(uint.MaxValue);
        uint found = ~word;
        if (Succeeds(space.TryMapNewPage(
                ref _machine, ref _memory.Frames, page, AccessPermission.ReadWrite, Execution.Never, out _))
            && Succeeds(_memory.Spaces.TryActivate(ref _machine, space)))
        {
            bool isDone = TryAccess(space, FaultAccess.Read, page, ref found);
            Holds(isDone && found == 0, page.Value);
            found = word;
            isDone = TryAccess(space, FaultAccess.Write, page, ref found) && TryAccess(space, FaultAccess.Read, page, ref found);
            Holds(isDone && found == word, page.Value);
        }

        _memory.Spaces.Leave(ref _machine);
        _ = Succeeds(_memory.Spaces.TryDestroy(ref _machine, ref _memory.Frames, space)); // noted there
    }

    [UnscopedRef]
    private ref StressHoldings.RangePage PageOf(uint space, uint page) =>
        ref _holdings.Ranges[(int)((space * StressHoldings.PagesOfSpace) + page)];
}
