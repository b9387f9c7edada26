using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>Faults of programs: the page comes, the program's own handler is asked, or the process ends.</summary>
public static class UserFaults
{
    private const int Link = 14;

    /// <summary>A refused access.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that made it, which the processor has; its pc is the instruction.</param>
    /// <param name="report">The fault.</param>
    /// <returns>The thread to go on with; zero for the monitor.</returns>
    public static VirtualAddress Enter<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, in FaultReport report)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        FaultOutcome outcome = machine.Data<ProcessBlock>(thread.Process).Space.Resolve(
            ref machine, ref board.Memory.Frames, in report);
        if (outcome == FaultOutcome.Resolved)
        {
            return thread.Self;
        }

        return outcome == FaultOutcome.NeedsPager
            ? AwaitPage(ref machine, ref board, ref thread, in report)
            : Refuse(
                ref machine, ref board, ref thread, (ProcessEndReason)outcome, (MemoryAccess)report.Access, report.Address.Value);
    }

    // Looks again under the lock, which pagers hold when they bring a page: it does not come between the look and the wait.
    [MethodImpl(MethodImplOptions.NoInlining)] // keeps the way of the resolved short
    private static VirtualAddress AwaitPage<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, in FaultReport report)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        VirtualAddress next = thread.Self;
        if (ProcessLife.TryDrop(ref machine, ref board, ref thread))
        {
            next = Scheduler.Next(ref machine, ref board);
        }
        else if (machine.Data<ProcessBlock>(thread.Process).Space.Resolve(ref machine, ref board.Memory.Frames, in report)
            == FaultOutcome.NeedsPager)
        {
            PageWaits.Begin(ref machine, ref board, ref thread);
            next = Scheduler.Next(ref machine, ref board);
        }

        system.Lock.Release(ref machine, LockRank.Processes);
        return next; // what is refused by now is refused once more
    }

    /// <summary>An undefined instruction: VFP's first one of a thread, or the thread's fault.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread, which the processor has; its pc is the instruction.</param>
    /// <returns>The thread to go on with; zero for the monitor.</returns>
    /// <remarks>What is no VFP instruction is met a second time, with VFP on.</remarks>
    public static VirtualAddress EnterUndefined<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (board.Vfp == VfpSwitch.On)
        {
            return Refuse(
                ref machine,
                ref board,
                ref thread,
                ProcessEndReason.UndefinedInstruction,
                MemoryAccess.Execute,
                thread.Context.ProgramCounter);
        }

        // What another thread had in them is in its block since it was switched away from.
        ref CoreThreads core = ref ProcessSystem.OfCore(ref machine, ref board.Processes);
        board.LoadVfp(ref thread);
        core.VfpOwner = thread.Self;
        thread.VfpCore = thread.RunsOn;
        return thread.Self;
    }

    /// <summary>Ends a thread's process by the thread's last fault.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that the core runs; its block is gone afterwards.</param>
    /// <returns>The thread to go on with; zero for none.</returns>
    internal static VirtualAddress End<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        ProcessEnd end = default;
        end.Reason = thread.Context.Reason;
        end.Access = thread.Context.Access;
        end.Address = thread.Context.Address;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        ProcessLife.End(ref machine, ref board, ref machine.Data<ProcessBlock>(thread.Process), in end);
        VirtualAddress next = Scheduler.Next(ref machine, ref board);
        system.Lock.Release(ref machine, LockRank.Processes);
        return next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // keeps the way of the resolved short
    private static VirtualAddress Refuse<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        ref ThreadBlock thread,
        ProcessEndReason reason,
        MemoryAccess access,
        uint address)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.Context.Reason = reason;
        thread.Context.Access = access;
        thread.Context.Address = address;
        if (thread.FaultRecord.Value == 0 && TryCallHandler(ref machine, ref board, ref thread))
        {
            return thread.Self;
        }

        return End(ref machine, ref board, ref thread);
    }

    private static bool TryCallHandler<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        if (process.FaultHandler == 0)
        {
            return false;
        }

        // The record is a multiple of 8 bytes, so that sp stays one.
        VirtualAddress record = new(process.FaultStack - (uint)Unsafe.SizeOf<UserFault>());
        if (!UserMemory.TryWrite(
            ref machine, ref board, process.Space, record, ref thread.Context, out FaultOutcome _))
        {
            return false;
        }

        thread.FaultRecord = record;
        ThreadStatus.Enter(ref thread, process.FaultHandler);
        thread.Context.Registers[0] = record.Value;
        thread.Context.Registers[ThreadBlock.StackPointer] = record.Value;
        thread.Context.Registers[Link] = 0;
        return true;
    }
}
