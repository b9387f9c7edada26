using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Demo;

/// <summary>The kernel heap grows up, the MMIO window grows down: they meet, and nothing breaks.</summary>
public static class WindowMeeting
{
    private const uint Word = 0xCAFE_0001;
    private const uint SmallBlock = 100;
    private const uint BigBlock = 1u << 20;
    private const uint LeftForHeap = 4u << 20;
    private const int MostBlocks = 8;

    /// <summary>Where no board has memory: above the devices of its cores.</summary>
    private static PhysicalAddress Device => new(0x5000_0000);

    /// <summary>Shows it.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="report">Gets the lines.</param>
    public static void Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint gap = session.Memory.Window.GapInBytes;
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, SmallBlock, out VirtualAddress block);
        bool isTaken = status == VmStatus.Ok;
        if (isTaken)
        {
            session.Machine.Data<uint>(block) = Word;
        }

        SayBlock(in session, ref report, "heap block "u8, block, isTaken);
        PhysicalRange range = new(Device, gap - LeftForHeap);
        status = session.Memory.TryMapDevice(ref session.Machine, range, out VirtualAddress window);
        bool isMapped = status == VmStatus.Ok;
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        TableWalk walk = TableWalk.Of(ref session.Machine, in context, window);
        report.Say("MMIO of "u8);
        report.SaySize(range.LengthInBytes);
        report.Say(" at "u8);
        report.SayHex(window.Value);
        report.Say(" leads to "u8);
        report.SayHex(walk.Physical.Value);
        report.End(isMapped && walk.IsMapped && walk.Physical == Device);
        if (isTaken && isMapped)
        {
            Meet(in session, ref report);
        }

        SayBlock(in session, ref report, "the block from before "u8, block, isTaken);
        bool isFreed = session.Memory.TryUnmapDevice(ref session.Machine, window) == VmStatus.Ok;
        isFreed &= session.Memory.TryFree(ref session.Machine, block) == VmStatus.Ok;
        session.Memory.TrimHeap(ref session.Machine);
        report.Say("all given back: "u8);
        report.SaySize(session.Memory.Window.GapInBytes);
        report.Say(" between them"u8);
        report.End(isFreed && session.Memory.Window.GapInBytes >= gap);
    }

    private static void Meet<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // Each block holds the address of the one before.
        uint previous = 0;
        uint count = 0;
        VmStatus status = VmStatus.Ok;
        while (count < MostBlocks)
        {
            status = session.Memory.TryAllocate(ref session.Machine, BigBlock, out VirtualAddress block);
            if (status != VmStatus.Ok)
            {
                break;
            }

            session.Machine.Data<uint>(block) = previous;
            previous = block.Value;
            count++;
        }

        report.Say("heap takes "u8);
        report.SayNumber(count);
        report.Say(" blocks of 1M, then: "u8);
        report.Say(StatusText.Of(status));
        report.End(status == VmStatus.WindowFull && count != 0);
        PhysicalRange more = new(Device, session.Memory.Window.GapInBytes);
        status = session.Memory.TryMapDevice(ref session.Machine, more, out _);
        report.Say("MMIO of "u8);
        report.SaySize(more.LengthInBytes);
        report.Say(" more: "u8);
        report.Say(StatusText.Of(status));
        report.End(status == VmStatus.WindowFull);
        status = session.Memory.TryAllocate(ref session.Machine, SmallBlock, out VirtualAddress small);
        report.Say("a block of 100 bytes still fits: "u8);
        report.SayHex(small.Value);
        report.End(status == VmStatus.Ok
            && session.Memory.TryFree(ref session.Machine, small) == VmStatus.Ok);
        uint freed = 0;
        while (previous != 0)
        {
            VirtualAddress block = new(previous);
            previous = session.Machine.Data<uint>(block);
            freed += session.Memory.TryFree(ref session.Machine, block) == VmStatus.Ok ? 1u : 0u;
        }

        report.SayNumber(freed);
        report.Say(" blocks freed"u8);
        report.End(freed == count);
    }

    private static void SayBlock<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref DemoReport<TBoard> report,
        ReadOnlySpan<byte> name,
        VirtualAddress block,
        bool isTaken)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint word = isTaken ? session.Machine.Data<uint>(block) : 0;
        report.Say(name);
        report.SayHex(block.Value);
        report.Say(" holds "u8);
        report.SayHex(word);
        report.End(word == Word);
    }
}
