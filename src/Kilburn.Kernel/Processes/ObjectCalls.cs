using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls about memory objects.</summary>
internal static class ObjectCalls
{
    internal static SystemCallError Create<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, HandleRole role, out uint value)
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
            role == HandleRole.Pager ? ObjectKind.Paged : ObjectKind.Anonymous,
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
            ProcessHandles.Add(ref process, handle, memory, published, role);
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

        if (!ProcessHandles.TryFindFree(ref process, out uint handle))
        {
            return SystemCallError.OutOfNumbers;
        }

        // What is published hides a file.
        HandleRole role = HandleRole.User;
        if (ObjectNames.TryFind(ref machine, ref board, name.Text, out MemoryObject memory))
        {
            board.Memory.Spaces.Objects.Open(ref machine, memory);
        }
        else
        {
            role = HandleRole.Reader;
            VmStatus status = FileObjects.TryOpen(ref machine, ref board, name.Text, out memory);
            if (status != VmStatus.Ok)
            {
                return status == VmStatus.NotMapped ? SystemCallError.NoSuchName : CallErrors.Of(status);
            }
        }

        ProcessHandles.Add(ref process, handle, memory, default, role);
        value = handle;
        return SystemCallError.None;
    }

    internal static SystemCallError Resize<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        SystemCallError error = TakeObject(ref machine, ref thread, HandleRole.Reader, out MemoryObject memory);
        if (error != SystemCallError.None)
        {
            return error;
        }

        error = CallErrors.Of(board.Memory.Spaces.Objects.TryResize(
            ref machine, ref board.Memory.Frames, memory, thread.Context.Registers[1]));
        PageWaits.Wake(ref machine, ref board); // what is cut off, nobody brings any more
        return error;
    }

    internal static SystemCallError Sync<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        // A pager would wait for itself.
        SystemCallError error = TakeObject(ref machine, ref thread, HandleRole.Pager, out MemoryObject memory);
        if (error != SystemCallError.None)
        {
            return error;
        }

        switch (board.Memory.Spaces.Objects.Sync(ref machine, memory))
        {
            case FaultOutcome.Resolved:
                return SystemCallError.None;
            case FaultOutcome.NeedsPager:
                PageWaits.BeginSync(ref machine, ref board, ref thread);
                return CallErrors.Later;
            default:
                return SystemCallError.NotKept;
        }
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
        FileObjects.Trim(ref machine, ref board);
        return SystemCallError.None;
    }

    // The object whose handle comes first, unless the handle is of a kind that may not ask for this.
    private static SystemCallError TakeObject<TMachine>(
        ref TMachine machine, ref ThreadBlock thread, HandleRole refused, out MemoryObject memory)
        where TMachine : struct, IMachine
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        uint handle = thread.Context.Registers[0];
        return !ProcessHandles.TryGet(ref process, handle, out memory) ? SystemCallError.NoSuchObject
            : ProcessHandles.At(ref process, handle).Role == refused ? SystemCallError.WrongKind
            : SystemCallError.None;
    }
}
