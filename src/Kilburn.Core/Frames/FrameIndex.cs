using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

/// <summary>The free frames that no core holds: rows of 32 frames, sections of 8 rows, and lists of sections.</summary>
/// <remarks>
/// <para>
/// A row is one word, a bit per frame, set while the frame is free; half a row is a unit of 64 KiB. A section's word counts what is
/// free in its 256 frames, 31 added, so that its lower five bits turn to zero where its fullness changes, and has a bit for each of
/// its 16 units that is free as a whole:
/// </para>
/// <code>
///  31            16 15              0
/// +----------------+-----------------+
/// | free units     | 31 + free       |
/// +----------------+-----------------+
/// </code>
/// <para>
/// A list is a bitmap over the sections (by slot), with one word above it that tells which of its words are not zero: a section with
/// free frames is in the list of its fullness (0: 1 to 32 free, … 7: 225 to 255 free, 8: all free), in the list of units if it has
/// one, and in the list of kept tables if a page of it has second-level tables that no core holds. Finding is find-first-set down the
/// levels: bounded by the 32 words of a list, whatever the memory's size. Single frames come from the fullest section that has any,
/// and blocks from the fullest section or supersection that has them, so that large blocks survive.
/// </para>
/// <para>
/// Slots follow the sections of the regions; a supersection's 16 slots are one half of a bitmap's word.
/// Locking: everything but what start-up writes once is guarded by the lock of the <see cref="FrameAllocator"/>. Rows are changed by
/// plain stores under it: a core comes here for 32 pages at a time, and one lock costs less than a compare-and-swap each for row,
/// section and list.
/// </para>
/// </remarks>
internal partial struct FrameIndex
{
    private const uint FullRow = 0xFFFF_FFFF;
    private const uint RowMask = 31;
    private const uint FramesPerRow = 32;
    private const uint FullUnit = 0xFFFF;
    private const int UnitFrames = 16;
    private const uint UnitMask = UnitFrames - 1;
    private const int UnitFrameShift = 4;
    private const int UnitShift = 16;
    private const uint CountMask = 0xFFFF;
    private const uint CountBias = 31;
    private const uint FullnessMask = 31;
    private const uint FramesPerSection = 1u << FrameRegion.SectionShift;
    private const uint RowsPerSection = 1u << FrameRegion.RowsShift;
    private const uint EmptySection = CountBias;
    private const uint FullSection = (FullUnit << UnitShift) | (FramesPerSection + CountBias);
    private const int SectionsPerSupersectionShift = PageSize.SupersectionShift - PageSize.SectionShift;
    private const uint SectionsPerSupersection = 1u << SectionsPerSupersectionShift;

    // From an address to the offset of its unit, a half word each, and of its section's word.
    private const int UnitOffsetShift = PageSize.LargeShift - 1;
    private const uint UnitOffsetMask = ~1u;
    private const int SectionOffsetShift = PageSize.SectionShift - FrameRegion.WordShift;
    private const uint SectionOffsetMask = ~3u;

    // A bit for the lowest frame of each aligned run.
    private const uint EvenFrames = 0x5555_5555;
    private const uint FourthFrames = 0x1111_1111;

    private const int FullnessShift = 5;
    private const int WholeList = 8;
    private const int UnitList = 9;
    private const int KeptList = 10;
    private const int ListCount = 11;
    private const int NoList = -1;
    private const uint FrameLists = (1u << UnitList) - 1;
    private const int SlotsPerWordShift = 5;
    private const uint SlotMask = 31;

    private Regions _regions;    // written once at start-up; the longest first
    private int _regionCount;    // written once at start-up
    private uint _listBase;      // written once at start-up: physical address of list 0
    private uint _listStride;    // written once at start-up: bytes of a list
    private uint _privateSlot;   // written once at start-up: first slot that is of the longest region alone
    private uint _privateCount;  // written once at start-up: number of these slots
    private uint _filledLists;   // a bit per list that is not empty
    private Tops _tops;          // per list, a bit per word that is not zero
    private uint _freeFrames;

    /// <summary>Frames that the rows have free.</summary>
    public readonly uint FreeFrames => _freeFrames;

