using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>Where system calls arrive. Whatever the registers hold, a documented error is the worst that comes back.</summary>
/// <remarks>Each call runs to its end, or leaves its thread waiting. Locking: core 0 only, interrupts masked.</remarks>
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
        SystemCall call = (SystemCall)thread.Context.Registers[ThreadBlock.CallRegister];
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

        return Dispatch(ref machine, ref board, ref thread);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // its many registers would be saved for nothing above
    private static VirtualAddress Dispatch<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint value = 0;
        uint first = thread.Context.Registers[0];
        SystemCallError error;
        board.Processes.NeedsPager = false;
        switch ((SystemCall)thread.Context.Registers[ThreadBlock.CallRegister])
        {
            case SystemCall.Write:
                error = OutputCall.Write(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.Exit:
                error = ProcessCalls.Exit(ref machine, ref board, ref thread, first);
                break;
            case SystemCall.Spawn:
                error = ProcessCalls.Spawn(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.Clone:
                error = ProcessCalls.Clone(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.Wait:
                error = ProcessCalls.Wait(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.ThreadCreate:
                error = ThreadCalls.Create(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.ThreadExit:
                error = ThreadCalls.Exit(ref machine, ref board, ref thread, first);
                break;
            case SystemCall.ThreadJoin:
                error = ThreadCalls.Join(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.MoveRange:
                error = MemoryCalls.Move(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.Advise:
                error = MemoryCalls.Advise(ref machine, ref board, ref thread);
                break;
            case SystemCall.ObjectCreate:
                error = ObjectCalls.Create(ref machine, ref board, ref thread, HandleRole.User, out value);
                break;
            case SystemCall.ObjectOpen:
                error = ObjectCalls.Open(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.ObjectResize:
                error = ObjectCalls.Resize(ref machine, ref board, ref thread);
                break;
            case SystemCall.ObjectClose:
                error = ObjectCalls.Close(ref machine, ref board, ref thread);
                break;
            case SystemCall.ObjectSync:
                error = ObjectCalls.Sync(ref machine, ref board, ref thread);
                break;
            case SystemCall.PagerAttach:
                error = ObjectCalls.Create(ref machine, ref board, ref thread, HandleRole.Pager, out value);
                break;
            case SystemCall.PagerServe:
                error = PagerCalls.Serve(ref machine, ref board, ref thread);
                break;
            case SystemCall.PagerReply:
                error = PagerCalls.Reply(ref machine, ref board, ref thread);
                break;
            case SystemCall.Yield:
                Finish(ref thread, SystemCallError.None, 0);
                return Scheduler.Yield(ref machine, ref board, ref thread);
            case SystemCall.Sleep:
                Finish(ref thread, SystemCallError.None, 0);
                Scheduler.Sleep(ref machine, ref board, ref thread, first);
                return Scheduler.Next(ref machine, ref board);
            case SystemCall.Statistics:
                error = StatisticsCall.Read(ref machine, ref board, ref thread, out value);
                break;
            case SystemCall.SetFaultHandler:
                error = FaultCalls.SetHandler(ref machine, ref thread);
                break;
            case SystemCall.SetThreadPointer:
                error = ThreadCalls.SetPointer(ref board, ref thread);
                break;
            default:
                error = SystemCallError.NoSuchCall;
                break;
        }

        if (error == SystemCallError.BadAddress && board.Processes.NeedsPager)
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
