using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>A machine that can say what it is asked to do: each descriptor written, each maintenance operation, each frame moved.</summary>
/// <remarks>
/// The state of the virtual memory system is the same under this machine and under the one inside; only the code is compiled twice.
/// What it prints, it prints under whatever lock the caller holds: the one exception to the rule that nothing is printed so, and
/// the reason why <c>steps on</c> is for a system with one core at work.
/// </remarks>
/// <param name="inner">The machine that does the work.</param>
/// <param name="board">Where to say it.</param>
public struct TracingMachine<TInner, TBoard>(TInner inner, TBoard board) : IMachine
    where TInner : struct, IMachine
    where TBoard : struct, IBoard
{
    private const int VerbWidth = 10;
    private const int WordShift = 2;

    private TInner _inner = inner;
    private TBoard _board = board;

    /// <summary>Whether it says anything.</summary>
    public Steps Steps;

    /// <inheritdoc/>
    public static bool WalksAreCoherent => TInner.WalksAreCoherent;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => TInner.BranchPredictorNeedsMaintenance;

    /// <inheritdoc/>
    public static int AsidCount => TInner.AsidCount;

    /// <inheritdoc/>
    public static int CoreCount => TInner.CoreCount;

    /// <summary>The machine that does the work.</summary>
    [UnscopedRef]
    public ref TInner Inner => ref _inner;

    /// <summary>Where the steps are printed.</summary>
    [UnscopedRef]
    public ref TBoard Board => ref _board;

    /// <inheritdoc/>
    public uint CoreIndex => _inner.CoreIndex;

    /// <inheritdoc/>
    public uint ReturnAddress
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // or it would be this method's
        get => _inner.ReturnAddress;
    }

    /// <inheritdoc/>
    public uint ReadWord(PhysicalAddress address) => _inner.ReadWord(address);

    /// <inheritdoc/>
    public void WriteWord(PhysicalAddress address, uint value, string file = "", int line = 0)
    {
        if (Steps == Steps.On)
        {
            SayDescriptor(address, value);
        }

        _inner.WriteWord(address, value, file, line);
    }

    /// <inheritdoc/>
    public uint CountWords(PhysicalAddress address, uint value, uint count) => _inner.CountWords(address, value, count);

    /// <inheritdoc/>
    public void WriteWords(PhysicalAddress address, uint value, uint count, string file = "", int line = 0)
    {
        for (uint index = 0; Steps == Steps.On && index < count; index++)
        {
            SayDescriptor(address.Add(index << WordShift), value);
        }

        _inner.WriteWords(address, value, count, file, line);
    }

    /// <inheritdoc/>
    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged => ref _inner.Data<T>(address);

    /// <inheritdoc/>
    public ref T Data<T>(VirtualAddress address)
        where T : unmanaged => ref _inner.Data<T>(address);

    /// <inheritdoc/>
    public void Clear(PhysicalAddress start, uint lengthInBytes)
    {
        if (Steps == Steps.On)
        {
            Say("clear"u8, start.Value);
            _board.WriteByte((byte)' ');
            _board.WriteSize(lengthInBytes, 0);
            _board.EndLine();
        }

        _inner.Clear(start, lengthInBytes);
    }

    /// <inheritdoc/>
    public void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes)
    {
        if (Steps == Steps.On)
        {
            Say("copy"u8, destination.Value);
            _board.Write(" from "u8);
            _board.WriteHex(source.Value);
            _board.WriteByte((byte)' ');
            _board.WriteSize(lengthInBytes, 0);
            _board.EndLine();
        }

        _inner.Copy(destination, source, lengthInBytes);
    }

    /// <inheritdoc/>
    public uint CompareExchange(ref uint location, uint value, uint comparand) =>
        _inner.CompareExchange(ref location, value, comparand);

    /// <inheritdoc/>
    public void AcquireLock(ref uint location) => _inner.AcquireLock(ref location);

    /// <inheritdoc/>
    public void ReleaseLock(ref uint location) => _inner.ReleaseLock(ref location);

    /// <inheritdoc/>
    public uint LoadAcquire(ref uint location) => _inner.LoadAcquire(ref location);

    /// <inheritdoc/>
    public void StoreRelease(ref uint location, uint value) => _inner.StoreRelease(ref location, value);

    /// <inheritdoc/>
    public void Store(ref uint location, uint value) => _inner.Store(ref location, value);

    /// <inheritdoc/>
    public void AcquireBits(ref uint location, uint bits) => _inner.AcquireBits(ref location, bits);

    /// <inheritdoc/>
    public void AcquireWords(ref uint first, uint count) => _inner.AcquireWords(ref first, count);

    /// <inheritdoc/>
    public void ReleaseBits(ref uint location, uint bits) => _inner.ReleaseBits(ref location, bits);

    /// <inheritdoc/>
    public void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter) =>
        _inner.ReleaseBitsAndCount(ref location, bits, ref counter);

    /// <inheritdoc/>
    public uint SetBit(ref uint bitmap, uint index) => _inner.SetBit(ref bitmap, index);

    /// <inheritdoc/>
    public uint AddBelow(ref uint location, uint limit) => _inner.AddBelow(ref location, limit);

    /// <inheritdoc/>
    public void OrderMemory() => _inner.OrderMemory();

    /// <inheritdoc/>
    public void Relax() => _inner.Relax();

    /// <inheritdoc/>
    public void WaitForEvent() => _inner.WaitForEvent();

    /// <inheritdoc/>
    public void SendEvent() => _inner.SendEvent();

    /// <inheritdoc/>
    public uint MaskInterrupts() => _inner.MaskInterrupts();

    /// <inheritdoc/>
    public void RestoreInterrupts(uint state) => _inner.RestoreInterrupts(state);

    /// <inheritdoc/>
    public uint PopLocal(ref CoreStack first) => _inner.PopLocal(ref first);

    /// <inheritdoc/>
    public uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit) =>
        _inner.TryPushLocal(ref first, value, ref word, bit);

    /// <inheritdoc/>
    public void SynchronizeData(string file = "", int line = 0)
    {
        SayMaintenance("DSB"u8);
        _inner.SynchronizeData(file, line);
    }

    /// <inheritdoc/>
    public void SynchronizeContext(string file = "", int line = 0)
    {
        SayMaintenance("ISB"u8);
        _inner.SynchronizeContext(file, line);
    }

    /// <inheritdoc/>
    public void Synchronize(string file = "", int line = 0)
    {
        SayMaintenance("DSB, ISB"u8);
        _inner.Synchronize(file, line);
    }

    /// <inheritdoc/>
    public void CleanToUnification(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
        SayRange("DCCMVAU "u8, start, lengthInBytes);
        _inner.CleanToUnification(start, lengthInBytes, file, line);
    }

    /// <inheritdoc/>
    public void CleanInvalidateToCoherency(PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
        SayRange("DCCIMVAC "u8, start, lengthInBytes);
        _inner.CleanInvalidateToCoherency(start, lengthInBytes, file, line);
    }

    /// <inheritdoc/>
    public void InvalidateInstructionCaches(string file = "", int line = 0)
    {
        SayMaintenance("ICIALLUIS"u8);
        _inner.InvalidateInstructionCaches(file, line);
    }

    /// <inheritdoc/>
    public void InvalidateBranchPredictors(string file = "", int line = 0)
    {
        SayMaintenance("BPIALLIS"u8);
        _inner.InvalidateBranchPredictors(file, line);
    }

    /// <inheritdoc/>
    public void InvalidateLocalTlb(string file = "", int line = 0)
    {
        SayMaintenance("TLBIALL"u8);
        _inner.InvalidateLocalTlb(file, line);
    }

    /// <inheritdoc/>
    public void InvalidateTlbs(string file = "", int line = 0)
    {
        SayMaintenance("TLBIALLIS"u8);
        _inner.InvalidateTlbs(file, line);
    }

    /// <inheritdoc/>
    public void InvalidateAsid(Asid asid, ref uint cores, string file = "", int line = 0)
    {
        SayAsid(CoreSet.IsOnly(cores, CoreIndex) ? "TLBIASID"u8 : "TLBIASIDIS"u8, asid, default);
        _inner.InvalidateAsid(asid, ref cores, file, line);
    }

    /// <inheritdoc/>
    public void InvalidatePage(VirtualAddress address, Asid asid, ref uint cores, string file = "", int line = 0)
    {
        SayPage(CoreSet.IsOnly(cores, CoreIndex) ? "TLBIMVA "u8 : "TLBIMVAIS "u8, address, asid, default);
        _inner.InvalidatePage(address, asid, ref cores, file, line);
    }

    /// <inheritdoc/>
    public void InvalidatePageOfAllAsids(VirtualAddress address, string file = "", int line = 0)
    {
        SayPageOfAll("TLBIMVAAIS "u8, address, default);
        _inner.InvalidatePageOfAllAsids(address, file, line);
    }

    /// <inheritdoc/>
    public void RemovePage(VirtualAddress address, ref AsidOwner owner, string file = "", int line = 0)
    {
        ReadOnlySpan<byte> invalidation = CoreSet.IsOnly(owner.Cores, CoreIndex) ? "DSB, TLBIMVA "u8 : "DSB, TLBIMVAIS "u8;
        SayPage(invalidation, address, AsidWord.AsidOf(owner.Word), ", DSB, ISB"u8);
        _inner.RemovePage(address, ref owner, file, line);
    }

    /// <inheritdoc/>
    public void RemovePageOfAllAsids(VirtualAddress address, string file = "", int line = 0)
    {
        SayPageOfAll("DSB, TLBIMVAAIS "u8, address, ", DSB, ISB"u8);
        _inner.RemovePageOfAllAsids(address, file, line);
    }

    /// <inheritdoc/>
    public void RemoveAsid(Asid asid, ref uint cores, string file = "", int line = 0)
    {
        SayAsid(CoreSet.IsOnly(cores, CoreIndex) ? "TLBIASID"u8 : "TLBIASIDIS"u8, asid, ", DSB"u8);
        _inner.RemoveAsid(asid, ref cores, file, line);
    }

    /// <inheritdoc/>
    public void SwitchSpace(uint translationTableBase, Asid asid, string file = "", int line = 0)
    {
        if (Steps == Steps.On)
        {
            SayVerb("switch"u8);
            _board.Write("PD0=1, ISB, CONTEXTIDR="u8);
            _board.WriteDecimal(asid.Value);
            _board.Write(", TTBR0="u8);
            _board.WriteHex(translationTableBase);
            _board.WriteLine(", ISB, PD0=0, ISB"u8);
        }

        _inner.SwitchSpace(translationTableBase, asid, file, line);
    }

    /// <inheritdoc/>
    public void LeaveSpace(uint translationTableBase, string file = "", int line = 0)
    {
        if (Steps == Steps.On)
        {
            SayVerb("switch"u8);
            _board.Write("PD0=1, ISB, CONTEXTIDR=0, TTBR0="u8);
            _board.WriteHex(translationTableBase);
            _board.WriteLine(", ISB"u8);
        }

        _inner.LeaveSpace(translationTableBase, file, line);
    }

    /// <inheritdoc/>
    public uint ReadRegister(SystemRegister register) => _inner.ReadRegister(register);

    /// <inheritdoc/>
    public void WriteRegister(SystemRegister register, uint value, string file = "", int line = 0)
    {
        if (Steps == Steps.On)
        {
            SayVerb("register"u8);
            _board.Write(NameOf(register));
            _board.WriteByte((byte)' ');
            _board.WriteHex(_inner.ReadRegister(register));
            _board.Write(" -> "u8);
            _board.WriteHex(value);
            _board.EndLine();
        }

        _inner.WriteRegister(register, value, file, line);
    }

    /// <inheritdoc/>
    public uint Translate(VirtualAddress address, TranslationAccess access) => _inner.Translate(address, access);

    /// <inheritdoc/>
    public void NoteFrames(
        FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, string file = "", int line = 0)
    {
        if (Steps == Steps.On)
        {
            Say(change == FrameChange.Taken ? "take"u8 : "return"u8, start.Value);
            _board.WriteByte((byte)' ');
            _board.WriteSize(lengthInBytes, 0);
            _board.WriteByte((byte)' ');
            _board.WriteLine(FrameText.NameOf(use));
        }

        _inner.NoteFrames(change, use, start, lengthInBytes, file, line);
    }

    /// <inheritdoc/>
    public void NoteLock(LockRank rank, LockChange change, string file = "", int line = 0) =>
        _inner.NoteLock(rank, change, file, line);

    /// <inheritdoc/>
    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> invariant, uint value) => _inner.Panic(invariant, value);

    private static ReadOnlySpan<byte> NameOf(SystemRegister register) => register switch
    {
        SystemRegister.SystemControl => "SCTLR"u8,
        SystemRegister.TranslationTableBase0 => "TTBR0"u8,
        SystemRegister.TranslationTableBase1 => "TTBR1"u8,
        SystemRegister.TranslationTableBaseControl => "TTBCR"u8,
        SystemRegister.DomainAccessControl => "DACR"u8,
        SystemRegister.ContextId => "CONTEXTIDR"u8,
        SystemRegister.PrimaryRegionRemap => "PRRR"u8,
        SystemRegister.NormalMemoryRemap => "NMRR"u8,
        _ => "?"u8,
    };

    private void SayVerb(ReadOnlySpan<byte> verb)
    {
        _board.Write("  "u8);
        _board.WriteLeft(verb, VerbWidth);
    }

    private void Say(ReadOnlySpan<byte> verb, uint address)
    {
        SayVerb(verb);
        _board.WriteHex(address);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SayDescriptor(PhysicalAddress address, uint value)
    {
        Say("write"u8, address.Value);
        _board.WriteByte((byte)' ');
        RemapRegisters remap = RemapRegisters.Read(ref _inner);
        if (IsFirstLevel(address))
        {
            _board.WriteEntry(in remap, new FirstLevelEntry(_inner.ReadWord(address)));
            _board.Write(" -> "u8);
            _board.WriteEntry(in remap, new FirstLevelEntry(value));
        }
        else
        {
            _board.WriteEntry(in remap, new SecondLevelEntry(_inner.ReadWord(address)));
            _board.Write(" -> "u8);
            _board.WriteEntry(in remap, new SecondLevelEntry(value));
        }

        _board.EndLine();
    }

    private bool IsFirstLevel(PhysicalAddress entry)
    {
        PhysicalAddress kernelTable = _board.Memory.Tables.FirstLevelTable;
        if (new PhysicalRange(kernelTable, FirstLevelTable.LengthInBytes).Contains(entry))
        {
            return true;
        }

        _board.Memory.Frames.Describe(ref _inner, entry, out FrameDescription description);
        return description.State == FrameState.Used
            && description.Use is FrameUse.FirstLevelTable or FrameUse.FullFirstLevelTable;
    }

    private void SayMaintenance(ReadOnlySpan<byte> operation)
    {
        if (Steps == Steps.On)
        {
            SayVerb("maintain"u8);
            _board.WriteLine(operation);
        }
    }

    private void SayRange(ReadOnlySpan<byte> operation, PhysicalAddress start, uint lengthInBytes)
    {
        if (Steps == Steps.On)
        {
            SayVerb("maintain"u8);
            _board.Write(operation);
            _board.WriteHex(start.Value);
            _board.WriteByte((byte)' ');
            _board.WriteSize(lengthInBytes, 0);
            _board.EndLine();
        }
    }

    private void SayAsid(ReadOnlySpan<byte> operation, Asid asid, ReadOnlySpan<byte> rest)
    {
        if (Steps == Steps.On)
        {
            SayVerb("maintain"u8);
            _board.Write(operation);
            _board.Write(" asid "u8);
            _board.WriteDecimal(asid.Value);
            _board.WriteLine(rest);
        }
    }

    private void SayPage(ReadOnlySpan<byte> operation, VirtualAddress address, Asid asid, ReadOnlySpan<byte> rest)
    {
        if (Steps == Steps.On)
        {
            SayVerb("maintain"u8);
            _board.Write(operation);
            _board.WriteHex(address.Value);
            _board.Write(" asid "u8);
            _board.WriteDecimal(asid.Value);
            _board.WriteLine(rest);
        }
    }

    private void SayPageOfAll(ReadOnlySpan<byte> operation, VirtualAddress address, ReadOnlySpan<byte> rest)
    {
        if (Steps == Steps.On)
        {
            SayVerb("maintain"u8);
            _board.Write(operation);
            _board.WriteHex(address.Value);
            _board.WriteLine(rest);
        }
    }
}
