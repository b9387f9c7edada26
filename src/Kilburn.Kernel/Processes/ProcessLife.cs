using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>How processes begin, end, and are waited for.</summary>
/// <remarks>Locking: the caller holds <see cref="ProcessSystem.Lock"/>, unless no other core runs threads (<see cref="ProcessSystem.Helpers"/>).</remarks>
public static class ProcessLife
{
    /// <summary>Makes a process with an empty space and no thread.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="parent">Number of the process that will wait for it; zero for the monitor.</param>
    /// <param name="name">The program's.</param>
    /// <param name="process">The process; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.WindowFull"/>.</returns>
    internal static VmStatus TryCreate<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, uint parent, ReadOnlySpan<byte> name, out VirtualAddress process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        process = default;
        VmStatus status = board.Memory.Spaces.TryCreate(ref machine, ref board.Memory.Frames, out AddressSpace space);
        return status == VmStatus.Ok
            ? TryAdopt(ref machine, ref board, parent, name, space, out process)
            : status;
    }

    /// <summary>Makes a process of a space, with no thread.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="parent">Number of the process that will wait for it; zero for the monitor.</param>
    /// <param name="name">The program's.</param>
    /// <param name="space">One that no process has: the process's, or ended on a failure.</param>
    /// <param name="process">The process; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.WindowFull"/>.</returns>
    internal static VmStatus TryAdopt<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        uint parent,
        ReadOnlySpan<byte> name,
        AddressSpace space,
        out VirtualAddress process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = board.Memory.TryAllocate(ref machine, (uint)Unsafe.SizeOf<ProcessBlock>(), out process);
        if (status != VmStatus.Ok)
        {
            Destroy(ref machine, ref board, space);
            return status;
        }

        ref ProcessBlock block = ref machine.Data<ProcessBlock>(process);
        block = default;
        block.Self = process;
        block.Parent = parent;
        block.Space = space;
        block.Name.Set(name);
        Link(ref machine, ref board.Processes, ref block);
        return VmStatus.Ok;
    }

    /// <summary>Adds a thread, which is in no queue yet.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">One that has not ended.</param>
    /// <param name="thread">The thread, with all registers zero; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.WindowFull"/>.</returns>
    internal static VmStatus TryAddThread<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ProcessBlock process, out VirtualAddress thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = board.Memory.TryAllocate(ref machine, (uint)Unsafe.SizeOf<ThreadBlock>(), out thread);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref ThreadBlock block = ref machine.Data<ThreadBlock>(thread);
        block = default;
        block.Context.Status = ThreadStatus.Initial;
        block.Self = thread;
        block.Process = process.Self;
        block.Id = ++process.LastThreadId;
        block.NextOfProcess = process.FirstThread;
        process.FirstThread = thread;
        process.LiveThreads++;
        return VmStatus.Ok;
    }

    /// <summary>Finds a process.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="id">Its number.</param>
    /// <param name="process">The process; default when there is none.</param>
    public static bool TryFind<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, uint id, out VirtualAddress process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        process = board.Processes.FirstProcess;
        while (process.Value != 0 && machine.Data<ProcessBlock>(process).Id != id)
        {
            process = machine.Data<ProcessBlock>(process).Next;
        }

        return process.Value != 0;
    }

    /// <summary>
    /// Ends a process with all its threads, and tells who waits for it: at once, or when the last core that runs a thread of it has
    /// let go, which is told to.
    /// </summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">One that has not ended.</param>
    /// <param name="end">Why; its number is filled in. The first reason counts.</param>
    /// <remarks>When the process is the monitor's and nobody waits for it, its block may be gone afterwards.</remarks>
    internal static void End<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ProcessBlock process, in ProcessEnd end)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!process.IsEnding)
        {
            process.End = end;
            process.End.Process = process.Id;
            process.IsEnding = true;
        }

        FreeThreads(ref machine, ref board, ref process);
        if (process.FirstThread.Value == 0)
        {
            Finish(ref machine, ref board, ref process);
        }
    }

    /// <summary>Lets go of a thread if its process is to end.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that the core runs; its block is gone afterwards if it is dropped.</param>
    /// <returns>True when it is dropped.</returns>
    internal static bool TryDrop<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        if (!process.IsEnding)
        {
            return false;
        }

        ProcessEnd again = default;
        End(ref machine, ref board, ref process, in again);
        return true;
    }

    /// <summary>Undoes <see cref="TryCreate"/> and what came after it. No thread of the process has run.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">The process; its block is gone afterwards.</param>
    internal static void Discard<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        FreeThreads(ref machine, ref board, ref process);
        FreeParts(ref machine, ref board, ref process);
        Reap(ref machine, ref board, ref process);
    }

    /// <summary>Forgets a process that has ended.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">The process; its block is gone afterwards.</param>
    internal static void Reap<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        if (process.Previous.Value == 0)
        {
            system.FirstProcess = process.Next;
        }
        else
        {
            machine.Data<ProcessBlock>(process.Previous).Next = process.Next;
        }

        if (process.Next.Value == 0)
        {
            system.LastProcess = process.Previous;
        }
        else
        {
            machine.Data<ProcessBlock>(process.Next).Previous = process.Previous;
        }

        Free(ref machine, ref board, process.Self);
    }

    /// <summary>Gives a block of the heap back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="block">A <see cref="ProcessBlock"/> or <see cref="ThreadBlock"/>.</param>
    internal static void Free<TMachine, TBoard>(ref TMachine machine, ref TBoard board, VirtualAddress block)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (board.Memory.TryFree(ref machine, block) != VmStatus.Ok)
        {
            machine.Panic("P3: a process or thread was freed by another"u8, block.Value);
        }
    }

    // 2^32 processes would have to be made for a number to come again.
    private static void Link<TMachine>(ref TMachine machine, ref ProcessSystem system, ref ProcessBlock process)
        where TMachine : struct, IMachine
    {
        process.Id = ++system.LastId;
        process.Next = default;
        process.Previous = system.LastProcess;
        if (system.LastProcess.Value == 0)
        {
            system.FirstProcess = process.Self;
        }
        else
        {
            machine.Data<ProcessBlock>(system.LastProcess).Next = process.Self;
        }

        system.LastProcess = process.Self;
    }

    private static void FreeParts<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (ProcessSystem.OfCore(ref machine, ref board.Processes).Active == process.Self)
        {
            Scheduler.Deactivate(ref machine, ref board);
        }

        Destroy(ref machine, ref board, process.Space);
        process.Space = default;
        ProcessHandles.CloseAll(ref machine, ref board, ref process);
        FileObjects.Trim(ref machine, ref board);
    }

    private static void Destroy<TMachine, TBoard>(ref TMachine machine, ref TBoard board, AddressSpace space)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (board.Memory.Spaces.TryDestroy(ref machine, ref board.Memory.Frames, space) != VmStatus.Ok)
        {
            machine.Panic("P2: the space of a process that ended is in use"u8, space.ControlPage.Value);
        }
    }

    // No core has a thread of it any more, nor its space, but for the calling one.
    private static void Finish<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessSystem system = ref board.Processes;
        FreeParts(ref machine, ref board, ref process);
        process.HasEnded = true;
        OrphanChildren(ref machine, ref board, process.Id);
        if (process.Id == system.Awaited)
        {
            system.Awaited = 0;
            if (machine.CoreIndex != 0)
            {
                system.Idle &= ~1u;
                board.WakeCore(0);
            }
        }
        else if (process.Parent == 0)
        {
            Reap(ref machine, ref board, ref process);
        }
        else
        {
            WakeParent(ref machine, ref board, process.Parent, process.Id);
        }
    }

    // But for those that other cores run: these are told to let go.
    private static void FreeThreads<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint own = machine.CoreIndex + 1;
        VirtualAddress next = process.FirstThread;
        process.FirstThread = default;
        process.LiveThreads = 0;
        while (next.Value != 0)
        {
            ref ThreadBlock thread = ref machine.Data<ThreadBlock>(next);
            next = thread.NextOfProcess;
            if (thread.RunsOn != 0 && thread.RunsOn != own)
            {
                board.WakeCore(thread.RunsOn - 1);
                thread.NextOfProcess = process.FirstThread;
                process.FirstThread = thread.Self;
                process.LiveThreads++;
                continue;
            }

            Scheduler.Forget(ref machine, ref board, ref thread);
            Free(ref machine, ref board, thread.Self);
        }
    }

    // The monitor waits for none of them by itself.
    private static void OrphanChildren<TMachine, TBoard>(ref TMachine machine, ref TBoard board, uint parent)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress next = board.Processes.FirstProcess;
        while (next.Value != 0)
        {
            ref ProcessBlock child = ref machine.Data<ProcessBlock>(next);
            next = child.Next;
            if (child.Parent != parent)
            {
                continue;
            }

            child.Parent = 0;
            if (child.HasEnded)
            {
                Reap(ref machine, ref board, ref child);
            }
        }
    }

    private static void WakeParent<TMachine, TBoard>(ref TMachine machine, ref TBoard board, uint parent, uint child)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryFind(ref machine, ref board, parent, out VirtualAddress address))
        {
            machine.Panic("P4: a process outlived its parent's number"u8, child);
        }

        VirtualAddress next = machine.Data<ProcessBlock>(address).FirstThread;
        while (next.Value != 0)
        {
            ref ThreadBlock thread = ref machine.Data<ThreadBlock>(next);
            next = thread.NextOfProcess;
            if (thread.State == ThreadState.AwaitingChild && (thread.Target == 0 || thread.Target == child))
            {
                Scheduler.Wake(ref machine, ref board, ref thread);
            }
        }
    }
}
