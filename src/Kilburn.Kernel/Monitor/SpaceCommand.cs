using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Locks;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>space …</c>: makes, switches to, changes and destroys a space.</summary>
public static class SpaceCommand
{
    /// <summary>Makes a space.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome New<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = session.Memory.Spaces.TryCreate(
            ref session.Machine, ref session.Memory.Frames, out AddressSpace space);
        if (status != VmStatus.Ok)
        {
            return request.Fail(in session, status);
        }

        space.ReadState(ref session.Machine, out AddressSpaceState state);
        session.Board.Write("space "u8);
        session.Board.WriteDecimal(state.Id);
        session.Board.Write(", table "u8);
        session.Board.WriteHex(state.Table.Value);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Switches to a space, or to none.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the number; 0 for none.</param>
    public static CommandOutcome Use<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeNumber(in session, out uint id) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        if (id == 0)
        {
            session.Memory.Spaces.Leave(ref session.Machine);
            session.Board.WriteLine("no space active"u8);
            return CommandOutcome.Done;
        }

        VmStatus status = session.Memory.Spaces.TryFind(ref session.Machine, id, out AddressSpace space);
        status = status == VmStatus.Ok ? session.Memory.Spaces.TryActivate(ref session.Machine, space) : status;
        if (status != VmStatus.Ok)
        {
            return request.Fail(in session, status);
        }

        session.Board.Write("space "u8);
        session.Board.WriteDecimal(id);
        session.Board.Write(" active, asid "u8);
        session.Board.WriteDecimal(AsidWord.AsidOf(session.Machine.ReadRegister(SystemRegister.ContextId)).Value);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Maps a new page around an address; page 0 too, which is named by its address here.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: number, address, rights.</param>
    public static CommandOutcome Map<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryTakePage(in session, ref request, out uint id, out VirtualAddress page)
            || !TryTakeRights(in session, ref request, out AccessPermission access, out Execution execution)
            || !request.EndsHere(in session)
            || !TryFind(in session, ref request, id, out AddressSpace space))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = page.Value == 0
            ? space.TryMapNewNullPage(
                ref session.Machine, ref session.Memory.Frames, access, execution, out PhysicalAddress frame)
            : space.TryMapNewPage(
                ref session.Machine, ref session.Memory.Frames, page, access, execution, out frame);
        if (status != VmStatus.Ok)
        {
            return request.Fail(in session, status);
        }

        session.Board.Write("page "u8);
        session.Board.WriteHex(page.Value);
        session.Board.Write(" -> "u8);
        session.Board.WriteHex(frame.Value);
        session.Board.EndLine();
        return CommandOutcome.Done;
    }

    /// <summary>Unmaps a page.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: number and address.</param>
    public static CommandOutcome Unmap<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryTakePage(in session, ref request, out uint id, out VirtualAddress page)
            || !request.EndsHere(in session)
            || !TryFind(in session, ref request, id, out AddressSpace space))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = space.TryUnmapPage(ref session.Machine, ref session.Memory.Frames, page);
        return status == VmStatus.Ok ? CommandOutcome.Done : request.Fail(in session, status);
    }

    /// <summary>Changes a page's rights.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: number, address, rights.</param>
    public static CommandOutcome Protect<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryTakePage(in session, ref request, out uint id, out VirtualAddress page)
            || !TryTakeRights(in session, ref request, out AccessPermission access, out Execution execution)
            || !request.EndsHere(in session)
            || !TryFind(in session, ref request, id, out AddressSpace space))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status = space.TryProtect(ref session.Machine, page, 1, access, execution);
        return status == VmStatus.Ok ? CommandOutcome.Done : request.Fail(in session, status);
    }

    /// <summary>Destroys a space.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: the number.</param>
    public static CommandOutcome Destroy<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeNumber(in session, out uint id)
            || !request.EndsHere(in session)
            || !TryFind(in session, ref request, id, out AddressSpace space)
            || IsOfProcess(in session, space))
        {
            return CommandOutcome.Failed;
        }

        VmStatus status =
            session.Memory.Spaces.TryDestroy(ref session.Machine, ref session.Memory.Frames, space);
        return status == VmStatus.Ok ? CommandOutcome.Done : request.Fail(in session, status);
    }

    // Looked for only once all arguments are there: what is missing is said first.
    private static bool TryFind<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, uint id, out AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.Spaces.TryFind(ref session.Machine, id, out space);
        if (status == VmStatus.Ok)
        {
            return true;
        }

        _ = request.Fail(in session, status); // said; the caller fails
        return false;
    }

    // A process's space ends with the process.
    private static bool IsOfProcess<TInner, TBoard>(in Session<TInner, TBoard> session, AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint owner = 0;
        ref ProcessSystem system = ref session.Board.Processes;
        system.Lock.Acquire(ref session.Machine.Inner, LockRank.Processes);
        VirtualAddress next = system.FirstProcess;
        while (next.Value != 0 && owner == 0)
        {
            ref ProcessBlock process = ref session.Machine.Data<ProcessBlock>(next);
            owner = !process.HasEnded && process.Space.ControlPage == space.ControlPage ? process.Id : 0;
            next = process.Next;
        }

        system.Lock.Release(ref session.Machine.Inner, LockRank.Processes);
        if (owner != 0)
        {
            session.Board.Write("space destroy: it is process "u8);
            session.Board.WriteDecimal(owner);
            session.Board.WriteLine("'s, and ends with it (kill)"u8);
        }

        return owner != 0;
    }

    private static bool TryTakePage<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, out uint id, out VirtualAddress page)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        page = default;
        if (!request.TryTakeNumber(in session, out id) || !request.TryTakeAddress(in session, out page))
        {
            return false;
        }

        page = page.AlignDown(PageSize.Small);
        return true;
    }

    /// <summary><c>r</c>, <c>rw</c>, <c>rx</c>, <c>rwx</c>, and the same after <c>k</c> for the kernel alone.</summary>
    private static bool TryTakeRights<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Request request, out AccessPermission access, out Execution execution)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Arguments before = request.Arguments;
        bool isTaken = request.Arguments.TryTake(out ReadOnlySpan<byte> word);
        bool isKernel = word.Length != 0 && word[0] == (byte)'k';
        ReadOnlySpan<byte> letters = isKernel ? word.Slice(1) : word;
        bool canWrite = Words.AreEqual(letters, "rw"u8) || Words.AreEqual(letters, "rwx"u8);
        bool canExecute = Words.AreEqual(letters, "rx"u8) || Words.AreEqual(letters, "rwx"u8);
        access = isKernel
            ? (canWrite ? AccessPermission.KernelReadWrite : AccessPermission.KernelRead)
            : (canWrite ? AccessPermission.ReadWrite : AccessPermission.Read);
        execution = canExecute ? Execution.Allowed : Execution.Never;
        if (canWrite || canExecute || Words.AreEqual(letters, "r"u8))
        {
            return true;
        }

        if (isTaken)
        {
            session.Board.Write("no rights: "u8);
            session.Board.Write(word);
            session.Board.WriteLine(" (write r, rw, rx or rwx; kr, krw, krx, krwx for the kernel alone)"u8);
            return false;
        }

        request.Arguments = before;
        return request.TryTakeNumber(in session, out _);
    }
}
