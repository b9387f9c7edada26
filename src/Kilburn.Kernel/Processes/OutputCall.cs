using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system call that writes to the console.</summary>
internal static class OutputCall
{
    private const int PieceCapacity = 256;
    private const uint LongestOutput = 4096; // no interrupt comes meanwhile

    internal static SystemCallError Write<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint address = thread.Context.Registers[0];
        uint length = thread.Context.Registers[1];
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        Piece piece = default;
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<Piece, byte>(ref piece), PieceCapacity);
        value = 0;
        if (length > LongestOutput)
        {
            return SystemCallError.BadArgument;
        }

        // Looked at before the first byte is out: a call that waits for a page is made again.
        if (length != 0
            && (UserMemory.Read(
                    ref machine, ref board, process.Space, new VirtualAddress(address), bytes.Slice(0, 1), out FaultOutcome _) == 0
                || UserMemory.Read(
                    ref machine, ref board, process.Space, new VirtualAddress(address + length - 1), bytes.Slice(0, 1), out _) == 0)
            && ProcessSystem.OfCore(ref machine, ref board.Processes).NeedsPager)
        {
            return SystemCallError.BadAddress;
        }

        while (value < length)
        {
            uint wanted = length - value < PieceCapacity ? length - value : PieceCapacity;
            uint came = UserMemory.Read(
                ref machine, ref board, process.Space, new VirtualAddress(address + value),
                bytes.Slice(0, (int)wanted), out FaultOutcome _);
            for (int index = 0; index < (int)came; index++)
            {
                board.WriteByte(bytes[index]);
            }

            value += came;
            if (came != wanted)
            {
                break;
            }
        }

        board.Flush();
        return value == length ? SystemCallError.None : SystemCallError.BadAddress;
    }

    [InlineArray(PieceCapacity)]
    private struct Piece
    {
        private byte _first;
    }
}
