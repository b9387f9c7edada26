using System;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Terminal;

/// <summary>Mappings and descriptors in words.</summary>
public static class MappingText
{
    private const uint AccessFlag = 1;
    private const uint UserBit = 2;
    private const uint ReadOnlyBit = 4;
    private const int RightsLength = 4; // rwx and a space

    /// <summary>Writes rights, kind of memory and scope: <c>kernel r-x normal global</c>.</summary>
    /// <param name="board">The board.</param>
    /// <param name="remap">What the types mean.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>Characters written.</returns>
    public static int WriteAttributes<TBoard>(this ref TBoard board, in RemapRegisters remap, in Mapping mapping)
        where TBoard : struct, IBoard
    {
        uint rights = (uint)mapping.Access;
        ReadOnlySpan<byte> owner = (rights & UserBit) != 0 ? "user "u8 : "kernel "u8;
        board.Write(owner);
        board.WriteByte((byte)'r');
        board.WriteByte((rights & ReadOnlyBit) == 0 ? (byte)'w' : (byte)'-');
        board.WriteByte(mapping.Execution == Execution.Allowed ? (byte)'x' : (byte)'-');
        board.WriteByte((byte)' ');
        ReadOnlySpan<byte> type = remap.NameOf(mapping.Type);
        ReadOnlySpan<byte> scope = mapping.Scope == Scope.Global ? " global"u8 : " private"u8;
        ReadOnlySpan<byte> touch = (rights & AccessFlag) == 0 ? " untouched"u8 : default;
        board.Write(type);
        board.Write(scope);
        board.Write(touch);
        return owner.Length + RightsLength + type.Length + scope.Length + touch.Length;
    }

    /// <summary>Writes a first-level descriptor: <c>table 0x00012400 domain 1</c>, <c>1M 0x00100000 kernel rw- normal global</c>.</summary>
    /// <param name="board">The board.</param>
    /// <param name="remap">What the types mean.</param>
    /// <param name="entry">The word.</param>
    public static void WriteEntry<TBoard>(this ref TBoard board, in RemapRegisters remap, FirstLevelEntry entry)
        where TBoard : struct, IBoard
    {
        switch (entry.Kind)
        {
            case FirstLevelKind.PageTable:
                board.Write("table "u8);
                board.WriteHex(entry.PageTable.Table.Value);
                board.Write(" domain "u8);
                board.WriteDecimal(entry.PageTable.Domain);
                break;
            case FirstLevelKind.Section:
                board.WriteBlock(in remap, Mapping.Of(entry.Section));
                break;
            case FirstLevelKind.Supersection:
                board.WriteBlock(in remap, Mapping.Of(entry.Supersection));
                break;
            default:
                board.Write("none"u8);
                break;
        }
    }

    /// <summary>Writes a second-level descriptor: <c>4K 0x00008000 kernel r-x normal global</c>.</summary>
    /// <param name="board">The board.</param>
    /// <param name="remap">What the types mean.</param>
    /// <param name="entry">The word.</param>
    public static void WriteEntry<TBoard>(this ref TBoard board, in RemapRegisters remap, SecondLevelEntry entry)
        where TBoard : struct, IBoard
    {
        if (Mapping.TryDecode(default, entry, out Mapping mapping))
        {
            board.WriteBlock(in remap, in mapping);
        }
        else
        {
            board.Write("none"u8);
        }
    }

    private static void WriteBlock<TBoard>(this ref TBoard board, in RemapRegisters remap, in Mapping mapping)
        where TBoard : struct, IBoard
    {
        board.WriteSize(mapping.LengthInBytes, 0);
        board.WriteByte((byte)' ');
        board.WriteHex(mapping.Frame.Value);
        board.WriteByte((byte)' ');
        _ = board.WriteAttributes(in remap, in mapping); // nothing to align behind it
    }
}
