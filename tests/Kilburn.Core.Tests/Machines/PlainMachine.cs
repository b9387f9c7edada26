using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Tests.Machines;

/// <summary>One core of a machine that is memory and little more. It checks no order: that is the model's part.</summary>
public struct PlainMachine<TAsids>(PlainMemory memory, uint coreIndex) : IMachine
    where TAsids : struct, IAsidCount
{
    private readonly PlainMemory _memory = memory;
    private readonly uint _coreIndex = coreIndex;

    public static bool WalksAreCoherent => true;

    public static bool BranchPredictorNeedsMaintenance => false;

    public static int AsidCount => TAsids.Count;

    public static int CoreCount => PlainMemory.CoreCount;

    public readonly uint CoreIndex => _coreIndex;

    public readonly uint ReturnAddress => 0;

    public readonly uint ReadWord(PhysicalAddress address) => Data<uint>(address);

    public readonly void WriteWord(PhysicalAddress address, uint value, string file = "", int line = 0) =>
        Data<uint>(address) = value;

    public readonly uint CountWords(PhysicalAddress address, uint value, uint count)
    {
        uint alike = 0;
        while (alike < count && ReadWord(address.Add(alike * sizeof(uint))) == value)
        {
            alike++;
        }

        return alike;
    }

    public readonly void WriteWords(PhysicalAddress address, uint value, uint count, string file = "", int line = 0)
    {
        for (uint index = 0; index < count; index++)
        {
            WriteWord(address.Add(index * sizeof(uint)), value, file, line);
        }
    }

    public readonly ref T Data<T>(PhysicalAddress address)
        where T : unmanaged => ref Unsafe.As<byte, T>(ref _memory.ByteAt(address));

    public readonly ref T Data<T>(VirtualAddress address)
        where T : unmanaged => ref Data<T>(LinearMap.ToPhysical(address));

    public readonly void Clear(PhysicalAddress start, uint lengthInBytes) => _memory.At(start, lengthInBytes).Clear();

    public readonly void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes) =>
        _memory.At(source, lengthInBytes).CopyTo(_memory.At(destination, lengthInBytes));

    public readonly uint CompareExchange(ref uint location, uint value, uint comparand)
    {
        _memory.BeforeSharedAccess?.Invoke(nameof(CompareExchange));
        return Interlocked.CompareExchange(ref location, value, comparand);
    }

    public readonly void AcquireLock(ref uint location)
    {
        PlainMachine<TAsids> machine = this;
        Core.Locks.SpinLock.Take(ref machine, ref location);
    }

    public readonly void ReleaseLock(ref uint location)
    {
        _memory.BeforeSharedAccess?.Invoke(nameof(ReleaseLock));
        Volatile.Write(ref Unsafe.As<uint, byte>(ref location), 0);
    }

    public readonly uint LoadAcquire(ref uint location)
    {
        _memory.BeforeSharedAccess?.Invoke(nameof(LoadAcquire));
        return Volatile.Read(ref location);
    }

    public readonly void StoreRelease(ref uint location, uint value)
    {
        _memory.BeforeSharedAccess?.Invoke(nameof(StoreRelease));
        Volatile.Write(ref location, value);
    }

    public readonly void Store(ref uint location, uint value)
    {
        _memory.BeforeSharedAccess?.Invoke(nameof(Store));
        Volatile.Write(ref location, value);
    }

    public readonly void AcquireBits(ref uint location, uint bits)
    {
        PlainMachine<TAsids> machine = this;
        SharedWord.AcquireBits(ref machine, ref location, bits);
    }

    public readonly void AcquireWords(ref uint first, uint count)
    {
        PlainMachine<TAsids> machine = this;
        SharedWord.AcquireWords(ref machine, ref first, count);
    }

    public readonly void ReleaseBits(ref uint location, uint bits)
    {
        PlainMachine<TAsids> machine = this;
        SharedWord.ReleaseBits(ref machine, ref location, bits);
    }

    public readonly void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter)
    {
        PlainMachine<TAsids> machine = this;
        SharedWord.ReleaseBitsAndCount(ref machine, ref location, bits, ref counter);
    }

    public readonly uint SetBit(ref uint bitmap, uint index)
    {
        PlainMachine<TAsids> machine = this;
        return SharedWord.SetBit(ref machine, ref bitmap, index);
    }

    public readonly uint AddBelow(ref uint location, uint limit)
    {
        PlainMachine<TAsids> machine = this;
        return SharedWord.AddBelow(ref machine, ref location, limit);
    }

    public readonly void OrderMemory()
    {
        _memory.BeforeSharedAccess?.Invoke(nameof(OrderMemory));
        Interlocked.MemoryBarrier();
    }

    public readonly void Relax()
    {
    }

    public readonly void WaitForEvent()
    {
    }

    public readonly void SendEvent()
    {
    }

    public readonly uint MaskInterrupts() => _memory.MaskInterrupts(_coreIndex);

    public readonly void RestoreInterrupts(uint state) => _memory.RestoreInterrupts(_coreIndex, state);

    public readonly uint PopLocal(ref CoreStack first)
    {
        PlainMachine<TAsids> machine = this;
        return CoreStack.Pop(ref machine, ref first);
    }

    public readonly uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit)
    {
        PlainMachine<TAsids> machine = this;
        return CoreStack.TryPush(ref machine, ref first, value, ref word, bit);
    }

    public readonly void SynchronizeData(string file = "", int line = 0)
    {
    }

    public readonly void SynchronizeContext(string file = "", int line = 0)
    {
    }

    public readonly void Synchronize(string file = "", int line = 0)
    {
    }

    public readonly void CleanToUnification(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) =>
        _memory.Maintenance?.Add((nameof(CleanToUnification), start.Value, lengthInBytes));

    public readonly void CleanInvalidateToCoherency(
        PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
    }

    public readonly void InvalidateInstructionCaches(string file = "", int line = 0)
    {
    }

    public readonly void InvalidateBranchPredictors(string file = "", int line = 0) =>
        throw new InvalidOperationException("the core was told that branch predictors need nothing");

    public readonly void InvalidateLocalTlb(string file = "", int line = 0)
    {
        _memory.LocalFlushes[_coreIndex]++;
        _memory.InvalidateCore(_coreIndex);
    }

    public readonly void InvalidateTlbs(string file = "", int line = 0)
    {
        for (uint core = 0; core < CoreCount; core++)
        {
            _memory.InvalidateCore(core);
        }
    }

    public readonly void InvalidateAsid(Asid asid, ref uint cores, string file = "", int line = 0)
    {
        if (CoreSet.IsOnly(cores, _coreIndex))
        {
            _memory.Maintenance?.Add((nameof(InvalidateAsid) + PlainMemory.Locally, 0, asid.Value));
            _memory.InvalidateAsid(asid.Value, _coreIndex);
        }
        else
        {
            _memory.Maintenance?.Add((nameof(InvalidateAsid), 0, asid.Value));
            _memory.InvalidateAsid(asid.Value);
        }
    }

    public readonly void InvalidatePage(VirtualAddress address, Asid asid, ref uint cores, string file = "", int line = 0) =>
        _memory.Maintenance?.Add((nameof(InvalidatePage), address.Value, asid.Value));

    public readonly void InvalidatePageOfAllAsids(VirtualAddress address, string file = "", int line = 0)
    {
    }

    public readonly void RemovePage(VirtualAddress address, ref AsidOwner owner, string file = "", int line = 0)
    {
        Asid asid = AsidWord.AsidOf(LoadAcquire(ref owner.Word));
        _memory.Maintenance?.Add((nameof(RemovePage), address.Value, asid.Value));
    }

    public readonly void RemovePageOfAllAsids(VirtualAddress address, string file = "", int line = 0)
    {
    }

    public readonly void RemoveAsid(Asid asid, ref uint cores, string file = "", int line = 0) =>
        InvalidateAsid(asid, ref cores, file, line);

    public readonly void SwitchSpace(uint translationTableBase, Asid asid, string file = "", int line = 0) =>
        _memory.Run(_coreIndex, translationTableBase, asid.Value);

    public readonly void LeaveSpace(uint translationTableBase, string file = "", int line = 0) =>
        _memory.Leave(_coreIndex, translationTableBase);

    public readonly uint ReadRegister(SystemRegister register) => 0;

    public readonly void WriteRegister(SystemRegister register, uint value, string file = "", int line = 0)
    {
        if (register == SystemRegister.TranslationTableBaseControl)
        {
            _memory.AllowWalks(_coreIndex, (value & TranslationControl.NoUserWalks) == 0);
        }
    }

    public readonly uint Translate(VirtualAddress address, TranslationAccess access) => 1;

    public readonly void NoteFrames(
        FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0) =>
        _memory.OnFrames?.Invoke(change, use, new PhysicalRange(start, lengthInBytes));

    public readonly void NoteLock(LockRank rank, LockChange change, string file = "", int line = 0) => _memory.NoteLock(_coreIndex, rank, change);

    [DoesNotReturn]
    public readonly void Panic(ReadOnlySpan<byte> invariant, uint value) =>
        throw new PanicException(System.Text.Encoding.UTF8.GetString(invariant), value);
}
