using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Armv7;

/// <summary>The processor that the code runs on: a Cortex-A7 or its like, in a kernel whose linear map stands.</summary>
/// <remarks>
/// Holds nothing: every value stands for the calling core. Members are one access or one assembly routine, inlined because each
/// call of theirs is a border that must cost nothing. Facts that are constants here are checked at start (<see cref="Check"/>).
/// </remarks>
public unsafe struct ArmV7Machine : IMachine
{
    private const uint CacheTypeLineShift = 16;
    private const uint FieldMask = 0xF;
    private const uint WordsOfLine64 = 4; // log2 of 16 words
    private const int CoherentWalkShift = 20;
    private const int BroadcastShift = 12;
    private const uint BroadcastAll = 2;
    private const int BranchPredictorShift = 28;
    private const uint BranchPredictorNeedsNothing = 4;
    private const int PageShift = 12;

    /// <inheritdoc/>
    public static bool WalksAreCoherent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    public static int AsidCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 256;
    }

    /// <inheritdoc/>
    public static int CoreCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    /// <inheritdoc/>
    public readonly uint CoreIndex
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Cp15.CoreIndex();
    }

    /// <inheritdoc/>
    public readonly uint ReturnAddress
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CallFrames.ReturnAddress();
    }

    /// <summary>Compares the constants of this type with what the processor says of itself.</summary>
    /// <returns>
    /// False on a processor with other cache lines, walks that ignore the data caches, maintenance that does not reach other
    /// cores, or a branch predictor that needs care. Source: ARM DDI 0406C.d, B4.1.42 (CTR), B4.1.90, B4.1.92 (ID_MMFR1, 3).
    /// </returns>
    public static bool Check() =>
        ((Cp15.ReadCacheType() >> (int)CacheTypeLineShift) & FieldMask) == WordsOfLine64
        && ((Cp15.ReadMemoryModel3() >> CoherentWalkShift) & FieldMask) != 0
        && ((Cp15.ReadMemoryModel3() >> BroadcastShift) & FieldMask) >= BroadcastAll
        && ((Cp15.ReadMemoryModel1() >> BranchPredictorShift) & FieldMask) == BranchPredictorNeedsNothing;

    /// <summary>How often a core has found a lock taken and waited, modulo 2^32.</summary>
    /// <param name="core">0 to 3.</param>
    public static uint ReadLockRetries(uint core) => Exclusives.ReadLockRetries(core);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint ReadWord(PhysicalAddress address) => *(uint*)Linear(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WriteWord(PhysicalAddress address, uint value, string file = "", int line = 0) =>
        *(uint*)Linear(address) = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint CountWords(PhysicalAddress address, uint value, uint count) =>
        Blocks.CountWords((uint*)Linear(address), value, count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WriteWords(PhysicalAddress address, uint value, uint count, string file = "", int line = 0) =>
        Blocks.WriteWords((uint*)Linear(address), value, count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref T Data<T>(PhysicalAddress address)
        where T : unmanaged => ref *(T*)Linear(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref T Data<T>(VirtualAddress address)
        where T : unmanaged => ref *(T*)address.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Clear(PhysicalAddress start, uint lengthInBytes) =>
        Blocks.Clear((void*)Linear(start), lengthInBytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes) =>
        Blocks.Copy((void*)Linear(destination), (void*)Linear(source), lengthInBytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint CompareExchange(ref uint location, uint value, uint comparand) =>
        Interlocked.CompareExchange(ref location, value, comparand);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void AcquireLock(ref uint location) => Exclusives.AcquireLock((uint*)Unsafe.AsPointer(in location));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ReleaseLock(ref uint location) => Volatile.Write(ref Unsafe.As<uint, byte>(ref location), 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint LoadAcquire(ref uint location) => Volatile.Read(ref location);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreRelease(ref uint location, uint value) => Volatile.Write(ref location, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(ref uint location, uint value) => location = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void AcquireBits(ref uint location, uint bits) =>
        Exclusives.AcquireBits((uint*)Unsafe.AsPointer(in location), bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void AcquireWords(ref uint first, uint count) =>
        Exclusives.AcquireWords((uint*)Unsafe.AsPointer(in first), count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ReleaseBits(ref uint location, uint bits) =>
        Exclusives.ReleaseBits((uint*)Unsafe.AsPointer(in location), bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter) =>
        Exclusives.ReleaseBitsAndCount(
            (uint*)Unsafe.AsPointer(in location), bits, (uint*)Unsafe.AsPointer(in counter));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint SetBit(ref uint bitmap, uint index) =>
        Exclusives.SetBit((uint*)Unsafe.AsPointer(in bitmap), index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint AddBelow(ref uint location, uint limit) =>
        Exclusives.AddBelow((uint*)Unsafe.AsPointer(in location), limit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void OrderMemory() => Interlocked.MemoryBarrier();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Relax() => Cp15.Relax();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WaitForEvent() => Cp15.WaitForEvent();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SendEvent() => Cp15.SendEvent();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint MaskInterrupts() => Cp15.MaskInterrupts();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void RestoreInterrupts(uint state) => Cp15.RestoreInterrupts(state);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint PopLocal(ref CoreStack first) => CoreStacks.Pop(ref first);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit) =>
        CoreStacks.TryPush(ref first, value, ref word, bit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SynchronizeData(string file = "", int line = 0) => Cp15.SynchronizeData();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SynchronizeContext(string file = "", int line = 0) => Cp15.SynchronizeContext();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Synchronize(string file = "", int line = 0) => Cp15.Synchronize();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void CleanToUnification(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) =>
        Cp15.CleanToUnification(Linear(start), unchecked(Linear(start) + lengthInBytes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void CleanInvalidateToCoherency(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) =>
        Cp15.CleanInvalidateToCoherency(Linear(start), unchecked(Linear(start) + lengthInBytes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidateInstructionCaches(string file = "", int line = 0) => Cp15.InvalidateInstructionCaches();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidateBranchPredictors(string file = "", int line = 0) => Cp15.InvalidateBranchPredictors();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidateLocalTlb(string file = "", int line = 0) => Cp15.InvalidateLocalTlb();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidateTlbs(string file = "", int line = 0) => Cp15.InvalidateTlbs();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidateAsid(Asid asid, ref uint cores, string file = "", int line = 0) =>
        Cp15.InvalidateAsid(asid.Value, ref cores);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidatePage(VirtualAddress address, Asid asid, ref uint cores, string file = "", int line = 0) =>
        Cp15.InvalidatePage(Operand(address, asid), ref cores);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvalidatePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) =>
        Cp15.InvalidatePageOfAllAsids(address.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void RemovePage(VirtualAddress address, ref AsidOwner owner, string file = "", int line = 0) =>
        Cp15.RemovePage(address.Value, ref owner);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void RemovePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) =>
        Cp15.RemovePageOfAllAsids(address.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void RemoveAsid(Asid asid, ref uint cores, string file = "", int line = 0) =>
        Cp15.RemoveAsid(asid.Value, ref cores);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SwitchSpace(uint translationTableBase, Asid asid, string file = "", int line = 0) =>
        Cp15.SwitchSpace(translationTableBase, asid.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void LeaveSpace(uint translationTableBase, string file = "", int line = 0) =>
        Cp15.LeaveSpace(translationTableBase);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint ReadRegister(SystemRegister register) => register switch
    {
        SystemRegister.SystemControl => Cp15.ReadSystemControl(),
        SystemRegister.TranslationTableBase0 => Cp15.ReadTranslationTableBase0(),
        SystemRegister.TranslationTableBase1 => Cp15.ReadTranslationTableBase1(),
        SystemRegister.TranslationTableBaseControl => Cp15.ReadTranslationTableBaseControl(),
        SystemRegister.DomainAccessControl => Cp15.ReadDomainAccessControl(),
        SystemRegister.ContextId => Cp15.ReadContextId(),
        SystemRegister.PrimaryRegionRemap => Cp15.ReadPrimaryRegionRemap(),
        _ => Cp15.ReadNormalMemoryRemap(),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WriteRegister(SystemRegister register, uint value, string file = "", int line = 0)
    {
        switch (register)
        {
            case SystemRegister.SystemControl:
                Cp15.WriteSystemControl(value);
                break;
            case SystemRegister.TranslationTableBase0:
                Cp15.WriteTranslationTableBase0(value);
                break;
            case SystemRegister.TranslationTableBase1:
                Cp15.WriteTranslationTableBase1(value);
                break;
            case SystemRegister.TranslationTableBaseControl:
                Cp15.WriteTranslationTableBaseControl(value);
                break;
            case SystemRegister.DomainAccessControl:
                Cp15.WriteDomainAccessControl(value);
                break;
            case SystemRegister.ContextId:
                Cp15.WriteContextId(value);
                break;
            case SystemRegister.PrimaryRegionRemap:
                Cp15.WritePrimaryRegionRemap(value);
                break;
            default:
                Cp15.WriteNormalMemoryRemap(value);
                break;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Translate(VirtualAddress address, TranslationAccess access) => access switch
    {
        TranslationAccess.KernelRead => Cp15.TranslateKernelRead(address.Value),
        TranslationAccess.KernelWrite => Cp15.TranslateKernelWrite(address.Value),
        TranslationAccess.UserRead => Cp15.TranslateUserRead(address.Value),
        _ => Cp15.TranslateUserWrite(address.Value),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void NoteFrames(
        FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void NoteLock(LockRank rank, LockChange change, string file = "", int line = 0)
    {
        if (!BuildChecks.Enabled)
        {
            return;
        }

        if (change == LockChange.Released)
        {
            LockOrder.Release(CoreIndex, rank);
            return;
        }

        if (!Cp15.AreInterruptsMasked())
        {
            Panic("L1: a lock taken with interrupts on"u8, (uint)rank);
        }

        if (!LockOrder.TryTake(CoreIndex, rank, change, CallFrames.Here()))
        {
            Panic("L2: a lock taken while one of the same or a higher rank is held"u8, (uint)rank);
        }
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly void Panic(ReadOnlySpan<byte> invariant, uint value) => Stop.Panic(invariant, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Linear(PhysicalAddress address) => unchecked(address.Value + LinearMap.Offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Operand(VirtualAddress address, Asid asid) => ((address.Value >> PageShift) << PageShift) | asid.Value;
}
