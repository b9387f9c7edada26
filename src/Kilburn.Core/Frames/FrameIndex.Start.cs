using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Core.Frames;

// Start-up: from banks to regions, and from regions to rows. Nothing here is done frame by frame.
internal partial struct FrameIndex
{
    private const uint ClearUnit = 64;

    // In a section's word, until its rows have been counted.
    private const uint Uncounted = 1;
    private const int RowsAtOnceCount = 8;
    private const uint RowsAtOnceInBytes = RowsAtOnceCount << FrameRegion.WordShift;

    /// <summary>Lays the index out over the memory of a map and fills it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="map">Banks and reserved ranges.</param>
    /// <param name="firstUsable">Nothing below is touched.</param>
    /// <param name="index">The filled index; nothing on failure.</param>
    /// <param name="survey">What was found.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/> when no free run of memory holds the metadata; nothing was
    /// written then.
    /// </returns>
    public static VmStatus TryStart<TMachine>(
        ref TMachine machine, in MemoryMap map, PhysicalAddress firstUsable, out FrameIndex index, out FrameSurvey survey)
        where TMachine : struct, IMachine
    {
        index = default;
        survey = default;
        survey.Map = map;
        Banks banks = default;
        int bankCount = SortAndJoin(map, ref banks, ref survey);

        // Frame 0 is nobody's: its address stands for none in the cores' stacks.
        uint firstFrame = firstUsable.Value >= LinearMap.LengthInBytes
            ? FrameSurvey.FrameLimit
            : (firstUsable.Value + PageSize.SmallMask) >> PageSize.SmallShift;
        firstFrame = firstFrame == 0 ? 1 : firstFrame;
        for (int bank = 0; bank < bankCount; bank++)
        {
            uint start = (banks[bank].Start.Value + PageSize.SmallMask) >> PageSize.SmallShift;
            uint end = banks[bank].End.Value >> PageSize.SmallShift;
            if (start < end)
            {
                survey.TotalFrames += end - start;
                start = start < firstFrame ? firstFrame : start;
            }

            if (start < end)
            {
                ref FrameRegion region = ref index.NewRegion(index._regionCount);
                region.FirstFrame = start;
                region.FrameCount = end - start;
                index._regionCount++;
            }
        }

        survey.MetadataInBytes = index.LayOut();
        if (!index.TryPlace(map, survey.MetadataInBytes, out survey.Metadata))
        {
            index = default;
            survey = default;
            return VmStatus.OutOfFrames;
        }

        machine.Clear(survey.Metadata, survey.MetadataInBytes);
        index.Fill(ref machine, map, survey);
        index.PutLongestFirst();
        survey.ManagedFrames = index.CountFree(ref machine);
        return VmStatus.Ok;
    }

    [UnscopedRef]
    private ref FrameRegion NewRegion(int index) => ref Unsafe.Add(ref Unsafe.As<Regions, FrameRegion>(ref _regions), index);

    // Banks in order of address, cut at the end of the linear map, neighbours joined.
    private static int SortAndJoin(in MemoryMap map, ref Banks banks, ref FrameSurvey survey)
    {
        int count = 0;
        for (int index = 0; index < map.BankCount; index++)
        {
            PhysicalRange bank = map.GetBank(index);
            uint start = bank.Start.Value;
            if (start >= LinearMap.LengthInBytes)
            {
                survey.FramesAbove += bank.LengthInBytes >> PageSize.SmallShift;
                continue;
            }

            uint room = LinearMap.LengthInBytes - start;
            uint length = bank.LengthInBytes;
            if (length > room)
            {
                survey.FramesAbove += (length - room) >> PageSize.SmallShift;
                length = room;
            }

            int place = count;
            for (; place > 0 && banks[place - 1].Start > bank.Start; place--)
            {
                banks[place] = banks[place - 1];
            }

            banks[place] = new PhysicalRange(bank.Start, length);
            count++;
        }

        int joined = 0;
        for (int index = 1; index < count; index++)
        {
            if (banks[joined].End == banks[index].Start)
            {
                banks[joined] = PhysicalRange.Between(banks[joined].Start, banks[index].End);
            }
            else
            {
                banks[++joined] = banks[index];
            }
        }

        return count == 0 ? 0 : joined + 1;
    }

