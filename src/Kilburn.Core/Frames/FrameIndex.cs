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
    /// <summary>A row of free frames.</summary>
    public const uint FullRow = 0xFFFF_FFFF;

    /// <summary>Frames in a row.</summary>
    public const uint FramesPerRow = 32;

    private const uint RowMask = FramesPerRow - 1;
    private const uint FullUnit = 0xFFFF;
    private const int UnitFrames = 16;
    private const uint UnitMask = UnitFrames - 1;
    private const int UnitFrameShift = 4;
    private const uint TwoUnits = 3;
    private const uint FourUnits = 0xF;
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

            return;
        }

        uint row = machine.Data<uint>(region.RowOf(frame));
        SetRow(ref machine, region, frame, row | RunMask(frame, frameShift), 1 << frameShift);
    }

    /// <summary>Puts pages from the top of a core's stack into their rows.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="pages">Addresses of free pages of the longest region.</param>
    /// <param name="count">At most what is on the stack.</param>
    /// <remarks>The rest of what a page's free costs in the long run: the loop that does it calls nothing.</remarks>
    public void GivePages<TMachine>(ref TMachine machine, ref CoreStack pages, uint count)
        where TMachine : struct, IMachine
    {
        ref uint entry = ref CoreStack.Entry(ref pages, pages.Count);
        ref uint end = ref CoreStack.Entry(ref pages, pages.Count - count);
        while (!Unsafe.AreSame(ref entry, ref end))
        {
            entry = ref GiveUntilEvent(ref machine, ref entry, ref end, Longest.RowBase, Longest.SectionBase, out uint freed);
            NoteUnit(ref machine, entry, freed);
        }

        CoreStack.Drop(ref pages, count);
    }

    /// <summary>Puts a pair of frames of the longest region into its row.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="pair">Its address.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void GivePair<TMachine>(ref TMachine machine, uint pair)
        where TMachine : struct, IMachine
    {
        const uint PairBits = 3;
        ref ushort unit = ref machine.Data<ushort>(Longest.UnitOf(pair));
        uint bits = unit | (PairBits << (int)((pair >> PageSize.SmallShift) & UnitMask));
        unit = (ushort)bits;
        ref uint section = ref machine.Data<uint>(Longest.SectionOf(pair >> PageSize.SmallShift));
        uint word = section + 2;
        section = word;
        if (bits == FullUnit)
        {
            uint withUnit = word | UnitBit(pair);
            if (word >> UnitShift == 0 || withUnit == FullSection)
            {
                NoteUnit(ref machine, pair, 2);
                return;
            }

            section = withUnit;
        }

        if ((word & (FullnessMask - 1)) == 0)
        {
            NoteUnit(ref machine, pair, 2);
        }
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

    /// <summary>Takes single frames out of the fullest section that has any: two rows of them, and two more as long as these fit.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="most">At most so many frames; 64 or more.</param>
    /// <param name="firstFrame">The frame of the first row's lowest bit.</param>
    /// <param name="rows">
    /// The frames taken of this row and the next ones. All are of the longest region; or there is a single one, of any, in the first row.
    /// </param>
    /// <returns>False when no frame is free.</returns>
    public bool TryTakeRows<TMachine>(ref TMachine machine, uint most, out uint firstFrame, out FrameRows rows)
        where TMachine : struct, IMachine
    {
        rows = default;
        uint lists = _filledLists & FrameLists;
        if (lists == 0)
        {
            firstFrame = 0;
            return false;
        }

        uint slot = FirstSlotOf(ref machine, BitOperations.TrailingZeroCount(lists));
        ref readonly FrameRegion region = ref RegionOfSlot(slot, out firstFrame);
        ref uint section = ref machine.Data<uint>(region.SectionOf(firstFrame));
        uint before = section;
        uint units = before >> UnitShift;
        uint inUnits = (uint)BitOperations.PopCount(units) << UnitFrameShift;
        uint index = (before & CountMask) == inUnits + CountBias
            ? (uint)BitOperations.TrailingZeroCount(units) >> 1
            : FindRow(ref machine, region.RowOf(firstFrame).Value);
        if (unchecked(slot - _privateSlot) >= _privateCount)
        {
            firstFrame += index << FrameRegion.RowShift;
            uint row = machine.Data<uint>(region.RowOf(firstFrame));
            rows[0] = row & (0 - row);
            SetRow(ref machine, region, firstFrame, row & (row - 1), -1);
            return true;
        }

        index &= ~1u;
        firstFrame += index << FrameRegion.RowShift;
        uint after = before;
        uint taken = 0;
        for (int row = 0; index < RowsPerSection && taken + FramesPerRow + FramesPerRow <= most; row += 2)
        {
            PhysicalAddress place = region.RowOf(firstFrame + ((uint)row << FrameRegion.RowShift));
            uint count = TakeRow(ref machine, place, ref rows[row])
                + TakeRow(ref machine, place.Add(1u << FrameRegion.WordShift), ref rows[row + 1]);
            after = (after - count) & ~((FourUnits << UnitShift) << (int)(index << 1));
            taken += count;
            index += 2;
        }

        section = after;
        File(ref machine, slot, before, after);
        return true;
    }

    private static uint TakeRow<TMachine>(ref TMachine machine, PhysicalAddress place, ref uint taken)
        where TMachine : struct, IMachine
    {
        ref uint row = ref machine.Data<uint>(place);
        taken = row;
        row = 0;
        return CountOfRow(taken);
    }

    /// <summary>Takes a free unit, and the one beside it if that is free too, of the fullest section that has one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">The first frame; 0 when there is no free unit.</param>
    /// <param name="frameCount">16 or 32; 32 in the longest region only.</param>
    public bool TryTakeUnits<TMachine>(ref TMachine machine, out uint frame, out uint frameCount)
        where TMachine : struct, IMachine
    {
        frameCount = UnitFrames;
        if (!TryFindUnit(ref machine, out frame))
        {
            return false;
        }

        // A row without a hole is of one region.
        ref readonly FrameRegion region = ref Longest;
        if (region.Contains(frame) && machine.Data<uint>(region.RowOf(frame)) == FullRow)
        {
            frame &= ~RowMask;
            frameCount = FramesPerRow;
            machine.Data<uint>(region.RowOf(frame)) = 0;
            ref uint section = ref machine.Data<uint>(region.SectionOf(frame));
            uint before = section;
            uint after = (before - FramesPerRow) & ~(UnitBit(frame << PageSize.SmallShift) * TwoUnits);
            section = after;
            File(ref machine, region.SlotOf(frame), before, after);
            return true;
        }

        region = ref Region(FindRegion(frame));
        uint row = machine.Data<uint>(region.RowOf(frame));
        SetRow(ref machine, region, frame, row & ~RunMask(frame, UnitFrameShift), -UnitFrames);
        return true;
    }

    /// <summary>Counts the frames that the rows have free.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>Their number. No counter keeps it, because every free would pay for that.</returns>
    public readonly uint CountFree<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        for (int index = 0; index < _regionCount; index++)
        {
            // Sections that two regions share come with either: they count with the lower one.
            ref readonly FrameRegion region = ref Region(index);
            uint section = region.FirstSection;
            section += IsFirstOfSection(index, section << FrameRegion.SectionShift) ? 0u : 1u;
            PhysicalAddress place = region.SectionOf(section << FrameRegion.SectionShift);
            for (uint end = region.LastSection + 1; section != end; section++)
            {
                count += (machine.Data<uint>(place) & CountMask) - CountBias;
                place = place.Add(1u << FrameRegion.WordShift);
            }
        }

        return count;
    }

    /// <summary>Counts the second-level tables that cut pages keep.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <returns>Quarters that cut pages keep.</returns>
    public readonly uint CountKept<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        for (int index = 0; index < _regionCount; index++)
        {
            ref readonly FrameRegion region = ref Region(index);
            uint end = region.FirstFrame + region.FrameCount;
            for (uint row = region.FirstFrame & ~RowMask; row < end; row += FramesPerRow)
            {
                for (uint pages = machine.Data<uint>(region.KeptOf(row)); pages != 0; pages &= pages - 1)
                {
                    uint frame = row + (uint)BitOperations.TrailingZeroCount(pages);
                    if (region.Contains(frame))
                    {
                        uint info = machine.Data<uint>(region.InfoOf(frame));
                        count += (uint)BitOperations.PopCount(info & FrameInfo.KeptBits);
                    }
                }
            }
        }

        return count;
    }

    /// <summary>The largest run that <see cref="TryTake"/> or <see cref="TryTakeRows"/> could take.</summary>
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

        return (_filledLists & FrameLists) == 0 ? 0u : 1u;
    }

    /// <summary>Notes that a cut page keeps tables.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="region">The page's region.</param>
    /// <param name="frame">The page.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Keep<TMachine>(ref TMachine machine, in FrameRegion region, uint frame)
        where TMachine : struct, IMachine
    {
        ref uint row = ref machine.Data<uint>(region.KeptOf(frame));
        uint before = row;
        row = before | (1u << (int)(frame & RowMask));
        if (before == 0)
        {
            Insert(ref machine, region.SlotOf(frame), KeptList);
        }
    }

    /// <summary>Notes that a cut page keeps no tables any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="region">The page's region.</param>
    /// <param name="frame">The page.</param>
    /// <remarks>The section stays in its list until <see cref="TryFindKept"/> finds nothing there.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unkeep<TMachine>(ref TMachine machine, in FrameRegion region, uint frame)
        where TMachine : struct, IMachine =>
        machine.Data<uint>(region.KeptOf(frame)) &= ~(1u << (int)(frame & RowMask));

    /// <summary>Finds a cut page that keeps tables.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frame">The page.</param>
    public bool TryFindKept<TMachine>(ref TMachine machine, out uint frame)
        where TMachine : struct, IMachine
    {
        while ((_filledLists & (1u << KeptList)) != 0)
        {
            uint slot = FirstSlotOf(ref machine, KeptList);
            ref readonly FrameRegion region = ref RegionOfSlot(slot, out frame);
            for (uint end = frame + FramesPerSection; frame < end; frame += FramesPerRow)
            {
                uint kept = machine.Data<uint>(region.KeptOf(frame));
                if (kept != 0)
                {
                    frame += (uint)BitOperations.TrailingZeroCount(kept);
                    return true;
                }
            }

            Remove(ref machine, slot, KeptList);
        }

        frame = 0;
        return false;
    }

    // The bit of a unit in its section's word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint UnitBit(uint address) => (1u << UnitShift) << (int)((address >> PageSize.LargeShift) & UnitMask);

    // False when a lower region has frames of the section as well.
    private readonly bool IsFirstOfSection(int region, uint frame)
    {
        for (int index = 0; index < _regionCount; index++)
        {
            ref readonly FrameRegion other = ref Region(index);
            if (other.FirstFrame < Region(region).FirstFrame && other.LastSection == frame >> FrameRegion.SectionShift)
            {
                return false;
            }
        }

        return true;
    }

    private static uint CountOfRow(uint row) =>
        row == FullRow ? FramesPerRow : row == 0 ? 0 : (uint)BitOperations.PopCount(row);

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

    // The first row whose frames are not all in free units. The section has one.
    private static uint FindRow<TMachine>(ref TMachine machine, uint rows)
        where TMachine : struct, IMachine
    {
        uint address = rows;
        uint row = machine.Data<uint>(new PhysicalAddress(address));
        while (row is 0 or FullRow or FullUnit or ~FullUnit)
        {
            address = unchecked(address + (1u << FrameRegion.WordShift));
            row = machine.Data<uint>(new PhysicalAddress(address));
        }

        return unchecked(address - rows) >> FrameRegion.WordShift;
    }

    // From one past an entry of a stack downward, to the entries of a unit whose pages gave their section a first or a last free unit
    // or another fullness, or to the end. NoteUnit does what is left to do for these.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ref uint GiveUntilEvent<TMachine>(
        ref TMachine machine, ref uint entry, ref uint end, uint rowBase, uint sectionBase, out uint freed)
        where TMachine : struct, IMachine
    {
        uint bits;
        uint word;
        uint count;
        do
        {
            entry = ref Unsafe.Add(ref entry, -1);
            uint page = entry;
            bits = 1u << (int)((page >> PageSize.SmallShift) & UnitMask);
            count = 1;

            // A range's pages come one after the other: those of a unit go back at once.
            while (!Unsafe.AreSame(ref entry, ref end) && (Unsafe.Add(ref entry, -1) ^ page) < PageSize.Large)
            {
                entry = ref Unsafe.Add(ref entry, -1);
                bits |= 1u << (int)((entry >> PageSize.SmallShift) & UnitMask);
                count++;
            }

            ref ushort unit = ref machine.Data<ushort>(
                new PhysicalAddress(unchecked(rowBase + ((page >> PageSize.LargeShift) << FrameRegion.HalfWordShift))));
            bits |= unit;
            unit = (ushort)bits;
            ref uint section = ref machine.Data<uint>(
                new PhysicalAddress(unchecked(sectionBase + ((page >> PageSize.SectionShift) << FrameRegion.WordShift))));
            word = section + count;
            section = word;
            if (bits == FullUnit)
            {
                uint withUnit = word | UnitBit(page);
                if (word >> UnitShift == 0 || withUnit == FullSection)
                {
                    break;
                }

                section = withUnit;
            }
        }
        while ((word & FullnessMask) >= count && !Unsafe.AreSame(ref entry, ref end));

        freed = count;
        return ref entry;
    }

    // After frames of a unit were freed: what they may have changed in the section's word and lists.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteUnit<TMachine>(ref TMachine machine, uint address, uint freed)
        where TMachine : struct, IMachine
    {
        ref uint section = ref machine.Data<uint>(Longest.SectionOf(address >> PageSize.SmallShift));
        uint after = section;
        uint before = after - freed;
        if (machine.Data<ushort>(Longest.UnitOf(address)) == FullUnit)
        {
            after |= UnitBit(address);
            section = after;
        }

        bool isFirstUnit = before >> UnitShift == 0 && after >> UnitShift != 0;
        if (isFirstUnit || FullnessList(before) != FullnessList(after))
        {
            File(ref machine, Longest.SlotOf(address >> PageSize.SmallShift), before, after);
        }
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Insert<TMachine>(ref TMachine machine, uint slot, int list)
        where TMachine : struct, IMachine
    {
        uint word = slot >> SlotsPerWordShift;
        machine.Data<uint>(ListWord(list, word)) |= 1u << (int)(slot & SlotMask);
        TopOf(list) |= 1u << (int)word;
        _filledLists |= 1u << list;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
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
        for (uint lists = withUnits == 0 ? 0 : _filledLists & FrameLists; lists != 0; lists &= lists - 1)
        {
            int list = BitOperations.TrailingZeroCount(lists);
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
