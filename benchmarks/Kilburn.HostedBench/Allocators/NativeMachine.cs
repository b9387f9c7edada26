using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.HostedBench.Allocators;

/// <summary>A thread of this process as a core, over plain memory: what a frame allocator needs, and no model around it.</summary>
/// <param name="memory">Physical address 0.</param>
/// <param name="core">The thread's number.</param>
internal readonly unsafe struct NativeMachine(byte* memory, uint core) : IMachine
{
    private readonly byte* _memory = memory;
    private readonly uint _core = core;

    /// <inheritdoc/>
    public static bool WalksAreCoherent => true;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => false;

    /// <inheritdoc/>
    public static int AsidCount => 256;

    /// <inheritdoc/>
    public static int CoreCount => 4;

    /// <inheritdoc/>
    public uint CoreIndex => _core;

    /// <inheritdoc/>
    public uint ReturnAddress => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged => ref *(T*)(_memory + address.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadWord(PhysicalAddress address) => Data<uint>(address);

    /// <inheritdoc/>
    public void WriteWord(PhysicalAddress address, uint value, string file = "", int line = 0) => Data<uint>(address) = value;

    /// <inheritdoc/>
    public void Clear(PhysicalAddress start, uint lengthInBytes) => NativeMemory.Clear(_memory + start.Value, lengthInBytes);

    /// <inheritdoc/>
    public void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes) =>
        NativeMemory.Copy(_memory + source.Value, _memory + destination.Value, lengthInBytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint CompareExchange(ref uint location, uint value, uint comparand) =>
        Interlocked.CompareExchange(ref location, value, comparand);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AcquireLock(ref uint location) => SpinWord.Acquire(ref location);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ReleaseLock(ref uint location) => SpinWord.Release(ref location);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint LoadAcquire(ref uint location) => Volatile.Read(ref location);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref uint location, uint value) => Volatile.Write(ref location, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreRelease(ref uint location, uint value) => Volatile.Write(ref location, value);

    /// <inheritdoc/>
    public void AcquireBits(ref uint location, uint bits)
    {
        NativeMachine machine = this;
        SharedWord.AcquireBits(ref machine, ref location, bits);
    }

    /// <inheritdoc/>
    public void AcquireWords(ref uint first, uint count)
    {
        NativeMachine machine = this;
        SharedWord.AcquireWords(ref machine, ref first, count);
    }

    /// <inheritdoc/>
    public void ReleaseBits(ref uint location, uint bits)
    {
        NativeMachine machine = this;
        SharedWord.ReleaseBits(ref machine, ref location, bits);
    }

    /// <inheritdoc/>
    public void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter)
    {
        NativeMachine machine = this;
        SharedWord.ReleaseBitsAndCount(ref machine, ref location, bits, ref counter);
    }

    /// <inheritdoc/>
    public uint SetBit(ref uint bitmap, uint index)
    {
        NativeMachine machine = this;
        return SharedWord.SetBit(ref machine, ref bitmap, index);
    }

    /// <inheritdoc/>
    public uint AddBelow(ref uint location, uint limit)
    {
        NativeMachine machine = this;
        return SharedWord.AddBelow(ref machine, ref location, limit);
    }

    /// <inheritdoc/>
    public void OrderMemory() => Interlocked.MemoryBarrier();

    /// <inheritdoc/>
    public void Relax() => Thread.SpinWait(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint MaskInterrupts() => 0; // nothing interrupts a thread on its own core

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RestoreInterrupts(uint state)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint PopLocal(ref CoreStack first) => CoreStack.PopOwn(ref CoreStack.OfCore(ref first, _core));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit)
    {
        ref CoreStack stack = ref CoreStack.OfCore(ref first, _core);
        uint before = word;
        if (stack.Room == 0
            || (before & bit) == 0
            || Interlocked.CompareExchange(ref word, before & ~bit, before) != before)
        {
            return 0;
        }

        CoreStack.PushOwn(ref stack, value);
        return bit;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteFrames(
        FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteLock(LockRank rank, LockChange change, string file = "", int line = 0)
    {
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> invariant, uint value) =>
        throw new InvalidOperationException($"{System.Text.Encoding.ASCII.GetString(invariant)} {value:X8}");

    // Frames need no MMU, and their lock waits without events.

    /// <inheritdoc/>
    public ref T Data<T>(VirtualAddress address)
        where T : unmanaged => throw NoMmu();

    /// <inheritdoc/>
    public uint CountWords(PhysicalAddress address, uint value, uint count) => throw NoMmu();

    /// <inheritdoc/>
    public void WriteWords(PhysicalAddress address, uint value, uint count, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void WaitForEvent() => throw NoMmu();

    /// <inheritdoc/>
    public void SendEvent() => throw NoMmu();

    /// <inheritdoc/>
    public void SynchronizeData(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void SynchronizeContext(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void Synchronize(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void CleanToUnification(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void CleanInvalidateToCoherency(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) =>
        throw NoMmu();

    /// <inheritdoc/>
    public void InvalidateInstructionCaches(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void InvalidateBranchPredictors(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void InvalidateLocalTlb(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void InvalidateTlbs(string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void InvalidateAsid(Asid asid, ref uint cores, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void InvalidatePage(VirtualAddress address, Asid asid, ref uint cores, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void InvalidatePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void RemovePage(VirtualAddress address, ref AsidOwner owner, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void RemovePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void RemoveAsid(Asid asid, ref uint cores, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void SwitchSpace(uint translationTableBase, Asid asid, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public void LeaveSpace(uint translationTableBase, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public uint ReadRegister(SystemRegister register) => throw NoMmu();

    /// <inheritdoc/>
    public void WriteRegister(SystemRegister register, uint value, string file = "", int line = 0) => throw NoMmu();

    /// <inheritdoc/>
    public uint Translate(VirtualAddress address, TranslationAccess access) => throw NoMmu();

    private static NotSupportedException NoMmu() => new("this machine has no MMU");
}
