using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Demo;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Kernel heap and MMIO window.</summary>
internal static class WindowTests
{
    private const uint OddDevice = 0x5000_0123; // no board has memory or a device there; nothing touches it
    private const uint OddLength = 0x2FFF;
    private const uint Word = 0xFEED_F00D;
    private const uint LargestSmallLength = 5000;
    private const uint OddSize = 100;
    private const uint Owner = 0x8000_8000;

    internal static void MmioMapsAnyRange<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        PhysicalRange range = new(new PhysicalAddress(OddDevice), OddLength);
        VmStatus status = session.Memory.TryMapDevice(ref session.Machine, range, out VirtualAddress address);
        if (!check.Has(status, "map a device"u8))
        {
            return;
        }

        TranslationContext context = TranslationContext.Read(ref session.Machine);
        for (uint offset = 0; offset < OddLength; offset += PageSize.Small - 1)
        {
            TableWalk walk = TableWalk.Of(ref session.Machine, in context, address.Add(offset));
            check.Equal(walk.Physical.Value, OddDevice + offset, "where a byte leads"u8);
            CheckDevice(ref check, in walk.Mapping, address.Value);
        }

        status = session.Memory.TryUnmapDevice(ref session.Machine, address.Add(1));
        check.Ends(status, VmStatus.Misaligned, "unmap from its second byte"u8);
        check.Succeeds(session.Memory.TryUnmapDevice(ref session.Machine, address), "unmap"u8);
        VirtualAddress word = address.AlignUp(sizeof(uint));
        StartTests.ExpectFault(in session, ref check, FaultAccess.Read, word, FaultStatus.TranslationSecondLevel);
        status = session.Memory.TryUnmapDevice(ref session.Machine, address);
        check.Ends(status, VmStatus.NotMapped, "unmap again"u8);
    }

    internal static void MmioRefusesMemory<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        PhysicalRange bank = session.Memory.Map.GetBank(0);
        PhysicalRange last = new(bank.End.Add(unchecked(0u - 1)), 1);
        PhysicalRange across = new(last.Start, PageSize.Small);
        VmStatus status = session.Memory.TryMapDevice(ref session.Machine, last, out _);
        check.Ends(status, VmStatus.MemoryConflict, "the last byte of memory"u8);
        status = session.Memory.TryMapDevice(ref session.Machine, across, out _);
        check.Ends(status, VmStatus.MemoryConflict, "a range that begins in memory"u8);
        status = session.Memory.TryMapDevice(ref session.Machine, default, out _);
        check.Ends(status, VmStatus.OutOfRange, "no byte"u8);
    }

    internal static void DevicesAreDeviceAndNeverRun<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        VirtualRange window = VirtualRange.Between(session.Memory.Window.MmioStart, KernelWindow.End);
        MappingRuns runs = new(in context, window);
        uint count = 0;
        while (runs.TryNext(ref session.Machine, out MappingRun run))
        {
            count++;
            Mapping mapping = run.First;
            CheckDevice(ref check, in mapping, run.Start.Value);
        }

        check.That(count != 0, "no device is mapped"u8);
    }

    internal static void HeapAndMmioMeetAndSurvive<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        DemoReport<TBoard> report = new(ref session.Board);
        session.Board.Listen("FAILED"u8);
        WindowMeeting.Show(in session, ref report);
        check.Equal(session.Board.StopListening(), 0, "lines that say so"u8);
        check.Equal((uint)report.Failures, 0, "lines that failed"u8);
    }

    internal static void HeapBlocksAreAlignedAndApart<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // Each block begins with the address of the one before.
        uint last = 0;
        for (uint length = sizeof(uint); length < LargestSmallLength; length += OddSize)
        {
            VmStatus status = session.Memory.TryAllocate(ref session.Machine, length, out VirtualAddress block);
            check.Succeeds(status, "allocate"u8);
            check.That(block.IsAligned(32), "alignment"u8, block.Value);
            session.Machine.Data<uint>(block) = last;
            last = block.Value;
        }

        for (uint alignment = 64; alignment <= KernelHeap.LargestAlignment; alignment <<= 2)
        {
            VmStatus status =
                session.Memory.TryAllocateAligned(ref session.Machine, OddSize, alignment, out VirtualAddress block);
            check.Succeeds(status, "allocate aligned"u8);
            check.That(block.IsAligned(alignment), "alignment"u8, block.Value);
            session.Machine.Data<uint>(block) = last;
            last = block.Value;
        }

        while (last != 0 && !check.HasFailed)
        {
            VirtualAddress block = new(last);
            last = session.Machine.Data<uint>(block);
            check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free"u8);
        }
    }

    internal static void HeapResizeKeepsContents<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, OddSize, out VirtualAddress block);
        if (!check.Has(status, "allocate"u8))
        {
            return;
        }

        session.Machine.Data<uint>(block) = Word;
        session.Machine.Data<uint>(block.Add(OddSize - sizeof(uint))) = ~Word;
        for (uint length = 2 * OddSize; length < PageSize.Section; length <<= 2)
        {
            status = session.Memory.TryResize(ref session.Machine, block, length, out VirtualAddress moved);
            if (!check.Has(status, "make it longer"u8))
            {
                break;
            }

            block = moved;
            check.Equal(session.Machine.Data<uint>(block), Word, "its first word"u8);
            check.Equal(session.Machine.Data<uint>(block.Add(OddSize - sizeof(uint))), ~Word, "its last word"u8);
        }

        status = session.Memory.TryResize(ref session.Machine, block, sizeof(uint), out block);
        check.Succeeds(status, "make it short"u8);
        check.Equal(session.Machine.Data<uint>(block), Word, "its first word"u8);
        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free"u8);
    }

    internal static void HeapGivesMemoryBack<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics before);
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, PageSize.Section, out VirtualAddress block);
        check.Succeeds(status, "allocate"u8);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics during);
        uint taken = before.FreeFrames - during.FreeFrames;
        check.That(taken >= PageSize.Section >> PageSize.SmallShift, "frames of a block of 1 MiB"u8, taken);
        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free"u8);
        session.Memory.TrimHeap(ref session.Machine);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics after);
        check.Equal(after.FreeFrames, before.FreeFrames, "free frames"u8);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Read, block, FaultStatus.TranslationSecondLevel);
    }

    internal static void HeapFindsMisuse<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, OddSize, out VirtualAddress block, Owner);
        if (!check.Has(status, "allocate"u8))
        {
            return;
        }

        if (BuildChecks.Enabled)
        {
            ref byte behind = ref session.Machine.Data<byte>(block.Add(OddSize));
            byte guard = behind;
            behind = (byte)~guard;
            status = session.Memory.TryFree(ref session.Machine, block);
            check.Ends(status, VmStatus.Corrupted, "free after a write past the end"u8);
            session.Memory.Heap.ReadStatistics(ref session.Machine, out HeapStatistics statistics);
            check.Equal(statistics.LastFault.Address.Value, block.Value, "the block that is named"u8);
            check.Equal(statistics.LastFault.Owner, Owner, "the owner that is named"u8);
            session.Machine.Data<byte>(block.Add(OddSize)) = guard;
        }

        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free"u8);
        check.Ends(session.Memory.TryFree(ref session.Machine, block), VmStatus.AlreadyFree, "free again"u8);
    }

    internal static void HeapRefusesOverflowingCount<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        const uint Half = 0x1_0001;
        VmStatus status = session.Memory.TryAllocateArray(ref session.Machine, Half, Half, out VirtualAddress block);
        check.Ends(status, VmStatus.Overflow, "0x10001 elements of 0x10001 bytes"u8);
        check.Equal(block.Value, 0, "the block that is none"u8);
        status = session.Memory.TryAllocate(ref session.Machine, 0, out _);
        check.Ends(status, VmStatus.OutOfRange, "no byte"u8);
        status = session.Memory.TryAllocate(ref session.Machine, uint.MaxValue, out _);
        check.Ends(status, VmStatus.WindowFull, "4 GiB less one byte"u8);
    }

    private static void CheckDevice(ref Check check, in Mapping mapping, uint address)
    {
        check.That(mapping.Type == MemoryType.Device, "not device memory"u8, address);
        check.That(mapping.Execution == Execution.Never, "can be executed"u8, address);
        check.That(mapping.Access == AccessPermission.KernelReadWrite, "not the kernel's"u8, address);
    }
}
