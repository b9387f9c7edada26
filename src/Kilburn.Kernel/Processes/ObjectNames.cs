using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Processes;

/// <summary>The names that objects are published under.</summary>
internal static class ObjectNames
{
    /// <summary>Finds an object.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="name">Its name.</param>
    /// <param name="memory">The object; default when there is none.</param>
    internal static bool TryFind<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ReadOnlySpan<byte> name, out MemoryObject memory)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        memory = default;
        VirtualAddress next = board.Processes.FirstName;
        while (next.Value != 0)
        {
            ref NameBlock block = ref machine.Data<NameBlock>(next);
            if (Words.AreEqual(block.Name, name))
            {
                memory = block.Object;
                return true;
            }

            next = block.Next;
        }

        return false;
    }

    /// <summary>Publishes an object.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="name">One that no object has; empty to publish nothing.</param>
    /// <param name="memory">The object.</param>
    /// <param name="published">The <see cref="NameBlock"/>; zero when there is none.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.OutOfFrames"/> or <see cref="VmStatus.WindowFull"/>.</returns>
    internal static VmStatus TryPublish<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ReadOnlySpan<byte> name, MemoryObject memory, out VirtualAddress published)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        published = default;
        if (name.IsEmpty)
        {
            return VmStatus.Ok;
        }

        VmStatus status = board.Memory.TryAllocate(ref machine, (uint)Unsafe.SizeOf<NameBlock>(), out published);
        if (status == VmStatus.Ok)
        {
            ref NameBlock block = ref machine.Data<NameBlock>(published);
            block = default;
            block.Self = published;
            block.Object = memory;
            block.SetName(name);
            block.Next = board.Processes.FirstName;
            board.Processes.FirstName = published;
        }

        return status;
    }

    /// <summary>Takes a name back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="published">The <see cref="NameBlock"/>, which is gone afterwards.</param>
    internal static void Withdraw<TMachine, TBoard>(ref TMachine machine, ref TBoard board, VirtualAddress published)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref VirtualAddress link = ref board.Processes.FirstName;
        while (link != published)
        {
            link = ref machine.Data<NameBlock>(link).Next;
        }

        link = machine.Data<NameBlock>(published).Next;
        ProcessLife.Free(ref machine, ref board, published);
    }
}