    // Offsets of everything from the start of the metadata; TryPlace makes them addresses. Returns the bytes needed.
    private uint LayOut()
    {
        uint frames = 0;
        uint sections = 0;
        uint slots = 0;
        for (int index = 0; index < _regionCount; index++)
        {
            ref FrameRegion region = ref NewRegion(index);
            uint first = region.FirstSection;
            uint supersection = first & ~(SectionsPerSupersection - 1);
            if (index > 0)
            {
                // A supersection's slots stay together, so that a half word of whole sections is a whole supersection.
                ref readonly FrameRegion previous = ref Region(index - 1);
                uint last = previous.LastSection;
                uint half = unchecked(last + previous.SlotDelta) >> SectionsPerSupersectionShift;
                region.SlotDelta = (last & ~(SectionsPerSupersection - 1)) == supersection
                    ? previous.SlotDelta
                    : unchecked(((half + 1) << SectionsPerSupersectionShift) - supersection);
                sections -= first == last ? 1u : 0u;
            }
            else
            {
                region.SlotDelta = unchecked(0 - supersection);
            }

            region.InfoBase = unchecked((frames - region.FirstFrame) << FrameRegion.WordShift);
            region.RowBase = unchecked((sections - first) << (FrameRegion.RowsShift + FrameRegion.WordShift));
            region.SectionBase = unchecked((sections - first) << FrameRegion.WordShift);
            frames += region.FrameCount;
            sections += region.LastSection - first + 1;
            slots = unchecked(region.LastSection + region.SlotDelta) + 1;
        }

        uint infoBytes = frames << FrameRegion.WordShift;
        uint rowBytes = sections << (FrameRegion.RowsShift + FrameRegion.WordShift);
        uint sectionBytes = sections << FrameRegion.WordShift;
        for (int index = 0; index < _regionCount; index++)
        {
            ref FrameRegion region = ref NewRegion(index);
            region.RowBase = unchecked(region.RowBase + infoBytes);
            region.KeptBase = unchecked(region.RowBase + rowBytes);
            region.SectionBase = unchecked(region.SectionBase + infoBytes + (rowBytes << 1));
        }

        _listBase = infoBytes + (rowBytes << 1) + sectionBytes;
        _listStride = ((slots + SlotMask) >> SlotsPerWordShift) << FrameRegion.WordShift;
        return (_listBase + (ListCount * _listStride) + ClearUnit - 1) & ~(ClearUnit - 1);
    }

    // The lowest run of frames that holds the metadata and touches nothing reserved.
    private bool TryPlace(in MemoryMap map, uint lengthInBytes, out PhysicalAddress metadata)
    {
        uint needed = (lengthInBytes + PageSize.SmallMask) >> PageSize.SmallShift;
        for (int index = 0; index < _regionCount; index++)
        {
            uint frame = Region(index).FirstFrame;
            uint end = frame + Region(index).FrameCount;
            while (end - frame >= needed)
            {
                uint next = EndOfConflict(map, frame, needed);
                if (next == frame)
                {
                    metadata = PhysicalAddress.FromFrameNumber(frame);
                    MoveTo(metadata.Value);
                    return true;
                }

                frame = next < end ? next : end;
            }
        }

        metadata = default;
        return false;
    }

    // One past the last frame of a reserved range that touches the run; the run's start when none does.
    private static uint EndOfConflict(in MemoryMap map, uint frame, uint frameCount)
    {
        for (int index = 0; index < map.ReservedCount; index++)
        {
            FrameSurvey.FramesOf(map.GetReserved(index), out uint first, out uint end);
            if (first < frame + frameCount && end > frame)
            {
                return end;
            }
        }

        return frame;
    }

