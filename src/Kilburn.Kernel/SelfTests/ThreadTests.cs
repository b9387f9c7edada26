using Kilburn.Core;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Threads of a program: what each has of its own, and that none can keep the processor.</summary>
internal static class ThreadTests
{
    private const uint Own = 111;
    private const uint Other = 222;
    private const uint SecondThread = 2;
    private const uint SleepInMicroseconds = 2000;

    private const uint MoveToVfp = 0xEE00_0A10; // vmov s0, r0
    private const uint MoveFromVfp = 0xEE10_0A10; // vmov r0, s0
    private const uint RegisterShift = 12;
    private const uint WritePointer = 0xEE0D_0F50; // mcr p15, 0, r0, c13, c0, 2
    private const uint ReadPointer = 0xEE1D_0F50; // mrc p15, 0, r0, c13, c0, 2
    private const uint ReadReadOnlyPointer = 0xEE1D_0F70; // mrc p15, 0, r0, c13, c0, 3

    internal static void VfpIsEachThreadsOwn<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // The second one finds zero, which it ends with, and leaves another word behind.
        ArmCode code = default;
        int start = code.Reserve();
        int second = code.Length;
        code.Emit(MoveFromVfp | (5 << (int)RegisterShift));
        code.Set(0, Other);
        code.Emit(MoveToVfp);
        code.Call(SystemCall.Yield);
        code.Move(0, 5);
        code.Call(SystemCall.ThreadExit);
        code.BranchHere(start);
        code.Set(0, Own);
        code.Emit(MoveToVfp);
        CreateAndJoin(ref code, second);
        code.Emit(MoveFromVfp);
        code.AddRegister(0, 1);
        code.Call(SystemCall.Exit);
        ProcessTests.ExpectStatus(in session, ref check, in code, Own, "s0, and what the other had"u8);
    }

    internal static void ThreadPointersAreEachThreadsOwn<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        int start = code.Reserve();
        int second = code.Length;
        code.Set(0, Other);
        code.Emit(WritePointer);
        code.Call(SystemCall.SetThreadPointer);
        code.Call(SystemCall.Yield);
        code.Set(0, 0);
        code.Call(SystemCall.ThreadExit);
        code.BranchHere(start);
        code.Set(0, Own);
        code.Emit(WritePointer);
        code.Set(0, Own + 1);
        code.Call(SystemCall.SetThreadPointer);
        CreateAndJoin(ref code, second);
        code.Emit(ReadPointer);
        code.Emit(ReadReadOnlyPointer | (1 << (int)RegisterShift));
        code.AddRegister(0, 1);
        code.Call(SystemCall.Exit);
        ProcessTests.ExpectStatus(in session, ref check, in code, Own + Own + 1, "both pointers"u8);
    }

    internal static void TimerTakesTheProcessor<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // The first waits for a word of the second's, and never lets go of the processor by itself.
        ArmCode code = default;
        int start = code.Reserve();
        int second = code.Length;
        code.Set(1, UserProgram.Data.Value);
        code.Set(0, 1);
        code.Store(0, 1);
        code.Call(SystemCall.ThreadExit);
        code.BranchHere(start);
        Create(ref code, second);
        code.Set(1, UserProgram.Data.Value);
        int loop = code.Length;
        code.Load(0, 1);
        code.BranchUnlessEqual(0, 1, loop);
        code.Call(SystemCall.Exit);
        ProcessTests.ExpectStatus(in session, ref check, in code, 1, "the word of the second thread"u8);
    }

    internal static void ExclusiveDoesNotOutliveAnEntry<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        code.Set(4, UserProgram.Data.Value);
        code.Emit(0xE194_2F9F); // ldrex r2, [r4]
        code.Call(SystemCall.None);
        code.Emit(0xE184_0F92); // strex r0, r2, [r4]
        code.Call(SystemCall.Exit);
        ProcessTests.ExpectStatus(in session, ref check, in code, 1, "a store that should have failed"u8);
    }

    internal static void SleepLastsAtLeastAsLong<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        code.Set(0, SleepInMicroseconds);
        code.Call(SystemCall.Sleep);
        code.Call(SystemCall.Exit);
        ulong before = session.Board.Now;
        ProcessTests.ExpectStatus(in session, ref check, in code, 0, "sleep's error"u8);
        check.That(
            session.Board.Now - before >= session.Board.TicksOf(SleepInMicroseconds) || !session.Board.RunsPrograms,
            "woken early"u8);
    }

    private static void Create(ref ArmCode code, int entry)
    {
        code.Set(0, UserProgram.AddressOf(entry));
        code.Set(1, UserProgram.SecondStack);
        code.Set(2, 0);
        code.Call(SystemCall.ThreadCreate);
    }

    private static void CreateAndJoin(ref ArmCode code, int entry)
    {
        Create(ref code, entry);
        code.Set(0, SecondThread);
        code.Call(SystemCall.ThreadJoin);
    }
}
