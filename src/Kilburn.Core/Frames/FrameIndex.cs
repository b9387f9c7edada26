using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Frames;

/// <summary>The free frames that no core holds: rows of 32 frames, sections of 8 rows, and lists of sections.</summary>
/// <remarks>
/// <para>
/// A row is one word, a bit per frame, set while the frame is free. A section's word counts what is free in its 256 frames, and
/// has a bit for each of its 16 units of 64 KiB that is free as a whole:
/// </para>
/// <code>
///  31            16 15              0
/// +----------------+-----------------+
/// | free units     | free frames     |
/// +----------------+-----------------+
/// </code>
/// <para>
/// A list is a bitmap over the sections (by slot), with one word above it that tells which of its words are not zero: a section with
/// free frames is in the list of its fullness (0: 1 to 32 free, … 7: 225 to 255 free, 8: all free), and in the list of units if it
/// has one. Finding is find-first-set down the levels: bounded by the 32 words of a list, whatever the memory's size. Single frames
/// come from the fullest section that has any, and blocks from the fullest section or supersection that has them, so that large
/// blocks survive.
/// </para>
/// <para>
/// Slots follow the sections of the regions; a supersection's 16 slots are one half of a bitmap's word.
/// Locking: everything but what start-up writes once is guarded by the lock of the <see cref="FrameAllocator"/>.
/// </para>
/// </remarks>
internal partial struct FrameIndex
{
    private const uint FullRow = 0xFFFF_FFFF;
    private const uint RowMask = 31;
    private const uint FramesPerRow = 32;
    private const uint UnitRow = 0xFFFF;
    private const int UnitFrames = 16;
    private const int FrameShiftOfUnit = 4;
    private const int UnitShift = 16;
    private const uint CountMask = 0xFFFF;
    private const uint FramesPerSection = 1u << FrameRegion.SectionShift;
    private const uint RowsPerSection = 1u << FrameRegion.RowsShift;
    private const uint FullSection = (UnitRow << UnitShift) | FramesPerSection;
    private const int SectionsPerSupersectionShift = PageSize.SupersectionShift - PageSize.SectionShift;
    private const uint SectionsPerSupersection = 1u << SectionsPerSupersectionShift;

    // Multiples of the lowest frame of each aligned run.
    private const uint EvenFrames = 0x5555_5555;
    private const uint FourthFrames = 0x1111_1111;

    private const int FullnessShift = 5;
    private const int WholeList = 8;
    private const int UnitList = 9;
    private const int ListCount = 10;
    private const int NoList = -1;
    private const uint FrameLists = (1u << UnitList) - 1;
    private const int SlotsPerWordShift = 5;
    private const uint SlotMask = 31;

    private FrameRegion _first;  // the longest region; written once at start-up
    private Regions _others;     // written once at start-up
    private int _otherCount;     // written once at start-up
    private uint _listBase;      // written once at start-up: physical address of list 0
    private uint _listStride;    // written once at start-up: bytes of a list
    private uint _privateSlot;   // written once at start-up: first slot that is of the longest region alone
    private uint _privateCount;  // written once at start-up: number of these slots
    private uint _filledLists;   // a bit per list that is not empty
    private Tops _tops;          // per list, a bit per word that is not zero
    private uint _freeFrames;

    /// <summary>Frames that the rows have free.</summary>
    public readonly uint FreeFrames => _freeFrames;

    /// <summary>The longest region: the one that magazines hold frames of.</summary>
    [UnscopedRef]
    public readonly ref readonly FrameRegion Longest => ref _first;

    /// <summary>Finds the region of a frame.</summary>
    /// <param name="frame">Any frame number.</param>
    /// <param name="region">The region; nothing when there is none.</param>
    public readonly bool TryFindRegion(uint frame, out FrameRegion region)
    {
        if (_first.Contains(frame))
        {
            region = _first;
            return true;
        }

        for (int index = 0; index < _otherCount; index++)
        {
            if (_others[index].Contains(frame))
            {
                region = _others[index];
                return true;
            }
        }

        region = default;
        return false;
    }

    /// <summary>True when the row has the frame free.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="region">The frame's region.</param>
    /// <param name="frame">The frame.</param>
    public readonly bool IsFree<TMachine>(ref TMachine machine, in FrameRegion region, uint frame)
        where TMachine : struct, IMachine =>
        ((machine.Data<uint>(region.RowOf(frame)) >> (int)(frame & RowMask)) & 1) != 0;

