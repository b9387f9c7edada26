using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.Demo;

/// <summary>Makes spaces with one page, and looks into them the way a program would: by address.</summary>
public static class SpaceProbe
{
    /// <summary>The page that every space of the demonstration maps.</summary>
    public static VirtualAddress Page => new(0x0040_0000);

    /// <summary>Makes a space that holds one word.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="word">Stored at <see cref="Page"/> while the space is active.</param>
    /// <param name="space">The space; it is active.</param>
    /// <returns>False when any step failed.</returns>
    public static bool TryMake<TInner, TBoard>(in Session<TInner, TBoard> session, uint word, out AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard =>
        session.Memory.Spaces.TryCreate(ref session.Machine, ref session.Memory.Frames, out space) == VmStatus.Ok
        && space.TryMapNewPage(
            ref session.Machine,
            ref session.Memory.Frames,
            Page,
            AccessPermission.ReadWrite,
            Execution.Never,
            out _) == VmStatus.Ok
        && session.Memory.Spaces.TryActivate(ref session.Machine, space) == VmStatus.Ok
        && !session.Board.Probe(FaultAccess.Write, Page, ref word).IsFault;

    /// <summary>Switches to a space and loads its word.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="space">A space.</param>
    /// <param name="word">The word; zero on failure.</param>
    /// <returns>False when the switch failed or the load faulted.</returns>
    public static bool TryVisit<TInner, TBoard>(in Session<TInner, TBoard> session, AddressSpace space, out uint word)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        word = 0;
        return session.Memory.Spaces.TryActivate(ref session.Machine, space) == VmStatus.Ok
            && !session.Board.Probe(FaultAccess.Read, Page, ref word).IsFault;
    }

    /// <summary>The ASID that this core runs under: CONTEXTIDR.</summary>
    /// <param name="session">What it works on.</param>
    public static uint ReadAsid<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard =>
        AsidWord.AsidOf(session.Machine.ReadRegister(SystemRegister.ContextId)).Value;

    /// <summary>Leaves the space, and ends it.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="space">A space.</param>
    public static VmStatus TryEnd<TInner, TBoard>(in Session<TInner, TBoard> session, AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Spaces.Leave(ref session.Machine);
        return session.Memory.Spaces.TryDestroy(ref session.Machine, ref session.Memory.Frames, space);
    }
}
