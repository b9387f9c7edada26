using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls about memory objects.</summary>
internal static class ObjectCalls
{
    internal static SystemCallError Create<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        ShortName name = default;
        SystemCallError error = name.TryRead(
            ref machine, ref board, process.Space, thread.Context.Registers[1], thread.Context.Registers[2]);
        if (error != SystemCallError.None)
        {
            return error;
        }

        if (ObjectNames.TryFind(ref machine, ref board, name.Text, out MemoryObject _))
        {
            return SystemCallError.NameTaken;
        }

        if (!ProcessHandles.TryFindFree(ref process, out uint handle))
        {
            return SystemCallError.OutOfNumbers;
        }

        VmStatus status = board.Memory.Spaces.Objects.TryCreate(
            ref machine,
            ref board.Memory.Frames,
            thread.Context.Registers[0],
            ObjectKind.Anonymous,
            out MemoryObject memory);
        VirtualAddress published = default;
        if (status == VmStatus.Ok)
        {
            status = ObjectNames.TryPublish(ref machine, ref board, name.Text, memory, out published);
            if (status != VmStatus.Ok)
            {
                board.Memory.Spaces.Objects.Close(ref machine, ref board.Memory.Frames, memory);
            }
        }

        if (status == VmStatus.Ok)
        {
            ProcessHandles.Add(ref process, handle, memory, published);
            value = handle;
        }

        return CallErrors.Of(status);
    }

    internal static SystemCallError Open<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        ShortName name = default;
        SystemCallError error = name.TryRead(
            ref machine, ref board, process.Space, thread.Context.Registers[0], thread.Context.Registers[1]);
        if (error != SystemCallError.None)
        {
            return error;
        }

        if (!ObjectNames.TryFind(ref machine, ref board, name.Text, out MemoryObject memory))
        {
            return SystemCallError.NoSuchName;
        }

        if (!ProcessHandles.TryFindFree(ref process, out uint handle))
        {
            return SystemCallError.OutOfNumbers;
        }

        board.Memory.Spaces.Objects.Open(ref machine, memory);
        ProcessHandles.Add(ref process, handle, memory, default);
        value = handle;
        return SystemCallError.None;
    }

    internal static SystemCallError Resize<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        return ProcessHandles.TryGet(ref process, thread.Context.Registers[0], out MemoryObject memory)
            ? CallErrors.Of(board.Memory.Spaces.Objects.TryResize(
                ref machine, ref board.Memory.Frames, memory, thread.Context.Registers[1]))
            : SystemCallError.NoSuchObject;
    }

    internal static SystemCallError Close<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        uint handle = thread.Context.Registers[0];
        if (!ProcessHandles.TryGet(ref process, handle, out MemoryObject _))
        {
            return SystemCallError.NoSuchObject;
        }

        ProcessHandles.Close(ref machine, ref board, ref process, handle);
        return SystemCallError.None;
    }
}
