using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Processes;

/// <summary>Works on the handles of a process.</summary>
internal static class ProcessHandles
{
    /// <summary>Finds a handle's object.</summary>
    /// <param name="process">The process.</param>
    /// <param name="handle">Any word.</param>
    /// <param name="memory">The object; default on failure.</param>
    /// <returns>False when the process has no such handle.</returns>
    internal static bool TryGet(ref ProcessBlock process, uint handle, out MemoryObject memory)
    {
        memory = handle - 1 < HandleTable.Capacity ? At(ref process, handle).Object : default;
        return memory.Page.Value != 0;
    }

    /// <summary>Finds a number that is not in use.</summary>
    /// <param name="process">The process.</param>
    /// <param name="handle">The number; past all on failure.</param>
    /// <returns>False when all are in use.</returns>
    internal static bool TryFindFree(ref ProcessBlock process, out uint handle)
    {
        handle = 1;
        while (handle <= HandleTable.Capacity && At(ref process, handle).IsUsed)
        {
            handle++;
        }

        return handle <= HandleTable.Capacity;
    }

    /// <summary>Takes a number that is not in use.</summary>
    /// <param name="process">The process.</param>
    /// <param name="handle">As <see cref="TryFindFree"/> found it.</param>
    /// <param name="memory">Its object; the handle has a reference from here on.</param>
    /// <param name="name">The name that goes with it; zero for none.</param>
    /// <param name="role">What the process is to the object.</param>
    internal static void Add(
        ref ProcessBlock process, uint handle, MemoryObject memory, VirtualAddress name, HandleRole role)
    {
        ref ObjectHandle place = ref At(ref process, handle);
        place.Object = memory;
        place.Name = name;
        place.Role = role;
        process.HandleCount++;
    }

    /// <summary>The place of a handle.</summary>
    /// <param name="process">The process.</param>
    /// <param name="handle">1 to <see cref="HandleTable.Capacity"/>.</param>
    internal static ref ObjectHandle At(ref ProcessBlock process, uint handle) => ref process.Handles[(int)handle - 1];

    /// <summary>Gives a handle back, and its name.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">The process.</param>
    /// <param name="handle">One that is in use.</param>
    internal static void Close<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ProcessBlock process, uint handle)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref ObjectHandle place = ref At(ref process, handle);
        if (place.Name.Value != 0)
        {
            ObjectNames.Withdraw(ref machine, ref board, place.Name);
        }

        if (place.Role == HandleRole.Pager)
        {
            board.Memory.Spaces.Objects.Abandon(ref machine, place.Object);
            PageWaits.Wake(ref machine, ref board);
        }

        board.Memory.Spaces.Objects.Close(ref machine, ref board.Memory.Frames, place.Object);
        place = default;
        process.HandleCount--;
    }

    /// <summary>Gives all handles back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="process">The process.</param>
    internal static void CloseAll<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref ProcessBlock process)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint handle = 1; process.HandleCount != 0; handle++)
        {
            if (At(ref process, handle).IsUsed)
            {
                Close(ref machine, ref board, ref process, handle);
            }
        }
    }

    /// <summary>Gives a clone the handles of its parent. Names and pagers' duties stay the parent's.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="parent">The parent.</param>
    /// <param name="child">The child, without handles.</param>
    internal static void Copy<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ProcessBlock parent, ref ProcessBlock child)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint handle = 1; child.HandleCount != parent.HandleCount; handle++)
        {
            if (TryGet(ref parent, handle, out MemoryObject memory))
            {
                board.Memory.Spaces.Objects.Open(ref machine, memory);
                HandleRole role = At(ref parent, handle).Role;
                Add(ref child, handle, memory, default, role == HandleRole.Pager ? HandleRole.User : role);
            }
        }
    }
}