    /// <summary>Puts free frames into their row.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="region">The region of the frames.</param>
    /// <param name="frame">The first frame; a multiple of their number.</param>
    /// <param name="frameShift">log2 of their number: 0 to 4, 8 or 12.</param>
    public void Give<TMachine>(ref TMachine machine, in FrameRegion region, uint frame, int frameShift)
        where TMachine : struct, IMachine
    {
        if (frameShift >= FrameRegion.SectionShift)
        {
            uint end = frame + (1u << frameShift);
            for (uint section = frame; section < end; section += FramesPerSection)
            {
                SetSection(ref machine, region, section, FullRow, FullSection);
            }

            _freeFrames += 1u << frameShift;
            return;
        }

        uint row = machine.Data<uint>(region.RowOf(frame));
        SetRow(ref machine, region, frame, row | RunMask(frame, frameShift), 1 << frameShift);
    }

    /// <summary>Takes an aligned run of frames.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frameShift">log2 of their number: 1, 2, 4, 8 or 12.</param>
    /// <param name="frame">The first frame; 0 when there is no such run.</param>
    public bool TryTake<TMachine>(ref TMachine machine, int frameShift, out uint frame)
        where TMachine : struct, IMachine
    {
        if (frameShift >= FrameRegion.SectionShift)
        {
            bool isFound = frameShift == FrameRegion.SectionShift
                ? TryFindSection(ref machine, out uint slot)
                : TryFindSupersection(ref machine, out slot);
            if (!isFound)
            {
                frame = 0;
                return false;
            }

            frame = FrameOfSlot(slot, out FrameRegion block);
            uint end = frame + (1u << frameShift);
            for (uint section = frame; section < end; section += FramesPerSection)
            {
                SetSection(ref machine, block, section, 0, 0);
            }

            _freeFrames -= 1u << frameShift;
            return true;
        }

        if (!TryFindUnit(ref machine, out frame, out FrameRegion region)
            && (frameShift == FrameShiftOfUnit || !TryFindRun(ref machine, frameShift, out frame, out region)))
        {
            return false;
        }

        uint row = machine.Data<uint>(region.RowOf(frame));
        SetRow(ref machine, region, frame, row & ~RunMask(frame, frameShift), -(1 << frameShift));
        return true;
    }

    /// <summary>Takes single frames out of the fullest section that has any: a row of them, or one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="firstFrame">The frame of the row's lowest bit.</param>
    /// <param name="bits">The frames taken, at least one; all of the longest region, or a single one of another.</param>
    /// <returns>False when no frame is free.</returns>
    public bool TryTakeRow<TMachine>(ref TMachine machine, out uint firstFrame, out uint bits)
        where TMachine : struct, IMachine
    {
        uint lists = _filledLists & FrameLists;
        if (lists == 0)
        {
            firstFrame = 0;
            bits = 0;
            return false;
        }

        uint slot = FirstSlotOf(ref machine, BitOperations.TrailingZeroCount(lists));
        firstFrame = FrameOfSlot(slot, out FrameRegion region);
        firstFrame += FindRow(ref machine, region.RowOf(firstFrame), out uint row) << FrameRegion.RowShift;
        bits = row;
        if (unchecked(slot - _privateSlot) >= _privateCount)
        {
            bits &= 0 - bits;
        }

        SetRow(ref machine, region, firstFrame, row & ~bits, -BitOperations.PopCount(bits));
        return true;
    }

    /// <summary>The largest run that <see cref="TryTake"/> or <see cref="TryTakeRow"/> could take.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>Its frames; 0 when nothing is free.</returns>
    public readonly uint LargestRun<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        if (TryFindSupersection(ref machine, out _))
        {
            return SectionsPerSupersection << FrameRegion.SectionShift;
        }

        if ((_filledLists & (1u << WholeList)) != 0)
        {
            return FramesPerSection;
        }

        if ((_filledLists & (1u << UnitList)) != 0)
        {
            return UnitFrames;
        }

        for (int frameShift = 2; frameShift > 0; frameShift--)
        {
            if (TryFindRun(ref machine, frameShift, out _, out _))
            {
                return 1u << frameShift;
            }
        }

