using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>A name of a program or an object.</summary>
internal struct ShortName
{
    /// <summary>Longest name, in bytes.</summary>
    internal const int Capacity = 32;

    private Bytes _bytes;
    private int _length;

    /// <summary>The name.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Text =>
        MemoryMarshal.CreateReadOnlySpan(in Unsafe.As<Bytes, byte>(ref Unsafe.AsRef(in _bytes)), _length);

    /// <summary>Sets the name.</summary>
    /// <param name="text">Cut behind <see cref="Capacity"/> bytes.</param>
    internal void Set(ReadOnlySpan<byte> text)
    {
        _length = text.Length < Capacity ? text.Length : Capacity;
        for (int index = 0; index < _length; index++)
        {
            _bytes[index] = text[index];
        }
    }

    /// <summary>Reads a name that a program gives.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="space">The current space.</param>
    /// <param name="address">Any address.</param>
    /// <param name="lengthInBytes">Any, or <see cref="TextLength.UpToZero"/>; a name may be empty.</param>
    /// <returns><see cref="SystemCallError.BadArgument"/> when it is too long, <see cref="SystemCallError.BadAddress"/>, or none.</returns>
    internal SystemCallError TryRead<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, AddressSpace space, uint address, uint lengthInBytes)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (lengthInBytes == TextLength.UpToZero)
        {
            return TryReadText(ref machine, ref board, space, address);
        }

        if (lengthInBytes > Capacity)
        {
            return SystemCallError.BadArgument;
        }

        _length = (int)lengthInBytes;
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<Bytes, byte>(ref _bytes), _length);
        uint came = UserMemory.Read(
            ref machine, ref board, space, new VirtualAddress(address), bytes, out FaultOutcome _);
        return came == lengthInBytes ? SystemCallError.None : SystemCallError.BadAddress;
    }

    private SystemCallError TryReadText<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, AddressSpace space, uint address)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<Bytes, byte>(ref _bytes), Capacity + 1);
        uint came = UserMemory.ReadText(
            ref machine, ref board, space, new VirtualAddress(address), bytes, out FaultOutcome outcome);
        if (outcome != FaultOutcome.Resolved)
        {
            return SystemCallError.BadAddress;
        }

        _length = (int)came - 1;
        return bytes[_length] == 0 ? SystemCallError.None : SystemCallError.BadArgument;
    }

    [InlineArray(Capacity + 1)] // a zero behind the name
    private struct Bytes
    {
        private byte _first;
    }
}
