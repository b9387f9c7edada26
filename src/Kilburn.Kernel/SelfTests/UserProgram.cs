using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>A program of a few ARM instructions, put into a process by hand: a page of code, a page of data, a stack of a page.</summary>
internal static class UserProgram
{
    private const uint StackPage = 0x0003_0000;

    /// <summary>Where its code is.</summary>
    internal static VirtualAddress Code => new(0x0001_0000);

    /// <summary>Where its data is: zeroes.</summary>
    internal static VirtualAddress Data => new(0x0002_0000);

    /// <summary>sp for a second thread, or for a handler.</summary>
    internal static uint SecondStack => StackPage + (PageSize.Small / 2);

    /// <summary>Makes a process of the monitor's with one thread, ready to run.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="code">What it does.</param>
    /// <param name="process">The process; default on failure.</param>
    /// <returns>Why it could not be made; the session's memory is short then, and the process may be there in part.</returns>
    internal static VmStatus TryMake<TInner, TBoard>(
        in Session<TInner, TBoard> session, in ArmCode code, out VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = ProcessLife.TryCreate(ref session.Machine.Inner, ref session.Board.Inner, 0, "by-hand"u8, out process);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref ProcessBlock block = ref session.Machine.Data<ProcessBlock>(process);
        status = block.Space.TryMapNewPage(
            ref session.Machine.Inner, ref session.Memory.Frames, Code, AccessPermission.Read, Execution.Allowed, out PhysicalAddress page);
        status = status == VmStatus.Ok ? TryMapZeroes(in session, block.Space, Data) : status;
        status = status == VmStatus.Ok ? TryMapZeroes(in session, block.Space, new VirtualAddress(StackPage)) : status;
        if (status != VmStatus.Ok)
        {
            return status;
        }

        for (int index = 0; index < code.Length; index++)
        {
            session.Machine.Data<uint>(page.Add((uint)index * sizeof(uint))) = code[index];
        }

        status = block.Space.TryPublishCode(ref session.Machine.Inner, Code, PageSize.Small);
        status = status == VmStatus.Ok
            ? ProcessLife.TryAddThread(ref session.Machine.Inner, ref session.Board.Inner, ref block, out VirtualAddress address)
            : status;
        if (status == VmStatus.Ok)
        {
            ref ThreadBlock thread = ref session.Machine.Data<ThreadBlock>(block.FirstThread);
            ThreadStatus.Enter(ref thread, Code.Value);
            thread.Context.Registers[ThreadBlock.StackPointer] = StackPage + PageSize.Small;
            Scheduler.Wake(ref session.Machine.Inner, ref session.Board.Inner, ref thread);
        }

        return status;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="check">Is told when it cannot be made.</param>
    /// <param name="code">What it does.</param>
    /// <returns>How it ended.</returns>
    internal static ProcessEnd Run<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, in ArmCode code)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!check.Has(TryMake(in session, in code, out VirtualAddress process), "make a process"u8))
        {
            return default;
        }

        ProcessEnd end = default;
        if (session.Board.RunsPrograms)
        {
            ProcessRun.Await(ref session.Machine.Inner, ref session.Board.Inner, process, out end);
        }
        else
        {
            End(in session, process);
        }

        return end;
    }

    /// <summary>Ends a process that has not run.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="process">The process.</param>
    internal static void End<TInner, TBoard>(in Session<TInner, TBoard> session, VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ProcessEnd killed = default;
        killed.Reason = ProcessEndReason.Killed;
        ProcessLife.End(
            ref session.Machine.Inner, ref session.Board.Inner, ref session.Machine.Data<ProcessBlock>(process), in killed);
    }

    /// <summary>The address of an instruction.</summary>
    /// <param name="place">As <see cref="ArmCode.Length"/> told it.</param>
    internal static uint AddressOf(int place) => Code.Value + ((uint)place * sizeof(uint));

    private static VmStatus TryMapZeroes<TInner, TBoard>(
        in Session<TInner, TBoard> session, AddressSpace space, VirtualAddress page)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = page,
            LengthInBytes = PageSize.Small,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        return space.TryMap(ref session.Machine.Inner, ref session.Memory.Frames, in request, out _);
    }
}
