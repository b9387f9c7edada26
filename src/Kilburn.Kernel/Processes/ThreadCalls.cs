using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls about threads.</summary>
internal static class ThreadCalls
{
    /// <summary>What a program's sp is a multiple of where the kernel sets it: the AAPCS has 8.</summary>
    internal const uint StackAlignment = 8;

    internal static SystemCallError Create<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        uint stack = thread.Context.Registers[1];
        if ((stack & (StackAlignment - 1)) != 0)
        {
            return SystemCallError.Misaligned;
        }

        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        VmStatus status = ProcessLife.TryAddThread(ref machine, ref board, ref process, out VirtualAddress address);
        if (status != VmStatus.Ok)
        {
            return CallErrors.Of(status);
        }

        ref ThreadBlock added = ref machine.Data<ThreadBlock>(address);
        ThreadStatus.Enter(ref added, thread.Context.Registers[0]);
        added.Context.Registers[ThreadBlock.StackPointer] = stack;
        added.Context.Registers[0] = thread.Context.Registers[2];
        value = added.Id;
        Scheduler.Wake(ref machine, ref board, ref added);
        return SystemCallError.None;
    }

    internal static SystemCallError Exit<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, uint exitValue)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        if (process.LiveThreads == 1)
        {
            return ProcessCalls.Exit(ref machine, ref board, ref thread, exitValue);
        }

        process.LiveThreads--;
        Scheduler.Forget(ref machine, ref board, ref thread);
        thread.State = ThreadState.Ended;
        thread.ExitValue = exitValue;
        if (TryFindJoiner(ref machine, ref process, thread.Id, out VirtualAddress joiner))
        {
            ref ThreadBlock waiting = ref machine.Data<ThreadBlock>(joiner);
            waiting.Context.Registers[0] = (uint)SystemCallError.None;
            waiting.Context.Registers[ThreadBlock.ValueRegister] = exitValue;
            Scheduler.Wake(ref machine, ref board, ref waiting);
            Remove(ref machine, ref board, ref process, ref thread);
        }

        return CallErrors.Later;
    }

    internal static SystemCallError Join<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        uint id = thread.Context.Registers[0];
        if (id == thread.Id)
        {
            return SystemCallError.NeverEnds;
        }

        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        if (!TryFind(ref machine, ref process, id, out VirtualAddress address)
            || TryFindJoiner(ref machine, ref process, id, out _))
        {
            return SystemCallError.NoSuchThread;
        }

        ref ThreadBlock joined = ref machine.Data<ThreadBlock>(address);
        if (joined.State != ThreadState.Ended)
        {
            thread.State = ThreadState.AwaitingThread;
            thread.Target = id;
            return CallErrors.Later;
        }

        value = joined.ExitValue;
        Remove(ref machine, ref board, ref process, ref joined);
        return SystemCallError.None;
    }

    internal static SystemCallError SetPointer<TBoard>(ref TBoard board, ref ThreadBlock thread)
        where TBoard : struct, IBoard
    {
        thread.ReadOnlyPointer = thread.Context.Registers[0];
        board.SaveThread(ref thread);
        board.LoadThread(ref thread, board.Vfp);
        return SystemCallError.None;
    }

    private static bool TryFind<TMachine>(
        ref TMachine machine, ref ProcessBlock process, uint id, out VirtualAddress thread)
        where TMachine : struct, IMachine
    {
        thread = process.FirstThread;
        while (thread.Value != 0 && machine.Data<ThreadBlock>(thread).Id != id)
        {
            thread = machine.Data<ThreadBlock>(thread).NextOfProcess;
        }

        return thread.Value != 0;
    }

    private static bool TryFindJoiner<TMachine>(
        ref TMachine machine, ref ProcessBlock process, uint id, out VirtualAddress joiner)
        where TMachine : struct, IMachine
    {
        joiner = process.FirstThread;
        while (joiner.Value != 0)
        {
            ref ThreadBlock thread = ref machine.Data<ThreadBlock>(joiner);
            if (thread.State == ThreadState.AwaitingThread && thread.Target == id)
            {
                return true;
            }

            joiner = thread.NextOfProcess;
        }

        return false;
    }

    // The block of a thread that has ended is gone afterwards.
    private static void Remove<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ProcessBlock process, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress self = thread.Self;
        if (process.FirstThread == self)
        {
            process.FirstThread = thread.NextOfProcess;
        }
        else
        {
            VirtualAddress before = process.FirstThread;
            while (machine.Data<ThreadBlock>(before).NextOfProcess != self)
            {
                before = machine.Data<ThreadBlock>(before).NextOfProcess;
            }

            machine.Data<ThreadBlock>(before).NextOfProcess = thread.NextOfProcess;
        }

        ProcessLife.Free(ref machine, ref board, self);
    }
}
