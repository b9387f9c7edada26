using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary><c>walk ADDR</c>: what the MMU would do with an address, step by step.</summary>
public static class WalkCommand
{
    private const int StepWidth = 8;

    /// <summary>Runs the command.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments.</param>
    public static CommandOutcome Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.TryTakeAddress(in session, out VirtualAddress address) || !request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        TranslationContext context = TranslationContext.Read(ref session.Machine);
        RemapRegisters remap = RemapRegisters.Read(ref session.Machine);
        TableWalk walk = TableWalk.Of(ref session.Machine, in context, address);
        WriteSteps(ref session.Board, in context, in remap, in walk);
        WriteResult(ref session.Board, in remap, in walk);
        return CommandOutcome.Done;
    }

    /// <summary>Prints the last line of a walk.</summary>
    /// <param name="board">The board.</param>
    /// <param name="remap">What memory types mean.</param>
    /// <param name="walk">The walk.</param>
    public static void WriteResult<TBoard>(ref TBoard board, in RemapRegisters remap, in TableWalk walk)
        where TBoard : struct, IBoard
    {
        board.WriteHex(walk.Address.Value);
        if (walk.IsMapped)
        {
            board.Write(" -> "u8);
            board.WriteHex(walk.Physical.Value);
            board.WriteByte((byte)' ');
            board.WriteSize(walk.Mapping.LengthInBytes, 0);
            board.WriteByte((byte)' ');
            _ = board.WriteAttributes(in remap, in walk.Mapping); // nothing to align behind it
        }
        else
        {
            FaultStatus status = walk.HasSecondLevel
                ? FaultStatus.TranslationSecondLevel
                : FaultStatus.TranslationFirstLevel;
            board.Write(": "u8);
            board.Write(FaultText.KindOf(status));
            board.Write(" fault"u8);
            board.Write(FaultText.LevelOf(status));
        }

        board.EndLine();
    }

    private static void WriteSteps<TBoard>(
        ref TBoard board, in TranslationContext context, in RemapRegisters remap, in TableWalk walk)
        where TBoard : struct, IBoard
    {
        bool isUserHalf = walk.Address.IsUser;
        board.Write("  "u8);
        board.WriteLeft(isUserHalf ? "TTBR0"u8 : "TTBR1"u8, StepWidth);
        board.WriteHex(isUserHalf ? context.UserBase : context.KernelBase);
        if (!walk.WasWalked)
        {
            board.Write(" not walked: TTBCR "u8);
            board.WriteHex(context.Control);
            board.WriteLine(" forbids it"u8);
            return;
        }

        board.EndLine();
        WriteStep(ref board, "level 1"u8, walk.FirstLevelAddress, walk.FirstLevel.Raw);
        board.WriteEntry(in remap, walk.FirstLevel);
        board.EndLine();
        if (walk.HasSecondLevel)
        {
            WriteStep(ref board, "level 2"u8, walk.SecondLevelAddress, walk.SecondLevel.Raw);
            board.WriteEntry(in remap, walk.SecondLevel);
            board.EndLine();
        }
    }

    private static void WriteStep<TBoard>(
        ref TBoard board, ReadOnlySpan<byte> level, PhysicalAddress entry, uint raw)
        where TBoard : struct, IBoard
    {
        board.Write("  "u8);
        board.WriteLeft(level, StepWidth);
        board.WriteByte((byte)'[');
        board.WriteHex(entry.Value);
        board.Write("] = "u8);
        board.WriteHex(raw);
        board.Write("  "u8);
    }
}
