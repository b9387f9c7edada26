using System.Numerics;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Core.Frames;

// Start-up: from banks to regions, and from regions to rows.
internal partial struct FrameIndex
{
    private const uint ClearUnit = 64;
    private const uint FramesBelowLimit = LinearMap.LengthInBytes >> PageSize.SmallShift;

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
        Banks banks = default;
        int bankCount = SortAndJoin(map, ref banks, ref survey);
        int regionCount = 0;
        uint firstFrame = firstUsable.Value >= LinearMap.LengthInBytes
            ? FramesBelowLimit
            : (firstUsable.Value + PageSize.SmallMask) >> PageSize.SmallShift;
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
                index._others[regionCount].FirstFrame = start;
                index._others[regionCount].FrameCount = end - start;
                regionCount++;
            }
        }

        survey.MetadataInBytes = index.LayOut(regionCount);
        if (!index.TryPlace(map, regionCount, survey.MetadataInBytes, out survey.Metadata))
        {
            index = default;
            survey = default;
            return VmStatus.OutOfFrames;
        }

        machine.Clear(survey.Metadata, survey.MetadataInBytes);
        index.Fill(ref machine, map, regionCount, survey);
        index.PutLongestFirst(regionCount);
        survey.ManagedFrames = index._freeFrames;
        return VmStatus.Ok;
    }

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
    private uint LayOut(int regionCount)
    {
        uint frames = 0;
        uint sections = 0;
        uint slots = 0;
        for (int index = 0; index < regionCount; index++)
        {
            ref FrameRegion region = ref _others[index];
            uint first = region.FirstSection;
            if (index > 0)
            {
                // A supersection's slots stay together, so that a half word of whole sections is a whole supersection.
                uint previous = _others[index - 1].LastSection;
                uint delta = _others[index - 1].SlotDelta;
                bool isSameSupersection =
                    first >> SectionsPerSupersectionShift == previous >> SectionsPerSupersectionShift;
                uint half = unchecked(previous + delta) >> SectionsPerSupersectionShift;
                region.SlotDelta = isSameSupersection
                    ? delta
                    : unchecked(((half + 1) << SectionsPerSupersectionShift)
                        - (first & ~(SectionsPerSupersection - 1)));
                sections -= first == previous ? 1u : 0u;
            }
            else
            {
                region.SlotDelta = unchecked(0 - (first & ~(SectionsPerSupersection - 1)));
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
        for (int index = 0; index < regionCount; index++)
        {
            _others[index].RowBase = unchecked(_others[index].RowBase + infoBytes);
            _others[index].SectionBase = unchecked(_others[index].SectionBase + infoBytes + rowBytes);
        }

        _listBase = infoBytes + rowBytes + sectionBytes;
        _listStride = ((slots + SlotMask) >> SlotsPerWordShift) << FrameRegion.WordShift;
        return (_listBase + (ListCount * _listStride) + ClearUnit - 1) & ~(ClearUnit - 1);
    }

    // The lowest run of frames that holds the metadata and touches nothing reserved.
    private bool TryPlace(in MemoryMap map, int regionCount, uint lengthInBytes, out PhysicalAddress metadata)
    {
        uint needed = (lengthInBytes + PageSize.SmallMask) >> PageSize.SmallShift;
        for (int index = 0; index < regionCount; index++)
        {
            uint frame = _others[index].FirstFrame;
            uint end = frame + _others[index].FrameCount;
            while (end - frame >= needed)
            {
                uint next = EndOfConflict(map, frame, needed);
                if (next == frame)
                {
                    metadata = PhysicalAddress.FromFrameNumber(frame);
                    MoveTo(metadata, regionCount);
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
            FramesOf(map.GetReserved(index), out uint first, out uint end);
            if (first < frame + frameCount && end > frame)
            {
                return end;
            }
        }

        return frame;
    }

    // Every frame that a range touches, cut at the end of the linear map.
    private static void FramesOf(PhysicalRange range, out uint first, out uint end)
    {
        uint last = unchecked(range.Start.Value + (range.LengthInBytes - 1)) >> PageSize.SmallShift;
        first = range.Start.FrameNumber;
        end = last >= FramesBelowLimit ? FramesBelowLimit : last + 1;
    }

    private void MoveTo(PhysicalAddress metadata, int regionCount)
    {
        for (int index = 0; index < regionCount; index++)
        {
            ref FrameRegion region = ref _others[index];
            region.InfoBase = unchecked(region.InfoBase + metadata.Value);
            region.RowBase = unchecked(region.RowBase + metadata.Value);
            region.SectionBase = unchecked(region.SectionBase + metadata.Value);
        }

        _listBase += metadata.Value;
    }

    private void Fill<TMachine>(ref TMachine machine, in MemoryMap map, int regionCount, in FrameSurvey survey)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < regionCount; index++)
        {
            FrameRegion region = _others[index];
            SetRows(ref machine, region, region.FirstFrame, region.FirstFrame + region.FrameCount, FullRow);
        }

        for (int index = 0; index < regionCount; index++)
        {
            FrameRegion region = _others[index];
            for (int reserved = 0; reserved < map.ReservedCount; reserved++)
            {
                FramesOf(map.GetReserved(reserved), out uint first, out uint end);
                ClearRows(ref machine, region, first, end);
            }

            uint metadata = survey.Metadata.FrameNumber;
            ClearRows(ref machine, region, metadata, metadata + survey.MetadataFrames);
        }

        for (int index = 0; index < regionCount; index++)
        {
            bool isShared = index > 0 && _others[index].FirstSection == _others[index - 1].LastSection;
            uint first = _others[index].FirstSection + (isShared ? 1u : 0u);
            FileSections(ref machine, _others[index], first);
        }
    }

    private void FileSections<TMachine>(ref TMachine machine, in FrameRegion region, uint firstSection)
        where TMachine : struct, IMachine
    {
        for (uint section = firstSection; section <= region.LastSection; section++)
        {
            uint frame = section << FrameRegion.SectionShift;
            PhysicalAddress rows = region.RowOf(frame);
            uint word = 0;
            for (uint index = RowsPerSection; index-- > 0;)
            {
                uint row = machine.Data<uint>(rows.Add(index << FrameRegion.WordShift));
                uint free = row == FullRow ? FramesPerRow : row == 0 ? 0 : (uint)BitOperations.PopCount(row);
                word += (UnitsOfRow(row) << (UnitShift + (int)(index << 1))) + free;
            }

            machine.Data<uint>(region.SectionOf(frame)) = word;
            _freeFrames += word & CountMask;
            File(ref machine, region.SlotOf(frame), 0, word);
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

    // By words: the first and the last may be parts.
    private static void SetRows<TMachine>(ref TMachine machine, in FrameRegion region, uint first, uint end, uint row)
        where TMachine : struct, IMachine
    {
        uint mask = FullRow << (int)(first & RowMask);
        uint last = (end - 1) & ~RowMask;
        for (uint frame = first & ~RowMask; frame < last; frame += FramesPerRow)
        {
            SetBits(ref machine.Data<uint>(region.RowOf(frame)), mask, row);
            mask = FullRow;
        }

        SetBits(ref machine.Data<uint>(region.RowOf(last)), mask & (FullRow >> (int)(RowMask - ((end - 1) & RowMask))), row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetBits(ref uint word, uint mask, uint value) => word = (word & ~mask) | (value & mask);

    private void PutLongestFirst(int regionCount)
    {
        int longest = 0;
        for (int index = 1; index < regionCount; index++)
        {
            longest = _others[index].FrameCount > _others[longest].FrameCount ? index : longest;
        }

        _first = _others[longest];
        uint first = _first.FirstSection;
        uint last = _first.LastSection;
        bool sharesFirst = longest > 0 && _others[longest - 1].LastSection == first;
        bool sharesLast = longest < regionCount - 1 && _others[longest + 1].FirstSection == last;
        _privateSlot = unchecked(first + _first.SlotDelta) + (sharesFirst ? 1u : 0u);
        _privateCount = last + 1 - first - (sharesFirst ? 1u : 0u);
        _privateCount -= sharesLast && _privateCount > 0 ? 1u : 0u;
        _otherCount = regionCount - 1;
        for (int index = longest; index < _otherCount; index++)
        {
            _others[index] = _others[index + 1];
        }
    }

    [InlineArray(MemoryMap.BankCapacity)]
    private struct Banks
    {
        private PhysicalRange _element;
    }
}
