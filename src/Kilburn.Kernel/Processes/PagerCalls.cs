using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls of processes that provide pages of objects.</summary>
internal static class PagerCalls
{
    internal static SystemCallError Serve<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        VirtualAddress address = new(thread.Context.Registers[0]);

        // What is taken out has to arrive: the place for it is tried first.
        PagerRequest request = default;
        if (!UserMemory.TryWrite(ref machine, ref board, process.Space, address, ref request, out FaultOutcome _))
        {
            return SystemCallError.BadAddress;
        }

        if (!TryTake(ref machine, ref board, ref process, ref request, out bool isPager))
        {
            if (!isPager)
            {
                return SystemCallError.NoSuchObject;
            }

            PageWaits.BeginPager(ref machine, ref board, ref thread);
            return CallErrors.Later;
        }

        return UserMemory.TryWrite(ref machine, ref board, process.Space, address, ref request, out FaultOutcome _)
            ? SystemCallError.None
            : SystemCallError.BadAddress;
    }

    internal static SystemCallError Reply<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        uint handle = thread.Context.Registers[0];
        uint offset = thread.Context.Registers[1];
        PagerResult result = (PagerResult)thread.Context.Registers[3];
        if (!ProcessHandles.TryGet(ref process, handle, out MemoryObject memory))
        {
            return SystemCallError.NoSuchObject;
        }

        if (ProcessHandles.At(ref process, handle).Role != HandleRole.Pager)
        {
            return SystemCallError.WrongKind;
        }

        if (result > PagerResult.Failed)
        {
            return SystemCallError.BadArgument;
        }

        // A page that is there was taken to be kept.
        if (board.Memory.Spaces.Objects.TryAnswerWriteBack(
            ref machine, memory, offset, result == PagerResult.Failed ? WriteBack.Failed : WriteBack.Kept) == VmStatus.Ok)
        {
            PageWaits.Wake(ref machine, ref board);
            return SystemCallError.None;
        }

        SystemCallError error = result == PagerResult.Failed
            ? CallErrors.Of(board.Memory.Spaces.Objects.TryFail(ref machine, memory, offset))
            : Supply(ref machine, ref board, ref process, memory, offset, new VirtualAddress(thread.Context.Registers[2]));
        if (error == SystemCallError.None)
        {
            PageWaits.Wake(ref machine, ref board);
        }

        return error;
    }

    /// <summary>Gives a page back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="page">The kernel's own, or a share in it.</param>
    internal static void FreePage<TMachine, TBoard>(ref TMachine machine, ref TBoard board, PhysicalAddress page)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (board.Memory.Frames.TryFreePage(ref machine, page) != VmStatus.Ok)
        {
            machine.Panic("P3: a page of the kernel's was freed by another"u8, page.Value);
        }
    }

    // Fills come first: somebody waits for them.
    private static bool TryTake<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ProcessBlock process, ref PagerRequest request, out bool isPager)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        isPager = false;
        for (PagerRequestKind kind = PagerRequestKind.Fill; kind <= PagerRequestKind.WriteBack; kind++)
        {
            for (uint handle = 1; handle <= HandleTable.Capacity; handle++)
            {
                ref ObjectHandle place = ref ProcessHandles.At(ref process, handle);
                if (place.Role != HandleRole.Pager)
                {
                    continue;
                }

                isPager = true;
                if (kind == PagerRequestKind.Fill)
                {
                    board.Memory.Spaces.Objects.EndWriteBacks(ref machine, place.Object);
                }

                if (kind == PagerRequestKind.Fill
                    ? board.Memory.Spaces.Objects.TryTakeRequest(ref machine, place.Object, out request.Offset)
                    : TryTakeWritten(ref machine, ref board, place.Object, out request.Offset))
                {
                    request.Object = handle;
                    request.Kind = kind;
                    request.LengthInBytes = PageSize.Small;
                    return true;
                }
            }
        }

        return false;
    }

    // The pager sees the page through a mapping of its own.
    private static bool TryTakeWritten<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, MemoryObject memory, out uint offset)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = board.Memory.Spaces.Objects.TryTakeDirty(
            ref machine, ref board.Memory.Frames, memory, out offset, out PhysicalAddress page);
        if (status == VmStatus.Ok)
        {
            FreePage(ref machine, ref board, page);
        }

        return status == VmStatus.Ok;
    }

    private static SystemCallError Supply<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        ref ProcessBlock process,
        MemoryObject memory,
        uint offset,
        VirtualAddress contents)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = board.Memory.Frames.TryAllocatePage(ref machine, FrameContents.AsLeft, out PhysicalAddress page);
        if (status != VmStatus.Ok)
        {
            return CallErrors.Of(status);
        }

        uint came = UserMemory.Read(
            ref machine, ref board, process.Space, contents, machine.Data<PageBytes>(page).Bytes, out FaultOutcome _);
        SystemCallError error = came == PageSize.Small
            ? CallErrors.Of(board.Memory.Spaces.Objects.TrySupply(ref machine, ref board.Memory.Frames, memory, offset, page))
            : SystemCallError.BadAddress;
        FreePage(ref machine, ref board, page);
        return error;
    }
}
