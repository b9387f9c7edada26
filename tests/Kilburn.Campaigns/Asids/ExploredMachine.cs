using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Campaigns.Asids;

/// <summary>The machine of the search: every call that others could notice goes to the run, which decides what happens.</summary>
/// <param name="run">The run of one operation on one core.</param>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal readonly struct ExploredMachine<TBounds>(AsidRun<TBounds> run) : IMachine
    where TBounds : struct, IAsidBounds
{
    private const int CoreShift = 8;

    /// <inheritdoc/>
    public static bool WalksAreCoherent => true;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => false;

    /// <inheritdoc/>
    public static int AsidCount => TBounds.AsidCount;

    /// <inheritdoc/>
    public static int CoreCount => TBounds.CoreCount;

    /// <inheritdoc/>
    public uint CoreIndex => (uint)run.Core;

    public uint ReturnAddress => 0;

    /// <inheritdoc/>
    public uint ReadWord(PhysicalAddress address) => throw Unused();

    /// <inheritdoc/>
    public void WriteWord(PhysicalAddress address, uint value, string file = "", int line = 0) =>
        run.Do(AsidCall.ClearDescriptor, 0, value);

    /// <inheritdoc/>
    public uint CountWords(PhysicalAddress address, uint value, uint count) => throw Unused();

    /// <inheritdoc/>
    public void WriteWords(PhysicalAddress address, uint value, uint count, string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged
    {
        run.NoteAsked(address);
        return ref Unsafe.As<byte, T>(ref run.World.At(address));
    }

    /// <inheritdoc/>
    public ref T Data<T>(VirtualAddress address)
        where T : unmanaged => throw Unused();

    /// <inheritdoc/>
    public void Clear(PhysicalAddress start, uint lengthInBytes) => throw Unused();

    /// <inheritdoc/>
    public void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes) => throw Unused();

    /// <inheritdoc/>
    public uint CompareExchange(ref uint location, uint value, uint comparand) => run.CompareExchange(ref location, value, comparand);

    /// <summary>Takes a lock that is free. The word says who has it: two states in which that differs are not one.</summary>
    /// <param name="location">The lock's word.</param>
    public void AcquireLock(ref uint location) => run.CompareExchange(ref location, 1 | (CoreIndex << CoreShift), 0);

    /// <inheritdoc/>
    public void ReleaseLock(ref uint location) => run.Store(ref location, 0);

    /// <inheritdoc/>
    public uint LoadAcquire(ref uint location) => run.Load(ref location);

    /// <inheritdoc/>
    public void Store(ref uint location, uint value) => run.Store(ref location, value);

    /// <inheritdoc/>
    public void StoreRelease(ref uint location, uint value) => run.Store(ref location, value);

    /// <inheritdoc/>
    public void AcquireBits(ref uint location, uint bits) => throw Unused();

    /// <inheritdoc/>
    public void AcquireWords(ref uint first, uint count) => throw Unused();

    /// <inheritdoc/>
    public void ReleaseBits(ref uint location, uint bits) => throw Unused();

    /// <inheritdoc/>
    public void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter) => throw Unused();

    /// <inheritdoc/>
    public uint SetBit(ref uint bitmap, uint index) => throw Unused();

    /// <inheritdoc/>
    public uint AddBelow(ref uint location, uint limit) => throw Unused();

    /// <inheritdoc/>
    public void OrderMemory() => run.Do(AsidCall.OrderMemory, 0, 0);

    /// <inheritdoc/>
    public void Relax() => throw Unused();

    /// <inheritdoc/>
    public void WaitForEvent() => throw Unused();

    /// <inheritdoc/>
    public void SendEvent() => throw Unused();

    /// <inheritdoc/>
    public uint MaskInterrupts() => 0;

    /// <inheritdoc/>
    public void RestoreInterrupts(uint state)
    {
    }

    /// <inheritdoc/>
    public uint PopLocal(ref CoreStack first) => throw Unused();

    /// <inheritdoc/>
    public uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit) => throw Unused();

    /// <inheritdoc/>
    public void SynchronizeData(string file = "", int line = 0) => run.Do(AsidCall.Synchronize, 0, 0);

    /// <inheritdoc/>
    public void SynchronizeContext(string file = "", int line = 0) => run.Do(AsidCall.Synchronize, 0, 0);

    /// <inheritdoc/>
    public void Synchronize(string file = "", int line = 0) => run.Do(AsidCall.Synchronize, 0, 0);

    /// <inheritdoc/>
    public void CleanToUnification(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void CleanInvalidateToCoherency(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) =>
        throw Unused();

    /// <inheritdoc/>
    public void InvalidateInstructionCaches(string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void InvalidateBranchPredictors(string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void InvalidateLocalTlb(string file = "", int line = 0) => run.Do(AsidCall.FlushLocal, 0, 0);

    /// <inheritdoc/>
    public void InvalidateTlbs(string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void InvalidateAsid(Asid asid, ref uint cores, string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void InvalidatePage(VirtualAddress address, Asid asid, ref uint cores, string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void InvalidatePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void RemovePage(VirtualAddress address, ref AsidOwner owner, string file = "", int line = 0)
    {
        run.Do(AsidCall.SeeDescriptor, 0, 0);
        uint word = run.Load(ref owner.Word);
        run.Do(AsidCall.RemovePage, 0, OperandOf(AsidWord.AsidOf(word), owner.Cores));
    }

    /// <inheritdoc/>
    public void RemovePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) => throw Unused();

    /// <inheritdoc/>
    public void RemoveAsid(Asid asid, ref uint cores, string file = "", int line = 0) =>
        run.Do(AsidCall.RemoveAsid, 0, OperandOf(asid, cores));

    /// <inheritdoc/>
    public void SwitchSpace(uint translationTableBase, Asid asid, string file = "", int line = 0) =>
        run.Do(AsidCall.SwitchSpace, translationTableBase, asid.Value);

    /// <inheritdoc/>
    public void LeaveSpace(uint translationTableBase, string file = "", int line = 0) => run.Do(AsidCall.LeaveSpace, 0, 0);

    /// <inheritdoc/>
    public uint ReadRegister(SystemRegister register) => 0;

    /// <inheritdoc/>
    public void WriteRegister(SystemRegister register, uint value, string file = "", int line = 0)
    {
        if (register != SystemRegister.TranslationTableBaseControl)
        {
            throw Unused();
        }

        run.Do(AsidCall.LeaveSpace, 0, 0); // no user walks any more
    }

    /// <inheritdoc/>
    public uint Translate(VirtualAddress address, TranslationAccess access) => throw Unused();

    /// <inheritdoc/>
    public void NoteFrames(
        FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
    }

    /// <inheritdoc/>
    public void NoteLock(LockRank rank, LockChange change, string file = "", int line = 0)
    {
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> invariant, uint value) =>
        throw new AsidViolationException($"core {run.Core} panics: {Encoding.UTF8.GetString(invariant)} (0x{value:X8})");

    private static uint OperandOf(Asid asid, uint cores) => asid.Value | (cores << AsidRun<TBounds>.CoresShift);

    private static NotSupportedException Unused() =>
        new("The allocator makes a call that the search of its states does not know.");
}
