using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Aborts of programs that no table decides: they end the program, decoded, and nothing else.</summary>
internal static class AbortTests
{
    private const uint Misalignment = 2;
    private const uint LoadMultiple = 0xE891_000C; // ldm r1, {r2, r3}
    private const uint StoreMultiple = 0xE881_000C; // stm r1, {r2, r3}
    private const uint LoadExclusive = 0xE191_2F9F; // ldrex r2, [r1]

    private static VirtualAddress Hole => new(0x3000_0000);

    // Where a Raspberry Pi 2 has nothing: behind the cores' own registers.
    private static PhysicalAddress Nothing => new(0x5000_0000);

    internal static void ProgramAbortsAreDecoded<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ExpectAlignment(in session, ref check, LoadMultiple, MemoryAccess.Read, "ldm"u8);
        ExpectAlignment(in session, ref check, StoreMultiple, MemoryAccess.Write, "stm"u8);
        ExpectAlignment(in session, ref check, LoadExclusive, MemoryAccess.Read, "ldrex"u8);
        ExpectExternal(in session, ref check, MemoryAccess.Read, "a load from nothing"u8);
        ExpectExternal(in session, ref check, MemoryAccess.Write, "a store to nothing"u8);
    }

    private static void ExpectAlignment<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, uint instruction, MemoryAccess access, ReadOnlySpan<byte> what)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint address = UserProgram.Data.Value + Misalignment;
        ArmCode code = default;
        code.Set(1, address);
        code.Store(0, 1); // one word may lie anywhere (SCTLR.A is clear)
        code.Emit(instruction);
        code.Call(SystemCall.Exit);
        ProcessEnd end = UserProgram.Run(in session, ref check, in code);
        Expect(in session, ref check, in end, ProcessEndReason.Alignment, access, address, what);
    }

    private static void ExpectExternal<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, MemoryAccess access, ReadOnlySpan<byte> what)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        code.Set(1, Hole.Value);
        if (access == MemoryAccess.Read)
        {
            code.Load(0, 1);
        }
        else
        {
            code.Store(0, 1);
        }

        code.Call(SystemCall.Exit);
        if (!check.Has(UserProgram.TryMake(in session, in code, out VirtualAddress process), "make a process"u8))
        {
            return;
        }

        VmStatus status = session.Machine.Data<ProcessBlock>(process).Space.TryMapFrames(
            ref session.Machine.Inner,
            ref session.Memory.Frames,
            Hole,
            Nothing,
            1,
            AccessPermission.ReadWrite,
            Execution.Never,
            MemoryType.Device);
        _ = check.Has(status, "map nothing"u8);
        if (!session.Board.RunsPrograms)
        {
            UserProgram.End(in session, process);
            return;
        }

        ProcessRun.Await(ref session.Machine.Inner, ref session.Board.Inner, process, out ProcessEnd end);
        Expect(in session, ref check, in end, ProcessEndReason.External, access, Hole.Value, what);
    }

    private static void Expect<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        in ProcessEnd end,
        ProcessEndReason reason,
        MemoryAccess access,
        uint address,
        ReadOnlySpan<byte> what)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (session.Board.RunsPrograms)
        {
            check.Equal((uint)end.Reason, (uint)reason, what);
            check.Equal((uint)end.Access, (uint)access, what);
            check.Equal(end.Address, address, what);
        }
    }
}
