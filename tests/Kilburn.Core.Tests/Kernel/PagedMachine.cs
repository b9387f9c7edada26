using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tests.Machines;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>The one core of a <see cref="PagedMemory"/>: translates kernel addresses, and checks lock ranks.</summary>
public readonly struct PagedMachine(PagedMemory memory) : IMachine
{
    private readonly PagedMemory _memory = memory;

    public static bool WalksAreCoherent => true;

    public static bool BranchPredictorNeedsMaintenance => false;

    public static int AsidCount => 256;

    public static int CoreCount => 1;

    public uint CoreIndex => 0;

    public uint ReturnAddress => 0;

    public uint ReadWord(PhysicalAddress address) => Data<uint>(address);

    public void WriteWord(PhysicalAddress address, uint value, string file = "", int line = 0)
    {
        _memory.TableWrites++;
        Data<uint>(address) = value;
    }

    public uint CountWords(PhysicalAddress address, uint value, uint count)
    {
        uint alike = 0;
        while (alike < count && ReadWord(address.Add(alike * sizeof(uint))) == value)
        {
            alike++;
        }

        return alike;
    }

    public void WriteWords(PhysicalAddress address, uint value, uint count, string file = "", int line = 0)
    {
        for (uint index = 0; index < count; index++)
        {
            WriteWord(address.Add(index * sizeof(uint)), value, file, line);
        }
    }

    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged => ref Unsafe.As<byte, T>(ref _memory.ByteAt(address));

    public ref T Data<T>(VirtualAddress address)
        where T : unmanaged
    {
        if ((address.Value & PageSize.SmallMask) + Unsafe.SizeOf<T>() > PageSize.Small)
        {
            throw new InvalidOperationException($"{typeof(T).Name} at 0x{address.Value:x8} crosses a page");
        }

        return ref Data<T>(_memory.Translate(address));
    }

    public void Clear(PhysicalAddress start, uint lengthInBytes) => _memory.At(start, lengthInBytes).Clear();

    public void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes) =>
        _memory.At(source, lengthInBytes).CopyTo(_memory.At(destination, lengthInBytes));

    public uint CompareExchange(ref uint location, uint value, uint comparand)
    {
        uint old = location;
        location = old == comparand ? value : old;
        return old;
    }

    public void AcquireLock(ref uint location) =>
        location = location == 0 ? 1u : throw new InvalidOperationException("a lock is taken twice");

    public void ReleaseLock(ref uint location) => location = 0;

    public uint LoadAcquire(ref uint location) => location;

    public void StoreRelease(ref uint location, uint value) => location = value;

    public void Store(ref uint location, uint value) => location = value;

    public void AcquireBits(ref uint location, uint bits)
    {
        PagedMachine machine = this;
        SharedWord.AcquireBits(ref machine, ref location, bits);
    }

    public void AcquireWords(ref uint first, uint count)
    {
        PagedMachine machine = this;
        SharedWord.AcquireWords(ref machine, ref first, count);
    }

    public void ReleaseBits(ref uint location, uint bits)
    {
        PagedMachine machine = this;
        SharedWord.ReleaseBits(ref machine, ref location, bits);
    }

    public void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter)
    {
        PagedMachine machine = this;
        SharedWord.ReleaseBitsAndCount(ref machine, ref location, bits, ref counter);
    }

    public uint SetBit(ref uint bitmap, uint index)
    {
        PagedMachine machine = this;
        return SharedWord.SetBit(ref machine, ref bitmap, index);
    }

    public uint AddBelow(ref uint location, uint limit)
    {
        PagedMachine machine = this;
        return SharedWord.AddBelow(ref machine, ref location, limit);
    }

    public void OrderMemory()
    {
    }

    public void Relax()
    {
    }

    public void WaitForEvent()
    {
    }

    public void SendEvent()
    {
    }

    public uint MaskInterrupts() => 0;

    public void RestoreInterrupts(uint state)
    {
    }

    public uint PopLocal(ref CoreStack first)
    {
        PagedMachine machine = this;
        return CoreStack.Pop(ref machine, ref first);
    }

    public uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit)
    {
        PagedMachine machine = this;
        return CoreStack.TryPush(ref machine, ref first, value, ref word, bit);
    }

    public void SynchronizeData(string file = "", int line = 0)
    {
    }

    public void SynchronizeContext(string file = "", int line = 0)
    {
    }

    public void Synchronize(string file = "", int line = 0)
    {
    }

    public void CleanToUnification(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
    }

    public void CleanInvalidateToCoherency(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
    }

    public void InvalidateInstructionCaches(string file = "", int line = 0)
    {
    }

    public void InvalidateBranchPredictors(string file = "", int line = 0) =>
        throw new InvalidOperationException("the core was told that branch predictors need nothing");

    public void InvalidateLocalTlb(string file = "", int line = 0)
    {
    }

    public void InvalidateTlbs(string file = "", int line = 0)
    {
    }

    public void InvalidateAsid(Asid asid, ref uint cores, string file = "", int line = 0)
    {
    }

    public void InvalidatePage(VirtualAddress address, Asid asid, ref uint cores, string file = "", int line = 0)
    {
    }

    public void InvalidatePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) =>
        _memory.Invalidate(address);

    public void RemovePage(VirtualAddress address, ref AsidOwner owner, string file = "", int line = 0)
    {
    }

    public void RemovePageOfAllAsids(VirtualAddress address, string file = "", int line = 0) => _memory.Invalidate(address);

    public void RemoveAsid(Asid asid, ref uint cores, string file = "", int line = 0)
    {
    }

    public void SwitchSpace(uint translationTableBase, Asid asid, string file = "", int line = 0)
    {
    }

    public void LeaveSpace(uint translationTableBase, string file = "", int line = 0)
    {
    }

    public uint ReadRegister(SystemRegister register) => register switch
    {
        SystemRegister.TranslationTableBase1 => PagedMemory.KernelTable.Value,
        SystemRegister.TranslationTableBaseControl => 1, // N: TTBR1 from 0x80000000 on
        _ => 0,
    };

    public void WriteRegister(SystemRegister register, uint value, string file = "", int line = 0)
    {
    }

    public uint Translate(VirtualAddress address, TranslationAccess access) => 1;

    public void NoteFrames(
        FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
        if (change == FrameChange.Returned)
        {
            _memory.NoteReturned(start, lengthInBytes);
        }
    }

    public void NoteLock(LockRank rank, LockChange change, string file = "", int line = 0) => _memory.NoteLock(rank, change);

    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> invariant, uint value) =>
        throw new PanicException(Encoding.UTF8.GetString(invariant), value);
}
