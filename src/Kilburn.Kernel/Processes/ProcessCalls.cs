using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Programs;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls that begin, end and await processes.</summary>
internal static class ProcessCalls
{
    internal static SystemCallError Exit<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, uint status)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ProcessEnd end = default;
        end.Status = status;
        ProcessLife.End(ref machine, ref board, ref machine.Data<ProcessBlock>(thread.Process), in end);
        return CallErrors.Later;
    }

    internal static SystemCallError Spawn<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        uint argumentsLength = thread.Context.Registers[3];
        if (argumentsLength > ProgramLayout.LongestArguments)
        {
            return SystemCallError.BadArgument;
        }

        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        ShortName name = default;
        SystemCallError error = name.TryRead(
            ref machine, ref board, process.Space, thread.Context.Registers[0], thread.Context.Registers[1]);
        if (error != SystemCallError.None)
        {
            return error;
        }

        ArgumentBytes bytes = default;
        Span<byte> arguments =
            MemoryMarshal.CreateSpan(ref Unsafe.As<ArgumentBytes, byte>(ref bytes), (int)argumentsLength);
        VirtualAddress start = new(thread.Context.Registers[2]);
        if (UserMemory.Read(ref machine, ref board, process.Space, start, arguments, out FaultOutcome _) != argumentsLength)
        {
            return SystemCallError.BadAddress;
        }

        error = ProcessStart.TrySpawn(
            ref machine, ref board, process.Id, name.Text, arguments, out VirtualAddress child, out ElfStatus _);
        value = error == SystemCallError.None ? machine.Data<ProcessBlock>(child).Id : 0;
        return error;
    }

    internal static SystemCallError Clone<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = ProcessStart.TryClone(ref machine, ref board, ref thread, out VirtualAddress child);
        value = status == VmStatus.Ok ? machine.Data<ProcessBlock>(child).Id : 0;
        return CallErrors.Of(status);
    }

    // A thread that has to wait makes the call again when it is woken: only then is its space current for the record.
    internal static SystemCallError Wait<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint id = thread.Context.Registers[0];
        VirtualAddress record = new(thread.Context.Registers[1]);
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        value = 0;
        SystemCallError error = Find(ref machine, ref board, process.Id, id, out VirtualAddress ended);
        if (error != SystemCallError.None)
        {
            return error;
        }

        if (ended.Value == 0)
        {
            thread.State = ThreadState.AwaitingChild;
            thread.Target = id;
            thread.Context.ProgramCounter -= ThreadStatus.LengthOfCall(thread.Context.Status);
            return CallErrors.Later;
        }

        ref ProcessBlock child = ref machine.Data<ProcessBlock>(ended);
        if (record.Value != 0
            && !UserMemory.TryWrite(ref machine, ref board, process.Space, record, ref child.End, out FaultOutcome _))
        {
            return SystemCallError.BadAddress;
        }

        value = child.Id;
        ProcessLife.Reap(ref machine, ref board, ref child);
        return SystemCallError.None;
    }

    // The child that has ended, if any has; an error when none ever will.
    private static SystemCallError Find<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, uint parent, uint id, out VirtualAddress ended)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ended = default;
        bool hasChild = false;
        VirtualAddress next = board.Processes.FirstProcess;
        while (next.Value != 0)
        {
            ref ProcessBlock child = ref machine.Data<ProcessBlock>(next);
            next = child.Next;
            if (child.Parent != parent || (id != 0 && child.Id != id))
            {
                continue;
            }

            hasChild = true;
            if (child.HasEnded)
            {
                ended = child.Self;
                break;
            }
        }

        return hasChild ? SystemCallError.None
            : id == 0 ? SystemCallError.NeverEnds
            : SystemCallError.NoSuchProcess;
    }

    [InlineArray((int)ProgramLayout.LongestArguments)]
    private struct ArgumentBytes
    {
        private byte _first;
    }
}