        return _freeFrames == 0 ? 0u : 1u;
    }

    private static uint RunMask(uint frame, int frameShift) => ((1u << (1 << frameShift)) - 1) << (int)(frame & RowMask);

    private static int FullnessList(uint section)
    {
        uint free = section & CountMask;
        return free == 0 ? NoList : free == FramesPerSection ? WholeList : (int)((free - 1) >> FullnessShift);
    }

    private static uint UnitsOfRow(uint row) => ((row & UnitRow) == UnitRow ? 1u : 0u) | (row >> UnitFrames == UnitRow ? 2u : 0u);

    /// <summary>The lowest free run in a row.</summary>
    /// <returns>A bit at the first frame of each aligned run that is free.</returns>
    private static uint RunsOfRow(uint row, int frameShift)
    {
        uint runs = row & (row >> 1) & EvenFrames;
        return frameShift == 1 ? runs : runs & (runs >> 2) & FourthFrames;
    }

    // The first row whose frames are not all in free units, else the first that has any. The section has some.
    private static uint FindRow<TMachine>(ref TMachine machine, PhysicalAddress rows, out uint row)
        where TMachine : struct, IMachine
    {
        uint found = 0;
        row = 0;
        for (uint index = RowsPerSection; index-- > 0;)
        {
            uint candidate = machine.Data<uint>(rows.Add(index << FrameRegion.WordShift));
            if (candidate == 0)
            {
                continue;
            }

            found = index;
            row = candidate;
            if ((candidate & UnitRow) is not (0 or UnitRow) || candidate >> UnitFrames is not (0 or UnitRow))
            {
                break;
            }
        }

        return found;
    }

    private void SetRow<TMachine>(ref TMachine machine, in FrameRegion region, uint frame, uint row, int freed)
        where TMachine : struct, IMachine
    {
        machine.Data<uint>(region.RowOf(frame)) = row;
        ref uint section = ref machine.Data<uint>(region.SectionOf(frame));
        uint before = section;
        int shift = UnitShift + (int)(((frame >> FrameRegion.RowShift) & (RowsPerSection - 1)) << 1);
        uint after = unchecked((before & ~(3u << shift)) + (uint)freed) | (UnitsOfRow(row) << shift);
        section = after;
        _freeFrames = unchecked(_freeFrames + (uint)freed);
        File(ref machine, region.SlotOf(frame), before, after);
    }

    // All rows of a section at once. The caller counts.
    private void SetSection<TMachine>(ref TMachine machine, in FrameRegion region, uint frame, uint row, uint after)
        where TMachine : struct, IMachine
    {
        PhysicalAddress rows = region.RowOf(frame);
        for (uint index = 0; index < RowsPerSection; index++)
        {
            machine.Data<uint>(rows.Add(index << FrameRegion.WordShift)) = row;
        }

        ref uint section = ref machine.Data<uint>(region.SectionOf(frame));
        uint before = section;
        section = after;
        File(ref machine, region.SlotOf(frame), before, after);
    }

    private void File<TMachine>(ref TMachine machine, uint slot, uint before, uint after)
        where TMachine : struct, IMachine
    {
        Move(ref machine, slot, FullnessList(before), FullnessList(after));
        Move(ref machine, slot, before >> UnitShift == 0 ? NoList : UnitList, after >> UnitShift == 0 ? NoList : UnitList);
    }

    private void Move<TMachine>(ref TMachine machine, uint slot, int from, int to)
        where TMachine : struct, IMachine
    {
        if (from == to)
        {
            return;
        }

        uint bit = 1u << (int)(slot & SlotMask);
        uint word = slot >> SlotsPerWordShift;
        if (from != NoList)
        {
            ref uint slots = ref machine.Data<uint>(ListWord(from, word));
            slots &= ~bit;
            if (slots == 0 && (_tops[from] &= ~(1u << (int)word)) == 0)
            {
                _filledLists &= ~(1u << from);
            }
        }

        if (to != NoList)
        {
            machine.Data<uint>(ListWord(to, word)) |= bit;
            _tops[to] |= 1u << (int)word;
            _filledLists |= 1u << to;
        }
    }

    private readonly PhysicalAddress ListWord(int list, uint word) =>
        new(unchecked(_listBase + ((uint)list * _listStride) + (word << FrameRegion.WordShift)));

    private readonly uint FirstSlotOf<TMachine>(ref TMachine machine, int list)
        where TMachine : struct, IMachine
    {
        uint word = (uint)BitOperations.TrailingZeroCount(_tops[list]);
        uint slots = machine.Data<uint>(ListWord(list, word));
        return (word << SlotsPerWordShift) + (uint)BitOperations.TrailingZeroCount(slots);
    }

    // The first frame of a slot's section, and a region that the section has frames of.
    private readonly uint FrameOfSlot(uint slot, out FrameRegion region)
    {
        region = _first;
        for (int index = 0; index <= _otherCount; index++)
        {
            uint section = unchecked(slot - region.SlotDelta);
            if (section >= region.FirstSection && section <= region.LastSection)
            {
                return section << FrameRegion.SectionShift;
            }

            region = _others[index];
        }

        region = default;
        return 0;
    }

    private readonly bool TryFindUnit<TMachine>(ref TMachine machine, out uint frame, out FrameRegion region)
        where TMachine : struct, IMachine
    {
        uint withUnits = _tops[UnitList];
        for (int list = 0; withUnits != 0 && list <= WholeList; list++)
        {
            for (uint words = withUnits & _tops[list]; words != 0; words &= words - 1)
            {
                uint word = (uint)BitOperations.TrailingZeroCount(words);
                uint slots = machine.Data<uint>(ListWord(UnitList, word)) & machine.Data<uint>(ListWord(list, word));
                if (slots != 0)
                {
                    uint slot = (word << SlotsPerWordShift) + (uint)BitOperations.TrailingZeroCount(slots);
                    frame = FrameOfSlot(slot, out region);
                    uint units = machine.Data<uint>(region.SectionOf(frame)) >> UnitShift;
                    frame += (uint)BitOperations.TrailingZeroCount(units) << FrameShiftOfUnit;
                    return true;
                }
            }
        }

        frame = 0;
        region = default;
        return false;
    }

    // For 8 and 16 KiB when no unit is free: the only search that reads rows one by one, at most the 8192 of 1 GiB.
    private readonly bool TryFindRun<TMachine>(ref TMachine machine, int frameShift, out uint frame, out FrameRegion region)
        where TMachine : struct, IMachine
    {
        region = _first;
        for (int index = 0; index <= _otherCount; index++)
        {
            uint last = region.FirstFrame + region.FrameCount - 1;
            for (frame = region.FirstFrame & ~RowMask; frame <= last; frame += FramesPerRow)
            {
                uint runs = RunsOfRow(machine.Data<uint>(region.RowOf(frame)), frameShift);
                if (runs != 0)
                {
                    frame += (uint)BitOperations.TrailingZeroCount(runs);
                    return true;
                }
            }

            region = _others[index];
        }

        frame = 0;
        return false;
    }

    // A free section of a supersection that is broken already, else the first.
    private readonly bool TryFindSection<TMachine>(ref TMachine machine, out uint slot)
        where TMachine : struct, IMachine
    {
        slot = 0;
        bool isFound = false;
        for (uint words = _tops[WholeList]; words != 0; words &= words - 1)
        {
            uint word = (uint)BitOperations.TrailingZeroCount(words);
            uint slots = machine.Data<uint>(ListWord(WholeList, word));
            uint broken = ((slots & UnitRow) == UnitRow ? 0 : slots & UnitRow) | (slots >> UnitShift == UnitRow ? 0 : slots & ~UnitRow);
            if (broken != 0 || !isFound)
            {
                slot = (word << SlotsPerWordShift) + (uint)BitOperations.TrailingZeroCount(broken != 0 ? broken : slots);
                isFound = true;
            }

            if (broken != 0)
            {
                break;
            }
        }

        return isFound;
    }

    private readonly bool TryFindSupersection<TMachine>(ref TMachine machine, out uint slot)
        where TMachine : struct, IMachine
    {
        for (uint words = _tops[WholeList]; words != 0; words &= words - 1)
        {
            uint word = (uint)BitOperations.TrailingZeroCount(words);
            uint halves = UnitsOfRow(machine.Data<uint>(ListWord(WholeList, word)));
            if (halves != 0)
            {
                slot = (word << SlotsPerWordShift) + ((halves & 1) != 0 ? 0 : SectionsPerSupersection);
                return true;
            }
        }

        slot = 0;
        return false;
    }

    // One more than are used, so that a walk over the regions may read one past the last.
    [InlineArray(Kernel.MemoryMap.BankCapacity)]
    private struct Regions
    {
        private FrameRegion _element;
    }

    [InlineArray(ListCount)]
    private struct Tops
    {
        private uint _element;
    }
}
