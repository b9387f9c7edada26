using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Programs;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Processes;

/// <summary>Files of the boot image as objects, whose pager is the kernel: a page is copied from the archive when it is first touched.</summary>
internal static class FileObjects
{
    /// <summary>Opens a file.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="name">The file.</param>
    /// <param name="memory">The object, with a reference for the caller; default on failure. Zeroes fill its last page.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.NotMapped"/> (no such file), or as for a new object.</returns>
    internal static VmStatus TryOpen<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ReadOnlySpan<byte> name, out MemoryObject memory)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        memory = default;
        if (CpioArchive.TryFind(board.Archive, name, out ReadOnlySpan<byte> contents) != ArchiveStatus.Ok)
        {
            return VmStatus.NotMapped;
        }

        ref MemoryObjects objects = ref board.Memory.Spaces.Objects;
        VirtualAddress next = board.Processes.FirstFile;
        while (next.Value != 0)
        {
            ref FileBlock open = ref machine.Data<FileBlock>(next);
            if (Words.AreEqual(open.Name.Text, name))
            {
                memory = open.Object;
                objects.Open(ref machine, memory);
                return VmStatus.Ok;
            }

            next = open.Next;
        }

        VmStatus status = board.Memory.TryAllocate(ref machine, (uint)Unsafe.SizeOf<FileBlock>(), out VirtualAddress address);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        uint length = ((uint)contents.Length + PageSize.SmallMask) & ~PageSize.SmallMask;
        status = objects.TryCreate(ref machine, ref board.Memory.Frames, length, ObjectKind.Paged, out memory);
        if (status != VmStatus.Ok)
        {
            ProcessLife.Free(ref machine, ref board, address);
            return status;
        }

        ref FileBlock block = ref machine.Data<FileBlock>(address);
        block = default;
        block.Self = address;
        block.Object = memory;
        block.Name.Set(name);
        block.Next = board.Processes.FirstFile;
        board.Processes.FirstFile = address;
        objects.Open(ref machine, memory);
        return VmStatus.Ok;
    }

    /// <summary>Provides the pages that were asked for.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    internal static void Serve<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool isServed = false;
        VirtualAddress next = board.Processes.FirstFile;
        while (next.Value != 0)
        {
            ref FileBlock file = ref machine.Data<FileBlock>(next);
            while (board.Memory.Spaces.Objects.TryTakeRequest(ref machine, file.Object, out uint offset))
            {
                Fill(ref machine, ref board, ref file, offset);
                isServed = true;
            }

            next = file.Next;
        }

        if (isServed)
        {
            PageWaits.Wake(ref machine, ref board);
        }
    }

    /// <summary>Forgets the files that nobody has open or mapped any more.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    internal static void Trim<TMachine, TBoard>(ref TMachine machine, ref TBoard board)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref VirtualAddress link = ref board.Processes.FirstFile;
        while (link.Value != 0)
        {
            VirtualAddress address = link;
            ref FileBlock file = ref machine.Data<FileBlock>(address);
            board.Memory.Spaces.Objects.Describe(ref machine, file.Object, out ObjectDescription description);
            if (description.References > 1)
            {
                link = ref file.Next;
                continue;
            }

            link = file.Next;
            board.Memory.Spaces.Objects.Close(ref machine, ref board.Memory.Frames, file.Object);
            ProcessLife.Free(ref machine, ref board, address);
        }
    }

    private static void Fill<TMachine, TBoard>(ref TMachine machine, ref TBoard board, ref FileBlock file, uint offset)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref MemoryObjects objects = ref board.Memory.Spaces.Objects;
        bool isThere = CpioArchive.TryFind(board.Archive, file.Name.Text, out ReadOnlySpan<byte> contents) == ArchiveStatus.Ok;
        VmStatus status = board.Memory.Frames.TryAllocatePage(ref machine, FrameContents.Zeroed, out PhysicalAddress page);
        if (status == VmStatus.Ok)
        {
            Span<byte> bytes = machine.Data<PageBytes>(page).Bytes;
            for (int index = 0; isThere && index < bytes.Length && (int)offset + index < contents.Length; index++)
            {
                bytes[index] = contents[(int)offset + index];
            }

            status = objects.TrySupply(ref machine, ref board.Memory.Frames, file.Object, offset, page);
            PagerCalls.FreePage(ref machine, ref board, page);
        }

        if (status != VmStatus.Ok && objects.TryFail(ref machine, file.Object, offset) != VmStatus.Ok)
        {
            BugCheck.Fail(ref machine, "P5: a page of a file was asked for, and is neither there nor missing"u8, offset);
        }
    }
}
