using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls of a process that handles its own faults.</summary>
internal static class FaultCalls
{
    private const uint RegisterOffset = 3 * sizeof(uint); // of UserFault.ProgramCounter
    private const int RegisterBytes = (2 + UserFault.GeneralRegisters.Count) * sizeof(uint);

    internal static SystemCallError SetHandler<TMachine>(ref TMachine machine, ref ThreadBlock thread)
        where TMachine : struct, IMachine
    {
        uint stack = thread.Context.Registers[1];
        if ((stack & (ThreadCalls.StackAlignment - 1)) != 0)
        {
            return SystemCallError.Misaligned;
        }

        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        process.FaultHandler = thread.Context.Registers[0];
        process.FaultStack = stack;
        return SystemCallError.None;
    }

    /// <summary>Ends the handling of a fault: the thread goes on with the registers that its handler leaves it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread.</param>
    /// <returns>The thread to go on with; zero for the monitor.</returns>
    internal static VirtualAddress Return<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        FaultAction action = (FaultAction)thread.Context.Registers[0];
        if (thread.FaultRecord.Value == 0 || action > FaultAction.End)
        {
            CallGate.Finish(ref thread, SystemCallError.BadArgument, 0);
            return thread.Self;
        }

        if (action == FaultAction.End || !TryReadRegisters(ref machine, ref board, ref thread))
        {
            return UserFaults.End(ref machine, ref board, ref thread);
        }

        thread.Context.Status = ThreadStatus.Of(thread.Context.Status);
        thread.Context.ProgramCounter = ThreadStatus.Align(thread.Context.ProgramCounter, thread.Context.Status);
        thread.FaultRecord = default;
        return thread.Self;
    }

    // Straight to where they belong: when not all come, they are needed no more.
    private static bool TryReadRegisters<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = machine.Data<ProcessBlock>(thread.Process).Space;
        Span<byte> registers = MemoryMarshal.CreateSpan(
            ref Unsafe.As<uint, byte>(ref thread.Context.ProgramCounter), RegisterBytes);
        return UserMemory.Read(
            ref machine, ref board, space, thread.FaultRecord.Add(RegisterOffset), registers, out FaultOutcome _)
            == RegisterBytes;
    }
}
