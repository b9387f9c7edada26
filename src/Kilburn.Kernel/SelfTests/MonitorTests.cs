using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>What commands print, and that they fail where they should.</summary>
internal static class MonitorTests
{
    /// <summary>A page of the heap loses its write right: the map says so, and says so no more when it has it back.</summary>
    internal static void MapShowsAChangedDescriptor<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, PageSize.Small, out VirtualAddress block);
        if (!check.Has(status, "a heap block"u8))
        {
            return;
        }

        TranslationContext context = TranslationContext.Read(ref session.Machine);
        TableWalk walk = TableWalk.Of(ref session.Machine, in context, block);
        SmallPageDescriptor page = walk.SecondLevel.Small;
        ReadOnlySpan<byte> changed = "kernel r-- normal global     kernel heap"u8;
        Expect(in session, ref check, "map"u8, changed, 0);
        WriteRights(in session, walk.SecondLevelAddress, block, page.WithRights(AccessPermission.KernelRead, Execution.Never));
        Expect(in session, ref check, "map"u8, changed, 1);
        WriteRights(in session, walk.SecondLevelAddress, block, page);
        Expect(in session, ref check, "map"u8, changed, 0);
        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free the block"u8);
    }

    internal static void MapPrintsTheSeedsTables<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Expect(in session, ref check, "map"u8, "  0x00000000       4K  interrupt vectors"u8, 1);
        Expect(in session, ref check, "map"u8, "  0x00004000      16K  kernel L1 page table"u8, 1);
        Expect(in session, ref check, "map"u8, "KERNEL END: physical memory manager\n"u8, 2);
        Expect(in session, ref check, "map"u8, "  0x80004000      16K  0x00004000  kernel rw- normal global "u8, 1);
        Expect(in session, ref check, "map"u8, "heap grows up, MMIO grows down\n"u8, 1);
        Expect(in session, ref check, "map"u8, "  0xFFFF0000       4K  0x00000000  kernel r-x normal global "u8, 1);
    }

    internal static void WalkEndsInWords<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Expect(
            in session,
            ref check,
            "walk 0x80004000"u8,
            "0x80004000 -> 0x00004000 4K kernel rw- normal global\n"u8,
            1);
        Expect(in session, ref check, "walk 0x80004000"u8, "level 2 ["u8, 1);
        Expect(in session, ref check, "walk 0x10"u8, "0x00000010: translation fault, first level\n"u8, 1);
    }

    internal static void StatesArePrinted<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Expect(in session, ref check, "pmm"u8, "free: "u8, 1);
        Expect(in session, ref check, "pmm"u8, "metadata: "u8, 1);
        Expect(in session, ref check, "pmm"u8, "largest block "u8, 1);
        Expect(in session, ref check, "asid"u8, "generation: "u8, 1);
        Expect(in session, ref check, "asid"u8, "rollovers: "u8, 1);
        Expect(in session, ref check, "spaces"u8, "space  asid of generation"u8, 1);
        Expect(in session, ref check, "heap"u8, "heap: 0xC3000000 up to "u8, 1);
        Expect(in session, ref check, "mmio"u8, "mmio: 0xFFF00000 down to "u8, 1);
    }

    internal static void WrongCommandsAreNamed<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ExpectFailure(in session, ref check, "no-such-command"u8, "unknown command: no-such-command\n"u8);
        ExpectFailure(in session, ref check, "walk"u8, "missing argument; usage: walk ADDR\n"u8);
        ExpectFailure(in session, ref check, "walk 0xG"u8, "not a number: 0xG"u8);
        ExpectFailure(in session, ref check, "walk 0x123456789"u8, "not a number: 0x123456789"u8);
        ExpectFailure(in session, ref check, "read 0x80000001"u8, "0x80000001: not a multiple of 4\n"u8);
        ExpectFailure(in session, ref check, "map twice"u8, "one argument too many: twice"u8);
        ExpectFailure(in session, ref check, "space"u8, "usage: space new | space use ID"u8);
        ExpectFailure(in session, ref check, "space destroy 4000000"u8, "no such space\n"u8);
    }

    internal static void BatchStopsAtTheFirstFailure<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ExpectFailure(in session, ref check, "walk 0x10; nonsense; walk 0x20"u8, "0x00000010: translation fault"u8);
        session.Board.Listen("0x00000020: translation fault"u8);
        _ = MonitorShell.RunLine(in session, "nonsense; walk 0x20"u8, Echo.Off); // what was printed counts
        check.Equal(session.Board.StopListening(), 0, "commands after a failure"u8);
    }

    internal static void FaultCommandSurvives<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Expect(
            in session,
            ref check,
            "fault read 0x10"u8,
            "fault read 0x00000010: translation, first level, survived\n"u8,
            1);
        Expect(
            in session,
            ref check,
            "fault write 0xFFFF0000"u8,
            "fault write 0xFFFF0000: permission, second level, survived\n"u8,
            1);
        ExpectFailure(in session, ref check, "fault read 0x80004000"u8, "no fault\n"u8);
        ExpectFailure(in session, ref check, "fault exec 0xFFFF0000"u8, "not tried"u8);
        ExpectFailure(in session, ref check, "write 0xFFFF0000 1"u8, "permission, second level\n"u8);
    }

    internal static void StepsArePrinted<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, PageSize.Small, out VirtualAddress block);
        check.Succeeds(status, "a heap block"u8);
        session.Machine.Steps = Steps.On;
        session.Board.Listen(" kernel rw- normal global -> none\n"u8);
        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free the block"u8);
        session.Memory.TrimHeap(ref session.Machine);
        check.That(session.Board.StopListening() != 0, "no descriptor was printed"u8);
        session.Board.Listen("maintain  DSB, TLBIMVAAIS 0xC3"u8);
        status = session.Memory.TryAllocate(ref session.Machine, PageSize.Small, out block);
        check.Succeeds(status, "another"u8);
        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free it"u8);
        session.Memory.TrimHeap(ref session.Machine);
        check.That(session.Board.StopListening() != 0, "no maintenance was printed"u8);
        session.Board.Listen("  return    0x"u8);
        status = session.Memory.TryAllocate(ref session.Machine, PageSize.Small, out block);
        check.Succeeds(status, "a third"u8);
        check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free it"u8);
        session.Memory.TrimHeap(ref session.Machine);
        check.That(session.Board.StopListening() != 0, "no frame was printed"u8);
        session.Machine.Steps = Steps.Off;
    }

    internal static void HelpListsEveryCommand<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Expect(in session, ref check, "help"u8, "\n"u8, CommandTable.Count);
    }

    private static void Expect<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        ReadOnlySpan<byte> line,
        ReadOnlySpan<byte> text,
        uint count)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Board.Listen(text);
        CommandOutcome outcome = MonitorShell.RunLine(in session, line, Echo.Off);
        check.Equal(session.Board.StopListening(), count, text);
        check.That(outcome == CommandOutcome.Done, line);
    }

    private static void ExpectFailure<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, ReadOnlySpan<byte> line, ReadOnlySpan<byte> text)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Board.Listen(text);
        CommandOutcome outcome = MonitorShell.RunLine(in session, line, Echo.Off);
        check.Equal(session.Board.StopListening(), 1, text);
        check.That(outcome == CommandOutcome.Failed, line);
    }

    private static void WriteRights<TInner, TBoard>(
        in Session<TInner, TBoard> session, PhysicalAddress entry, VirtualAddress page, SmallPageDescriptor descriptor)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Descriptor.Write(ref session.Machine, entry, descriptor.Raw);
        session.Machine.RemovePageOfAllAsids(page);
    }
}
