using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>Where system calls arrive. Whatever the registers hold, a documented error is the worst that comes back.</summary>
/// <remarks>
/// Each call runs to its end, or leaves its thread waiting. Calls that change nothing but the caller's space, or that read, go without the lock
/// of processes (<see cref="TryWithoutLock"/>): threads of one process map and unmap at once.
/// </remarks>
public static class CallGate
{
    /// <summary>Does what a thread asks for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread, which the processor has: its registers say what.</param>
    /// <returns>The thread to go on with; zero for the monitor.</returns>
    public static VirtualAddress Enter<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        SystemCall call = (SystemCall)thread.Context.Registers[ThreadBlock.CallRegister]; // a call may change the registers
        if (call == SystemCall.None)
        {
            Finish(ref thread, SystemCallError.None, 0);
            return thread.Self;
        }

        if (call - SystemCall.Map <= SystemCall.Protect - SystemCall.Map)
        {
            MemoryCalls.Enter(ref machine, ref board, ref thread, call);
            return thread.Self;
        }

        if (call == SystemCall.FaultReturn)
        {
            return FaultCalls.Return(ref machine, ref board, ref thread);
        }

        return Dispatch(ref machine, ref board, ref thread, call);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // its many registers would be saved for nothing above
    private static VirtualAddress Dispatch<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, SystemCall call)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        ref CoreThreads core = ref ProcessSystem.OfCore(ref machine, ref system);
        core.NeedsPager = false;
        if (TryWithoutLock(ref machine, ref board, ref thread, call, out SystemCallError error, out uint value))
        {
            if (error != SystemCallError.BadAddress || !core.NeedsPager)
            {
                Finish(ref thread, error, value);
                return thread.Self;
            }

            // A page that a pager brings: made again under the lock, so that it does not come between the look and the wait.
            core.NeedsPager = false;
        }

        system.Lock.Acquire(ref machine, LockRank.Processes);
        VirtualAddress next = ProcessLife.TryDrop(ref machine, ref board, ref thread)
            ? Scheduler.Next(ref machine, ref board)
            : WithLock(ref machine, ref board, ref thread, call, ref core);
        system.Lock.Release(ref machine, LockRank.Processes);
        return next;
    }

    private static VirtualAddress WithLock<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, SystemCall call, ref CoreThreads core)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (call == SystemCall.Yield)
        {
            Finish(ref thread, SystemCallError.None, 0);
            return Scheduler.Yield(ref machine, ref board, ref thread);
        }

        SystemCallError error = Do(ref machine, ref board, ref thread, call, out uint value);
        if (error == SystemCallError.BadAddress && core.NeedsPager)
        {
            // Nothing was changed before all of the program's memory was looked at: the call is made again.
            thread.Context.ProgramCounter -= ThreadStatus.LengthOfCall(thread.Context.Status);
            PageWaits.Begin(ref machine, ref board, ref thread);
            error = CallErrors.Later;
        }

        if (error == CallErrors.Later)
        {
            return Scheduler.Next(ref machine, ref board);
        }

        Finish(ref thread, error, value);
        return thread.Self;
    }

    /// <returns>False when the call needs the lock, or has to be made again with it.</returns>
    private static bool TryWithoutLock<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        ref ThreadBlock thread,
        SystemCall call,
        out SystemCallError error,
        out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        error = SystemCallError.None;
        switch (call)
        {
            case SystemCall.Write:
                error = OutputCall.Write(ref machine, ref board, ref thread, out value);
                return true;
            case SystemCall.MoveRange:
                error = MemoryCalls.Move(ref machine, ref board, ref thread, out value);
                return true;
            case SystemCall.Advise:
                error = MemoryCalls.Advise(ref machine, ref board, ref thread);
                return true;
            case SystemCall.Statistics:
                error = StatisticsCall.Read(ref machine, ref board, ref thread, out value);
                return true;
            case SystemCall.SetFaultHandler:
                error = FaultCalls.SetHandler(ref machine, ref thread);
                return true;
            case SystemCall.SetThreadPointer:
                error = ThreadCalls.SetPointer(ref board, ref thread);
                return true;
            default:
                return false;
        }
    }

    private static SystemCallError Do<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, SystemCall call, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        switch (call)
        {
            case SystemCall.Write:
                return OutputCall.Write(ref machine, ref board, ref thread, out value);
            case SystemCall.Exit:
                return ProcessCalls.Exit(ref machine, ref board, ref thread, thread.Context.Registers[0]);
            case SystemCall.Spawn:
                return ProcessCalls.Spawn(ref machine, ref board, ref thread, out value);
            case SystemCall.Clone:
                return ProcessCalls.Clone(ref machine, ref board, ref thread, out value);
            case SystemCall.Wait:
                return ProcessCalls.Wait(ref machine, ref board, ref thread, out value);
            case SystemCall.ThreadCreate:
                return ThreadCalls.Create(ref machine, ref board, ref thread, out value);
            case SystemCall.ThreadExit:
                return ThreadCalls.Exit(ref machine, ref board, ref thread, thread.Context.Registers[0]);
            case SystemCall.ThreadJoin:
                return ThreadCalls.Join(ref machine, ref board, ref thread, out value);
            case SystemCall.ObjectCreate:
                return ObjectCalls.Create(ref machine, ref board, ref thread, HandleRole.User, out value);
            case SystemCall.ObjectOpen:
                return ObjectCalls.Open(ref machine, ref board, ref thread, out value);
            case SystemCall.ObjectResize:
                return ObjectCalls.Resize(ref machine, ref board, ref thread);
            case SystemCall.ObjectClose:
                return ObjectCalls.Close(ref machine, ref board, ref thread);
            case SystemCall.ObjectSync:
                return ObjectCalls.Sync(ref machine, ref board, ref thread);
            case SystemCall.PagerAttach:
                return ObjectCalls.Create(ref machine, ref board, ref thread, HandleRole.Pager, out value);
            case SystemCall.PagerServe:
                return PagerCalls.Serve(ref machine, ref board, ref thread);
            case SystemCall.PagerReply:
                return PagerCalls.Reply(ref machine, ref board, ref thread);
            case SystemCall.Sleep:
                Scheduler.Sleep(ref machine, ref board, ref thread, thread.Context.Registers[0]);
                Finish(ref thread, SystemCallError.None, 0);
                return CallErrors.Later;
            case SystemCall.Statistics:
                return StatisticsCall.Read(ref machine, ref board, ref thread, out value);
            default:
                return SystemCallError.NoSuchCall;
        }
    }

    /// <summary>Gives a call's result to its thread.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="error">What was wrong.</param>
    /// <param name="value">What the call gives besides.</param>
    internal static void Finish(ref ThreadBlock thread, SystemCallError error, uint value)
    {
        thread.Context.Registers[0] = (uint)error;
        thread.Context.Registers[ThreadBlock.ValueRegister] = value;
    }
}
