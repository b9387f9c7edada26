using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Demo;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>The physical memory manager on the machine that it manages.</summary>
internal static class FrameTests
{
    private const uint Dirt = 0xDEAD_BEEF;
    private const uint NoBlock = uint.MaxValue;
    private const uint UserTableLength = FirstLevelTable.UserLengthInBytes;

    internal static void PagesComeZeroedOnRequest<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        for (int round = 0; round < 2; round++)
        {
            VmStatus status =
                frames.TryAllocatePage(ref session.Machine, FrameContents.Zeroed, out PhysicalAddress page);
            if (!check.Has(status, "allocate a page"u8))
            {
                return;
            }

            check.That(page.IsAligned(PageSize.Small), "alignment"u8, page.Value);
            for (uint offset = 0; offset < PageSize.Small; offset += sizeof(uint))
            {
                ref uint word = ref session.Machine.Data<uint>(page.Add(offset));
                check.Equal(word, 0, "a word of a zeroed page"u8);
                word = Dirt;
            }

            check.Succeeds(frames.TryFreePage(ref session.Machine, page), "free the page"u8);
        }
    }

    internal static void TablesAreAlignedAndZeroed<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        for (int round = 0; round < 2; round++)
        {
            VmStatus status = frames.TryAllocateSecondLevelTable(ref session.Machine, out PhysicalAddress small);
            if (check.Has(status, "1 KiB table"u8))
            {
                CheckCleanTable(in session, ref check, small, SecondLevelTable.LengthInBytes);
                check.Succeeds(frames.TryFreeSecondLevelTable(ref session.Machine, small), "free it"u8);
            }

            status = frames.TryAllocateFirstLevelTable(ref session.Machine, out PhysicalAddress half);
            if (check.Has(status, "8 KiB table"u8))
            {
                CheckCleanTable(in session, ref check, half, UserTableLength);
                check.Succeeds(frames.TryFreeFirstLevelTable(ref session.Machine, half), "free it"u8);
            }

            status = frames.TryAllocateFullFirstLevelTable(ref session.Machine, out PhysicalAddress full);
            if (check.Has(status, "16 KiB table"u8))
            {
                CheckCleanTable(in session, ref check, full, FirstLevelTable.LengthInBytes);
                check.Succeeds(frames.TryFreeFullFirstLevelTable(ref session.Machine, full), "free it"u8);
            }
        }
    }

    internal static void RowsOfDescriptorsAreWhole<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.Frames.TryAllocateSecondLevelTable(ref session.Machine, out PhysicalAddress table);
        if (!check.Has(status, "1 KiB table"u8))
        {
            return;
        }

        // Longer than what the routines do at once, from every place of it.
        ref TInner machine = ref session.Machine.Inner;
        for (uint first = 1; first <= 4; first++)
        {
            PhysicalAddress start = table.Add(first << SecondLevelTable.EntryShift);
            for (uint count = 0; count <= 40; count++)
            {
                uint word = (first << 16) | (count << 2);
                machine.WriteWords(start, word, count);
                uint counted = machine.CountWords(start, word, SecondLevelTable.EntryCount - first);
                check.That(counted == count, "words of a row"u8, counted);
                counted = machine.CountWords(start, word, count >> 1);
                check.That(counted == count >> 1, "words of a part of it"u8, counted);
                check.That(machine.ReadWord(table) == 0, "the word before it"u8, machine.ReadWord(table));
                machine.WriteWords(start, 0, count);
                counted = machine.CountWords(table, 0, SecondLevelTable.EntryCount);
                check.That(counted == SecondLevelTable.EntryCount, "words that are cleared"u8, counted);
            }
        }

        check.Succeeds(session.Memory.Frames.TryFreeSecondLevelTable(ref session.Machine, table), "free it"u8);
    }

    internal static void BlocksAreNaturallyAligned<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (FrameUse use = FrameUse.LargeBlock; use <= FrameUse.SupersectionBlock; use++)
        {
            ref FrameAllocator frames = ref session.Memory.Frames;
            VmStatus status =
                frames.TryAllocateBlock(ref session.Machine, use, FrameContents.AsLeft, out PhysicalAddress block);
            if (check.Has(status, "allocate a block"u8))
            {
                check.That(block.IsAligned(LengthOf(use)), "alignment"u8, block.Value);
                frames.Describe(
                    ref session.Machine, block.Add(LengthOf(use) - PageSize.Small), out FrameDescription description);
                check.That(description.Start == block, "the block's last frame"u8, description.Start.Value);
                check.Succeeds(frames.TryFreeBlock(ref session.Machine, use, block), "free the block"u8);
            }
        }
    }

    internal static void MetadataFits<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        const uint NineHalves = 9; // 4.5 bytes, doubled
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics statistics);
        check.That(
            statistics.MetadataInBytes << 1 <= statistics.TotalFrames * NineHalves,
            "more than 4.5 bytes a frame"u8,
            statistics.MetadataInBytes);
    }

    /// <summary>Takes all memory, the largest blocks first; each block holds the address of the one before.</summary>
    internal static void OutOfFramesIsAValue<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        uint supersections = TakeAll(in session, FrameUse.SupersectionBlock);
        uint sections = TakeAll(in session, FrameUse.SectionBlock);
        uint large = TakeAll(in session, FrameUse.LargeBlock);
        uint pages = TakeAll(in session, FrameUse.Page);
        frames.GetStatistics(ref session.Machine, out FrameStatistics statistics);
        check.Equal(statistics.MagazineFrames + statistics.PoolFrames, statistics.FreeFrames, "frames left"u8);
        VmStatus status = frames.TryAllocatePage(ref session.Machine, FrameContents.Zeroed, out PhysicalAddress none);
        check.Ends(status, VmStatus.OutOfFrames, "a page too many"u8);
        check.Equal(none.Value, 0, "the page that is none"u8);
        status = session.Memory.Spaces.TryCreate(ref session.Machine, ref frames, out AddressSpace _);
        check.Ends(status, VmStatus.OutOfFrames, "a space without memory"u8);
        status = session.Memory.TryAllocate(ref session.Machine, PageSize.Section, out VirtualAddress _);
        check.Ends(status, VmStatus.OutOfFrames, "a heap block without memory"u8);
        GiveAll(in session, ref check, FrameUse.Page, pages);
        GiveAll(in session, ref check, FrameUse.LargeBlock, large);
        GiveAll(in session, ref check, FrameUse.SectionBlock, sections);
        GiveAll(in session, ref check, FrameUse.SupersectionBlock, supersections);
    }

    internal static void WrongFreesChangeNothing<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        DemoReport<TBoard> report = new(ref session.Board);
        session.Board.Listen("FAILED"u8);
        RejectedFrees.Show(in session, ref report);
        check.Equal(session.Board.StopListening(), 0, "lines that say so"u8);
        check.Equal((uint)report.Failures, 0, "lines that failed"u8);
    }

    internal static void SharedPageLivesWithItsLastOwner<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        VmStatus status = frames.TryAllocatePage(ref session.Machine, FrameContents.Zeroed, out PhysicalAddress page);
        if (!check.Has(status, "allocate a page"u8))
        {
            return;
        }

        check.Succeeds(frames.TrySharePage(ref session.Machine, page), "share it"u8);
        check.Succeeds(frames.TryFreePage(ref session.Machine, page), "the first owner's free"u8);
        frames.Describe(ref session.Machine, page, out FrameDescription description);
        check.That(description.State == FrameState.Used && description.OwnerCount == 1, "owners left"u8);
        check.Succeeds(frames.TryFreePage(ref session.Machine, page), "the last owner's free"u8);
        check.Ends(frames.TryFreePage(ref session.Machine, page), VmStatus.AlreadyFree, "a third free"u8);
        check.Ends(frames.TrySharePage(ref session.Machine, page), VmStatus.AlreadyFree, "share of a free page"u8);
    }

    internal static uint LengthOf(FrameUse use) => use switch
    {
        FrameUse.LargeBlock => PageSize.Large,
        FrameUse.SectionBlock => PageSize.Section,
        FrameUse.SupersectionBlock => PageSize.Supersection,
        _ => PageSize.Small,
    };

    private static void CheckCleanTable<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, PhysicalAddress table, uint lengthInBytes)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        check.That(table.IsAligned(lengthInBytes), "alignment"u8, table.Value);
        for (uint offset = 0; offset < lengthInBytes; offset += sizeof(uint))
        {
            check.Equal(session.Machine.ReadWord(table.Add(offset)), 0, "a word of a new table"u8);
            session.Machine.WriteWord(table.Add(offset), Dirt);
        }
    }

    private static uint TakeAll<TInner, TBoard>(in Session<TInner, TBoard> session, FrameUse use)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint last = NoBlock;
        while (TryTake(in session, use, out PhysicalAddress block) == VmStatus.Ok)
        {
            session.Machine.Data<uint>(block) = last;
            last = block.Value;
        }

        return last;
    }

    private static void GiveAll<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, FrameUse use, uint last)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        while (last != NoBlock)
        {
            PhysicalAddress block = new(last);
            last = session.Machine.Data<uint>(block);
            VmStatus status = use == FrameUse.Page
                ? frames.TryFreePage(ref session.Machine, block)
                : frames.TryFreeBlock(ref session.Machine, use, block);
            check.Succeeds(status, "give a block back"u8);
        }
    }

    private static VmStatus TryTake<TInner, TBoard>(
        in Session<TInner, TBoard> session, FrameUse use, out PhysicalAddress block)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => use == FrameUse.Page
            ? session.Memory.Frames.TryAllocatePage(ref session.Machine, FrameContents.AsLeft, out block)
            : session.Memory.Frames.TryAllocateBlock(ref session.Machine, use, FrameContents.AsLeft, out block);
}
