using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Processes;

/// <summary>Threads that wait for pages that pagers provide, and pagers that wait for work.</summary>
/// <remarks>
/// Who waits is woken by anything that may have brought what is waited for, looks again, and may wait again: answers are rare beside
/// what they cost.
/// </remarks>
internal static class PageWaits
{
    /// <summary>Lets a thread wait for a page that its object's pager was asked for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that runs; it goes on at its pc.</param>
    internal static void Begin<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.State = ThreadState.AwaitingPage;
        board.Processes.AwaitingPages.Append(ref machine, ref thread);
        FileObjects.Serve(ref machine, ref board);
        WakePagers(ref machine, ref board);
    }

    /// <summary>Lets a pager wait for work.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that runs; it makes its call again.</param>
    internal static void BeginPager<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.State = ThreadState.AwaitingRequest;
        thread.Context.ProgramCounter -= ThreadStatus.LengthOfCall(thread.Context.Status);
        board.Processes.AwaitingRequests.Append(ref machine, ref thread);
        WakeAll(ref machine, ref board, ref board.Processes.AwaitingWriteBacks); // it has looked after all that there was
    }

    /// <summary>Lets a thread wait until pagers have kept what was written.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread that runs; it makes its call again.</param>
    internal static void BeginSync<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        thread.State = ThreadState.AwaitingWriteBack;
        thread.Context.ProgramCounter -= ThreadStatus.LengthOfCall(thread.Context.Status);
        board.Processes.AwaitingWriteBacks.Append(ref machine, ref thread);
        WakePagers(ref machine, ref board);
    }

    /// <summary>Pages were provided, refused or cut off: lets all look again who wait for one.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    internal static void Wake<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        WakeAll(ref machine, ref board, ref board.Processes.AwaitingPages);
        WakeAll(ref machine, ref board, ref board.Processes.AwaitingWriteBacks);
    }

    /// <summary>Wakes the pagers that have written pages to look after, once nobody else would run.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <returns>False when there are none.</returns>
    internal static bool TryWakeForWriteBack<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress next = board.Processes.AwaitingRequests.First;
        while (next.Value != 0)
        {
            ref ThreadBlock thread = ref machine.Data<ThreadBlock>(next);
            if (HasWritten(ref machine, ref board, ref machine.Data<ProcessBlock>(thread.Process)))
            {
                WakePagers(ref machine, ref board);
                return true;
            }

            next = thread.Next;
        }

        return false;
    }

    private static bool HasWritten<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint handle = 1; handle <= HandleTable.Capacity; handle++)
        {
            ref ObjectHandle place = ref ProcessHandles.At(ref process, handle);
            if (place.IsUsed && place.Role == HandleRole.Pager)
            {
                board.Memory.Spaces.Objects.Describe(ref machine, place.Object, out ObjectDescription description);
                if (description.DirtyPages != 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void WakePagers<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard => WakeAll(ref machine, ref board, ref board.Processes.AwaitingRequests);

    private static void WakeAll<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ThreadQueue queue)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        while (!queue.IsEmpty)
        {
            ref ThreadBlock thread = ref machine.Data<ThreadBlock>(queue.First);
            queue.Remove(ref machine, ref thread);
            Scheduler.Wake(ref machine, ref board, ref thread);
        }
    }
}
