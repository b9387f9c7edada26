using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Demo;

/// <summary>Every way to give back what one does not have: each is refused, and changes nothing.</summary>
public static class RejectedFrees
{
    private const uint BlockLength = 96;

    /// <summary>Shows it.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="report">Gets the lines.</param>
    public static void Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics before);
        ShowFrames(in session, ref report);
        ShowTables(in session, ref report);
        ShowWindow(in session, ref report);
        ShowSpaces(in session, ref report);
        session.Memory.TrimHeap(ref session.Machine);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics after);
        report.Say("free frames changed by all this: "u8);
        report.SayNumber(before.FreeFrames - after.FreeFrames);
        report.End(before.FreeFrames == after.FreeFrames);
    }

    private static void ShowFrames<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        VmStatus status = frames.TryAllocatePage(ref session.Machine, FrameContents.Zeroed, out PhysicalAddress page);
        status = status == VmStatus.Ok ? frames.TryFreePage(ref session.Machine, page.Add(4)) : status;
        Say(ref report, "free of a page's second word"u8, status, VmStatus.Misaligned);
        status = frames.TryFreeSecondLevelTable(ref session.Machine, page);
        Say(ref report, "free of a page as a second-level table"u8, status, VmStatus.WrongKind);
        status = frames.TryFreePage(ref session.Machine, page);
        Say(ref report, "free of a page"u8, status, VmStatus.Ok);
        status = frames.TryFreePage(ref session.Machine, page);
        Say(ref report, "free of it again"u8, status, VmStatus.AlreadyFree);
        status = frames.TryFreePage(ref session.Machine, session.Memory.Image.Text.Start);
        Say(ref report, "free of the kernel's text"u8, status, VmStatus.NotManaged);
        status = frames.TryFreePage(ref session.Machine, Peripherals.Uart);
        Say(ref report, "free of the console's registers"u8, status, VmStatus.NotManaged);
    }

    private static void ShowTables<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        VmStatus status = frames.TryAllocateSecondLevelTable(ref session.Machine, out PhysicalAddress table);
        status = status == VmStatus.Ok
            ? frames.TryFreePage(ref session.Machine, table.AlignDown(PageSize.Small))
            : status;
        Say(ref report, "free of a second-level table as a page"u8, status, VmStatus.WrongKind);
        status = frames.TryFreeSecondLevelTable(ref session.Machine, table);
        Say(ref report, "free of a second-level table"u8, status, VmStatus.Ok);
        status = frames.TryFreeSecondLevelTable(ref session.Machine, table);
        Say(ref report, "free of it again"u8, status, VmStatus.AlreadyFree);
        status = frames.TryAllocateFirstLevelTable(ref session.Machine, out table);
        status = status == VmStatus.Ok ? frames.TryFreePage(ref session.Machine, table) : status;
        Say(ref report, "free of a first-level table as a page"u8, status, VmStatus.WrongKind);
        status = frames.TryFreeFirstLevelTable(ref session.Machine, table);
        Say(ref report, "free of a first-level table"u8, status, VmStatus.Ok);
        status = frames.TryFreeFirstLevelTable(ref session.Machine, table);
        Say(ref report, "free of it again"u8, status, VmStatus.AlreadyFree);
        status = frames.TryAllocateBlock(
            ref session.Machine, FrameUse.LargeBlock, FrameContents.AsLeft, out PhysicalAddress block);
        status = status == VmStatus.Ok ? frames.TryFreePage(ref session.Machine, block.Add(PageSize.Small)) : status;
        Say(ref report, "free of a page of a 64K block"u8, status, VmStatus.WrongKind);
        status = frames.TryFreeBlock(ref session.Machine, FrameUse.LargeBlock, block);
        Say(ref report, "free of the block"u8, status, VmStatus.Ok);
    }

    private static void ShowWindow<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, BlockLength, out VirtualAddress block);
        status = status == VmStatus.Ok ? session.Memory.TryFree(ref session.Machine, block.Add(32)) : status;
        Say(ref report, "free of a heap block's middle"u8, status, VmStatus.Misaligned);
        status = session.Memory.TryFree(ref session.Machine, block);
        Say(ref report, "free of a heap block"u8, status, VmStatus.Ok);
        status = session.Memory.TryFree(ref session.Machine, block);
        Say(ref report, "free of it again"u8, status, VmStatus.AlreadyFree);
        status = session.Memory.TryFree(ref session.Machine, LinearMap.Start);
        Say(ref report, "free of no heap address"u8, status, VmStatus.NotManaged);
        status = session.Memory.TryUnmapDevice(ref session.Machine, session.Memory.Window.HeapEnd);
        Say(ref report, "unmapping of no device"u8, status, VmStatus.NotMapped);
        status = session.Memory.TryMapDevice(
            ref session.Machine, new PhysicalRange(session.Memory.Image.Text.Start, PageSize.Small), out _);
        Say(ref report, "mapping of memory as a device"u8, status, VmStatus.MemoryConflict);
    }

    private static void ShowSpaces<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool isMade = SpaceProbe.TryMake(in session, 1, out AddressSpace space);
        report.Say("a space to try it on"u8);
        report.End(isMade);
        if (!isMade)
        {
            return;
        }

        ref FrameAllocator frames = ref session.Memory.Frames;
        VmStatus status = space.TryUnmapPage(ref session.Machine, ref frames, SpaceProbe.Page.Add(PageSize.Small));
        Say(ref report, "unmapping of the page behind"u8, status, VmStatus.NotMapped);
        status = space.TryUnmapPage(ref session.Machine, ref frames, SpaceProbe.Page.Add(4));
        Say(ref report, "unmapping of a page's second word"u8, status, VmStatus.Misaligned);
        status = space.TryUnmapPage(ref session.Machine, ref frames, LinearMap.Start);
        Say(ref report, "unmapping of a kernel address"u8, status, VmStatus.OutOfRange);
        status = session.Memory.Spaces.TryDestroy(ref session.Machine, ref frames, space);
        Say(ref report, "end of the active space"u8, status, VmStatus.SpaceActive);
        status = SpaceProbe.TryEnd(in session, space);
        Say(ref report, "end of the space"u8, status, VmStatus.Ok);
        status = session.Memory.Spaces.TryDestroy(ref session.Machine, ref frames, space);
        Say(ref report, "end of it again"u8, status, VmStatus.NoSuchSpace);
    }

    private static void Say<TBoard>(
        ref DemoReport<TBoard> report, ReadOnlySpan<byte> what, VmStatus status, VmStatus expected)
        where TBoard : struct, IBoard
    {
        report.Say(what);
        report.Say(": "u8);
        report.Say(StatusText.Of(status));
        report.End(status == expected);
    }
}
