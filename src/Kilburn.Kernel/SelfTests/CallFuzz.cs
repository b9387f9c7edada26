using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Benchmarks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Programs that ask for anything: random calls with random and edge values, faults and timer interrupts between them.</summary>
/// <remarks>
/// The calls come in as from a program, but no program runs: registers are set in its place. After each call: the error is a documented
/// one, all registers but r0 and r1 are kept, and a call that failed has left the process as it was. At the end all is given back.
/// </remarks>
public static class CallFuzz
{
    private const uint LimitPages = 128;
    private const uint Registers = 15;
    private const uint FirstKept = 2;
    private const uint ArgumentCount = 5;
    private const uint LastError = (uint)SystemCallError.NotKept;
    private const uint LastCall = (uint)SystemCall.ObjectSync;
    private const uint SomePages = 8;
    private const uint SmallNumbers = 40;
    private const uint SomeHandles = 4;
    private const uint ShortSleep = 100; // microseconds
    private const uint HashFactor = 16_777_619;

    private static VirtualAddress Range => new(0x0010_0000);

    /// <summary>Makes calls.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="check">Is told what is wrong.</param>
    /// <param name="seed">Which calls.</param>
    /// <param name="rounds">How many.</param>
    public static void Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check, uint seed, uint rounds)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Heap.ReadStatistics(ref session.Machine.Inner, out HeapStatistics before);
        RandomSequence random = new(seed);
        VirtualAddress current = default;
        for (uint round = 0; round < rounds && !check.HasFailed; round++)
        {
            current = current.Value != 0 ? current : Begin(in session, ref check);
            if (current.Value != 0)
            {
                current = Step(in session, ref check, ref random, current, round);
            }
        }

        EndAll(in session);
        session.Memory.Heap.ReadStatistics(ref session.Machine.Inner, out HeapStatistics after);
        check.Equal(after.SmallBlockCount + after.LargeBlockCount, before.SmallBlockCount + before.LargeBlockCount, "heap blocks kept"u8);
    }

    private static VirtualAddress Begin<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        EndAll(in session);
        ArmCode code = default;
        if (!check.Has(UserProgram.TryMake(in session, in code, out VirtualAddress process), "make a process"u8))
        {
            return default;
        }

        ref ProcessBlock block = ref session.Machine.Data<ProcessBlock>(process);
        SpaceLimits limits = new() { ReservedPages = LimitPages, ResidentPages = LimitPages, Tables = LimitPages };
        block.Space.SetLimits(ref session.Machine.Inner, in limits);
        session.Board.Processes.Awaited = block.Id;
        return Scheduler.Enter(ref session.Machine.Inner, ref session.Board.Inner);
    }

    private static void EndAll<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        while (session.Board.Processes.FirstProcess.Value != 0)
        {
            VirtualAddress first = session.Board.Processes.FirstProcess;
            ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(first);
            if (!process.HasEnded)
            {
                UserProgram.End(in session, first);
            }

            // One that is awaited stays, and one whose parent is there.
            if (session.Board.Processes.FirstProcess == first)
            {
                ProcessLife.Reap(ref session.Machine.Inner, ref session.Board.Inner, ref session.Machine.Data<ProcessBlock>(first));
            }
        }

        // Nobody is awaited any more: the processor goes back.
        session.Board.Processes.Awaited = 0;
        _ = Scheduler.Enter(ref session.Machine.Inner, ref session.Board.Inner);
    }

    private static VirtualAddress Step<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, ref RandomSequence random, VirtualAddress current, uint round)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ThreadBlock thread = ref session.Machine.Data<ThreadBlock>(current);
        switch (random.Below(16))
        {
            case 0:
                return Scheduler.Tick(ref session.Machine.Inner, ref session.Board.Inner, ref thread);
            case 1:
            case 2:
                FaultAccess access = (FaultAccess)random.Below(3);
                VirtualAddress address = new(AnyAddress(in session, ref random));
                FaultReport report = new(FaultStatus.TranslationSecondLevel, access, address, 1);
                return UserFaults.Enter(ref session.Machine.Inner, ref session.Board.Inner, ref thread, in report);
            case 3:
                return UserFaults.EnterUndefined(ref session.Machine.Inner, ref session.Board.Inner, ref thread);
            default:
                return Call(in session, ref check, ref random, ref thread, round);
        }
    }

    private static VirtualAddress Call<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, ref RandomSequence random, ref ThreadBlock thread, uint round)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint call = random.Below(16) == 0 ? AnyWord(in session, ref random) : random.Below(LastCall + 2);
        for (int register = 0; register < ArgumentCount; register++)
        {
            thread.Context.Registers[register] = AnyWord(in session, ref random);
        }

        if (random.Below(4) != 0)
        {
            AskForMore(ref random, (SystemCall)call, ref thread.Context.Registers);
        }

        if (call == (uint)SystemCall.Sleep && session.Board.RunsPrograms)
        {
            thread.Context.Registers[0] = random.Below(ShortSleep);
        }

        if (call == (uint)SystemCall.Write && session.Board.RunsPrograms)
        {
            thread.Context.Registers[0] |= AddressSpace.EndValue; // what they write is not for people
        }

        thread.Context.Registers[ThreadBlock.CallRegister] = call;
        UserFault asked = thread.Context;
        VirtualAddress self = thread.Self;
        VirtualAddress record = thread.FaultRecord;
        uint state = StateOf(in session, ref session.Machine.Data<ProcessBlock>(thread.Process));
        VirtualAddress next = CallGate.Enter(ref session.Machine.Inner, ref session.Board.Inner, ref thread);
        if (next != self)
        {
            return next; // it waits or has ended; its block may be gone
        }

        uint error = thread.Context.Registers[0];
        if (record != thread.FaultRecord)
        {
            return next; // it goes on with the registers that its fault interrupted
        }

        check.That(error <= LastError, "an error that is none"u8, call);
        for (int register = (int)FirstKept; register < Registers; register++)
        {
            check.That(
                thread.Context.Registers[register] == asked.Registers[register], "a register that was not kept"u8, round);
        }

        if (error != 0)
        {
            uint now = StateOf(in session, ref session.Machine.Data<ProcessBlock>(thread.Process));
            check.That(now == state, "a call that failed and changed something"u8, call);
        }

        return next;
    }

    // Words alone rarely make a call that succeeds.
    private static void AskForMore(ref RandomSequence random, SystemCall call, ref UserFault.GeneralRegisters registers)
    {
        uint page = Range.Value + (random.Below(2 * SomePages) << PageSize.SmallShift);
        uint length = (random.Below(SomePages) + 1) << PageSize.SmallShift;
        switch (call)
        {
            case SystemCall.Map:
                registers[0] = page;
                registers[1] = length;
                registers[2] = random.Below(8) | (random.Below(6) << MapFlagShift.Kind)
                    | (random.Below(8) << MapFlagShift.Placement) | (random.Below(2) << MapFlagShift.GuardPages);
                registers[3] = random.Below(SomeHandles);
                registers[4] = random.Below(SomePages) << PageSize.SmallShift;
                break;
            case SystemCall.MoveRange:
                registers[0] = page;
                registers[1] = length;
                registers[2] = random.Below(2) == 0 ? length : (random.Below(SomePages) + 1) << PageSize.SmallShift;
                registers[3] = random.Below(4) << MapFlagShift.Placement;
                registers[4] = random.Below(2) == 0 ? page : Range.Value + (random.Below(2 * SomePages) << PageSize.SmallShift);
                break;
            case SystemCall.Unmap:
            case SystemCall.Protect:
            case SystemCall.Advise:
                registers[0] = page;
                registers[1] = length;
                registers[2] = random.Below(8);
                break;
            case SystemCall.Write:
            case SystemCall.ThreadJoin:
                registers[1] = random.Below(SmallNumbers);
                registers[0] = call == SystemCall.Write ? UserProgram.Data.Value : registers[1];
                break;
            case SystemCall.ThreadCreate:
                registers[1] &= ~7u;
                break;
            case SystemCall.Wait:
                registers[0] = 0;
                registers[1] = UserProgram.Data.Value;
                break;
            case SystemCall.ObjectCreate:
            case SystemCall.PagerAttach:
                registers[0] = length;
                registers[1] = UserProgram.Data.Value;
                registers[2] = random.Below(4);
                break;
            case SystemCall.ObjectOpen:
                registers[0] = UserProgram.Data.Value;
                registers[1] = random.Below(4) - 1; // TextLength.UpToZero, too
                break;
            case SystemCall.ObjectResize:
            case SystemCall.ObjectClose:
            case SystemCall.ObjectSync:
                registers[0] = random.Below(SomeHandles);
                registers[1] = length;
                break;
            case SystemCall.PagerServe:
                registers[0] = UserProgram.Data.Value;
                break;
            case SystemCall.PagerReply:
                registers[0] = random.Below(SomeHandles);
                registers[1] = random.Below(SomePages) << PageSize.SmallShift;
                registers[2] = UserProgram.Data.Value;
                registers[3] = random.Below(3);
                break;
            case SystemCall.SetFaultHandler:
                registers[0] = UserProgram.Code.Value;
                registers[1] = UserProgram.SecondStack;
                break;
            case SystemCall.FaultReturn:
                registers[0] = random.Below(2);
                break;
            case SystemCall.Statistics:
                registers[0] = random.Below(3);
                registers[1] = UserProgram.Data.Value;
                break;
            default:
                break;
        }
    }

    // What a call that fails leaves alone. Pages that it looked at may have come.
    private static uint StateOf<TInner, TBoard>(in Session<TInner, TBoard> session, ref ProcessBlock process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint hash = process.LiveThreads;
        Add(ref hash, process.FaultHandler);
        Add(ref hash, process.FaultStack);
        for (uint handle = 1; handle <= HandleTable.Capacity; handle++)
        {
            Add(ref hash, ProcessHandles.At(ref process, handle).Object.Page.Value);
        }

        VirtualAddress next = session.Board.Processes.FirstName;
        while (next.Value != 0)
        {
            Add(ref hash, next.Value);
            next = session.Machine.Data<NameBlock>(next).Next;
        }

        while (process.Space.TryFindNext(ref session.Machine.Inner, ref next, out SpaceRegion region))
        {
            Add(ref hash, region.Start.Value);
            Add(ref hash, region.LengthInBytes);
            Add(ref hash, (uint)region.Rights);
            Add(ref hash, (uint)region.Kind);
        }

        next = process.FirstThread;
        while (next.Value != 0)
        {
            ref ThreadBlock thread = ref session.Machine.Data<ThreadBlock>(next);
            Add(ref hash, thread.Id);
            Add(ref hash, (uint)thread.State);
            Add(ref hash, thread.FaultRecord.Value);
            Add(ref hash, thread.ReadOnlyPointer);
            next = thread.NextOfProcess;
        }

        next = session.Board.Processes.FirstProcess;
        while (next.Value != 0)
        {
            Add(ref hash, session.Machine.Data<ProcessBlock>(next).Id);
            next = session.Machine.Data<ProcessBlock>(next).Next;
        }

        return hash;
    }

    private static void Add(ref uint hash, uint value) => hash = unchecked((hash ^ value) * HashFactor);

    private static uint AnyWord<TInner, TBoard>(in Session<TInner, TBoard> session, ref RandomSequence random)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => random.Below(16) switch
        {
            < 4 => AnyAddress(in session, ref random),
            < 6 => random.Below(SmallNumbers),
            < 9 => (random.Below(SomePages) + 1) << PageSize.SmallShift,
            < 11 => random.Below(1 << 11), // flags
            11 => random.Below(1 << 11) | (random.Below(3) << MapFlagShift.GuardPages),
            12 => 0,
            13 => unchecked((uint)-(int)random.Below(SmallNumbers)),
            14 => 1u << (int)random.Below(32),
            _ => random.Below(uint.MaxValue),
        };

    private static uint AnyAddress<TInner, TBoard>(in Session<TInner, TBoard> session, ref RandomSequence random)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint within = random.Below(4) switch
        {
            0 => 0,
            1 => random.Below(PageSize.Small),
            2 => random.Below(PageSize.Small) & ~3u,
            _ => PageSize.Small - random.Below(SmallNumbers),
        };
        uint start = random.Below(16) switch
        {
            0 => UserProgram.Code.Value,
            1 or 2 => UserProgram.Data.Value,
            3 => UserProgram.SecondStack,
            4 => 0,
            5 => 0x7FFF_F000,
            6 => 0x8000_0000,
            7 => LinearMap.ToVirtual(session.Memory.Image.Text.Start).Value,
            8 => session.Board.Processes.FirstProcess.Value,
            9 => 0xFFFF_F000,
            _ => Range.Value + (random.Below(2 * SomePages) << PageSize.SmallShift),
        };
        return unchecked(start + within);
    }
}