    private void MoveTo(uint metadata)
    {
        for (int index = 0; index < _regionCount; index++)
        {
            ref FrameRegion region = ref NewRegion(index);
            region.InfoBase = unchecked(region.InfoBase + metadata);
            region.RowBase = unchecked(region.RowBase + metadata);
            region.KeptBase = unchecked(region.KeptBase + metadata);
            region.SectionBase = unchecked(region.SectionBase + metadata);
        }

        _listBase += metadata;
    }

    private void Fill<TMachine>(ref TMachine machine, in MemoryMap map, in FrameSurvey survey)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < _regionCount; index++)
        {
            ref readonly FrameRegion region = ref Region(index);
            SetRows(ref machine, region, region.FirstFrame, region.FirstFrame + region.FrameCount, FullRow);
        }

        uint metadata = survey.Metadata.FrameNumber;
        for (int index = 0; index < _regionCount; index++)
        {
            ref readonly FrameRegion region = ref Region(index);
            ClearRows(ref machine, region, metadata, metadata + survey.MetadataFrames);
            for (int reserved = 0; reserved < map.ReservedCount; reserved++)
            {
                FrameSurvey.FramesOf(map.GetReserved(reserved), out uint first, out uint end);
                ClearRows(ref machine, region, first, end);
            }
        }

        for (int index = 0; index < _regionCount; index++)
        {
            ref readonly FrameRegion region = ref Region(index);
            bool isShared = index > 0 && region.FirstSection == Region(index - 1).LastSection;
            FileSections(ref machine, region, region.FirstSection + (isShared ? 1u : 0u));
        }
    }

    private static void ClearRows<TMachine>(ref TMachine machine, in FrameRegion region, uint first, uint end)
        where TMachine : struct, IMachine
    {
        uint regionEnd = region.FirstFrame + region.FrameCount;
        first = first < region.FirstFrame ? region.FirstFrame : first;
        end = end > regionEnd ? regionEnd : end;
        if (first < end)
        {
            SetRows(ref machine, region, first, end, 0);
        }
    }

    // By words: the first and the last may be parts. Sections that do not become all free are marked for counting.
    private static void SetRows<TMachine>(ref TMachine machine, in FrameRegion region, uint first, uint end, uint value)
        where TMachine : struct, IMachine
    {
        uint firstWhole = (first + RowMask) & ~RowMask;
        uint endWhole = end & ~RowMask;
        if (firstWhole > endWhole)
        {
            SetPart(ref machine, region, first, end - first, value);
        }
        else
        {
            SetPart(ref machine, region, first, firstWhole - first, value);
            uint row = region.RowOf(firstWhole).Value;
            uint rowEnd = region.RowOf(endWhole).Value;
            for (; rowEnd - row >= RowsAtOnceInBytes; row += RowsAtOnceInBytes)
            {
                ref RowsAtOnce rows = ref machine.Data<RowsAtOnce>(new PhysicalAddress(row));
                rows[0] = value;
                rows[1] = value;
                rows[2] = value;
                rows[3] = value;
                rows[4] = value;
                rows[5] = value;
                rows[6] = value;
                rows[7] = value;
            }

            for (; row != rowEnd; row = unchecked(row + (1u << FrameRegion.WordShift)))
            {
                machine.Data<uint>(new PhysicalAddress(row)) = value;
            }

            SetPart(ref machine, region, endWhole, end - endWhole, value);
        }

        const uint SectionMask = FramesPerSection - 1;
        if (value == 0)
        {
            uint last = (end - 1) >> FrameRegion.SectionShift;
            for (uint section = first >> FrameRegion.SectionShift; section <= last; section++)
            {
                machine.Data<uint>(region.SectionOf(section << FrameRegion.SectionShift)) = Uncounted;
            }

            return;
        }

        if ((first & SectionMask) != 0)
        {
            machine.Data<uint>(region.SectionOf(first)) = Uncounted;
        }

        if ((end & SectionMask) != 0)
        {
            machine.Data<uint>(region.SectionOf(end - 1)) = Uncounted;
        }
    }

    // Frames within one row.
    private static void SetPart<TMachine>(ref TMachine machine, in FrameRegion region, uint first, uint count, uint value)
        where TMachine : struct, IMachine
    {
        if (count != 0)
        {
            uint mask = (FullRow >> (int)(FramesPerRow - count)) << (int)(first & RowMask);
            ref uint row = ref machine.Data<uint>(region.RowOf(first));
            row = (row & ~mask) | (value & mask);
        }
    }

    private void FileSections<TMachine>(ref TMachine machine, in FrameRegion region, uint firstSection)
        where TMachine : struct, IMachine
    {
        uint end = region.LastSection + 1;
        for (uint section = firstSection; section < end; section++)
        {
            uint frame = section << FrameRegion.SectionShift;
            ref uint word = ref machine.Data<uint>(region.SectionOf(frame));
            if (word == Uncounted)
            {
                word = CountRows(ref machine, region, frame);
                File(ref machine, region.SlotOf(frame), EmptySection, word);
                continue;
            }

            // A run of sections that are all free: whole words of both lists at once, where there are such.
            uint run = section;
            PhysicalAddress place = region.SectionOf(frame);
            do
            {
                word = FullSection;
                run++;
                place = place.Add(1u << FrameRegion.WordShift);
                word = ref machine.Data<uint>(place);
            }
            while (run < end && word != Uncounted);

            InsertRun(ref machine, unchecked(section + region.SlotDelta), run - section);
            section = run - 1;
        }
    }

    private static uint CountRows<TMachine>(ref TMachine machine, in FrameRegion region, uint frame)
        where TMachine : struct, IMachine
    {
        uint word = CountBias;
        for (uint index = 0; index < RowsPerSection; index++)
        {
            uint row = machine.Data<uint>(region.RowOf(frame + (index << FrameRegion.RowShift)));
            word += (UnitsOfRow(row) << (UnitShift + (int)(index << 1))) + CountOfRow(row);
        }

        return word;
    }

    private void InsertRun<TMachine>(ref TMachine machine, uint slot, uint count)
        where TMachine : struct, IMachine
    {
        while (count != 0)
        {
            uint bit = slot & SlotMask;
            uint part = SlotMask + 1 - bit;
            part = part > count ? count : part;
            uint mask = (FullRow >> (int)(SlotMask + 1 - part)) << (int)bit;
            machine.Data<uint>(ListWord(WholeList, slot >> SlotsPerWordShift)) |= mask;
            machine.Data<uint>(ListWord(UnitList, slot >> SlotsPerWordShift)) |= mask;
            TopOf(WholeList) |= 1u << (int)(slot >> SlotsPerWordShift);
            TopOf(UnitList) |= 1u << (int)(slot >> SlotsPerWordShift);
            slot += part;
            count -= part;
        }

        _filledLists |= (1u << WholeList) | (1u << UnitList);
    }

    private void PutLongestFirst()
    {
        int longest = 0;
        for (int index = 1; index < _regionCount; index++)
        {
            longest = Region(index).FrameCount > Region(longest).FrameCount ? index : longest;
        }

        FrameRegion region = Region(longest);
        uint first = region.FirstSection;
        uint last = region.LastSection;
        bool sharesFirst = longest > 0 && Region(longest - 1).LastSection == first;
        bool sharesLast = longest < _regionCount - 1 && Region(longest + 1).FirstSection == last;
        _privateSlot = unchecked(first + region.SlotDelta) + (sharesFirst ? 1u : 0u);
        _privateCount = last + 1 - first - (sharesFirst ? 1u : 0u);
        _privateCount -= sharesLast && _privateCount > 0 ? 1u : 0u;
        NewRegion(longest) = Region(0);
        NewRegion(0) = region;
    }

    // Rows of a section.
    [InlineArray(RowsAtOnceCount)]
    private struct RowsAtOnce
    {
        private uint _element;
    }

    [InlineArray(MemoryMap.BankCapacity)]
    private struct Banks
    {
        private PhysicalRange _element;
    }
}
