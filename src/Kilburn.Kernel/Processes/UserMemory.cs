using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Processes;

/// <summary>The kernel's only way to a program's memory: copies that have the program's rights, survive faults, and say how far they came.</summary>
/// <remarks>
/// They work on the current space. Pages that are not there yet come as they would for the program. An address of the kernel's
/// half is never touched: the part of the range below it counts as all there is.
/// </remarks>
internal static class UserMemory
{
    /// <summary>Copies from a program.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="space">The current space.</param>
    /// <param name="source">Any address.</param>
    /// <param name="destination">Gets the bytes; those behind what came are as they were, or have wrong contents.</param>
    /// <param name="outcome">Why it ended early; <see cref="FaultOutcome.Resolved"/> when it did not.</param>
    /// <returns>Bytes that came.</returns>
    internal static uint Read<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        AddressSpace space,
        VirtualAddress source,
        Span<byte> destination,
        out FaultOutcome outcome)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint end = Clamp(source, (uint)destination.Length, out outcome);
        uint done = 0;
        while (done < end)
        {
            done += board.CopyFromUser(
                ref destination[(int)done], source.Add(done), end - done, out FaultReport fault);
            if (done < end && !TryResolve(ref machine, ref board, space, in fault, out outcome))
            {
                break;
            }
        }

        return done;
    }

    /// <summary>Copies a text that ends with a zero byte from a program. Pages behind the zero are not touched.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="space">The current space.</param>
    /// <param name="source">Any address.</param>
    /// <param name="destination">Gets the bytes, the zero included if there is room; those behind what came are anything.</param>
    /// <param name="outcome">Why it ended early; <see cref="FaultOutcome.Resolved"/> when the zero came, or as many bytes as there is room for.</param>
    /// <returns>Bytes that came: the last is the zero, or there was none among them.</returns>
    internal static uint ReadText<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        AddressSpace space,
        VirtualAddress source,
        Span<byte> destination,
        out FaultOutcome outcome)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        outcome = FaultOutcome.Resolved;
        int done = 0;
        while (done < destination.Length && outcome == FaultOutcome.Resolved)
        {
            VirtualAddress next = source.Add((uint)done);
            int inPage = (int)(PageSize.Small - (next.Value & PageSize.SmallMask));
            int room = destination.Length - done;
            int end = done + (room < inPage ? room : inPage);
            end = done + (int)Read(ref machine, ref board, space, next, destination.Slice(done, end - done), out outcome);
            for (; done < end; done++)
            {
                if (destination[done] == 0)
                {
                    return (uint)done + 1;
                }
            }
        }

        return (uint)done;
    }

    /// <summary>Copies to a program.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="space">The current space.</param>
    /// <param name="destination">Any address.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="outcome">Why it ended early; <see cref="FaultOutcome.Resolved"/> when it did not.</param>
    /// <returns>Bytes that were written.</returns>
    internal static uint Write<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        AddressSpace space,
        VirtualAddress destination,
        ReadOnlySpan<byte> source,
        out FaultOutcome outcome)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint end = Clamp(destination, (uint)source.Length, out outcome);
        uint done = 0;
        while (done < end)
        {
            done += board.CopyToUser(
                destination.Add(done), in source[(int)done], end - done, out FaultReport fault);
            if (done < end && !TryResolve(ref machine, ref board, space, in fault, out outcome))
            {
                break;
            }
        }

        return done;
    }

    /// <summary>Fills a program's memory with zeroes.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="space">The current space.</param>
    /// <param name="destination">Any address.</param>
    /// <param name="lengthInBytes">Any length.</param>
    /// <param name="outcome">Why it ended early; <see cref="FaultOutcome.Resolved"/> when it did not.</param>
    /// <returns>Bytes that were written.</returns>
    internal static uint Clear<TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        AddressSpace space,
        VirtualAddress destination,
        uint lengthInBytes,
        out FaultOutcome outcome)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint end = Clamp(destination, lengthInBytes, out outcome);
        uint done = 0;
        while (done < end)
        {
            done += board.ClearUser(destination.Add(done), end - done, out FaultReport fault);
            if (done < end && !TryResolve(ref machine, ref board, space, in fault, out outcome))
            {
                break;
            }
        }

        return done;
    }

    /// <summary>Copies a record to a program.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="space">The current space.</param>
    /// <param name="destination">Any address.</param>
    /// <param name="value">The record.</param>
    /// <param name="outcome">Why it could not be written as a whole.</param>
    internal static bool TryWrite<T, TMachine, TBoard>(
        ref TMachine machine,
        ref TBoard board,
        AddressSpace space,
        VirtualAddress destination,
        ref T value,
        out FaultOutcome outcome)
        where T : unmanaged
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        int length = Unsafe.SizeOf<T>();
        ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpan(in Unsafe.As<T, byte>(ref value), length);
        return Write(ref machine, ref board, space, destination, bytes, out outcome) == (uint)length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // two compares
    private static uint Clamp(VirtualAddress start, uint lengthInBytes, out FaultOutcome outcome)
    {
        uint most = start.IsUser ? AddressSpace.EndValue - start.Value : 0;
        outcome = lengthInBytes > most ? FaultOutcome.Forbidden : FaultOutcome.Resolved;
        return lengthInBytes > most ? most : lengthInBytes;
    }

    private static bool TryResolve<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, AddressSpace space, in FaultReport fault, out FaultOutcome outcome)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        outcome = space.Resolve(ref machine, ref board.Memory.Frames, in fault);
        if (outcome == FaultOutcome.NeedsPager)
        {
            ProcessSystem.OfCore(ref machine, ref board.Processes).NeedsPager = true;
        }

        return outcome == FaultOutcome.Resolved;
    }
}