    /// <summary>The longest region: the one whose frames cores keep at hand.</summary>
    [UnscopedRef]
    public readonly ref readonly FrameRegion Longest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<Regions, FrameRegion>(ref Unsafe.AsRef(in _regions));
    }

    /// <summary>A region.</summary>
    /// <param name="index">What <see cref="FindRegion"/> found.</param>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref readonly FrameRegion Region(int index) =>
        ref Unsafe.Add(ref Unsafe.As<Regions, FrameRegion>(ref Unsafe.AsRef(in _regions)), index);

    /// <summary>Finds the region of a frame.</summary>
    /// <param name="frame">Any frame number.</param>
    /// <returns>Its index, 0 for the longest; below zero when there is none.</returns>
    public readonly int FindRegion(uint frame)
    {
        for (int index = 0; index < _regionCount; index++)
        {
            if (Region(index).Contains(frame))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>A frame's word.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">A frame of a region.</param>
    public readonly ref uint InfoOf<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine =>
        ref machine.Data<uint>(Region(Longest.Contains(frame) ? 0 : FindRegion(frame)).InfoOf(frame));

    /// <summary>Puts free frames into their rows.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">The first frame; a multiple of their number.</param>
    /// <param name="frameShift">log2 of their number: 0 to 4, 8 or 12.</param>
    public void Give<TMachine>(ref TMachine machine, uint frame, int frameShift)
        where TMachine : struct, IMachine
    {
        ref readonly FrameRegion region = ref Region(FindRegion(frame));
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

    /// <summary>Puts pages from the top of a core's stack into their rows.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="pages">Addresses of free pages of the longest region.</param>
    /// <param name="count">At most what is on the stack.</param>
    /// <remarks>The rest of what a page's free costs in the long run, so that it works on units and offsets, without a call.</remarks>
    public void GivePages<TMachine>(ref TMachine machine, ref CoreStack pages, uint count)
        where TMachine : struct, IMachine
    {
        uint rowBase = Longest.RowBase;
        uint sectionBase = Longest.SectionBase;
        ref uint entry = ref CoreStack.Entry(ref pages, pages.Count);
        for (uint left = count; left != 0; left--)
        {
            entry = ref Unsafe.Add(ref entry, -1);
            uint page = entry;
            ref ushort unit = ref machine.Data<ushort>(
                new PhysicalAddress(unchecked(rowBase + ((page >> UnitOffsetShift) & UnitOffsetMask))));
            uint bits = unit | (1u << (int)((page >> PageSize.SmallShift) & UnitMask));
            unit = (ushort)bits;
            ref uint section = ref machine.Data<uint>(
                new PhysicalAddress(unchecked(sectionBase + ((page >> SectionOffsetShift) & SectionOffsetMask))));
            uint word = section + 1;
            section = word;
            if (bits == FullUnit || (word & FullnessMask) == 0)
            {
                NoteUnit(ref machine, page >> PageSize.SmallShift, ref section, bits);
            }
        }

        CoreStack.Drop(ref pages, count);
        _freeFrames += count;
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

            ref readonly FrameRegion block = ref RegionOfSlot(slot, out frame);
            uint end = frame + (1u << frameShift);
            for (uint section = frame; section < end; section += FramesPerSection)
            {
                SetSection(ref machine, block, section, 0, EmptySection);
            }

            _freeFrames -= 1u << frameShift;
            return true;
        }

        if (!TryFindUnit(ref machine, out frame)
            && (frameShift == UnitFrameShift || !TryFindRun(ref machine, frameShift, out frame)))
        {
            return false;
        }

        ref readonly FrameRegion region = ref Region(FindRegion(frame));
        uint row = machine.Data<uint>(region.RowOf(frame));
        SetRow(ref machine, region, frame, row & ~RunMask(frame, frameShift), -(1 << frameShift));
        return true;
    }

    /// <summary>Takes single frames out of the fullest section that has any: a row of them, or one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="firstFrame">The frame of the row's lowest bit.</param>
    /// <param name="bits">The frames taken, at least one; all of the longest region, or a single one of any.</param>
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
        ref readonly FrameRegion region = ref RegionOfSlot(slot, out firstFrame);
        firstFrame += FindRow(ref machine, region.RowOf(firstFrame).Value, out uint row) << FrameRegion.RowShift;
        bits = row;
        if (unchecked(slot - _privateSlot) >= _privateCount)
        {
            bits &= 0 - bits;
        }

        int count = bits == FullRow ? (int)FramesPerRow : BitOperations.PopCount(bits);
        SetRow(ref machine, region, firstFrame, row & ~bits, -count);
        return true;
    }

    /// <summary>The largest run that <see cref="TryTake"/> or <see cref="TryTakeRow"/> could take.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>Its frames; 0 when nothing is free.</returns>
    public uint LargestRun<TMachine>(ref TMachine machine)
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
            if (TryFindRun(ref machine, frameShift, out _))
            {
                return 1u << frameShift;
            }
        }

        return _freeFrames == 0 ? 0u : 1u;
    }

    /// <summary>Notes that a cut page has tables that no core holds.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">The page.</param>
    public void Keep<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        ref readonly FrameRegion region = ref Region(FindRegion(frame));
        machine.Data<uint>(region.KeptOf(frame)) |= 1u << (int)(frame & RowMask);
        Insert(ref machine, region.SlotOf(frame), KeptList);
    }

    /// <summary>Notes that a cut page has no such tables any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">The page.</param>
    public void Unkeep<TMachine>(ref TMachine machine, uint frame)
        where TMachine : struct, IMachine
    {
        ref readonly FrameRegion region = ref Region(FindRegion(frame));
        machine.Data<uint>(region.KeptOf(frame)) &= ~(1u << (int)(frame & RowMask));
        uint first = frame & ~(FramesPerSection - 1);
        uint any = 0;
        for (uint index = 0; index < RowsPerSection; index++)
        {
            any |= machine.Data<uint>(region.KeptOf(first + (index << FrameRegion.RowShift)));
        }

        if (any == 0)
        {
            Remove(ref machine, region.SlotOf(frame), KeptList);
        }
    }

    /// <summary>Finds a cut page with tables that no core holds.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">The page.</param>
    public bool TryFindKept<TMachine>(ref TMachine machine, out uint frame)
        where TMachine : struct, IMachine
    {
        frame = 0;
        if ((_filledLists & (1u << KeptList)) == 0)
        {
            return false;
        }

        ref readonly FrameRegion region = ref RegionOfSlot(FirstSlotOf(ref machine, KeptList), out frame);
        uint kept = machine.Data<uint>(region.KeptOf(frame));
        while (kept == 0)
        {
            frame += FramesPerRow;
            kept = machine.Data<uint>(region.KeptOf(frame));
        }

        frame += (uint)BitOperations.TrailingZeroCount(kept);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint RunMask(uint frame, int frameShift) => ((1u << (1 << frameShift)) - 1) << (int)(frame & RowMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FullnessList(uint section)
    {
        uint biased = section & CountMask;
        return biased == FramesPerSection + CountBias ? WholeList : (int)(biased >> FullnessShift) - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint UnitsOfRow(uint row) =>
        ((row & FullUnit) == FullUnit ? 1u : 0u) | (row >> UnitFrames == FullUnit ? 2u : 0u);

    // A bit at the first frame of each aligned run of 2 or 4 that is free.
    private static uint RunsOfRow(uint row, int frameShift)
    {
        uint runs = row & (row >> 1) & EvenFrames;
        return frameShift == 1 ? runs : runs & (runs >> 2) & FourthFrames;
    }

    // The first row whose frames are not all in free units, else the first that has any. The section has some.
    private static uint FindRow<TMachine>(ref TMachine machine, uint rows, out uint row)
        where TMachine : struct, IMachine
    {
        uint found = 0;
        row = 0;
        for (uint index = RowsPerSection; index-- > 0;)
        {
            uint candidate = machine.Data<uint>(new PhysicalAddress(unchecked(rows + (index << FrameRegion.WordShift))));
            if (candidate == 0)
            {
                continue;
            }

            found = index;
            row = candidate;
            if (candidate != FullRow && candidate != FullUnit && candidate != ~FullUnit)
            {
                break;
            }
        }

        return found;
    }

    // A unit became whole, or its section one frame less full than its list says.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteUnit<TMachine>(ref TMachine machine, uint frame, ref uint section, uint bits)
        where TMachine : struct, IMachine
    {
        uint after = section;
        uint before = after - 1;
        if (bits == FullUnit)
        {
            after |= 1u << (UnitShift + (int)((frame >> UnitFrameShift) & UnitMask));
            section = after;
        }

        File(ref machine, Longest.SlotOf(frame), before, after);
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
        for (uint index = 0; index < FramesPerSection; index += FramesPerRow)
        {
            machine.Data<uint>(region.RowOf(frame + index)) = row;
        }

        ref uint section = ref machine.Data<uint>(region.SectionOf(frame));
        uint before = section;
        section = after;
        File(ref machine, region.SlotOf(frame), before, after);
    }

    private void File<TMachine>(ref TMachine machine, uint slot, uint before, uint after)
        where TMachine : struct, IMachine
    {
        int from = FullnessList(before);
        int to = FullnessList(after);
        if (from != to)
        {
            if (from != NoList)
            {
                Remove(ref machine, slot, from);
            }

            if (to != NoList)
            {
                Insert(ref machine, slot, to);
            }
        }

        before >>= UnitShift;
        after >>= UnitShift;
        if (before == 0 && after != 0)
        {
            Insert(ref machine, slot, UnitList);
        }
        else if (before != 0 && after == 0)
        {
            Remove(ref machine, slot, UnitList);
        }
    }

    private void Insert<TMachine>(ref TMachine machine, uint slot, int list)
        where TMachine : struct, IMachine
    {
        uint word = slot >> SlotsPerWordShift;
        machine.Data<uint>(ListWord(list, word)) |= 1u << (int)(slot & SlotMask);
        TopOf(list) |= 1u << (int)word;
        _filledLists |= 1u << list;
    }

    private void Remove<TMachine>(ref TMachine machine, uint slot, int list)
        where TMachine : struct, IMachine
    {
        uint word = slot >> SlotsPerWordShift;
        ref uint slots = ref machine.Data<uint>(ListWord(list, word));
        slots &= ~(1u << (int)(slot & SlotMask));
        if (slots == 0)
        {
            ref uint top = ref TopOf(list);
            top &= ~(1u << (int)word);
            if (top == 0)
            {
                _filledLists &= ~(1u << list);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly PhysicalAddress ListWord(int list, uint word) =>
        new(unchecked(_listBase + ((uint)list * _listStride) + (word << FrameRegion.WordShift)));

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref uint TopOf(int list) => ref Unsafe.Add(ref Unsafe.As<Tops, uint>(ref _tops), list);

    private uint FirstSlotOf<TMachine>(ref TMachine machine, int list)
        where TMachine : struct, IMachine
    {
        uint word = (uint)BitOperations.TrailingZeroCount(TopOf(list));
        uint slots = machine.Data<uint>(ListWord(list, word));
        return (word << SlotsPerWordShift) + (uint)BitOperations.TrailingZeroCount(slots);
    }

    // A region that a slot's section has frames of, and the first frame of the section.
    [UnscopedRef]
    private readonly ref readonly FrameRegion RegionOfSlot(uint slot, out uint frame)
    {
        int index = 0;
        while (true)
        {
            ref readonly FrameRegion region = ref Region(index);
            uint section = unchecked(slot - region.SlotDelta);
            if (section >= region.FirstSection && section <= region.LastSection)
            {
                frame = section << FrameRegion.SectionShift;
                return ref region;
            }

            index++;
        }
    }

    private bool TryFindUnit<TMachine>(ref TMachine machine, out uint frame)
        where TMachine : struct, IMachine
    {
        uint withUnits = TopOf(UnitList);
        for (int list = 0; withUnits != 0 && list <= WholeList; list++)
        {
            for (uint words = withUnits & TopOf(list); words != 0; words &= words - 1)
            {
                uint word = (uint)BitOperations.TrailingZeroCount(words);
                uint slots = machine.Data<uint>(ListWord(UnitList, word)) & machine.Data<uint>(ListWord(list, word));
                if (slots != 0)
                {
                    uint slot = (word << SlotsPerWordShift) + (uint)BitOperations.TrailingZeroCount(slots);
                    ref readonly FrameRegion region = ref RegionOfSlot(slot, out frame);
                    uint units = machine.Data<uint>(region.SectionOf(frame)) >> UnitShift;
                    frame += (uint)BitOperations.TrailingZeroCount(units) << UnitFrameShift;
                    return true;
                }
            }
        }

        frame = 0;
        return false;
    }

    // For 8 and 16 KiB when no unit is free: the only search that reads rows one by one, at most the 8192 of 1 GiB.
    private readonly bool TryFindRun<TMachine>(ref TMachine machine, int frameShift, out uint frame)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < _regionCount; index++)
        {
            ref readonly FrameRegion region = ref Region(index);
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
        }

        frame = 0;
        return false;
    }

    // A free section of a supersection that is broken already, else the first.
    private bool TryFindSection<TMachine>(ref TMachine machine, out uint slot)
        where TMachine : struct, IMachine
    {
        slot = 0;
        bool isFound = false;
        for (uint words = TopOf(WholeList); words != 0; words &= words - 1)
        {
            uint word = (uint)BitOperations.TrailingZeroCount(words);
            uint slots = machine.Data<uint>(ListWord(WholeList, word));
            uint broken = ((slots & FullUnit) == FullUnit ? 0 : slots & FullUnit)
                | (slots >> UnitShift == FullUnit ? 0 : slots & ~FullUnit);
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

    private bool TryFindSupersection<TMachine>(ref TMachine machine, out uint slot)
        where TMachine : struct, IMachine
    {
        for (uint words = TopOf(WholeList); words != 0; words &= words - 1)
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
