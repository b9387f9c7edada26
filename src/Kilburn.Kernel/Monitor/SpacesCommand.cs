using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>asid</c> and <c>spaces</c>: who runs what under which ASID.</summary>
public static class SpacesCommand
{
    private const int NumberWidth = 7;

    /// <summary>Prints the state of the ASID allocator.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome ShowAsids<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        ref ListeningBoard<TBoard> board = ref session.Board;
        session.Memory.Spaces.Asids.ReadState(ref session.Machine, out AsidState state);
        board.Write("generation: "u8);
        board.WriteDecimal(state.Generation);
        board.EndLine();
        board.Write("owners: "u8);
        board.WriteDecimal((uint)state.OwnerCount);
        board.Write(" spaces; ASIDs taken: "u8);
        board.WriteDecimal((uint)state.UsedCount);
        board.Write(" of "u8);
        board.WriteDecimal((uint)state.Capacity);
        board.EndLine();
        board.Write("rollovers: "u8);
        board.WriteDecimal(state.RolloverCount);
        board.Write(", flushes: "u8);
        board.WriteDecimal(state.FlushCount);
        board.Write(", wraps: "u8);
        board.WriteDecimal(state.WrapCount);
        board.EndLine();
        WriteActive(in session);
        return CommandOutcome.Done;
    }

    /// <summary>Prints all spaces.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        ref ListeningBoard<TBoard> board = ref session.Board;
        _ = session.Memory.Spaces.TryGetActive(
            ref session.Machine, session.Machine.CoreIndex, out AddressSpace active); // address zero is no space's
        board.WriteLine("  space  asid of generation    pages tables  L1 table    cores"u8);
        uint id = 0;
        while (session.Memory.Spaces.TryFindNext(ref session.Machine, ref id, out AddressSpace space))
        {
            space.ReadState(ref session.Machine, out AddressSpaceState state);
            board.WriteDecimalRight(state.Id, NumberWidth);
            if (state.AsidWord == 0)
            {
                board.Write("  never ran         "u8);
            }
            else
            {
                board.WriteDecimalRight(AsidWord.AsidOf(state.AsidWord).Value, NumberWidth - 1);
                board.WriteDecimalRight(AsidWord.GenerationOf(state.AsidWord), NumberWidth + NumberWidth);
            }

            board.WriteDecimalRight(state.PageCount, NumberWidth + 2);
            board.WriteDecimalRight(state.TableCount, NumberWidth);
            board.Write("  "u8);
            board.WriteHex(state.Table.Value);
            board.Write("  "u8);
            WriteCores(in session, state.Cores);
            board.WriteLine(space.ControlPage == active.ControlPage ? "  active"u8 : default);
        }

        return CommandOutcome.Done;
    }

    // A digit for each core that may hold something of a space.
    private static void WriteCores<TInner, TBoard>(in Session<TInner, TBoard> session, uint cores)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint core = 0; core < (uint)TInner.CoreCount; core++)
        {
            if (((cores >> (int)core) & 1) != 0)
            {
                session.Board.WriteDecimal(core);
            }
            else
            {
                session.Board.Write("-"u8);
            }
        }
    }

    private static void WriteActive<TInner, TBoard>(in Session<TInner, TBoard> session)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint core = session.Machine.CoreIndex;
        session.Board.Write("core "u8);
        session.Board.WriteDecimal(core);
        if (!session.Memory.Spaces.TryGetActive(ref session.Machine, core, out AddressSpace space))
        {
            session.Board.WriteLine(": no space"u8);
            return;
        }

        space.ReadState(ref session.Machine, out AddressSpaceState state);
        session.Board.Write(": space "u8);
        session.Board.WriteDecimal(state.Id);
        session.Board.Write(", asid "u8);
        session.Board.WriteDecimal(AsidWord.AsidOf(session.Machine.ReadRegister(SystemRegister.ContextId)).Value);
        session.Board.EndLine();
    }
}
