using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Programs in user mode. A board that executes no instructions makes the processes and ends them.</summary>
internal static class ProcessTests
{
    private const uint Status = 42;
    private const uint CallNumber = 7;
    private const uint LastKept = 12; // r2 to r12 but r7, which has the number
    private const uint Kept = 0x1234_0000;
    private const int PrivilegedCount = 6;
    private const int NameWidth = 5;
    private const uint FuzzRounds = 20_000;

    private static VirtualAddress BehindData => UserProgram.Data.Add(PageSize.Small);

    internal static void ProgramExits<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        code.Set(0, Status);
        code.Call(SystemCall.Exit);
        ExpectStatus(in session, ref check, in code, Status, "the status"u8);
    }

    internal static void CallsKeepRegisters<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        for (uint register = 2; register <= LastKept; register++)
        {
            code.Set(register, Kept + register);
        }

        code.Call(SystemCall.None);
        code.Call(SystemCall.Yield);
        code.Move(0, 2);
        uint sum = Kept + 2;
        for (uint register = 3; register <= LastKept; register++)
        {
            if (register != CallNumber)
            {
                code.AddRegister(0, register);
                sum += Kept + register;
            }
        }

        code.Call(SystemCall.Exit);
        ExpectStatus(in session, ref check, in code, sum, "the sum of r2 to r12"u8);
    }

    internal static void ProgramFaultsAreDecoded<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress text = LinearMap.ToVirtual(session.Memory.Image.Text.Start);
        ExpectFault(in session, ref check, MemoryAccess.Read, default, ProcessEndReason.NotMapped);
        ExpectFault(in session, ref check, MemoryAccess.Write, new(0x7FFF_FFFC), ProcessEndReason.NotMapped);
        ExpectFault(in session, ref check, MemoryAccess.Execute, new(0x4000_0000), ProcessEndReason.NotMapped);
        ExpectFault(in session, ref check, MemoryAccess.Write, UserProgram.Code, ProcessEndReason.Protection);
        ExpectFault(in session, ref check, MemoryAccess.Execute, UserProgram.Data, ProcessEndReason.Protection);
        ExpectFault(in session, ref check, MemoryAccess.Read, text, ProcessEndReason.Forbidden);
        ExpectFault(in session, ref check, MemoryAccess.Write, new(0x8000_0000), ProcessEndReason.Forbidden);
        ExpectFault(in session, ref check, MemoryAccess.Execute, text, ProcessEndReason.Forbidden);
        ExpectFault(in session, ref check, MemoryAccess.Read, new(0xC000_0000), ProcessEndReason.Forbidden);
        ExpectFault(in session, ref check, MemoryAccess.Read, new(0xFFFF_0000), ProcessEndReason.Forbidden);
        ExpectFault(in session, ref check, MemoryAccess.Execute, new(0xFFFF_0008), ProcessEndReason.Forbidden);
    }

    internal static void PrivilegedInstructionsAreUndefined<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ReadOnlySpan<byte> names = "DACR TTBR0SCTLRTLBI URO  udf  "u8;
        for (int index = 0; index < PrivilegedCount; index++)
        {
            ArmCode code = default;
            code.Set(0, Status);
            int place = code.Length;
            code.Emit(index switch
            {
                0 => 0xEE03_0F10, // mcr p15, 0, r0, c3, c0, 0
                1 => 0xEE12_0F10, // mrc p15, 0, r0, c2, c0, 0
                2 => 0xEE01_0F10, // mcr p15, 0, r0, c1, c0, 0
                3 => 0xEE08_0F17, // mcr p15, 0, r0, c8, c7, 0
                4 => 0xEE0D_0F70, // mcr p15, 0, r0, c13, c0, 3
                _ => 0xE7F0_00F0, // udf #0
            });
            code.Call(SystemCall.Exit);
            ExpectEnd(
                in session,
                ref check,
                in code,
                ProcessEndReason.UndefinedInstruction,
                MemoryAccess.Execute,
                UserProgram.AddressOf(place),
                names.Slice(index * NameWidth, NameWidth));
        }
    }

    internal static void ProgramHandlesItsFault<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // The handler puts the data page's address into r1 of the interrupted code, which then tries its store again.
        ArmCode code = default;
        int start = code.Reserve();
        int handler = code.Length;
        code.Set(1, UserProgram.Data.Value);
        code.Emit(0xE580_1018); // str r1, [r0, #24]: UserFault.Registers[1]
        code.Set(0, (uint)FaultAction.Resume);
        code.Call(SystemCall.FaultReturn);
        code.BranchHere(start);
        SetHandler(ref code, handler);
        code.Set(2, Status);
        code.Set(1, BehindData.Value);
        code.Store(2, 1);
        code.Set(3, UserProgram.Data.Value);
        code.Load(0, 3);
        code.Call(SystemCall.Exit);
        ExpectStatus(in session, ref check, in code, Status, "the word that was stored"u8);
    }

    internal static void FaultInAHandlerEndsTheProgram<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        int start = code.Reserve();
        int handler = code.Length;
        code.Set(1, UserProgram.Code.Value);
        code.Store(1, 1);
        code.BranchHere(start);
        SetHandler(ref code, handler);
        code.Set(1, BehindData.Value);
        code.Store(1, 1);
        ExpectEnd(
            in session,
            ref check,
            in code,
            ProcessEndReason.Protection,
            MemoryAccess.Write,
            UserProgram.Code.Value,
            "a fault of the handler"u8);

        ArmCode giving = default;
        start = giving.Reserve();
        handler = giving.Length;
        giving.Set(0, (uint)FaultAction.End);
        giving.Call(SystemCall.FaultReturn);
        giving.BranchHere(start);
        SetHandler(ref giving, handler);
        giving.Set(1, BehindData.Value);
        giving.Load(1, 1);
        ExpectEnd(
            in session,
            ref check,
            in giving,
            ProcessEndReason.NotMapped,
            MemoryAccess.Read,
            BehindData.Value,
            "a handler that gives up"u8);
    }

    internal static void ChildIsAwaited<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // The child writes to the data page and exits with what it wrote; the parent adds its word, which is still zero.
        ArmCode code = default;
        code.Set(6, UserProgram.Data.Value);
        code.Call(SystemCall.Clone);
        code.Compare(1, 0);
        int parent = code.Reserve();
        code.Set(0, Status);
        code.Store(0, 6);
        code.Call(SystemCall.Exit);
        code.BranchHereUnlessEqual(parent);
        code.Load(5, 6);
        code.Set(0, 0);
        code.Move(1, 6);
        code.Call(SystemCall.Wait);
        code.Add(6, 8); // ProcessEnd.Status
        code.Load(0, 6);
        code.AddRegister(0, 5);
        code.Call(SystemCall.Exit);
        ExpectStatus(in session, ref check, in code, Status, "the status of a child"u8);
    }

    internal static void HostileCallsAreRefused<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => CallFuzz.Run(in session, ref check, 1, FuzzRounds);

    private static void SetHandler(ref ArmCode code, int handler)
    {
        code.Set(0, UserProgram.AddressOf(handler));
        code.Set(1, UserProgram.SecondStack);
        code.Call(SystemCall.SetFaultHandler);
    }

    private static void ExpectFault<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        MemoryAccess access,
        VirtualAddress address,
        ProcessEndReason reason)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        code.Set(1, address.Value);
        switch (access)
        {
            case MemoryAccess.Read:
                code.Load(0, 1);
                break;
            case MemoryAccess.Write:
                code.Store(0, 1);
                break;
            default:
                code.CallRegister(1);
                break;
        }

        code.Call(SystemCall.Exit);
        ExpectEnd(in session, ref check, in code, reason, access, address.Value, "a refused access"u8);
    }

    private static void ExpectEnd<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        in ArmCode code,
        ProcessEndReason reason,
        MemoryAccess access,
        uint address,
        ReadOnlySpan<byte> what)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ProcessEnd end = UserProgram.Run(in session, ref check, in code);
        if (session.Board.RunsPrograms)
        {
            check.Equal((uint)end.Reason, (uint)reason, what);
            check.Equal((uint)end.Access, (uint)access, what);
            check.Equal(end.Address, address, what);
        }
    }

    internal static void ExpectStatus<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, in ArmCode code, uint status, ReadOnlySpan<byte> what)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ProcessEnd end = UserProgram.Run(in session, ref check, in code);
        if (session.Board.RunsPrograms)
        {
            check.Equal((uint)end.Reason, (uint)ProcessEndReason.Exited, "the reason"u8);
            check.Equal(end.Status, status, what);
        }
    }
}
