using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Programs;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>How a process comes to what it runs: from a file, or from another process.</summary>
public static class ProcessStart
{
    /// <summary>Makes a process of a program of the boot image, ready to run.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="parent">Number of the process that will wait for it; zero for the monitor.</param>
    /// <param name="name">The file.</param>
    /// <param name="arguments">At most <see cref="ProgramLayout.LongestArguments"/>.</param>
    /// <param name="process">The process; default on failure.</param>
    /// <param name="elf">What is wrong with the file, for <see cref="SystemCallError.BadProgram"/>.</param>
    /// <returns>An error, with nothing changed, or none.</returns>
    public static SystemCallError TrySpawn<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        uint parent,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> arguments,
        out VirtualAddress process,
        out ElfStatus elf)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        process = default;
        elf = ElfStatus.Ok;
        if (CpioArchive.TryFind(board.Archive, name, out ReadOnlySpan<byte> file) != ArchiveStatus.Ok)
        {
            return SystemCallError.NoSuchName;
        }

        elf = ElfProgram.TryRead(file, out ElfProgram program);
        if (elf != ElfStatus.Ok)
        {
            return SystemCallError.BadProgram;
        }

        VmStatus status = ProcessLife.TryCreate(ref machine, ref board, parent, name, out process);
        if (status != VmStatus.Ok)
        {
            return CallErrors.Of(status);
        }

        ref ProcessBlock block = ref machine.Data<ProcessBlock>(process);
        if (board.Processes.Places == RangePlaces.Random && board.TryDrawRandom(out uint seed))
        {
            block.Space.SetPlacementSeed(ref machine, seed == 0 ? 1 : seed);
        }

        status = ProgramLoader.TryLoad(
            ref machine, ref board.Memory.Frames, block.Space, in program, arguments, out LoadedProgram loaded);
        VirtualAddress address = default;
        status = status == VmStatus.Ok ? ProcessLife.TryAddThread(ref machine, ref board, ref block, out address) : status;
        if (status != VmStatus.Ok)
        {
            ProcessLife.Discard(ref machine, ref board, ref block);
            process = default;
            return status is VmStatus.OutOfFrames or VmStatus.WindowFull or VmStatus.LimitReached
                ? CallErrors.Of(status)
                : SystemCallError.BadProgram;
        }

        ref ThreadBlock thread = ref machine.Data<ThreadBlock>(address);
        ThreadStatus.Enter(ref thread, loaded.Entry);
        thread.Context.Registers[ThreadBlock.StackPointer] = loaded.StackPointer.Value;
        thread.Context.Registers[0] = loaded.Arguments.Value;
        thread.Context.Registers[1] = loaded.ArgumentsLengthInBytes;
        Scheduler.Wake(ref machine, ref board, ref thread);
        return SystemCallError.None;
    }

    /// <summary>Makes a second process of one, with one thread that goes on where the calling one does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The calling thread, which the processor has.</param>
    /// <param name="process">The child, whose thread finds zeroes for error and value; default on failure.</param>
    /// <returns>As <see cref="AddressSpaces.TryClone"/> and <see cref="ProcessLife.TryAddThread"/>; with nothing changed on a failure.</returns>
    internal static VmStatus TryClone<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out VirtualAddress process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock parent = ref machine.Data<ProcessBlock>(thread.Process);
        process = default;
        VmStatus status = board.Memory.Spaces.TryClone(
            ref machine, ref board.Memory.Frames, parent.Space, out AddressSpace space);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        status = ProcessLife.TryAdopt(ref machine, ref board, parent.Id, parent.Name.Text, space, out process);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        ref ProcessBlock child = ref machine.Data<ProcessBlock>(process);
        status = ProcessLife.TryAddThread(ref machine, ref board, ref child, out VirtualAddress address);
        if (status != VmStatus.Ok)
        {
            ProcessLife.Discard(ref machine, ref board, ref child);
            process = default;
            return status;
        }

        child.FaultHandler = parent.FaultHandler;
        child.FaultStack = parent.FaultStack;
        ProcessHandles.Copy(ref machine, ref board, ref parent, ref child);
        ref ThreadBlock twin = ref machine.Data<ThreadBlock>(address);
        CopyState(ref machine, ref board, ref thread, ref twin);
        Scheduler.Wake(ref machine, ref board, ref twin);
        return VmStatus.Ok;
    }

    private static void CopyState<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, ref ThreadBlock twin)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        board.SaveThread(ref thread);
        if (ProcessSystem.OfCore(ref machine, ref board.Processes).VfpOwner == thread.Self && thread.VfpCore == thread.RunsOn)
        {
            board.SaveVfp(ref thread);
        }

        twin.Context = thread.Context;
        twin.Context.Registers[0] = (uint)SystemCallError.None;
        twin.Context.Registers[ThreadBlock.ValueRegister] = 0;
        twin.ReadOnlyPointer = thread.ReadOnlyPointer;
        twin.Pointer = thread.Pointer;
        twin.Vfp = thread.Vfp;
        twin.VfpStatus = thread.VfpStatus;
        twin.FaultRecord = thread.FaultRecord;
    }
}
